//! What every layer speaks of: values, sessions, failures, and the kinds of operations. Knows no driver and no JavaScript.

mod failure;
mod field;
mod kind;
mod session;

pub use failure::{Failure, FailureKind};
pub use field::Field;
pub use kind::Kind;
#[cfg(test)]
pub use session::stored_len;
pub use session::{StoredSession, check_size};
