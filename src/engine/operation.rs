//! What the store asks of the engine, and what it gets back.

use crate::model::{Failure, Field, Kind, StoredSession};

/// What is done to one session. Dates are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Reads it, if it is live.
    Get,
    /// Changes it.
    Write(Write),
}

/// A change of one session.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Stores it, whether or not it is there.
    Set {
        /// The `session` field.
        session: Field,
        /// The `expires` field.
        expires: i64,
        /// The `lastModified` field.
        last_modified: Option<i64>,
    },
    /// Moves its expiry, if it is live.
    Touch {
        /// The `expires` field.
        expires: i64,
        /// The `lastModified` field.
        last_modified: Option<i64>,
        /// Whether the caller has read it, and it can't have expired since.
        known_live: bool,
    },
    /// Removes it, whether or not it is there.
    Destroy,
}

impl Action {
    /// The bytes that wait to be sent for it, but for the id.
    pub fn len(&self) -> usize {
        match self {
            Self::Write(Write::Set { session, .. }) => session.len(),
            _ => 0,
        }
    }
}

impl From<&Action> for Kind {
    fn from(action: &Action) -> Self {
        match action {
            Action::Get => Self::Get,
            Action::Write(Write::Set { .. }) => Self::Set,
            Action::Write(Write::Touch { .. }) => Self::Touch,
            Action::Write(Write::Destroy) => Self::Destroy,
        }
    }
}

/// What is done to the whole collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// Reads all live sessions.
    All,
    /// Counts the documents, expired ones included.
    Length,
    /// Removes all documents that are there when it is called, and keeps the indexes.
    Clear,
    /// Removes the expired documents.
    RemoveExpired,
}

impl From<Sweep> for Kind {
    fn from(sweep: Sweep) -> Self {
        match sweep {
            Sweep::All => Self::All,
            Sweep::Length => Self::Length,
            Sweep::Clear => Self::Clear,
            Sweep::RemoveExpired => Self::RemoveExpired,
        }
    }
}

/// The result of an operation that succeeded.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// `Get`: no live session has this id.
    Missing,
    /// `Get`: the session.
    Found(StoredSession),
    /// `Set`: whether the document was created. `Touch`: whether there was one. Others: always true.
    Done(bool),
    /// `Length`, `RemoveExpired`: a number of documents.
    Count(u64),
    /// `All`: the sessions, in the server's order; `None` for a document that is not valid.
    Sessions(Vec<Option<StoredSession>>),
}

/// What an operation ends with.
pub type Answer = Result<Outcome, Failure>;

/// Where the answer to one operation goes. One that is dropped without an answer tells so by itself.
pub trait Reply: Send + Sync + 'static {
    /// Gives many answers at once.
    fn send_all(answers: Vec<(Self, Answer)>)
    where
        Self: Sized;

    /// Another way to the same caller, by which a test sees that no caller is answered twice.
    #[cfg(test)]
    fn twin(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }
}
