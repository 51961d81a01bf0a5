//! The documents of one server or shard, and the server sessions in which writes are numbered there.

use std::collections::{BTreeMap, HashMap, HashSet};

use mongodb::bson::{Document as Bson, doc};

use super::super::backend::Statement;
use super::super::operation::{Condition, Outcome, Write};
use crate::model::{Failure, Field, StoredSession};
use crate::mongo;

/// A document: the text of its session, and its expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The text of the `session` field.
    pub text: String,
    /// The `expires` field.
    pub expires: i64,
}

/// A statement that a server owns. It outlives the client that sent it.
#[derive(Clone, Debug)]
pub struct Owned {
    /// Its place in the command.
    pub place: usize,
    /// The session's `_id`.
    pub id: Field,
    /// What is done to the session; `None` for a fence.
    pub write: Option<Write>,
}

impl Owned {
    /// The statements of a command.
    pub fn all(statements: &[Statement<'_>]) -> Vec<Self> {
        let numbered = statements.iter().enumerate();
        numbered
            .map(|(place, statement)| Self {
                place,
                id: statement.id.clone(),
                write: Some(statement.write.clone()),
            })
            .collect()
    }

    /// Whether a server recognises the statement, with this outcome, if it arrives once more under the same
    /// number. A statement that changed nothing is carried out again.
    pub fn is_recorded(&self, outcome: &Outcome) -> bool {
        match &self.write {
            Some(Write::Set { .. }) => *outcome != Outcome::Missing,
            Some(Write::Touch { .. } | Write::Destroy) => *outcome == Outcome::Done(true),
            None => false,
        }
    }
}

/// A server session.
#[derive(Debug, Default)]
pub struct Session {
    /// The highest number that this server has seen.
    pub number: i64,
    /// The highest number under which something was changed. The other members know it, too.
    written: i64,
    /// The results of the statements of the highest number that changed something, by their places.
    done: HashMap<usize, Outcome>,
    /// Whether a command is in flight in the session.
    pub busy: bool,
}

/// The state of one server or shard.
#[derive(Debug, Default)]
pub struct Shard {
    /// The documents by their ids.
    pub documents: BTreeMap<String, Document>,
    /// The texts of all documents that there have ever been.
    pub stored: HashSet<String>,
    /// The sessions by their ids.
    pub sessions: HashMap<u64, Session>,
}

/// The text of an id or a session.
pub fn text(field: &Field) -> String {
    match field {
        Field::Text(text) => text.clone(),
        Field::Wrapped(_) => String::new(),
    }
}

/// The prefix of the text of a session that an index of the application refuses, and of one that makes its
/// whole command fail.
pub const REFUSED: &str = "refused ";
pub const POISON: &str = "poison ";
/// The codes of these refusals: a duplicate key, and a command that can't be parsed.
pub const OF_SESSIONS: [i32; 2] = [11_000, 9];

impl Shard {
    /// Starts a command with this number in a session.
    ///
    /// # Errors
    /// When a later number was used already.
    pub fn begin(&mut self, session: u64, number: i64) -> Result<(), Failure> {
        let session = self.sessions.entry(session).or_default();
        if number < session.number {
            return Err(mongo::of_command(
                &doc! { "code": 225, "errmsg": "a later number was used" },
            ));
        }
        if number > session.number {
            session.number = number;
            session.done.clear();
        }
        session.busy = true;
        Ok(())
    }

    /// Ends the command in a session.
    pub fn end(&mut self, session: u64) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.busy = false;
        }
    }

    /// Makes another member the primary, which knows only what was written.
    pub fn fail_over(&mut self) {
        for session in self.sessions.values_mut() {
            if session.number > session.written {
                session.done.clear();
            }
            session.number = session.written;
            session.busy = false;
        }
    }

    /// Whether one of the statements makes the server refuse the whole command.
    pub fn refuses(statements: &[Owned]) -> Option<Failure> {
        let poison = |statement: &Owned| matches!(&statement.write, Some(Write::Set { session, .. }) if text(session).starts_with(POISON));
        statements
            .iter()
            .any(poison)
            .then(|| mongo::of_command(&doc! { "code": 9, "errmsg": "poison" }))
    }

    /// The result of a statement that was already carried out under the same number of a session.
    pub fn done(&self, statement: &Owned, number: Option<(u64, i64)>) -> Option<Outcome> {
        let (session, _) = number?;
        self.sessions.get(&session)?.done.get(&statement.place).cloned()
    }

    /// Carries out one statement, but only once for each number of a session if it changes something.
    ///
    /// # Errors
    /// The error of the statement, as in a reply.
    pub fn carry_out(&mut self, statement: &Owned, number: Option<(u64, i64)>) -> Result<Outcome, Bson> {
        if let Some(done) = self.done(statement, number) {
            return Ok(done);
        }
        let outcome = self.write(statement)?;
        if let Some((session, number)) = number
            && statement.is_recorded(&outcome)
            && let Some(session) = self.sessions.get_mut(&session)
        {
            session.written = number;
            session.done.insert(statement.place, outcome.clone());
        }
        Ok(outcome)
    }

    fn write(&mut self, statement: &Owned) -> Result<Outcome, Bson> {
        let id = text(&statement.id);
        let Some(write) = &statement.write else {
            return Ok(Outcome::Done(false));
        };
        Ok(Outcome::Done(match write {
            Write::Set { condition, .. } if !holds(condition, self.documents.get(&id)) => {
                return Ok(Outcome::Missing);
            }
            Write::Set { session, expires, .. } => {
                let text = text(session);
                if text.starts_with(REFUSED) {
                    return Err(
                        doc! { "code": 11_000, "keyPattern": { "email": 1 }, "errmsg": "E11000 duplicate key error" },
                    );
                }
                self.stored.insert(text.clone());
                let document = Document {
                    text,
                    expires: *expires,
                };
                self.documents.insert(id, document).is_none()
            }
            Write::Touch {
                expires,
                known_live,
                now,
                ..
            } => match self.documents.get_mut(&id) {
                Some(document) if *known_live || document.expires > *now => {
                    document.expires = *expires;
                    true
                }
                _ => false,
            },
            Write::Destroy => self.documents.remove(&id).is_some(),
        }))
    }

    /// Reads a session that is live at a date.
    pub fn read(&self, id: &Field, now: i64) -> Outcome {
        match self.documents.get(&text(id)) {
            Some(document) if document.expires > now => Outcome::Found(stored(document)),
            _ => Outcome::Missing,
        }
    }
}

/// Whether the condition of a set holds for what is stored.
fn holds(condition: &Condition, stored: Option<&Document>) -> bool {
    match condition {
        Condition::None => true,
        Condition::Exists => stored.is_some(),
        Condition::IsStill(read) => stored.is_some_and(|document| document.text == text(read)),
    }
}

/// A document, as a read returns it.
pub fn stored(document: &Document) -> StoredSession {
    StoredSession {
        value: Some(Field::Text(document.text.clone())),
        expires: Some(document.expires),
        last_modified: None,
        record: None,
    }
}
