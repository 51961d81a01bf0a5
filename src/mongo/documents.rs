//! A session as `MongoDB` stores it: `{ _id, session, expires[, lastModified][, createdAt, updatedAt] }`,
//! with the fields and types that connect-mongo writes.

use mongodb::bson::raw::{RawBsonRef, RawDocument};
use mongodb::bson::{DateTime, Document, doc};

use crate::model::{Failure, Field, StoredSession};

/// Whether a session may be returned at `now`: it has no `expires`, or a date later than `now`. Any other
/// value, such as `null` or text, never matches, as in connect-mongo's own query.
///
/// # Errors
/// When the document is not valid BSON.
pub fn is_live(document: &RawDocument, now: DateTime) -> Result<bool, Failure> {
    Ok(match field(document, "expires")? {
        None => true,
        Some(RawBsonRef::DateTime(expires)) => expires > now,
        Some(_) => false,
    })
}

/// The filter for the same rule on the server.
pub fn live_filter(now: DateTime) -> Document {
    doc! { "$or": [{ "expires": { "$exists": false } }, { "expires": { "$gt": now } }] }
}

/// Reads the parts of a document that the store needs.
///
/// # Errors
/// When the document is not valid BSON. The error quotes nothing of it.
pub fn read(document: &RawDocument) -> Result<StoredSession, Failure> {
    let value = field(document, "session")?.map(Field::from);
    let date = |name| {
        field(document, name).map(|value| match value {
            Some(RawBsonRef::DateTime(date)) => Some(date.timestamp_millis()),
            _ => None,
        })
    };
    Ok(StoredSession {
        value,
        expires: date("expires")?,
        last_modified: date("lastModified")?,
        record: None,
    })
}

/// The `_id` of a document.
///
/// # Errors
/// When the document is not valid BSON.
pub fn id(document: &RawDocument) -> Result<Option<Field>, Failure> {
    Ok(field(document, "_id")?.map(Field::from))
}

/// A field of a stored document.
///
/// # Errors
/// When the document is not valid BSON.
pub fn field<'a>(document: &'a RawDocument, name: &str) -> Result<Option<RawBsonRef<'a>>, Failure> {
    document.get(name).map_err(|_| Failure::malformed("The stored session"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use mongodb::bson::raw::RawDocumentBuf;
    use mongodb::bson::rawdoc;

    use super::*;

    const NOW: DateTime = DateTime::from_millis(1_000);

    #[test]
    fn a_session_is_live_without_expires_or_with_a_later_date() {
        assert!(is_live(&rawdoc! { "_id": "a" }, NOW).unwrap());
        assert!(is_live(&rawdoc! { "expires": DateTime::from_millis(1_001) }, NOW).unwrap());
        assert!(!is_live(&rawdoc! { "expires": DateTime::from_millis(1_000) }, NOW).unwrap());
        assert!(!is_live(&rawdoc! { "expires": null }, NOW).unwrap());
        assert!(!is_live(&rawdoc! { "expires": "2999-01-01" }, NOW).unwrap());
    }

    #[test]
    fn missing_fields_are_absent() {
        let session = read(&rawdoc! { "session": "{}", "expires": NOW }).unwrap();
        let expected = StoredSession {
            value: Some(Field::Text("{}".into())),
            expires: Some(1_000),
            last_modified: None,
            record: None,
        };
        assert_eq!(session, expected);
        let session = read(&rawdoc! { "_id": "a", "lastModified": NOW }).unwrap();
        assert_eq!((session.value, session.last_modified), (None, Some(1_000)));
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused() {
        let mut broken = rawdoc! { "session": "aa" }.into_bytes();
        let at = broken.windows(2).position(|pair| pair == b"aa").unwrap();
        broken.splice(at..at + 2, [0xff, 0xff]);
        let document = RawDocumentBuf::from_bytes(broken).unwrap();
        assert_eq!(read(&document).unwrap_err().name, "BSONError");
    }
}
