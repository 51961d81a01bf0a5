//! Checks whether a run can be explained. Each call has one answer, in time, and for each session there is an
//! order of effects that is the order of its calls. A failed operation may have taken effect or not, but not
//! later than the next one.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::super::operation::{Answer, Outcome};
use super::shard::Document;
use super::workload::{Entry, found};
use crate::model::Field;

/// A promise that a run broke.
#[derive(Debug)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A call, with the id, the text, the expiry and the caller's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    Get(String, i64),
    Set(String, String, i64),
    /// A `Set` of a session that was read.
    Save(String, String, i64),
    Touch(String, i64, i64),
    Destroy(String),
    All(i64),
    Length,
    Clear,
}

impl Call {
    fn id(&self) -> Option<&str> {
        match self {
            Self::Get(id, _) | Self::Set(id, ..) | Self::Save(id, ..) | Self::Touch(id, ..) | Self::Destroy(id) => {
                Some(id)
            }
            Self::All(_) | Self::Length | Self::Clear => None,
        }
    }

    fn concerns(&self, id: &str) -> bool {
        self.id().is_none_or(|other| other == id)
    }
}

/// A state that a session may have: absent, or a text with an expiry.
type State = Option<(String, i64)>;
type States = BTreeSet<State>;

/// Checks that each call has one answer, and that none is late.
pub fn answers(entries: &[Entry], limit: Duration) -> Result<(), Violation> {
    for entry in entries {
        let [(answered, _)] = entry.answers.as_slice() else {
            return Err(Violation(format!("{} answers: {entry:?}", entry.answers.len())));
        };
        if answered.duration_since(entry.called) > limit {
            return Err(Violation(format!(
                "answered after {:?} instead of {limit:?}: {entry:?}",
                answered.duration_since(entry.called)
            )));
        }
    }
    Ok(())
}

/// Checks the answers and the final documents, session by session. Without transaction numbers, nobody knows
/// which of two attempts created a document.
pub fn order(
    entries: &[Entry],
    documents: &HashMap<String, Document>,
    sessions: usize,
    numbered: bool,
) -> Result<(), Violation> {
    let mut counts: HashMap<usize, (u64, u64)> = HashMap::new();
    for number in 0..sessions {
        let id = format!("s{number}");
        let mut states = States::from([None]);
        for (place, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.call.concerns(&id)) {
            let Some((_, answer)) = entry.answers.first() else {
                continue;
            };
            let before = states.clone();
            let fits = match entry.call {
                Call::All(_) | Call::Length => {
                    let seen = during(&states, entries, place, &id);
                    sweep(&entry.call, answer, &seen, &id, counts.entry(place).or_default())
                }
                _ => step(&entry.call, answer, &mut states, numbered),
            };
            if !fits {
                return Err(Violation(format!(
                    "{:?} was answered by {}, when the session was one of {before:?}{}",
                    entry.call,
                    shown(answer),
                    last_calls(entries, place, &id)
                )));
            }
        }
        let there = documents.get(&id);
        let there: State = there.map(|document| (document.text.clone(), document.expires));
        if !states.contains(&there) {
            return Err(Violation(format!(
                "in the end {id} is {there:?} instead of one of {states:?}{}",
                last_calls(entries, entries.len(), &id)
            )));
        }
    }
    for (place, (least, most)) in counts {
        let entry = entries.get(place).unwrap();
        if let [(_, Ok(Outcome::Count(count)))] = entry.answers.as_slice()
            && !(least..=most).contains(count)
        {
            return Err(Violation(format!("{count} documents instead of {least} to {most}")));
        }
    }
    Ok(())
}

/// What a caller with this clock sees of a session.
fn live_at(state: &State, now: i64) -> Option<&(String, i64)> {
    state.as_ref().filter(|(_, expires)| *expires > now)
}

/// The states after a touch of those that are live.
fn touched(expires: i64, now: i64, states: &States) -> States {
    let live = states.iter().filter_map(|state| live_at(state, now));
    live.map(|(text, _)| Some((text.clone(), expires))).collect()
}

/// Applies one answered call to the states that a session may have. Returns false if no state fits the
/// answer.
fn step(call: &Call, answer: &Answer, states: &mut States, numbered: bool) -> bool {
    match (call, answer) {
        (Call::Get(..), Err(_)) | (Call::All(_) | Call::Length, _) => {}
        (Call::Get(_, now), Ok(_)) => {
            let found = found(answer);
            states.retain(|state| live_at(state, *now) == found.as_ref());
        }
        (Call::Set(_, text, expires), Ok(Outcome::Done(created))) => {
            let is_known = numbered || *created;
            if is_known && !states.iter().any(|state| state.is_none() == *created) {
                return false;
            }
            *states = States::from([Some((text.clone(), *expires))]);
        }
        (Call::Set(_, text, expires), _) => {
            states.insert(Some((text.clone(), *expires)));
        }
        (Call::Save(_, text, expires), Ok(Outcome::Done(false))) => {
            if !states.iter().any(Option::is_some) {
                return false;
            }
            *states = States::from([Some((text.clone(), *expires))]);
        }
        (Call::Save(..), Ok(Outcome::Missing)) => states.retain(Option::is_none),
        (Call::Save(..), Ok(_)) => return false,
        (Call::Save(_, text, expires), Err(_)) => {
            if states.iter().any(Option::is_some) {
                states.insert(Some((text.clone(), *expires)));
            }
        }
        (Call::Touch(_, expires, now), Ok(Outcome::Done(true))) => *states = touched(*expires, *now, states),
        (Call::Touch(_, _, now), Ok(_)) => states.retain(|state| live_at(state, *now).is_none()),
        (Call::Touch(_, expires, now), Err(_)) => {
            let touched = touched(*expires, *now, states);
            states.extend(touched);
        }
        (Call::Destroy(_) | Call::Clear, Ok(_)) => *states = States::from([None]),
        (Call::Destroy(_) | Call::Clear, Err(_)) => {
            states.insert(None);
        }
    }
    !states.is_empty()
}

/// The states that a session may have had between the call of a sweep and its answer: those before it, and
/// those of calls made meanwhile.
fn during(states: &States, entries: &[Entry], place: usize, id: &str) -> States {
    let mut seen = states.clone();
    let until = entries.get(place).and_then(|entry| entry.answers.first());
    let Some((until, _)) = until else { return seen };
    for entry in entries.iter().skip(place + 1).filter(|entry| entry.call.concerns(id)) {
        if entry.called > *until {
            break;
        }
        match &entry.call {
            Call::Set(_, text, expires) | Call::Save(_, text, expires) => {
                seen.insert(Some((text.clone(), *expires)));
            }
            Call::Touch(_, expires, now) => {
                let touched = touched(*expires, *now, &seen);
                seen.extend(touched);
            }
            Call::Destroy(_) | Call::Clear => {
                seen.insert(None);
            }
            _ => {}
        }
    }
    seen
}

/// Whether the answer of a sweep fits the possible states of a session. Adds the session to the bounds of the
/// sweep's count.
fn sweep(call: &Call, answer: &Answer, seen: &States, id: &str, count: &mut (u64, u64)) -> bool {
    count.0 += u64::from(!seen.contains(&None));
    count.1 += u64::from(seen.iter().any(Option::is_some));
    let (Call::All(now), Ok(Outcome::Sessions(all))) = (call, answer) else {
        return true;
    };
    let own = format!("{id} ");
    let texts = all.iter().flatten().filter_map(|session| match &session.value {
        Some(Field::Text(text)) if text.starts_with(&own) => Some(text),
        _ => None,
    });
    let texts: Vec<&String> = texts.collect();
    match texts.as_slice() {
        [] => seen.iter().any(|state| live_at(state, *now).is_none()),
        [text] => seen
            .iter()
            .filter_map(|state| live_at(state, *now))
            .any(|(seen, _)| seen == *text),
        _ => false,
    }
}

fn shown(answer: &Answer) -> String {
    match answer {
        Ok(Outcome::Found(_)) => format!("{:?}", found(answer)),
        answer => format!("{answer:?}"),
    }
}

/// The calls with the times and texts of their answers.
pub fn history<'a>(entries: impl IntoIterator<Item = &'a Entry>, start: Instant) -> String {
    let lines = entries.into_iter().map(|entry| {
        let answer = entry.answers.first();
        let answer = answer.map(|(at, answer)| (at.duration_since(start), shown(answer)));
        format!(
            "\n  {:?} {:?} -> {answer:?}",
            entry.called.duration_since(start),
            entry.call
        )
    });
    lines.collect()
}

/// The last calls on a session before a place, for debugging a failure.
fn last_calls(entries: &[Entry], place: usize, id: &str) -> String {
    let Some(start) = entries.first().map(|entry| entry.called) else {
        return String::new();
    };
    let calls = entries.iter().take(place + 1).filter(|entry| entry.call.concerns(id));
    let calls: Vec<&Entry> = calls.collect();
    let from = calls.len().saturating_sub(12);
    history(calls.into_iter().skip(from), start)
}
