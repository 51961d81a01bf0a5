//! Writes of many sessions by one unordered `update` or `delete` command, with a statement for each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

use mongodb::bson::raw::{RawArrayBuf, RawBsonRef, RawDocumentBuf};
use mongodb::bson::{Bson, DateTime, Document, cstr, doc};
use mongodb::{Client, ClientSession, Collection, Database};

use super::attempt::Attempt;
use super::operation::{Action, Outcome};
use super::queue::Job;
use crate::document::{self, Field};
use crate::error::Failure;

/// The command by which a batch is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Sets and touches.
    Update,
    /// Destroys.
    Delete,
}

/// The number of the last retryable write of this process. The driver gives the sessions of clients that ended to others,
/// and the server takes a number that it has seen in a session for a write that is done: none is ever used twice.
static LAST_TRANSACTION: AtomicI64 = AtomicI64::new(0);

/// A session of the server, which makes the attempts of a batch one logical operation: a delayed first attempt can't
/// overwrite a later write. Only replica sets and sharded clusters have it.
pub struct Retryable {
    session: ClientSession,
    transaction: i64,
}

impl Retryable {
    /// A session that has written nothing yet.
    ///
    /// # Errors
    /// The driver's.
    pub async fn start(client: &Client) -> Result<Self, Failure> {
        let mut retryable = Self {
            session: client.start_session().await?,
            transaction: 0,
        };
        retryable.next();
        Ok(retryable)
    }

    /// Begins another batch, whose attempts have a number of their own.
    pub fn next(&mut self) {
        self.transaction = LAST_TRANSACTION.fetch_add(1, Ordering::Relaxed) + 1;
    }
}

/// The command of a batch. Further attempts send the same.
///
/// # Errors
/// When a value is not valid BSON.
pub fn command<R>(
    verb: Verb,
    collection: &Collection<RawDocumentBuf>,
    jobs: &[Job<R>],
    timestamps: bool,
    retryable: Option<&Retryable>,
) -> Result<RawDocumentBuf, Failure> {
    let mut statements = RawArrayBuf::new();
    for Job { id, step } in jobs {
        statements.push(match &step.action {
            Action::Set {
                session,
                expires,
                last_modified,
            } => document::set_statement(id, session, *expires, *last_modified, timestamps)?,
            Action::Touch {
                expires,
                last_modified,
                known_live,
            } => document::touch_statement(id, *expires, *last_modified, *known_live, timestamps)?,
            Action::Destroy | Action::Get => document::destroy_statement(id)?,
        });
    }
    let mut command = RawDocumentBuf::new();
    match verb {
        Verb::Update => {
            command.append(cstr!("update"), collection.name());
            command.append(cstr!("updates"), statements);
        }
        Verb::Delete => {
            command.append(cstr!("delete"), collection.name());
            command.append(cstr!("deletes"), statements);
        }
    }
    command.append(cstr!("ordered"), false);
    if let Some(concern) = write_concern(collection)? {
        command.append(cstr!("writeConcern"), concern);
    }
    if let Some(retryable) = retryable {
        command.append(cstr!("txnNumber"), retryable.transaction);
    }
    Ok(command)
}

/// The collection's write concern: `runCommand` does not add it by itself.
fn write_concern(collection: &Collection<RawDocumentBuf>) -> Result<Option<RawDocumentBuf>, Failure> {
    let Some(concern) = collection.write_concern() else {
        return Ok(None);
    };
    let malformed = |_| Failure::malformed("The write concern");
    let concern = mongodb::bson::serialize_to_document(concern).map_err(malformed)?;
    if concern.is_empty() {
        return Ok(None);
    }
    Ok(Some(RawDocumentBuf::try_from(&concern).map_err(malformed)?))
}

/// Sends a batch once.
pub async fn write<R>(
    database: &Database,
    collection: &Collection<RawDocumentBuf>,
    command: RawDocumentBuf,
    retryable: Option<&mut Retryable>,
    jobs: &[Job<R>],
) -> Attempt {
    let sent = database.run_raw_command(command);
    let reply = match retryable {
        Some(retryable) => sent.session(&mut retryable.session).await,
        None => sent.await,
    };
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => return Attempt::failed(jobs.len(), error.into()),
    };
    if let Some(failure) = reply
        .get_document("writeConcernError")
        .ok()
        .map(Failure::write_concern)
    {
        return Attempt {
            answers: vec![(!failure.transient).then(|| Err(failure.clone())); jobs.len()],
            failure: Some(failure),
        };
    }
    let mut attempt = Attempt::succeeded(jobs.len(), &Outcome::Done(true));
    let missed = read_reply(&reply, jobs, &mut attempt);
    if missed {
        find_missed(collection, jobs, &mut attempt).await;
    }
    attempt
}

/// Reads the results of a reply into `attempt`, and tells whether some touched session was not there.
fn read_reply<R>(reply: &Document, jobs: &[Job<R>], attempt: &mut Attempt) -> bool {
    let mut expected = i64::try_from(jobs.len()).unwrap_or(i64::MAX);
    for (position, job) in jobs.iter().enumerate() {
        if matches!(job.step.action, Action::Set { .. }) {
            attempt.set(position, Ok(Outcome::Done(false)));
        }
    }
    for created in elements(reply, "upserted") {
        attempt.set(position(created), Ok(Outcome::Done(true)));
    }
    for error in elements(reply, "writeErrors") {
        let failure = Failure::statement(error);
        let at = position(error);
        expected -= 1;
        match attempt.answers.get_mut(at) {
            Some(place) if failure.transient => {
                *place = None;
                attempt.failure = Some(failure);
            }
            Some(place) => *place = Some(Err(failure)),
            None => {}
        }
    }
    let touches = jobs
        .iter()
        .any(|job| matches!(job.step.action, Action::Touch { .. }));
    let written = match reply.get("n") {
        Some(Bson::Int32(n)) => i64::from(*n),
        Some(Bson::Int64(n)) => *n,
        _ => expected,
    };
    touches && written < expected
}

fn elements<'a>(reply: &'a Document, name: &str) -> impl Iterator<Item = &'a Document> {
    reply
        .get_array(name)
        .into_iter()
        .flatten()
        .filter_map(Bson::as_document)
}

fn position(element: &Document) -> usize {
    let index = match element.get("index") {
        Some(Bson::Int32(index)) => i64::from(*index),
        Some(Bson::Int64(index)) => *index,
        _ => -1,
    };
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// Finds out which touched sessions were not there: a reply has only their number.
async fn find_missed<R>(collection: &Collection<RawDocumentBuf>, jobs: &[Job<R>], attempt: &mut Attempt) {
    let touched: Vec<(usize, &Field, DateTime)> = jobs
        .iter()
        .enumerate()
        .filter_map(|(position, job)| match &job.step.action {
            Action::Touch { expires, .. } => Some((position, &job.id, *expires)),
            _ => None,
        })
        .collect();
    if let [(position, ..)] = touched.as_slice() {
        return attempt.set(*position, Ok(Outcome::Done(false)));
    }
    match expiry_of(collection, &touched).await {
        Ok(there) => {
            for (position, id, expires) in touched {
                let is_there = there
                    .get(id)
                    .is_some_and(|stored| stored.is_none_or(|date| date == expires));
                if !is_there && matches!(attempt.answers.get(position), Some(Some(Ok(_)))) {
                    attempt.set(position, Ok(Outcome::Done(false)));
                }
            }
        }
        Err(failure) => {
            for (position, ..) in touched {
                if let Some(place) = attempt.answers.get_mut(position) {
                    *place = None;
                }
            }
            attempt.failure = Some(failure);
        }
    }
}

/// The `expires` of those sessions that are there and live, or that have exactly the date which was written.
async fn expiry_of(
    collection: &Collection<RawDocumentBuf>,
    touched: &[(usize, &Field, DateTime)],
) -> Result<HashMap<Field, Option<DateTime>>, Failure> {
    let ids: Vec<Bson> = touched
        .iter()
        .map(|(_, id, _)| Bson::try_from(id.value()?).map_err(|_| Failure::malformed("A session id")))
        .collect::<Result<_, _>>()?;
    let mut cursor = collection
        .find(doc! { "_id": { "$in": ids } })
        .projection(doc! { "expires": 1 })
        .await?;
    let now = DateTime::now();
    let mut there = HashMap::with_capacity(touched.len());
    while cursor.advance().await? {
        let document = cursor.current();
        let Some(id) = document::field(document, "_id")? else {
            continue;
        };
        let id = Field::from(id);
        match document::field(document, "expires")? {
            Some(RawBsonRef::DateTime(date)) if date <= now => there.insert(id, Some(date)),
            None | Some(RawBsonRef::DateTime(_)) => there.insert(id, None),
            // No date: no touch matches it, unless it was written by this one.
            Some(_) => None,
        };
    }
    Ok(there)
}
