//! The calls of a run, for people who look for the cause of a failure.

use tokio::time::Instant;

use super::super::operation::{Answer, Outcome};
use super::call::found;
use super::log::Entry;

/// The text of an answer.
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
            "\n  {}: {:?} {:?} -> {answer:?}",
            entry.process,
            entry.called.duration_since(start),
            entry.call
        )
    });
    lines.collect()
}
