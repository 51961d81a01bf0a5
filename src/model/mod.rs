//! The types that all layers share: values, sessions, failures, and kinds of operations. They know nothing
//! about the driver or JavaScript.

mod failure;
mod field;
mod kind;
mod session;

pub use failure::{Failure, FailureKind};
pub use field::Field;
pub use kind::Kind;
#[cfg(test)]
pub use session::stored_len;
pub use session::{StoredSession, check_levels, check_size};
