//! How the addon was built, for benchmarks: they measure nothing but an optimised one.

use napi_derive::napi;

/// Whether the addon was built with optimisations.
#[napi]
#[must_use]
pub fn is_optimised() -> bool {
    cfg!(not(debug_assertions))
}

#[cfg(test)]
mod tests {
    use std::{hint::black_box, panic::catch_unwind};

    use super::*;

    #[test]
    fn a_build_whose_debug_assertions_fail_is_not_optimised() {
        let fails = catch_unwind(|| debug_assert!(black_box(false))).is_err();
        assert_eq!(is_optimised(), !fails);
    }
}
