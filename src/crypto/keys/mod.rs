//! Keys derived from a secret by PBKDF2, which takes 10 ms and more: kept by their salts, and derived on threads of their
//! own. Keys are zeroed when they are dropped, and never printed.

mod cache;
mod derivations;
mod key;

pub use cache::{KeyCache, NeededKey, Ready};
#[cfg(test)]
pub use derivations::{Derivations, Derive, MAX_WAITING, Urgency};
pub use key::{KeyName, SecretKey};
