//! What the engine asks of a database. `src/mongo` answers with the driver, and the tests with a seeded model of servers.
//! The engine knows nothing else of either.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::operation::{Answer, Write};
use crate::model::{Failure, Field, StoredSession};

/// What one attempt came to.
#[derive(Debug)]
pub struct Attempt {
    /// For each session of the attempt, in their order, its answer; `None` where nothing is known.
    pub answers: Vec<Option<Answer>>,
    /// Why nothing is known of those. Without one, the attempt ended early to keep its replies small, and asking again gives
    /// the rest.
    pub failure: Option<Failure>,
    /// The places of documents that a write has created, although its answers are not known.
    pub created: Vec<usize>,
}

impl Attempt {
    /// An attempt of which nothing is known for any of its sessions.
    pub fn failed(sessions: usize, failure: Failure) -> Self {
        Self {
            answers: vec![None; sessions],
            failure: Some(failure),
            created: Vec::new(),
        }
    }

    /// An attempt that gave an answer for each of its sessions.
    pub fn answered(answers: Vec<Option<Answer>>) -> Self {
        Self {
            answers,
            failure: None,
            created: Vec::new(),
        }
    }
}

/// One statement of a write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statement<'a> {
    /// The session's `_id`.
    pub id: &'a Field,
    /// What is done to it.
    pub write: &'a Write,
}

/// Whether there are servers for what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// None has answered yet, and none has failed.
    Unheard,
    /// At least one answers.
    Reachable {
        /// Whether one answers that may be read from.
        reads: bool,
        /// Whether one answers that takes writes.
        writes: bool,
    },
    /// None answers, for the reasons given, one for each server.
    Unreachable(String),
    /// They answer, and do not let this user in.
    Refused(Failure),
}

impl Reach {
    /// Whether an operation can be sent.
    pub fn allows(&self, writes_wanted: bool) -> bool {
        match self {
            Self::Reachable { reads, writes } => {
                if writes_wanted {
                    *writes
                } else {
                    *reads
                }
            }
            _ => false,
        }
    }
}

/// What may be retried, by the settings of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// `retryReads`
    pub reads: bool,
    /// `retryWrites`
    pub writes: bool,
}

/// A database. No method retries anything, and each may be dropped at any moment. `until` is when nobody
/// waits for it any more: the server is told what is left, so that nothing goes on there in vain.
pub trait Backend: Send + Sync + 'static {
    /// A session of the server: of two writes in it, the one with the lower number is never carried out after the other.
    type Session: Send + Sync + 'static;
    /// The ids of a collection, page by page.
    type Ids: Ids;

    /// Reads the live sessions of these ids.
    fn read(&self, ids: &[&Field], until: Instant) -> impl Future<Output = Attempt> + Send;

    /// A session that nobody else uses; `None` where the deployment does not number writes. Waits until that is known.
    fn session(&self) -> impl Future<Output = Result<Option<Self::Session>, Failure>> + Send;

    /// Takes back a session in which nothing is under way.
    fn return_session(&self, session: Self::Session);

    /// Carries out statements as one write, under this number of this session. All are of one command: updates or deletes.
    fn write(
        &self,
        statements: &[Statement<'_>],
        number: Option<(&Self::Session, i64)>,
        until: Instant,
    ) -> impl Future<Output = Attempt> + Send;

    /// A write of no effect on these ids. Once it is answered, no earlier number of the session is carried out on them.
    fn fence(
        &self,
        ids: &[Field],
        number: (&Self::Session, i64),
        until: Instant,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// All live sessions with their ids; `None` for a document that is not valid.
    fn list(
        &self,
        until: Instant,
    ) -> impl Future<Output = Result<Vec<Option<(Field, StoredSession)>>, Failure>> + Send;

    /// The number of documents.
    fn count(&self, until: Instant) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// The ids of all documents.
    fn ids(&self) -> Self::Ids;

    /// Removes the documents that have expired by now, and gives their number.
    fn remove_expired(&self, until: Instant) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Connects, and makes the collection as the settings want it.
    fn prepare(&self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// What is known of the servers, now and from now on.
    fn reach(&self) -> watch::Receiver<Reach>;

    /// The servers by their addresses, for messages.
    fn servers(&self) -> String;

    /// How long a server is looked for.
    fn selection_limit(&self) -> Duration;

    /// What may be retried.
    fn retries(&self) -> Retries;

    /// The shortest round trip to the servers of late; zero when nothing is known.
    fn distance(&self) -> Duration;

    /// Ends the connections without waiting for anything that still uses them.
    fn shut_down(&self) -> impl Future<Output = ()> + Send;
}

/// Ids, page by page.
pub trait Ids: Send {
    /// The next page; none when all were given.
    fn next(&mut self, until: Instant) -> impl Future<Output = Result<Option<Vec<Field>>, Failure>> + Send;
}
