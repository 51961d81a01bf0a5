//! What the store asks of the engine, and what it gets back.

use mongodb::bson::{Bson, DateTime};

use crate::document::StoredSession;
use crate::error::Failure;

/// One operation on the store's collection.
#[derive(Debug)]
pub enum Operation {
    /// Reads a live session.
    Get {
        /// `_id` of the document.
        id: Bson,
    },
    /// Stores a session, whether or not it is there.
    Set {
        /// `_id` of the document.
        id: Bson,
        /// The `session` field.
        session: Bson,
        /// The `expires` field.
        expires: DateTime,
        /// The `lastModified` field.
        last_modified: Option<DateTime>,
    },
    /// Moves the expiry of a live session.
    Touch {
        /// `_id` of the document.
        id: Bson,
        /// The `expires` field.
        expires: DateTime,
        /// The `lastModified` field.
        last_modified: Option<DateTime>,
    },
    /// Removes a session, whether or not it is there.
    Destroy {
        /// `_id` of the document.
        id: Bson,
    },
    /// Reads all live sessions.
    All,
    /// Counts the documents, expired ones included.
    Length,
    /// Removes all documents, and keeps the indexes.
    Clear,
    /// Removes the expired documents.
    RemoveExpired,
}

/// The result of an operation that succeeded.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// `Get`: no live session has this id.
    Missing,
    /// `Get`: the session.
    Found(StoredSession),
    /// `Set`: whether the document was created. `Touch`: whether there was one. Others: always true.
    Done(bool),
    /// `Length`, `RemoveExpired`: a number of documents.
    Count(u64),
    /// `All`: the sessions, in the server's order.
    Sessions(Vec<StoredSession>),
}

/// What an operation ends with.
pub type Answer = Result<Outcome, Failure>;
