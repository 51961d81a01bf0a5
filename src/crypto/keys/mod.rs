//! Keys that PBKDF2 derives from a secret, which takes 10 ms or more. They are cached by their salts and
//! derived on separate threads. Keys are zeroed when they are dropped, and never printed.

mod cache;
mod derivations;
mod key;

pub use cache::{KeyCache, NeededKey, Ready};
#[cfg(test)]
pub use derivations::{Derivations, Derive, MAX_WAITING, Urgency};
pub use key::{KeyName, SecretKey};
