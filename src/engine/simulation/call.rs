//! The calls of a run, and what each may do to a session.

use super::super::operation::{Answer, Outcome};
use crate::model::Field;

/// A call, with the id, the text, the expiry and the caller's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    Get(String, i64),
    Set(String, String, i64),
    /// A `Set` of a session that was read.
    Save(String, String, i64),
    /// A `Save` that is stored only if the session still has the text that was read, which is the last one.
    Compare(String, String, i64, String),
    Touch(String, i64, i64),
    Destroy(String),
    All(i64),
    Length,
    Clear,
}

/// A state that a session may have: absent, or a text with an expiry.
pub type State<'a> = Option<(&'a str, i64)>;

/// What a caller with this clock sees of a session.
pub fn live_at(state: State<'_>, now: i64) -> State<'_> {
    state.filter(|(_, expires)| *expires > now)
}

fn is_still(state: State<'_>, read: &str) -> bool {
    state.is_some_and(|(text, _)| text == read)
}

impl Call {
    fn id(&self) -> Option<&str> {
        match self {
            Self::Get(id, _)
            | Self::Set(id, ..)
            | Self::Save(id, ..)
            | Self::Compare(id, ..)
            | Self::Touch(id, ..)
            | Self::Destroy(id) => Some(id),
            Self::All(_) | Self::Length | Self::Clear => None,
        }
    }

    /// Whether the call may see or change this session.
    pub fn concerns(&self, id: &str) -> bool {
        self.id().is_none_or(|other| other == id)
    }

    /// Whether the call sees the whole collection, and not at one moment.
    pub fn is_survey(&self) -> bool {
        matches!(self, Self::All(_) | Self::Length)
    }

    /// Whether the call may take effect several times before its answer. A `clear` may remove a session that another
    /// process stores meanwhile: once when it finds it, and once before the next call of its own process. So may a
    /// `destroy` that is sent again under another number, since no reply tells which sessions were removed.
    pub fn repeats(&self) -> bool {
        matches!(self, Self::Clear | Self::Destroy(_))
    }

    /// The session after the call was carried out.
    pub fn effect<'a>(&'a self, state: State<'a>) -> State<'a> {
        match self {
            Self::Set(_, text, expires) => Some((text, *expires)),
            Self::Save(_, text, expires) => state.map(|_| (text.as_str(), *expires)),
            Self::Compare(_, text, expires, read) if is_still(state, read) => Some((text, *expires)),
            Self::Touch(_, expires, now) => match live_at(state, *now) {
                Some((text, _)) => Some((text, *expires)),
                None => state,
            },
            Self::Destroy(_) | Self::Clear => None,
            Self::Get(..) | Self::Compare(..) | Self::All(_) | Self::Length => state,
        }
    }

    /// Whether this answer is true if the call finds the session in this state. `again` tells whether it was
    /// carried out before and its reply was lost.
    pub fn fits(&self, answer: &Answer, state: State<'_>, again: bool) -> bool {
        match (self, answer) {
            (_, Err(_)) | (Self::Destroy(_) | Self::Clear, Ok(Outcome::Done(true))) => true,
            (Self::Get(_, now), Ok(Outcome::Found(_) | Outcome::Missing)) => {
                let found = found(answer);
                let found = found.as_ref().map(|(text, expires)| (text.as_str(), *expires));
                live_at(state, *now) == found
            }
            (Self::Set(..), Ok(Outcome::Done(created))) => state.is_none() == *created || (again && *created),
            (Self::Save(..), Ok(Outcome::Done(false))) => state.is_some(),
            (Self::Save(..), Ok(Outcome::Missing)) => state.is_none(),
            (Self::Compare(_, _, _, read), Ok(Outcome::Done(false))) => is_still(state, read),
            (Self::Compare(_, _, _, read), Ok(Outcome::Missing)) => again || !is_still(state, read),
            (Self::Touch(_, _, now), Ok(Outcome::Done(touched))) => live_at(state, *now).is_some() == *touched,
            _ => false,
        }
    }
}

/// The text and expiry of the document in an answer, if it has one.
pub fn found(answer: &Answer) -> Option<(String, i64)> {
    match answer {
        Ok(Outcome::Found(session)) => match &session.value {
            Some(Field::Text(text)) => Some((text.clone(), session.expires.unwrap_or_default())),
            _ => None,
        },
        _ => None,
    }
}
