//! The simulation finds each planted fault within the seeds of a plain `cargo test`.

use super::super::planted::Planted;
use super::{SEEDS, run};

/// The first seed that finds a fault, and the violation that it found.
fn found(planted: Planted) -> Option<(u64, String)> {
    (0..SEEDS).find_map(|seed| Some((seed, run(seed, planted).err()?.to_string())))
}

#[test]
fn each_planted_fault_is_found() {
    for planted in [
        Planted::CutAtFirstDeadline,
        Planted::ReusedNumber,
        Planted::MissingNumber,
        Planted::OneClock,
        Planted::OvertakenDelete,
        Planted::TwoAnswers,
        Planted::EarlyMerge,
        Planted::EarlyRelease,
        Planted::Upsert,
        Planted::MergedUpsert,
        Planted::RetriedUpsert,
        Planted::OneProcess,
        Planted::Overwrite,
        Planted::FreshNumber,
        Planted::RefusedNumber,
    ] {
        let (seed, what) = found(planted).unwrap_or_else(|| panic!("{planted:?} was not found"));
        println!("{planted:?} by seed {seed}: {what:.120}");
    }
}
