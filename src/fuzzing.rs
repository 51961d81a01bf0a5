//! The fuzz targets by name. `fuzz/` runs them on inputs that libFuzzer makes up, and `cargo test` on those that it
//! found worth keeping.

pub use crate::crypto::fuzzing::{cipher, envelope, kruptein, secret, web};
pub use crate::mongo::fuzzing::{document, message, reply, uri};

/// A target takes any bytes, and panics when something does not hold.
pub type Target = fn(&[u8]);

/// All targets. `fuzz/Cargo.toml` has a program for each.
pub const TARGETS: [(&str, Target); 9] = [
    ("envelope", envelope),
    ("kruptein", kruptein),
    ("secret", secret),
    ("web", web),
    ("cipher", cipher),
    ("document", document),
    ("reply", reply),
    ("message", message),
    ("uri", uri),
];

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// The inputs of a target that fuzzing found worth keeping.
    fn corpus(name: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let files = fs::read_dir(folder).unwrap();
        files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
    }

    #[test]
    fn every_input_that_fuzzing_found_worth_keeping_is_handled() {
        for (name, target) in TARGETS {
            let inputs = corpus(name);
            assert!(!inputs.is_empty(), "{name}");
            for input in &inputs {
                target(input);
            }
        }
    }

    // PROPTEST_CASES sets the number of inputs for each target.
    #[test]
    fn inputs_close_to_those_are_handled() {
        for (name, target) in TARGETS {
            let inputs = corpus(name);
            let changes = proptest::collection::vec((any::<Index>(), any::<u8>()), 0..8);
            proptest!(|(of in any::<Index>(), end in any::<Index>(), changes in changes)| {
                let mut input = of.get(&inputs).clone();
                input.truncate(end.index(input.len() + 1).max(input.len() / 2));
                for (place, byte) in changes {
                    if !input.is_empty() {
                        *place.get_mut(&mut input) = byte;
                    }
                }
                target(&input);
            });
        }
    }
}
