//! A session as `MongoDB` has it: `{ _id, session, expires[, lastModified][, createdAt, updatedAt] }`, the fields and
//! types that connect-mongo writes.

use mongodb::bson::raw::{CStr, RawBsonRef, RawDocument, RawDocumentBuf};
use mongodb::bson::{DateTime, Document, cstr, doc, rawbson, rawdoc};

use crate::error::{Failure, MAX_DOCUMENT_BYTES};

/// A value on its way to or from JavaScript.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Text: what `JSON.stringify` or a hook made of a session, or a session id.
    Text(String),
    /// The bytes of a BSON document whose first field has the value, which may be of any type.
    Wrapped(Vec<u8>),
}

impl Field {
    /// Takes bytes from the shim.
    ///
    /// # Errors
    /// When they are no BSON document, or an empty one.
    pub fn wrapped(bytes: Vec<u8>) -> Result<Self, Failure> {
        let field = Self::Wrapped(bytes);
        field.value()?;
        Ok(field)
    }

    /// The value itself.
    ///
    /// # Errors
    /// When it is not valid BSON, which [`Self::wrapped`] rules out.
    pub fn value(&self) -> Result<RawBsonRef<'_>, Failure> {
        let malformed = || Failure::malformed("A value of the store");
        match self {
            Self::Text(text) => Ok(RawBsonRef::String(text)),
            Self::Wrapped(bytes) => {
                let wrapper = RawDocument::from_bytes(bytes).map_err(|_| malformed())?;
                let (_, value) = wrapper
                    .into_iter()
                    .next()
                    .ok_or_else(malformed)?
                    .map_err(|_| malformed())?;
                Ok(value)
            }
        }
    }

    /// The bytes that the value has in a document, or few more.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Wrapped(bytes) => bytes.len(),
        }
    }

    fn append_to(&self, document: &mut RawDocumentBuf, name: &CStr) -> Result<(), Failure> {
        document.append(name, self.value()?);
        Ok(())
    }
}

impl From<RawBsonRef<'_>> for Field {
    fn from(value: RawBsonRef<'_>) -> Self {
        if let RawBsonRef::String(text) = value {
            return Self::Text(text.to_owned());
        }
        // The shim, too, wraps what is not text under this name.
        let mut wrapper = RawDocumentBuf::new();
        wrapper.append(cstr!("session"), value);
        Self::Wrapped(wrapper.into_bytes())
    }
}

/// One session as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSession {
    /// The `session` field, if the document has one.
    pub value: Option<Field>,
    /// The `expires` field, in milliseconds since 1970; `None` for a session that lives for ever.
    pub expires: Option<i64>,
    /// The `lastModified` field, likewise.
    pub last_modified: Option<i64>,
}

/// Whether a session may be returned at `now`: it has no `expires`, or a date later than `now`. Anything else there,
/// such as `null` or text, never matches, as in connect-mongo's own query.
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

/// Takes what the shim needs out of a document.
///
/// # Errors
/// When the document is not valid BSON; the error quotes nothing of it.
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
    })
}

/// A field of a stored document.
///
/// # Errors
/// When the document is not valid BSON.
pub fn field<'a>(document: &'a RawDocument, name: &str) -> Result<Option<RawBsonRef<'a>>, Failure> {
    document
        .get(name)
        .map_err(|_| Failure::malformed("The stored session"))
}

/// The size of the document that [`set_update`] stores, in bytes.
pub fn stored_len(id: &Field, session: &Field) -> usize {
    /// Two lengths and terminators, the types and names of four fields, two dates, and the lengths of two strings.
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

/// Matches one id exactly: `$eq` keeps a document such as `{ $gt: '' }` a value.
///
/// # Errors
/// As [`Field::value`].
pub fn by_id(id: &Field) -> Result<RawDocumentBuf, Failure> {
    let mut filter = RawDocumentBuf::new();
    match id {
        Field::Text(_) => id.append_to(&mut filter, cstr!("_id"))?,
        Field::Wrapped(_) => {
            let mut equal = RawDocumentBuf::new();
            id.append_to(&mut equal, cstr!("$eq"))?;
            filter.append(cstr!("_id"), equal);
        }
    }
    Ok(filter)
}

/// The statement of an `update` command that stores a session.
///
/// # Errors
/// As [`Field::value`].
pub fn set_statement(
    id: &Field,
    session: &Field,
    expires: DateTime,
    last_modified: Option<DateTime>,
    timestamps: bool,
) -> Result<RawDocumentBuf, Failure> {
    let mut stored = RawDocumentBuf::new();
    id.append_to(&mut stored, cstr!("_id"))?;
    session.append_to(&mut stored, cstr!("session"))?;
    stored.append(cstr!("expires"), expires);
    if let Some(date) = last_modified {
        stored.append(cstr!("lastModified"), date);
    }
    let mut update = RawDocumentBuf::new();
    update.append(cstr!("$set"), stored);
    if timestamps {
        update.append(cstr!("$setOnInsert"), rawdoc! { "createdAt": DateTime::now() });
        update.append(cstr!("$currentDate"), rawdoc! { "updatedAt": true });
    }
    let mut statement = RawDocumentBuf::new();
    statement.append(cstr!("q"), by_id(id)?);
    statement.append(cstr!("u"), update);
    statement.append(cstr!("upsert"), true);
    Ok(statement)
}

/// The statement of an `update` command that moves the expiry of a live session. One that is known to be live is asked
/// for by its `_id` alone, for which the server has a path of its own that takes two thirds of the time.
///
/// # Errors
/// As [`Field::value`].
pub fn touch_statement(
    id: &Field,
    expires: DateTime,
    last_modified: Option<DateTime>,
    known_live: bool,
    timestamps: bool,
) -> Result<RawDocumentBuf, Failure> {
    let mut filter = by_id(id)?;
    if !known_live {
        let now = DateTime::now();
        filter.append(
            cstr!("$or"),
            rawbson!([{ "expires": { "$exists": false } }, { "expires": { "$gt": now } }]),
        );
    }
    let mut fields = rawdoc! { "expires": expires };
    if let Some(date) = last_modified {
        fields.append(cstr!("lastModified"), date);
    }
    let mut update = rawdoc! { "$set": fields };
    if timestamps {
        update.append(cstr!("$currentDate"), rawdoc! { "updatedAt": true });
    }
    Ok(rawdoc! { "q": filter, "u": update })
}

/// The statement of a `delete` command.
///
/// # Errors
/// As [`Field::value`].
pub fn destroy_statement(id: &Field) -> Result<RawDocumentBuf, Failure> {
    let mut statement = RawDocumentBuf::new();
    statement.append(cstr!("q"), by_id(id)?);
    statement.append(cstr!("limit"), 1_i32);
    Ok(statement)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use mongodb::bson::Bson;

    use super::*;

    const NOW: DateTime = DateTime::from_millis(1_000);

    fn text(text: impl Into<String>) -> Field {
        Field::Text(text.into())
    }

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
        let session = read(&rawdoc! { "session": "{}", "expires": NOW }).unwrap();
        assert_eq!(
            session,
            StoredSession {
                value: Some(text("{}")),
                expires: Some(1_000),
                last_modified: None
            }
        );

        let session = read(&rawdoc! { "session": { "a": 1 }, "lastModified": NOW }).unwrap();
        let value = session.value.unwrap();
        assert_eq!(
            Bson::try_from(value.value().unwrap()).unwrap(),
            Bson::Document(doc! { "a": 1 })
        );
        assert_eq!(session.last_modified, Some(1_000));

        assert_eq!(read(&rawdoc! { "_id": "a" }).unwrap().value, None);
    }

    #[test]
    fn bytes_that_are_no_document_are_refused() {
        for bytes in [vec![], vec![5, 0, 0, 0], vec![5, 0, 0, 0, 0], vec![255; 64]] {
            assert_eq!(Field::wrapped(bytes).unwrap_err().name, "BSONError");
        }
        // A string whose bytes are not UTF-8.
        let mut broken = rawdoc! { "session": "aa" }.into_bytes();
        let at = broken.windows(2).position(|pair| pair == b"aa").unwrap();
        broken.splice(at..at + 2, [0xff, 0xff]);
        let document = RawDocumentBuf::from_bytes(broken).unwrap();
        assert_eq!(read(&document).unwrap_err().name, "BSONError");
    }

    #[test]
    fn the_size_that_is_checked_is_the_size_that_is_stored_with_all_fields() {
        let (id, session) = (text("an id"), text("x".repeat(1_000)));
        let statement = set_statement(&id, &session, NOW, Some(NOW), false).unwrap();
        let stored = statement.get_document("u").unwrap().get_document("$set").unwrap();
        // The date of an insertion is the one field that is not among these.
        let created_at = 1 + "createdAt\0".len() + 8;
        assert!(stored_len(&id, &session) >= stored.as_bytes().len());
        assert!(stored_len(&id, &session) <= stored.as_bytes().len() + created_at);
    }

    #[test]
    fn a_session_over_the_limit_is_refused_with_both_sizes() {
        let id = text("a");
        let free = MAX_DOCUMENT_BYTES - stored_len(&id, &text(""));
        assert!(check_size(&id, &text("x".repeat(free))).is_ok());
        let refused = check_size(&id, &text("x".repeat(free + 1))).unwrap_err();
        assert_eq!(refused.code, Some(10334));
        assert!(refused.message.contains("16777217 bytes"), "{}", refused.message);
        assert!(refused.message.contains("16777216"), "{}", refused.message);
    }

    #[test]
    fn timestamps_are_the_clients_at_insert_and_the_servers_at_update() {
        let statement = set_statement(&text("a"), &text("{}"), NOW, None, true).unwrap();
        let update = statement.get_document("u").unwrap();
        assert!(
            update
                .get_document("$setOnInsert")
                .unwrap()
                .get_datetime("createdAt")
                .is_ok()
        );
        assert!(
            update
                .get_document("$currentDate")
                .unwrap()
                .get_bool("updatedAt")
                .unwrap()
        );
        let statement = touch_statement(&text("a"), NOW, None, true, false).unwrap();
        assert_eq!(
            statement,
            rawdoc! { "q": { "_id": "a" }, "u": { "$set": { "expires": NOW } } }
        );
    }

    #[test]
    fn an_id_that_is_a_document_is_matched_as_a_value() {
        let id = Field::wrapped(rawdoc! { "id": { "$gt": "" } }.into_bytes()).unwrap();
        assert_eq!(by_id(&id).unwrap(), rawdoc! { "_id": { "$eq": { "$gt": "" } } });
    }
}
