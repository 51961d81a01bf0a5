//! What the store asks the engine to do, and what it gets back.

use std::mem;

use crate::model::{Failure, Field, Kind, StoredSession};

/// An operation on one session. Dates are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Reads the session, if it is live.
    Get {
        /// The caller's clock.
        now: i64,
    },
    /// Changes the session.
    Write(Write),
}

/// A change of one session.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Stores the session.
    Set {
        /// The `session` field.
        session: Field,
        /// The `expires` field.
        expires: i64,
        /// The `lastModified` field.
        last_modified: Option<i64>,
        /// What must hold for that.
        condition: Condition,
        /// The caller's clock.
        now: i64,
    },
    /// Moves the expiry of the session, if it is live.
    Touch {
        /// The `expires` field.
        expires: i64,
        /// The `lastModified` field.
        last_modified: Option<i64>,
        /// Whether the caller has read the session and it can't have expired since.
        known_live: bool,
        /// The caller's clock.
        now: i64,
    },
    /// Removes the session, whether or not it exists.
    Destroy,
}

/// What must hold for a set to store its session.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Nothing. The session is created if it does not exist.
    None,
    /// The session exists, because the caller has read it under this id: a save must not bring back a session
    /// that was destroyed meanwhile.
    Exists,
    /// The `session` field is as the caller has read it: a save must not undo what another one has stored
    /// meanwhile.
    IsStill(Field),
}

impl Condition {
    /// Whether a set under this condition can be left out for a later one. A set that may create the session does
    /// not save an earlier one from finding it gone, and each comparison has a result of its own.
    const fn takes(&self, later: &Self) -> bool {
        matches!(
            (self, later),
            (Self::None, Self::None | Self::Exists) | (Self::Exists, Self::Exists)
        )
    }

    fn len(&self) -> usize {
        match self {
            Self::None | Self::Exists => 0,
            Self::IsStill(session) => session.len(),
        }
    }
}

impl Action {
    /// The number of bytes that wait to be sent, not counting the id.
    pub fn len(&self) -> usize {
        match self {
            Self::Write(Write::Set { session, condition, .. }) => session.len() + condition.len(),
            _ => 0,
        }
    }

    /// The date that a session must outlive for the caller to get it.
    pub fn live_at(&self) -> Option<i64> {
        match self {
            Self::Get { now } => Some(*now),
            Self::Write(_) => None,
        }
    }

    /// Whether a later action can be carried out together with this one, so that both have the results that
    /// they would have had one after the other. The callers' clocks differ by the time between the calls, but
    /// a clock that a test sets may also go back, or leap over the lifetime of a session.
    pub fn takes(&self, later: &Self) -> bool {
        match (self, later) {
            (Self::Get { now }, Self::Get { now: later }) => now <= later,
            (
                Self::Write(Write::Set { now, condition, .. }),
                Self::Write(Write::Set {
                    now: later,
                    condition: of_later,
                    ..
                }),
            ) => now <= later && condition.takes(of_later),
            (Self::Write(Write::Touch { now, expires, .. }), Self::Write(Write::Touch { now: later, .. })) => {
                now <= later && later < expires
            }
            (Self::Write(Write::Destroy), Self::Write(Write::Destroy)) => true,
            _ => false,
        }
    }

    /// Becomes a later action that [`Self::takes`] allows. Whether the session exists for the earlier caller
    /// decides for both, so the earlier clock stays.
    pub fn become_later(&mut self, mut later: Self) {
        match (&mut *self, &mut later) {
            (Self::Get { now }, Self::Get { now: later }) => *later = *now,
            (
                Self::Write(Write::Set { now, condition, .. }),
                Self::Write(Write::Set {
                    now: later,
                    condition: of_later,
                    ..
                }),
            ) => {
                *later = *now;
                mem::swap(of_later, condition);
            }
            (
                Self::Write(Write::Touch { now, known_live, .. }),
                Self::Write(Write::Touch {
                    now: later,
                    known_live: known_later,
                    ..
                }),
            ) => {
                *later = *now;
                *known_later |= *known_live;
            }
            _ => {}
        }
        *self = later;
    }
}

impl From<&Action> for Kind {
    fn from(action: &Action) -> Self {
        match action {
            Action::Get { .. } => Self::Get,
            Action::Write(Write::Set { .. }) => Self::Set,
            Action::Write(Write::Touch { .. }) => Self::Touch,
            Action::Write(Write::Destroy) => Self::Destroy,
        }
    }
}

/// An operation on the whole collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// Reads the sessions that are live at this date, the caller's clock in milliseconds since 1970.
    All(i64),
    /// Counts the documents, expired ones included.
    Length,
    /// Removes all documents that exist when it is called, and keeps the indexes.
    Clear,
    /// Removes the documents that have expired by this date, likewise.
    RemoveExpired(i64),
}

impl From<Sweep> for Kind {
    fn from(sweep: Sweep) -> Self {
        match sweep {
            Sweep::All(_) => Self::All,
            Sweep::Length => Self::Length,
            Sweep::Clear => Self::Clear,
            Sweep::RemoveExpired(_) => Self::RemoveExpired,
        }
    }
}

/// The result of an operation that succeeded.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// `Get`: no live session has this id. `Set`: its condition does not hold.
    Missing,
    /// `Get`: the session.
    Found(StoredSession),
    /// `Set`: whether the document was created. `Touch`: whether the session was found. Others: always true.
    Done(bool),
    /// `Length`, `RemoveExpired`: a number of documents.
    Count(u64),
    /// `All`: the sessions, in the server's order. `None` stands for a document that is not valid.
    Sessions(Vec<Option<StoredSession>>),
}

/// The final result of an operation.
pub type Answer = Result<Outcome, Failure>;

/// Where the answer to one operation goes. A reply that is dropped without an answer reports that by itself.
pub trait Reply: Send + Sync + 'static {
    /// Delivers many answers at once.
    fn send_all(answers: Vec<(Self, Answer)>)
    where
        Self: Sized;

    /// Another reply to the same caller, with which a test checks that no caller is answered twice.
    #[cfg(test)]
    fn twin(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a set finds, and what is stored after it.
    fn carry_out(action: &Action, stored: Option<&Field>) -> (Outcome, Option<Field>) {
        let Action::Write(Write::Set { session, condition, .. }) = action else {
            unreachable!("only sets are tested here");
        };
        let holds = match condition {
            Condition::None => true,
            Condition::Exists => stored.is_some(),
            Condition::IsStill(read) => stored == Some(read),
        };
        if holds {
            (Outcome::Done(stored.is_none()), Some(session.clone()))
        } else {
            (Outcome::Missing, stored.cloned())
        }
    }

    #[test]
    fn sets_that_become_one_have_the_results_that_they_would_have_had_one_after_the_other() {
        let text = |text: &str| Field::Text(text.into());
        let stored = [None, Some(text("one")), Some(text("two"))];
        let conditions = [
            Condition::None,
            Condition::Exists,
            Condition::IsStill(text("one")),
            Condition::IsStill(text("two")),
        ];
        let sets = |session: &'static str| {
            conditions.clone().map(|condition| {
                Action::Write(Write::Set {
                    session: text(session),
                    expires: 0,
                    last_modified: None,
                    condition,
                    now: 0,
                })
            })
        };
        let mut merged = 0;
        for (earlier, later) in sets("one")
            .into_iter()
            .flat_map(|set| sets("two").map(|later| (set.clone(), later)))
        {
            if !earlier.takes(&later) {
                continue;
            }
            merged += 1;
            let mut both = earlier.clone();
            both.become_later(later.clone());
            for stored in &stored {
                let (first, between) = carry_out(&earlier, stored.as_ref());
                let (second, after) = carry_out(&later, between.as_ref());
                assert_eq!(carry_out(&both, stored.as_ref()), (first.clone(), after));
                assert_eq!(first == Outcome::Missing, second == Outcome::Missing);
            }
        }
        assert_eq!(merged, 3);
    }
}
