//! Writes many sessions with one unordered `update` or `delete` command, which has a statement for each.

use std::collections::HashMap;

use mongodb::bson::raw::{RawArrayBuf, RawBsonRef, RawDocumentBuf};
use mongodb::bson::{Bson, DateTime, Document, cstr, doc};
use mongodb::options::{ReadConcern, ReadPreference, SelectionCriteria};
use mongodb::{Collection, Database};

use super::limit::Limit;
use super::sessions::Numbered;
use super::{documents, error, read, statements};
use crate::engine::{Answer, Attempt, Condition, Outcome, Statement, Write};
use crate::model::{Failure, FailureKind, Field};

/// The server's code for an update that would change an `_id`.
const IMMUTABLE_FIELD: i32 = 66;

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
    let deletes = batch.iter().all(is_destroy);
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
    let Read { mut attempt, missed } = read_reply(&reply, batch);
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
    match elements(&reply, "writeErrors").next() {
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
    if let Some(refused) = elements(&reply, "writeErrors").next() {
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

/// What a reply says about a batch.
pub struct Read {
    /// The attempt.
    pub attempt: Attempt,
    /// Whether some touched session was not found, of which the reply has only the number.
    pub missed: bool,
}

/// Reads the reply to a batch.
pub fn read_reply(reply: &Document, batch: &[Statement<'_>]) -> Read {
    let answers = batch
        .iter()
        .map(|statement| Some(Ok(Outcome::Done(!is_set(statement)))));
    let mut attempt = Attempt::answered(answers.collect());
    let mut created = Vec::new();
    for upserted in elements(reply, "upserted") {
        let Some(place) = place(upserted, batch.len()) else {
            continue;
        };
        created.push(place);
        set(&mut attempt.answers, place, Some(Ok(Outcome::Done(true))));
    }
    let mut expected = i64::try_from(batch.len()).unwrap_or(i64::MAX);
    let mut unplaced = None;
    for refused in elements(reply, "writeErrors") {
        expected -= 1;
        let place = place(refused, batch.len());
        let refusal = error::of_statement(refused);
        if let Some(place) = place
            && refusal.code == Some(IMMUTABLE_FIELD)
            && batch.get(place).is_some_and(is_conditional)
        {
            attempt.found_nothing(place, Outcome::Missing);
            continue;
        }
        // The server's state is not the statement's fault: all remaining statements go on together.
        let is_of_server = matches!(
            refusal.kind,
            FailureKind::Passing | FailureKind::Overload | FailureKind::Unnumbered
        );
        let answer = if is_of_server {
            attempt.failure = Some(refusal);
            None
        } else {
            Some(Err(refusal))
        };
        match place {
            Some(place) => set(&mut attempt.answers, place, answer),
            // Any of them may be the one that was refused.
            None => unplaced = Some(answer),
        }
    }
    if let Some(refused) = unplaced {
        for answer in attempt
            .answers
            .iter_mut()
            .filter(|answer| matches!(answer, Some(Ok(_))))
        {
            answer.clone_from(&refused);
        }
    }
    let missed = error::whole_number(reply.get("n")).unwrap_or(expected) < expected;
    if let Ok(concern) = reply.get_document("writeConcernError") {
        // The statements were carried out, except those that have an error of their own, which they keep.
        let concern = error::of_write_concern(concern, reply);
        let passes = matches!(
            concern.kind,
            FailureKind::Passing | FailureKind::Overload | FailureKind::OutOfTime
        );
        for answer in attempt
            .answers
            .iter_mut()
            .filter(|answer| matches!(answer, Some(Ok(_))))
        {
            *answer = (!passes).then(|| Err(concern.clone()));
        }
        attempt.failure = attempt.failure.or(passes.then_some(concern));
        attempt.created = created;
        return Read { attempt, missed: false };
    }
    if missed {
        // Any of them may have found no session.
        let removals = batch.iter().enumerate().filter(|(_, statement)| is_destroy(statement));
        attempt.idle.extend(removals.map(|(place, _)| place));
    }
    Read {
        attempt,
        missed: missed && batch.iter().any(is_touch),
    }
}

fn is_set(statement: &Statement<'_>) -> bool {
    matches!(statement.write, Write::Set { .. })
}

fn is_conditional(statement: &Statement<'_>) -> bool {
    matches!(statement.write, Write::Set { condition, .. } if *condition != Condition::None)
}

fn is_destroy(statement: &Statement<'_>) -> bool {
    *statement.write == Write::Destroy
}

fn is_touch(statement: &Statement<'_>) -> bool {
    matches!(statement.write, Write::Touch { .. })
}

fn set(answers: &mut [Option<Answer>], place: usize, answer: Option<Answer>) {
    if let Some(known) = answers.get_mut(place) {
        *known = answer;
    }
}

/// The documents of a list in a reply.
pub fn elements<'a>(reply: &'a Document, name: &str) -> impl Iterator<Item = &'a Document> {
    reply
        .get_array(name)
        .into_iter()
        .flatten()
        .filter_map(Bson::as_document)
}

/// The place of the statement that an element is about, among this many.
pub fn place(element: &Document, statements: usize) -> Option<usize> {
    let index = error::whole_number(element.get("index"))?;
    usize::try_from(index).ok().filter(|place| *place < statements)
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
                set(&mut attempt.answers, touch.place, None);
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

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    /// The answers to three removals.
    fn answers(reply: &Document) -> Vec<Option<Answer>> {
        let id = Field::Text("s".into());
        let statement = Statement {
            id: &id,
            write: &Write::Destroy,
        };
        read_reply(reply, &[statement; 3]).attempt.answers
    }

    #[test]
    fn a_refused_write_never_counts_as_done_however_its_place_is_written() {
        for index in [Bson::Int32(1), Bson::Int64(1), Bson::Double(1.0)] {
            let reply = doc! { "n": 2, "writeErrors": [{ "index": index, "code": 9, "errmsg": "no" }] };
            let failed: Vec<bool> = answers(&reply)
                .iter()
                .map(|answer| matches!(answer, Some(Err(_))))
                .collect();
            assert_eq!(failed, [false, true, false]);
        }
    }

    #[test]
    fn a_refusal_without_a_place_may_be_that_of_any_statement() {
        for refused in [
            doc! { "code": 9 },
            doc! { "index": 3, "code": 9 },
            doc! { "index": "1", "code": 9 },
        ] {
            let answers = answers(&doc! { "n": 2, "writeErrors": [refused] });
            assert!(answers.iter().all(|answer| matches!(answer, Some(Err(_)))));
        }
    }
}
