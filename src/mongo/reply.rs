//! What servers reply to the write command of a batch: an answer for each statement.

use mongodb::bson::{Bson, Document};

use super::error;
use crate::engine::{Answer, Attempt, Condition, Outcome, Statement, Write};
use crate::model::FailureKind;

/// The server's code for an update that would change an `_id`.
const IMMUTABLE_FIELD: i32 = 66;

/// What a reply says about a batch.
pub struct Reply {
    /// The attempt.
    pub attempt: Attempt,
    /// Whether some touched session was not found, of which the reply has only the number.
    pub missed: bool,
}

/// Reads the reply to a batch.
pub fn read(reply: &Document, batch: &[Statement<'_>]) -> Reply {
    let answers = batch
        .iter()
        .map(|statement| Some(Ok(Outcome::Done(!is_set(statement)))));
    let mut attempt = Attempt::answered(answers.collect());
    let mut created = Vec::new();
    for upserted in elements(reply, "upserted") {
        let Some(place) = place(upserted, batch.len()) else {
            continue;
        };
        created.push(place);
        set(&mut attempt.answers, place, Some(Ok(Outcome::Done(true))));
    }
    let mut expected = i64::try_from(batch.len()).unwrap_or(i64::MAX);
    let mut unplaced = None;
    for refused in elements(reply, "writeErrors") {
        expected -= 1;
        let place = place(refused, batch.len());
        let refusal = error::of_statement(refused);
        if let Some(place) = place
            && refusal.code == Some(IMMUTABLE_FIELD)
            && batch.get(place).is_some_and(is_conditional)
        {
            attempt.found_nothing(place, Outcome::Missing);
            continue;
        }
        // The server's state is not the statement's fault: all remaining statements go on together.
        let is_of_server = matches!(
            refusal.kind,
            FailureKind::Passing | FailureKind::Overload | FailureKind::Unnumbered
        );
        let answer = if is_of_server {
            attempt.failure = Some(refusal);
            None
        } else {
            Some(Err(refusal))
        };
        match place {
            Some(place) => set(&mut attempt.answers, place, answer),
            // Any of them may be the one that was refused.
            None => unplaced = Some(answer),
        }
    }
    if let Some(refused) = unplaced {
        for answer in attempt
            .answers
            .iter_mut()
            .filter(|answer| matches!(answer, Some(Ok(_))))
        {
            answer.clone_from(&refused);
        }
    }
    let missed = error::whole_number(reply.get("n")).unwrap_or(expected) < expected;
    if let Ok(concern) = reply.get_document("writeConcernError") {
        // The statements were carried out, except those that have an error of their own, which they keep.
        let concern = error::of_write_concern(concern, reply);
        let passes = matches!(
            concern.kind,
            FailureKind::Passing | FailureKind::Overload | FailureKind::OutOfTime
        );
        for answer in attempt
            .answers
            .iter_mut()
            .filter(|answer| matches!(answer, Some(Ok(_))))
        {
            *answer = (!passes).then(|| Err(concern.clone()));
        }
        attempt.failure = attempt.failure.or(passes.then_some(concern));
        attempt.created = created;
        attempt.is_unconfirmed = passes;
        return Reply { attempt, missed: false };
    }
    if missed {
        // Any of them may have found no session.
        let removals = batch.iter().enumerate().filter(|(_, statement)| is_destroy(statement));
        attempt.idle.extend(removals.map(|(place, _)| place));
    }
    Reply {
        attempt,
        missed: missed && batch.iter().any(is_touch),
    }
}

fn is_set(statement: &Statement<'_>) -> bool {
    matches!(statement.write, Write::Set { .. })
}

fn is_conditional(statement: &Statement<'_>) -> bool {
    matches!(statement.write, Write::Set { condition, .. } if *condition != Condition::None)
}

/// Whether a statement removes a session.
pub fn is_destroy(statement: &Statement<'_>) -> bool {
    *statement.write == Write::Destroy
}

fn is_touch(statement: &Statement<'_>) -> bool {
    matches!(statement.write, Write::Touch { .. })
}

/// Replaces the answer of one statement.
pub fn set(answers: &mut [Option<Answer>], place: usize, answer: Option<Answer>) {
    if let Some(known) = answers.get_mut(place) {
        *known = answer;
    }
}

/// The documents of a list in a reply.
pub fn elements<'a>(reply: &'a Document, name: &str) -> impl Iterator<Item = &'a Document> {
    reply
        .get_array(name)
        .into_iter()
        .flatten()
        .filter_map(Bson::as_document)
}

/// The place of the statement that an element is about, among this many.
pub fn place(element: &Document, statements: usize) -> Option<usize> {
    let index = error::whole_number(element.get("index"))?;
    usize::try_from(index).ok().filter(|place| *place < statements)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;
    use crate::model::Field;

    /// The answers to three removals.
    fn answers(reply: &Document) -> Vec<Option<Answer>> {
        let id = Field::Text("s".into());
        let statement = Statement {
            id: &id,
            write: &Write::Destroy,
        };
        read(reply, &[statement; 3]).attempt.answers
    }

    #[test]
    fn a_refused_write_never_counts_as_done_however_its_place_is_written() {
        for index in [Bson::Int32(1), Bson::Int64(1), Bson::Double(1.0)] {
            let reply = doc! { "n": 2, "writeErrors": [{ "index": index, "code": 9, "errmsg": "no" }] };
            let failed: Vec<bool> = answers(&reply)
                .iter()
                .map(|answer| matches!(answer, Some(Err(_))))
                .collect();
            assert_eq!(failed, [false, true, false]);
        }
    }

    #[test]
    fn a_refusal_without_a_place_may_be_that_of_any_statement() {
        for refused in [
            doc! { "code": 9 },
            doc! { "index": 3, "code": 9 },
            doc! { "index": "1", "code": 9 },
        ] {
            let answers = answers(&doc! { "n": 2, "writeErrors": [refused] });
            assert!(answers.iter().all(|answer| matches!(answer, Some(Err(_)))));
        }
    }
}
