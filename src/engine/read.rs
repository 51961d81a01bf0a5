//! Reads of many sessions by one `find` with `$in`. A reply of the server ends at 16 MB: the cursor is drained, and a
//! session is only missing when the whole of it was read.

use std::collections::HashMap;

use mongodb::Collection;
use mongodb::bson::raw::{RawBsonRef, RawDocument, RawDocumentBuf};
use mongodb::bson::{Bson, DateTime, doc};

use super::attempt::Attempt;
use super::operation::{Answer, Outcome};
use super::queue::Job;
use crate::document::{self, Field};
use crate::error::Failure;

/// Reads the sessions of a batch. `seen` is told the size of each document.
pub async fn read<R>(
    collection: &Collection<RawDocumentBuf>,
    jobs: &[Job<R>],
    mut seen: impl FnMut(usize, usize),
) -> Attempt {
    let [job] = jobs else {
        return many(collection, jobs, seen).await;
    };
    match one(collection, &job.id, |bytes| seen(0, bytes)).await {
        Ok(answer) => Attempt {
            answers: vec![Some(answer)],
            failure: None,
        },
        Err(failure) => Attempt::failed(1, failure),
    }
}

/// The answer for one session, by a command of its own.
async fn one(
    collection: &Collection<RawDocumentBuf>,
    id: &Field,
    seen: impl FnOnce(usize),
) -> Result<Answer, Failure> {
    let Some(found) = find_one(collection, id).await? else {
        return Ok(Ok(Outcome::Missing));
    };
    seen(found.as_bytes().len());
    Ok(answer(&found, DateTime::now()))
}

async fn find_one(
    collection: &Collection<RawDocumentBuf>,
    id: &Field,
) -> Result<Option<RawDocumentBuf>, Failure> {
    let id = Bson::try_from(id.value()?).map_err(|_| Failure::malformed("A session id"))?;
    Ok(collection.find_one(doc! { "_id": { "$eq": id } }).await?)
}

async fn many<R>(
    collection: &Collection<RawDocumentBuf>,
    jobs: &[Job<R>],
    mut seen: impl FnMut(usize, usize),
) -> Attempt {
    let mut positions = HashMap::with_capacity(jobs.len());
    let mut others = Vec::new();
    for (position, job) in jobs.iter().enumerate() {
        match &job.id {
            Field::Text(id) => {
                positions.insert(id.as_str(), position);
            }
            Field::Wrapped(_) => others.push(position),
        }
    }
    let mut attempt = Attempt::failed(jobs.len(), Failure::lost());
    attempt.failure = drain(collection, &positions, |position, document, now| {
        seen(position, document.as_bytes().len());
        attempt.set(position, answer(document, now));
    })
    .await
    .err();
    if attempt.failure.is_none() {
        for &position in positions.values() {
            if let Some(place @ None) = attempt.answers.get_mut(position) {
                *place = Some(Ok(Outcome::Missing));
            }
        }
    }
    // The server compares ids that are not text in ways of its own (5 and 5.0 are one): each is asked for by itself.
    for position in others {
        let Some(job) = jobs.get(position) else { continue };
        match one(collection, &job.id, |bytes| seen(position, bytes)).await {
            Ok(answer) => attempt.set(position, answer),
            Err(failure) => attempt.failure = attempt.failure.or(Some(failure)),
        }
    }
    attempt
}

/// Gives every document of the ids to `found`.
async fn drain(
    collection: &Collection<RawDocumentBuf>,
    positions: &HashMap<&str, usize>,
    mut found: impl FnMut(usize, &RawDocument, DateTime),
) -> Result<(), Failure> {
    let ids: Vec<&str> = positions.keys().copied().collect();
    // One more than can be there, so that the server closes the cursor with the first reply.
    let all = u32::try_from(ids.len() + 1).unwrap_or(u32::MAX);
    let mut cursor = collection
        .find(doc! { "_id": { "$in": ids } })
        .batch_size(all)
        .await?;
    let now = DateTime::now();
    while cursor.advance().await? {
        let document = cursor.current();
        // An index with a collation may find more than was asked for.
        if let Some(RawBsonRef::String(id)) = document::field(document, "_id")?
            && let Some(&position) = positions.get(id)
        {
            found(position, document, now);
        }
    }
    Ok(())
}

fn answer(document: &RawDocument, now: DateTime) -> Answer {
    if document::is_live(document, now)? {
        Ok(Outcome::Found(document::read(document)?))
    } else {
        Ok(Outcome::Missing)
    }
}
