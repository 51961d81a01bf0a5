//! How the addon was built, for benchmarks: they measure nothing but an optimised one.

use napi_derive::napi;

/// Whether the addon was built with optimisations.
#[napi]
#[must_use]
pub fn is_optimised() -> bool {
    cfg!(not(debug_assertions))
}
