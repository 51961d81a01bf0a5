//! The reply of servers to a write. The code that reads the replies of real servers reads it.

use mongodb::bson::{Bson, Document, doc};

use super::super::backend::{Attempt, Statement};
use super::super::operation::{Outcome, Write};
use super::shard::Owned;
use crate::model::Failure;
use crate::mongo;

/// What one shard did of a command.
#[derive(Default)]
pub struct Part {
    /// The places of its statements, with their outcomes or their errors.
    pub results: Vec<(usize, Result<Outcome, Document>)>,
    /// Why not enough members confirmed them.
    pub concern: Option<Document>,
    /// Why the shard refused the command, or gave no answer. There are no results then.
    pub failure: Option<Failure>,
}

impl Part {
    /// A command that failed as a whole.
    pub fn failed(failure: Failure) -> Self {
        Self {
            failure: Some(failure),
            ..Self::default()
        }
    }

    /// Whether the shard will recognise each of these statements if the command arrives once more. It has no
    /// record of statements that changed nothing.
    pub fn is_recorded(&self, statements: &[Owned]) -> bool {
        let recorded = |(place, result): &(usize, Result<Outcome, Document>)| {
            let statement = statements.iter().find(|statement| statement.place == *place);
            matches!((statement, result), (Some(statement), Ok(outcome)) if statement.is_recorded(outcome))
        };
        self.failure.is_none() && self.results.iter().all(recorded)
    }
}

/// Reads the reply to a command of which the shards did this.
pub fn read(parts: &[Part], statements: &[Statement<'_>]) -> Attempt {
    let mut failures = parts.iter().filter_map(|part| part.failure.as_ref());
    // A router that loses a shard gives no answer for the whole command.
    if let Some(lost) = failures.clone().find(|failure| failure.unanswered) {
        return Attempt::failed(statements.len(), lost.clone());
    }
    let results = || parts.iter().flat_map(|part| &part.results);
    let mut attempt = mongo::read_reply(&reply(parts, statements), statements).attempt;
    for (place, answer) in attempt.answers.iter_mut().enumerate() {
        if !results().any(|(done, _)| *done == place) {
            *answer = None;
        }
    }
    // The reply has only their number. The store looks for them, which is as certain.
    for (place, result) in results() {
        if *result == Ok(Outcome::Done(false))
            && is_touch(statements, *place)
            && matches!(attempt.answers.get(*place), Some(Some(Ok(_))))
        {
            attempt.found_nothing(*place, Outcome::Done(false));
        }
    }
    attempt.failure = attempt.failure.or_else(|| failures.next().cloned());
    attempt
}

fn is_touch(statements: &[Statement<'_>], place: usize) -> bool {
    statements
        .get(place)
        .is_some_and(|statement| matches!(statement.write, Write::Touch { .. }))
}

fn reply(parts: &[Part], statements: &[Statement<'_>]) -> Document {
    let (mut upserted, mut errors, mut found) = (Vec::<Bson>::new(), Vec::<Bson>::new(), 0_i64);
    for (place, result) in parts.iter().flat_map(|part| &part.results) {
        let index = i64::try_from(*place).unwrap();
        match result {
            Ok(Outcome::Missing) => errors.push(
                doc! {
                    "index": index,
                    "code": 66,
                    "errmsg": "Performing an update on the path '_id' would modify the immutable field '_id'",
                }
                .into(),
            ),
            Ok(outcome) => {
                let is_set = matches!(statements.get(*place).unwrap().write, Write::Set { .. });
                if is_set && *outcome == Outcome::Done(true) {
                    upserted.push(doc! { "index": index, "_id": index }.into());
                }
                found += i64::from(is_set || *outcome == Outcome::Done(true));
            }
            Err(error) => {
                let mut error = error.clone();
                error.insert("index", index);
                errors.push(error.into());
            }
        }
    }
    let mut reply = doc! { "ok": 1, "n": found, "upserted": upserted, "writeErrors": errors };
    if let Some(concern) = parts.iter().find_map(|part| part.concern.as_ref()) {
        reply.insert("writeConcernError", concern.clone());
    }
    reply
}
