//! Writes many sessions with one unordered `update` or `delete` command, which has a statement for each.

use std::collections::HashMap;

use mongodb::bson::raw::{RawArrayBuf, RawBsonRef, RawDocumentBuf};
use mongodb::bson::{DateTime, Document, cstr, doc};
use mongodb::options::{ReadConcern, ReadPreference, SelectionCriteria};
use mongodb::{Collection, Database};

use super::limit::Limit;
use super::reply::{self, Reply};
use super::sessions::Numbered;
use super::{documents, error, read, statements};
use crate::engine::{Attempt, Outcome, Statement, Write};
use crate::model::{Failure, Field};

/// The destination of a write.
pub struct Target<'a> {
    /// The database.
    pub database: &'a Database,
    /// The collection, which carries the write concern.
    pub collection: &'a Collection<RawDocumentBuf>,
    /// Whether to maintain `createdAt` and `updatedAt`.
    pub timestamps: bool,
}

/// Sends a batch once.
///
/// # Errors
/// When a value is not valid BSON. Nothing was sent then.
pub async fn write(
    target: &Target<'_>,
    batch: &[Statement<'_>],
    number: Option<(&Numbered, i64)>,
    limit: Limit<'_>,
) -> Result<Attempt, Failure> {
    let deletes = batch.iter().all(reply::is_destroy);
    let mut list = RawArrayBuf::new();
    for Statement { id, write } in batch {
        list.push(match write {
            Write::Set {
                session,
                expires,
                last_modified,
                condition,
                now,
            } => statements::set_statement(
                id,
                session,
                DateTime::from_millis(*expires),
                last_modified.map(DateTime::from_millis),
                target.timestamps.then(|| DateTime::from_millis(*now)),
                condition,
            )?,
            Write::Touch {
                expires,
                last_modified,
                known_live,
                now,
            } => statements::touch_statement(
                id,
                DateTime::from_millis(*expires),
                last_modified.map(DateTime::from_millis),
                (!known_live).then(|| DateTime::from_millis(*now)),
                target.timestamps,
            )?,
            Write::Destroy => statements::destroy_statement(id)?,
        });
    }
    let command = command(target.collection, deletes, list, limit)?;
    let reply = match send(target.database, command, number, limit).await {
        Ok(reply) => reply,
        Err(failure) => return Ok(Attempt::failed(batch.len(), failure)),
    };
    let Reply { mut attempt, missed } = reply::read(&reply, batch);
    if missed {
        find_missed(target.collection, batch, &mut attempt, limit).await;
    }
    Ok(attempt)
}

/// Sends a write without effect on these ids.
///
/// # Errors
/// Those of the server and of the connection.
pub async fn fence(
    target: &Target<'_>,
    ids: &[Field],
    number: (&Numbered, i64),
    limit: Limit<'_>,
) -> Result<(), Failure> {
    let mut list = RawArrayBuf::new();
    for id in ids {
        list.push(statements::fence_statement(id)?);
    }
    let command = command(target.collection, false, list, limit)?;
    let reply = send(target.database, command, Some(number), limit).await?;
    match reply::elements(&reply, "writeErrors").next() {
        Some(refused) => Err(error::of_statement(refused)),
        None => Ok(()),
    }
}

/// Removes the documents that one statement matches, and returns how many there were.
///
/// # Errors
/// Those of the server and of the connection.
pub async fn remove(target: &Target<'_>, statement: RawDocumentBuf, limit: Limit<'_>) -> Result<u64, Failure> {
    let mut list = RawArrayBuf::new();
    list.push(statement);
    let reply = send(
        target.database,
        command(target.collection, true, list, limit)?,
        None,
        limit,
    )
    .await?;
    if let Some(refused) = reply::elements(&reply, "writeErrors").next() {
        return Err(error::of_statement(refused));
    }
    if let Ok(concern) = reply.get_document("writeConcernError") {
        return Err(error::of_write_concern(concern, &reply));
    }
    let removed = error::whole_number(reply.get("n")).unwrap_or_default();
    Ok(u64::try_from(removed).unwrap_or_default())
}

fn command(
    collection: &Collection<RawDocumentBuf>,
    deletes: bool,
    list: RawArrayBuf,
    limit: Limit<'_>,
) -> Result<RawDocumentBuf, Failure> {
    let mut command = RawDocumentBuf::new();
    if deletes {
        command.append(cstr!("delete"), collection.name());
        command.append(cstr!("deletes"), list);
    } else {
        command.append(cstr!("update"), collection.name());
        command.append(cstr!("updates"), list);
    }
    command.append(cstr!("ordered"), false);
    if let Some(concern) = write_concern(collection)? {
        command.append(cstr!("writeConcern"), concern);
    }
    let milliseconds = i32::try_from(limit.left().as_millis()).unwrap_or(i32::MAX);
    command.append(cstr!("maxTimeMS"), milliseconds.max(1));
    Ok(command)
}

/// The collection's write concern. `runCommand` doesn't add it by itself.
fn write_concern(collection: &Collection<RawDocumentBuf>) -> Result<Option<RawDocumentBuf>, Failure> {
    let Some(concern) = collection.write_concern() else {
        return Ok(None);
    };
    let malformed = |_| Failure::malformed("The write concern");
    let concern = bson::serialize_to_document(concern).map_err(malformed)?;
    if concern.is_empty() {
        return Ok(None);
    }
    Ok(Some(RawDocumentBuf::try_from(&concern).map_err(malformed)?))
}

async fn send(
    database: &Database,
    mut command: RawDocumentBuf,
    number: Option<(&Numbered, i64)>,
    limit: Limit<'_>,
) -> Result<Document, Failure> {
    let Some((session, number)) = number else {
        return Ok(limit.timed(database.run_raw_command(command).into_future()).await?);
    };
    command.append(cstr!("txnNumber"), number);
    let mut session = session.lock().await;
    // The session is only taken out when nobody uses it any more.
    let session = session.as_mut().ok_or_else(Failure::lost)?;
    let sending = database.run_raw_command(command).session(session);
    Ok(limit.timed(sending.into_future()).await?)
}

/// Finds out which touched sessions were missing. The reply only says how many were found.
async fn find_missed(
    collection: &Collection<RawDocumentBuf>,
    batch: &[Statement<'_>],
    attempt: &mut Attempt,
    limit: Limit<'_>,
) {
    let touched: Vec<Touched<'_>> = batch
        .iter()
        .enumerate()
        .filter_map(|(place, statement)| match statement.write {
            Write::Touch { expires, now, .. } => Some(Touched {
                place,
                id: statement.id,
                expires: *expires,
                now: *now,
            }),
            _ => None,
        })
        .collect();
    if let [only] = touched.as_slice() {
        return attempt.found_nothing(only.place, Outcome::Done(false));
    }
    match expiry_of(collection, &touched, limit).await {
        Ok(there) => {
            for touch in touched {
                let is_there = there.get(touch.id).is_some_and(|expires| touch.can_match(*expires));
                if !is_there && matches!(attempt.answers.get(touch.place), Some(Some(Ok(_)))) {
                    attempt.found_nothing(touch.place, Outcome::Done(false));
                }
            }
        }
        Err(failure) => {
            for touch in touched {
                reply::set(&mut attempt.answers, touch.place, None);
            }
            // The touches were carried out, only their results are unknown.
            attempt.failure = Some(Failure {
                unanswered: false,
                ..failure
            });
        }
    }
}

/// A touch among the statements of a batch.
struct Touched<'a> {
    place: usize,
    id: &'a Field,
    expires: i64,
    now: i64,
}

impl Touched<'_> {
    /// Whether the touch can have matched a session that has this expiry now, or none: the session is live,
    /// or has the past date that this touch may have written.
    fn can_match(&self, stored: Option<i64>) -> bool {
        stored.is_none_or(|date| date > self.now || date == self.expires)
    }
}

/// The expiry of those of the sessions that exist. It asks the primary, since other servers may not have the
/// write yet.
async fn expiry_of(
    collection: &Collection<RawDocumentBuf>,
    touched: &[Touched<'_>],
    limit: Limit<'_>,
) -> Result<HashMap<Field, Option<i64>>, Failure> {
    let mut cursor = collection
        .find(read::among(touched.iter().map(|touch| touch.id))?)
        .projection(doc! { "expires": 1 })
        .batch_size(read::all_of(touched.len()))
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .read_concern(ReadConcern::local())
        .max_time(limit.left())
        .await?;
    let mut there = HashMap::with_capacity(touched.len());
    while cursor.advance().await? {
        let document = cursor.current();
        let Some(id) = documents::id(document)? else {
            continue;
        };
        match documents::field(document, "expires")? {
            None => {
                there.insert(id, None);
            }
            Some(RawBsonRef::DateTime(date)) => {
                there.insert(id, Some(date.timestamp_millis()));
            }
            // Not a date, which a matching touch would have written.
            Some(_) => {}
        }
    }
    Ok(there)
}
