//! A seeded simulation: the engine on top of a model of servers, with a simulated clock. The seed alone
//! determines the deployment, what fails and when, who calls what, and how long everything takes. So a run
//! that fails can be repeated.
//!
//! `npm run simulate -- 10000` runs that many seeds; `npm run simulate -- --seed 7` runs that one and prints
//! what happens.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod call;
mod check;
mod deployment;
mod faults;
mod history;
mod log;
mod network;
mod order;
mod planted;
mod process;
mod reply;
mod run;
mod servers;
mod shard;
mod workload;
mod writes;

use std::env;
use std::time::Instant;

use fastrand::Rng;
use tokio::runtime::Builder;

use super::planted::Planted;
use check::Violation;
use run::Told;

/// The number of seeds in a plain `cargo test`.
const SEEDS: u64 = 200;
/// How many failing seeds are shown.
const SHOWN: usize = 8;

/// The number in an environment variable.
fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap())
}

/// Runs one seed.
fn run(seed: u64, planted: Planted) -> Result<Told, Violation> {
    // Neither the clock nor the order of tasks depends on anything but the seed.
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(run::simulate(Rng::with_seed(seed), planted))
}

#[test]
fn whatever_fails_each_answer_is_true_and_in_time_and_nothing_outlives_its_fault() {
    if let Some(seed) = number("SIMULATION_SEED") {
        if let Err(violation) = run(seed, Planted::Nothing) {
            panic!("seed {seed}: {violation}");
        }
        return;
    }
    let seeds = number("SIMULATION_SEEDS").unwrap_or(SEEDS);
    let start = Instant::now();
    let (mut failed, mut unjudged) = (Vec::new(), 0);
    for seed in 0..seeds {
        match run(seed, Planted::Nothing) {
            Ok(told) => unjudged += told.unjudged,
            Err(violation) => failed.push(format!(
                "seed {seed}: {violation}\nRepeat it with npm run simulate -- --seed {seed}"
            )),
        }
        if failed.len() == SHOWN {
            break;
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    #[expect(clippy::cast_precision_loss, reason = "few seeds")]
    let rate = seeds as f64 / minutes;
    println!("{seeds} seeds, {rate:.0} a minute; {unjudged} sessions with too many possible orders to look at");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 0..20 {
        assert_eq!(
            run(seed, Planted::Nothing).unwrap(),
            run(seed, Planted::Nothing).unwrap()
        );
    }
}
