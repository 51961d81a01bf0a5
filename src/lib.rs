//! The native half of connect-mongo-native: sessions of express-session in `MongoDB`.

mod crypto;
mod engine;
#[cfg(test)]
mod fuzzing;
mod model;
mod mongo;
mod node;
mod runtime;
mod sync;

/// The version of the addon: the JavaScript of another one would call it in another way.
#[napi_derive::napi]
#[must_use]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
