//! A stored session, and the limits of its size and its depth.

use super::{Failure, Field};

/// The largest document that `MongoDB` stores, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// How deep documents and arrays may be nested in a value, for `MongoDB` to store it in a document of its own.
pub const MAX_LEVELS: usize = 180;

/// A session as read from the database.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSession {
    /// The `session` field, if the document has one.
    pub value: Option<Field>,
    /// The `expires` field, in milliseconds since 1970. `None` for a session that never expires.
    pub expires: Option<i64>,
    /// The `lastModified` field, in milliseconds since 1970.
    pub last_modified: Option<i64>,
    /// The `session` field as it is stored, for a session that was decrypted by a cipher that keeps records.
    pub record: Option<Field>,
}

/// The size of the document in which a session is stored, in bytes.
pub fn stored_len(id: &Field, session: &Field) -> usize {
    /// Two document lengths and terminators, the types and names of four fields, two dates, and the lengths
    /// and terminators of two strings.
    const FIXED: usize = 5 + (1 + 4) + (1 + 8) + (1 + 8 + 8) + (1 + 13 + 8) + 2 * (4 + 1);
    FIXED + id.len() + session.len()
}

/// Refuses a session that the server would not store, before it is sent.
///
/// # Errors
/// [`Failure::too_large`].
pub fn check_size(id: &Field, session: &Field) -> Result<(), Failure> {
    let bytes = stored_len(id, session);
    if bytes > MAX_DOCUMENT_BYTES {
        Err(Failure::too_large(bytes))
    } else {
        Ok(())
    }
}

/// Refuses an id or a session that the server would not store, before it is sent. The server refuses the whole command,
/// and with it what is stored by the same command for others.
///
/// # Errors
/// [`Failure::too_deep`].
pub fn check_levels(value: &Field) -> Result<(), Failure> {
    if value.is_deeper_than(MAX_LEVELS) {
        Err(Failure::too_deep())
    } else {
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_session_over_the_limit_is_refused_with_both_sizes() {
        let (id, empty) = (Field::Text("a".into()), Field::Text(String::new()));
        let free = MAX_DOCUMENT_BYTES - stored_len(&id, &empty);
        assert!(check_size(&id, &Field::Text("x".repeat(free))).is_ok());
        let refused = check_size(&id, &Field::Text("x".repeat(free + 1))).unwrap_err();
        assert_eq!(refused.code, Some(10334));
        assert!(refused.message.contains("16777217 bytes"), "{}", refused.message);
        assert!(refused.message.contains("16777216"), "{}", refused.message);
    }
}
