//! The statements of the `update` and `delete` commands that change sessions. They write the same fields and
//! types as connect-mongo.

use mongodb::bson::raw::{CStr, RawDocumentBuf};
use mongodb::bson::{DateTime, RawBson, cstr, rawbson, rawdoc};

use crate::engine::Condition;
use crate::model::{Failure, Field};

fn append(document: &mut RawDocumentBuf, name: &CStr, field: &Field) -> Result<(), Failure> {
    document.append(name, field.value()?);
    Ok(())
}

/// Matches one value exactly: `$eq` keeps a document such as `{ $gt: '' }` a value.
fn match_exactly(filter: &mut RawDocumentBuf, name: &CStr, field: &Field) -> Result<(), Failure> {
    match field {
        Field::Text(_) => append(filter, name, field),
        Field::Wrapped(_) => {
            let mut equal = RawDocumentBuf::new();
            append(&mut equal, cstr!("$eq"), field)?;
            filter.append(name, equal);
            Ok(())
        }
    }
}

/// Matches one id exactly.
///
/// # Errors
/// As for [`Field::value`].
pub fn by_id(id: &Field) -> Result<RawDocumentBuf, Failure> {
    let mut filter = RawDocumentBuf::new();
    match_exactly(&mut filter, cstr!("_id"), id)?;
    Ok(filter)
}

/// The statement of an `update` command that stores a session. `created_at` is for a store with timestamps.
///
/// Under a condition, the session is not created. The server refuses its insertion, since it would change the `_id`.
/// So the reply names each session for which the condition does not hold: of an update that matches nothing, it
/// only says how many did.
///
/// # Errors
/// As for [`Field::value`].
pub fn set_statement(
    id: &Field,
    session: &Field,
    expires: DateTime,
    last_modified: Option<DateTime>,
    created_at: Option<DateTime>,
    condition: &Condition,
) -> Result<RawDocumentBuf, Failure> {
    let mut filter = by_id(id)?;
    if let Condition::IsStill(read) = condition {
        match_exactly(&mut filter, cstr!("session"), read)?;
    }
    let mut stored = RawDocumentBuf::new();
    let creates = *condition == Condition::None;
    if creates {
        append(&mut stored, cstr!("_id"), id)?;
    }
    append(&mut stored, cstr!("session"), session)?;
    stored.append(cstr!("expires"), expires);
    if let Some(date) = last_modified {
        stored.append(cstr!("lastModified"), date);
    }
    let mut update = RawDocumentBuf::new();
    update.append(cstr!("$set"), stored);
    if !creates {
        update.append(cstr!("$setOnInsert"), rawdoc! { "_id": RawBson::MinKey });
    } else if let Some(date) = created_at {
        update.append(cstr!("$setOnInsert"), rawdoc! { "createdAt": date });
    }
    if created_at.is_some() {
        update.append(cstr!("$currentDate"), rawdoc! { "updatedAt": true });
    }
    let mut statement = RawDocumentBuf::new();
    statement.append(cstr!("q"), filter);
    statement.append(cstr!("u"), update);
    statement.append(cstr!("upsert"), true);
    Ok(statement)
}

/// The statement of an `update` command that moves the expiry of a session that is live at a date. A session
/// that is known to be live, for which there is no date, is matched by its `_id` alone: the server has a
/// special path for that, which takes two thirds of the time.
///
/// # Errors
/// As for [`Field::value`].
pub fn touch_statement(
    id: &Field,
    expires: DateTime,
    last_modified: Option<DateTime>,
    live_at: Option<DateTime>,
    timestamps: bool,
) -> Result<RawDocumentBuf, Failure> {
    let mut filter = by_id(id)?;
    if let Some(now) = live_at {
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
/// As for [`Field::value`].
pub fn destroy_statement(id: &Field) -> Result<RawDocumentBuf, Failure> {
    let mut statement = RawDocumentBuf::new();
    statement.append(cstr!("q"), by_id(id)?);
    statement.append(cstr!("limit"), 1_i32);
    Ok(statement)
}

/// The statement of an `update` command that has no effect, but goes to the server that has the session.
///
/// # Errors
/// As for [`Field::value`].
pub fn fence_statement(id: &Field) -> Result<RawDocumentBuf, Failure> {
    let mut filter = by_id(id)?;
    // No value is in an empty list, so this never matches.
    filter.append(cstr!("expires"), rawdoc! { "$in": [] });
    Ok(rawdoc! { "q": filter, "u": { "$unset": { "session": "" } } })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::model::stored_len;

    const NOW: DateTime = DateTime::from_millis(1_000);

    fn text(text: impl Into<String>) -> Field {
        Field::Text(text.into())
    }

    #[test]
    fn the_checked_size_is_the_stored_size_with_all_fields() {
        let (id, session) = (text("an id"), text("x".repeat(1_000)));
        let statement = set_statement(&id, &session, NOW, Some(NOW), None, &Condition::None).unwrap();
        let stored = statement.get_document("u").unwrap().get_document("$set").unwrap();
        // Only the creation date is not among these fields.
        let created_at = 1 + "createdAt\0".len() + 8;
        assert!(stored_len(&id, &session) >= stored.as_bytes().len());
        assert!(stored_len(&id, &session) <= stored.as_bytes().len() + created_at);
    }

    #[test]
    fn created_at_is_the_clients_time_and_updated_at_the_servers() {
        let statement = set_statement(&text("a"), &text("{}"), NOW, None, Some(NOW), &Condition::None).unwrap();
        let update = statement.get_document("u").unwrap();
        let on_insert = update.get_document("$setOnInsert").unwrap();
        assert_eq!(on_insert.get_datetime("createdAt").unwrap(), NOW);
        assert!(
            update
                .get_document("$currentDate")
                .unwrap()
                .get_bool("updatedAt")
                .unwrap()
        );
        let statement = touch_statement(&text("a"), NOW, None, None, false).unwrap();
        assert_eq!(
            statement,
            rawdoc! { "q": { "_id": "a" }, "u": { "$set": { "expires": NOW } } }
        );
    }

    #[test]
    fn a_set_with_a_condition_compares_values_and_creates_nothing() {
        let set =
            |condition: &Condition| set_statement(&text("a"), &text("{}"), NOW, None, Some(NOW), condition).unwrap();
        let query = |condition: &Condition| set(condition).get_document("q").unwrap().to_owned();
        assert_eq!(query(&Condition::Exists), rawdoc! { "_id": "a" });
        assert_eq!(
            query(&Condition::IsStill(text("x"))),
            rawdoc! { "_id": "a", "session": "x" }
        );
        let read = Field::wrapped(rawdoc! { "session": { "$gt": "" } }.into_bytes()).unwrap();
        assert_eq!(
            query(&Condition::IsStill(read)),
            rawdoc! { "_id": "a", "session": { "$eq": { "$gt": "" } } }
        );
        for condition in [Condition::Exists, Condition::IsStill(text("x"))] {
            let statement = set(&condition);
            let update = statement.get_document("u").unwrap();
            let on_insert = update.get_document("$setOnInsert").unwrap().to_owned();
            assert_eq!(on_insert, rawdoc! { "_id": RawBson::MinKey });
            assert!(update.get_document("$set").unwrap().get("_id").unwrap().is_none());
        }
    }

    #[test]
    fn an_id_that_is_a_document_is_matched_as_a_value() {
        let id = Field::wrapped(rawdoc! { "id": { "$gt": "" } }.into_bytes()).unwrap();
        assert_eq!(by_id(&id).unwrap(), rawdoc! { "_id": { "$eq": { "$gt": "" } } });
    }
}
