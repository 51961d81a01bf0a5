//! Checks whether a run can be explained. Each call has one answer, in time, and for each session there is an
//! order of effects that explains all answers and what is stored in the end.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use super::super::operation::{Answer, Outcome};
use super::call::{Call, State, live_at};
use super::log::Entry;
use super::order::{Explanations, explain};
use super::shard::{Document, OF_SESSIONS};
use crate::model::{Failure, Field};

/// A promise that a run broke.
#[derive(Debug)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

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

/// Checks that calls fail only by their deadline, except for those that a server refuses for the sake of their
/// session, or of the one that took its place in the queue. That holds while no server fails, and while one throttles
/// requests.
pub fn failures(entries: &[Entry]) -> Result<(), Violation> {
    let late = Failure::late(Duration::ZERO, None, "").name;
    let is_due =
        |failure: &Failure| failure.name == late || failure.code.is_some_and(|code| OF_SESSIONS.contains(&code));
    let fails = |entry: &&Entry| matches!(entry.answers.first(), Some((_, Err(failure))) if !is_due(failure));
    match entries.iter().find(fails) {
        Some(entry) => Err(Violation(format!("failed although no server did: {entry:?}"))),
        None => Ok(()),
    }
}

/// Checks the answers and the final documents, session by session. `stored` are the texts that there have ever been. `once`
/// tells whether the servers number writes, so that each takes effect once. Returns the number of sessions that could not
/// be judged.
pub fn order(
    entries: &[Entry],
    documents: &HashMap<String, Document>,
    stored: &HashSet<String>,
    sessions: usize,
    once: bool,
) -> Result<usize, Violation> {
    let mut unjudged = 0;
    let mut counts: HashMap<usize, (u64, u64)> = HashMap::new();
    for number in 0..sessions {
        let id = format!("s{number}");
        let there = documents.get(&id);
        let there = there.map(|document| (document.text.as_str(), document.expires));
        let Some(explanations) = explain(entries, &id, there, stored, once)? else {
            unjudged += 1;
            continue;
        };
        for (place, survey) in entries.iter().enumerate().filter(|(_, entry)| entry.call.is_survey()) {
            survey_fits(survey, place, &explanations, &id, counts.entry(place).or_default())?;
        }
    }
    if unjudged > 0 {
        // Nor can the number of all sessions.
        return Ok(unjudged);
    }
    for (place, (least, most)) in counts {
        let entry = entries.get(place).unwrap();
        if let [(_, Ok(Outcome::Count(count)))] = entry.answers.as_slice()
            && !(least..=most).contains(count)
        {
            return Err(Violation(format!("{count} documents instead of {least} to {most}")));
        }
    }
    Ok(0)
}

/// Checks that the answer of a survey fits the states that a session may have had between its call and its answer.
/// Adds the session to the bounds of the survey's count.
fn survey_fits(
    survey: &Entry,
    place: usize,
    explanations: &Explanations<'_>,
    id: &str,
    count: &mut (u64, u64),
) -> Result<(), Violation> {
    let Some((_, answer)) = survey.answers.first() else {
        return Ok(());
    };
    if answer.is_err() {
        return Ok(());
    }
    let seen = explanations.during(survey, place);
    count.0 += u64::from(!seen.contains(&None));
    count.1 += u64::from(seen.iter().any(Option::is_some));
    match listed(&survey.call, answer, id) {
        Some((now, texts)) if !is_listed(&seen, now, &texts) => Err(Violation(format!(
            "{survey:?} lists {texts:?} for {id}, which was one of {seen:?}"
        ))),
        _ => Ok(()),
    }
}

/// The caller's clock, and the texts of a session among those that a survey lists.
fn listed<'a>(call: &Call, answer: &'a Answer, id: &str) -> Option<(i64, Vec<&'a str>)> {
    let (Call::All(now), Ok(Outcome::Sessions(all))) = (call, answer) else {
        return None;
    };
    let own = format!("{id} ");
    let texts = all.iter().flatten().filter_map(|session| match &session.value {
        Some(Field::Text(text)) if text.starts_with(&own) => Some(text.as_str()),
        _ => None,
    });
    Some((*now, texts.collect()))
}

fn is_listed(seen: &[State<'_>], now: i64, texts: &[&str]) -> bool {
    let mut live = seen.iter().map(|state| live_at(*state, now));
    match texts {
        [] => live.any(|state| state.is_none()),
        [text] => live.flatten().any(|(seen, _)| seen == *text),
        _ => false,
    }
}
