//! A session as `MongoDB` has it: `{ _id, session, expires[, lastModified][, createdAt, updatedAt] }`, the fields and
//! types that connect-mongo writes.

use mongodb::bson::raw::{RawBsonRef, RawDocument, RawDocumentBuf};
use mongodb::bson::{Bson, DateTime, Document, cstr, doc};

use crate::error::{Failure, MAX_DOCUMENT_BYTES};

/// The `session` field of a document.
#[derive(Debug, PartialEq)]
pub enum Value {
    /// Text: what `JSON.stringify` or a hook made of the session.
    Text(String),
    /// Any other value, as a BSON document with this one field `session`.
    Bson(Vec<u8>),
    /// The document has no such field.
    Absent,
}

/// One session as it was read.
#[derive(Debug, PartialEq)]
pub struct StoredSession {
    /// The `session` field.
    pub value: Value,
    /// The `expires` field, in milliseconds since 1970; `None` for a session that lives for ever.
    pub expires: Option<i64>,
    /// The `lastModified` field, likewise.
    pub last_modified: Option<i64>,
}

/// Reads the one field of a BSON document made by the shim, which wraps the values that are not strings.
///
/// # Errors
/// When `bytes` is no BSON document, or an empty one.
pub fn unwrap_value(bytes: Vec<u8>) -> Result<Bson, Failure> {
    let malformed = |_| Failure::malformed("A value of the store");
    let wrapper = RawDocumentBuf::from_bytes(bytes).map_err(malformed)?;
    let wrapper = Document::try_from(&wrapper).map_err(malformed)?;
    wrapper
        .into_iter()
        .next()
        .map(|(_, value)| value)
        .ok_or_else(|| Failure::malformed("A value of the store"))
}

/// Whether a session may be returned at `now`: it has no `expires`, or a date later than `now`. Anything else there,
/// such as `null` or text, never matches, as in connect-mongo's own query.
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

/// Takes what the shim needs out of a document.
///
/// # Errors
/// When the document is not valid BSON; the error quotes nothing of it.
pub fn read(document: &RawDocument) -> Result<StoredSession, Failure> {
    let value = match field(document, "session")? {
        None => Value::Absent,
        Some(RawBsonRef::String(text)) => Value::Text(text.to_owned()),
        Some(other) => {
            let mut wrapper = RawDocumentBuf::new();
            wrapper.append(cstr!("session"), other);
            Value::Bson(wrapper.into_bytes())
        }
    };
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
    })
}

fn field<'a>(document: &'a RawDocument, name: &str) -> Result<Option<RawBsonRef<'a>>, Failure> {
    document
        .get(name)
        .map_err(|_| Failure::malformed("The stored session"))
}

/// The update that stores a session.
///
/// # Errors
/// When the document would be larger than the server takes.
pub fn set_update(
    id: &Bson,
    session: Bson,
    expires: DateTime,
    last_modified: Option<DateTime>,
    timestamps: bool,
) -> Result<Document, Failure> {
    let mut stored = doc! { "_id": id.clone(), "session": session, "expires": expires };
    if let Some(date) = last_modified {
        stored.insert("lastModified", date);
    }
    // Measured before it is sent, since the server would only say that some object is too large.
    let bytes = encoded_len(&stored)?;
    if bytes > MAX_DOCUMENT_BYTES {
        return Err(Failure::too_large(bytes));
    }
    let mut update = doc! { "$set": stored };
    if timestamps {
        update.insert("$setOnInsert", doc! { "createdAt": DateTime::now() });
        update.insert("$currentDate", doc! { "updatedAt": true });
    }
    Ok(update)
}

/// The update that only moves a session's expiry.
pub fn touch_update(expires: DateTime, last_modified: Option<DateTime>, timestamps: bool) -> Document {
    let mut fields = doc! { "expires": expires };
    if let Some(date) = last_modified {
        fields.insert("lastModified", date);
    }
    let mut update = doc! { "$set": fields };
    if timestamps {
        update.insert("$currentDate", doc! { "updatedAt": true });
    }
    update
}

fn encoded_len(document: &Document) -> Result<usize, Failure> {
    let encoded = RawDocumentBuf::try_from(document).map_err(|_| Failure::malformed("The session"))?;
    Ok(encoded.as_bytes().len())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
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
    fn text_is_read_as_it_is_and_other_values_as_the_bson_of_a_wrapper() {
        let text = read(&rawdoc! { "session": "{}", "expires": NOW }).unwrap();
        assert_eq!(
            text,
            StoredSession {
                value: Value::Text("{}".into()),
                expires: Some(1_000),
                last_modified: None
            }
        );

        let object = read(&rawdoc! { "session": { "a": 1 }, "lastModified": NOW }).unwrap();
        let Value::Bson(bytes) = object.value else {
            unreachable!("an object is not text")
        };
        assert_eq!(unwrap_value(bytes).unwrap(), Bson::Document(doc! { "a": 1 }));
        assert_eq!(object.last_modified, Some(1_000));

        assert_eq!(read(&rawdoc! { "_id": "a" }).unwrap().value, Value::Absent);
    }

    #[test]
    fn bytes_that_are_no_document_are_refused() {
        for bytes in [vec![], vec![5, 0, 0, 0], vec![5, 0, 0, 0, 0], vec![255; 64]] {
            assert_eq!(unwrap_value(bytes).unwrap_err().name, "BSONError");
        }
        // A string whose bytes are not UTF-8.
        let mut broken = rawdoc! { "session": "aa" }.into_bytes();
        let at = broken.windows(2).position(|pair| pair == b"aa").unwrap();
        broken.splice(at..at + 2, [0xff, 0xff]);
        let document = RawDocumentBuf::from_bytes(broken).unwrap();
        assert_eq!(read(&document).unwrap_err().name, "BSONError");
    }

    #[test]
    fn a_session_of_exactly_the_limit_is_stored_and_one_byte_more_is_refused() {
        let id = Bson::String("a".into());
        let update = |length| set_update(&id, Bson::String("x".repeat(length)), NOW, None, false);
        let fixed = encoded_len(&doc! { "_id": "a", "session": "", "expires": NOW }).unwrap();
        assert!(update(MAX_DOCUMENT_BYTES - fixed).is_ok());
        let refused = update(MAX_DOCUMENT_BYTES - fixed + 1).map(drop).unwrap_err();
        assert_eq!(refused.code, Some(10334));
        assert!(refused.message.contains("16777217 bytes"), "{}", refused.message);
    }

    #[test]
    fn timestamps_are_the_clients_at_insert_and_the_servers_at_update() {
        let id = Bson::String("a".into());
        let update = set_update(&id, Bson::Null, NOW, Some(NOW), true).unwrap();
        assert!(
            update
                .get_document("$setOnInsert")
                .unwrap()
                .get_datetime("createdAt")
                .is_ok()
        );
        assert_eq!(
            update.get_document("$currentDate").unwrap(),
            &doc! { "updatedAt": true }
        );
        assert_eq!(
            touch_update(NOW, None, false),
            doc! { "$set": { "expires": NOW } }
        );
    }
}
