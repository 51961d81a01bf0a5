//! What the engine needs from a database. `src/mongo` implements it with the driver, and the tests with a
//! seeded model of servers. The engine knows nothing else about either.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::operation::{Answer, Outcome, Write};
use crate::model::{Failure, Field, StoredSession};

/// The result of one attempt.
#[derive(Debug)]
pub struct Attempt {
    /// The answer for each session of the attempt, in their order. `None` means that nothing is known about
    /// that session.
    pub answers: Vec<Option<Answer>>,
    /// Why nothing is known about those sessions. Without a failure, the attempt ended early to keep its
    /// replies small, and another attempt gets the rest.
    pub failure: Option<Failure>,
    /// The places of the documents that a write created, although their answers are not known.
    pub created: Vec<usize>,
    /// The places of the statements that may have changed nothing. A server has no record of these: it would
    /// carry them out once more if they arrived again under the same number.
    pub idle: Vec<usize>,
    /// Whether the statements without an answer were carried out, and only too few members have confirmed that yet.
    pub is_unconfirmed: bool,
}

impl Attempt {
    /// An attempt that gave no answer for any of its sessions.
    pub fn failed(sessions: usize, failure: Failure) -> Self {
        Self {
            answers: vec![None; sessions],
            failure: Some(failure),
            ..Self::answered(Vec::new())
        }
    }

    /// An attempt that did not fail.
    pub fn answered(answers: Vec<Option<Answer>>) -> Self {
        Self {
            answers,
            failure: None,
            created: Vec::new(),
            idle: Vec::new(),
            is_unconfirmed: false,
        }
    }

    /// Answers a statement that found no session to change.
    pub fn found_nothing(&mut self, place: usize, outcome: Outcome) {
        if let Some(answer) = self.answers.get_mut(place) {
            *answer = Some(Ok(outcome));
            self.idle.push(place);
        }
    }
}

/// One statement of a write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statement<'a> {
    /// The session's `_id`.
    pub id: &'a Field,
    /// What is done to the session.
    pub write: &'a Write,
}

/// One session to be read.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The session's `_id`.
    pub id: &'a Field,
    /// The clock of the caller, in milliseconds since 1970. A session that has expired by then is missing.
    pub now: i64,
}

/// Whether there are servers for reads and for writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// No server has answered yet, and none has failed.
    Unheard,
    /// At least one server answers.
    Reachable {
        /// Whether a server answers that can be read from.
        reads: bool,
        /// Whether a server answers that takes writes.
        writes: bool,
    },
    /// No server answers.
    Unreachable {
        /// The reason for each server that was tried.
        causes: String,
        /// Whether every server was tried.
        all: bool,
    },
    /// The servers answer, but refuse to authenticate this user.
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

    /// Why some or all operations find no server, as far as that is known. `servers` names them.
    pub fn outage(&self, servers: &str) -> Option<Failure> {
        match self {
            Self::Unreachable { causes, .. } => Some(Failure::no_server(causes.clone())),
            Self::Refused(failure) => Some(failure.clone()),
            Self::Reachable { writes: false, .. } => {
                Some(Failure::no_server(format!("there is no primary among {servers}")))
            }
            Self::Reachable { reads: false, .. } => Some(Failure::no_server(format!(
                "no server among {servers} matches the read preference"
            ))),
            Self::Unheard | Self::Reachable { .. } => None,
        }
    }
}

/// Whether the settings of the connection allow retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// `retryReads`
    pub reads: bool,
    /// `retryWrites`
    pub writes: bool,
}

/// A database. No method retries anything, and each future may be dropped at any moment. `until` is the
/// deadline after which nobody waits for the result. The server is told the time that is left, so that it
/// doesn't work in vain.
pub trait Backend: Send + Sync + 'static {
    /// A server session, in which writes are numbered. The server never carries out a lower number after a
    /// higher one.
    type Session: Send + Sync + 'static;
    /// The ids of a collection, by pages.
    type Ids: Ids;

    /// Reads the live sessions among these.
    fn read(&self, wanted: &[Wanted<'_>], until: Instant) -> impl Future<Output = Attempt> + Send;

    /// A server session that nobody else uses, or `None` if the deployment doesn't support transaction
    /// numbers. Waits until that is known.
    fn session(&self) -> impl Future<Output = Result<Option<Self::Session>, Failure>> + Send;

    /// Takes back a server session in which nothing is in flight.
    fn return_session(&self, session: Self::Session);

    /// Carries out statements as one write, under this number of this server session. All statements belong
    /// to one command: either updates or deletes.
    fn write(
        &self,
        statements: &[Statement<'_>],
        number: Option<(&Self::Session, i64)>,
        until: Instant,
    ) -> impl Future<Output = Attempt> + Send;

    /// Sends a write without effect on these ids. Once it is answered, the server no longer carries out any
    /// earlier number of the session on them.
    fn fence(
        &self,
        ids: &[Field],
        number: (&Self::Session, i64),
        until: Instant,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// All sessions that are live at a date, in milliseconds since 1970, with their ids. `None` stands for a
    /// document that is not valid.
    fn list(
        &self,
        now: i64,
        until: Instant,
    ) -> impl Future<Output = Result<Vec<Option<(Field, StoredSession)>>, Failure>> + Send;

    /// The number of documents.
    fn count(&self, until: Instant) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// The ids of all documents.
    fn ids(&self) -> Self::Ids;

    /// Removes the documents that have expired by a date, in milliseconds since 1970, and returns how many
    /// there were.
    fn remove_expired(&self, now: i64, until: Instant) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Connects, and prepares the collection as the settings ask.
    fn prepare(&self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The reachability of the servers, now and from now on.
    fn reach(&self) -> watch::Receiver<Reach>;

    /// The addresses of the servers, for messages.
    fn servers(&self) -> String;

    /// How long the backend looks for a server.
    fn selection_limit(&self) -> Duration;

    /// Whether reads and writes may be retried.
    fn retries(&self) -> Retries;

    /// The shortest recent round trip to the servers; zero when none is known.
    fn distance(&self) -> Duration;

    /// Closes the connections without waiting for anything that still uses them.
    fn shut_down(&self) -> impl Future<Output = ()> + Send;
}

/// Ids, by pages.
pub trait Ids: Send {
    /// The next page, or `None` after the last one.
    fn next(&mut self, until: Instant) -> impl Future<Output = Result<Option<Vec<Field>>, Failure>> + Send;
}
