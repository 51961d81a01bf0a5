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

    use super::*;

    #[test]
    fn every_input_that_fuzzing_found_worth_keeping_is_handled() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        for (name, target) in TARGETS {
            let inputs = fs::read_dir(corpus.join(name)).unwrap();
            let handled = inputs.map(|input| target(&fs::read(input.unwrap().path()).unwrap()));
            assert!(handled.count() > 0, "{name}");
        }
    }
}
