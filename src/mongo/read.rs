//! Reads many sessions with one `find` with `$in`. A reply of the server is limited to 16 MB, so the cursor
//! is drained. A session counts as missing only when the whole result was read.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use mongodb::bson::raw::{RawBsonRef, RawDocument};
use mongodb::bson::{Bson, DateTime, Document, doc};

use super::client::Opened;
use super::documents;
use super::limit::Limit;
use crate::engine::{Answer, Attempt, Outcome, Wanted};
use crate::model::{Failure, Field};

/// The bytes of sessions after which an attempt stops reading. Another attempt gets the rest.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Reads these sessions.
pub async fn read(opened: &Opened, all: &[Wanted<'_>], limit: Limit<'_>) -> Attempt {
    if let [wanted] = all {
        return match one(opened, *wanted, limit).await {
            Ok(answer) => Attempt::answered(vec![Some(answer)]),
            Err(failure) => Attempt::failed(1, failure),
        };
    }
    let mut attempt = Attempt::answered(vec![None; all.len()]);
    let (mut comparable, mut others) = (HashMap::with_capacity(all.len()), Vec::new());
    for (place, wanted) in all.iter().copied().enumerate() {
        if is_compared_by_bytes(wanted.id) {
            comparable.insert(Bytes::of(wanted.id), (place, wanted));
        } else {
            others.push((place, wanted));
        }
    }
    attempt.failure = many(opened, &comparable, limit, &mut attempt.answers).await.err();
    let asked = others.iter().map(|(_, wanted)| one(opened, *wanted, limit));
    for ((place, _), answer) in others.iter().zip(join_all(asked).await) {
        match answer {
            Ok(answer) => set(&mut attempt.answers, *place, answer),
            Err(failure) => attempt.failure = attempt.failure.or(Some(failure)),
        }
    }
    attempt
}

/// Whether values of this type are equal for the server exactly when their bytes are. Numbers are not, since
/// 5 and 5.0 are equal, nor is anything that may contain numbers.
fn is_compared_by_bytes(id: &Field) -> bool {
    let value = id.value();
    matches!(
        value,
        Ok(RawBsonRef::String(_)
            | RawBsonRef::ObjectId(_)
            | RawBsonRef::Binary(_)
            | RawBsonRef::DateTime(_)
            | RawBsonRef::Boolean(_))
    )
}

/// The bytes of an id, borrowed, for finding the place of a document without copying the id.
#[derive(PartialEq, Eq, Hash)]
enum Bytes<'a> {
    Text(&'a str),
    Wrapped(&'a [u8]),
}

impl<'a> Bytes<'a> {
    fn of(id: &'a Field) -> Self {
        match id {
            Field::Text(text) => Self::Text(text),
            Field::Wrapped(bytes) => Self::Wrapped(bytes),
        }
    }
}

fn set(answers: &mut [Option<Answer>], place: usize, answer: Answer) {
    if let Some(free) = answers.get_mut(place) {
        *free = Some(answer);
    }
}

fn bson_of(id: &Field) -> Result<Bson, Failure> {
    Bson::try_from(id.value()?).map_err(|_| Failure::malformed("A session id"))
}

/// Reads one session with a command of its own.
async fn one(opened: &Opened, wanted: Wanted<'_>, limit: Limit<'_>) -> Result<Answer, Failure> {
    let id = wanted.id;
    let filter = doc! { "_id": { "$eq": bson_of(id)? } };
    let _turn = opened.turn(false).await;
    let find = opened.collection.find_one(filter).max_time(limit.left());
    let found = limit.timed(find.into_future()).await?;
    let Some(found) = found else {
        return Ok(Ok(Outcome::Missing));
    };
    // With a collation, the server may find a document with another id.
    if is_compared_by_bytes(id) && documents::id(&found)?.as_ref() != Some(id) {
        return Ok(Ok(Outcome::Missing));
    }
    Ok(answer(&found, wanted.now))
}

/// Reads the documents of ids that are compared by their bytes, up to the limit of one attempt.
async fn many(
    opened: &Opened,
    places: &HashMap<Bytes<'_>, (usize, Wanted<'_>)>,
    limit: Limit<'_>,
    answers: &mut [Option<Answer>],
) -> Result<(), Failure> {
    if places.is_empty() {
        return Ok(());
    }
    let _turn = opened.turn(false).await;
    let find = opened
        .collection
        .find(among(places.values().map(|(_, wanted)| wanted.id))?)
        .batch_size(all_of(places.len()))
        .max_time(limit.left());
    let mut replies = limit.timed(Box::pin(find.batch())).await?;
    let mut bytes = 0;
    while let Some(reply) = replies.try_next().await? {
        for document in reply.doc_slices()? {
            let Ok(RawBsonRef::Document(document)) = document else {
                return Err(Failure::malformed("A reply"));
            };
            let found = match documents::field(document, "_id")? {
                Some(RawBsonRef::String(text)) => places.get(&Bytes::Text(text)).copied(),
                Some(id) => places.get(&Bytes::of(&Field::from(id))).copied(),
                None => None,
            };
            if let Some((place, wanted)) = found {
                set(answers, place, answer(document, wanted.now));
            }
        }
        bytes += reply.as_raw_document().as_bytes().len();
        if bytes > MAX_BYTES {
            return Ok(());
        }
    }
    for (place, _) in places.values() {
        if let Some(free @ None) = answers.get_mut(*place) {
            *free = Some(Ok(Outcome::Missing));
        }
    }
    Ok(())
}

/// The filter for any of these ids.
///
/// # Errors
/// When an id is not valid BSON.
pub fn among<'a>(ids: impl Iterator<Item = &'a Field>) -> Result<Document, Failure> {
    let ids: Vec<Bson> = ids.map(bson_of).collect::<Result<_, _>>()?;
    Ok(doc! { "_id": { "$in": ids } })
}

/// A batch size of one more than can exist, so that the server closes the cursor with the first reply.
pub fn all_of(documents: usize) -> u32 {
    u32::try_from(documents + 1).unwrap_or(u32::MAX)
}

/// The answer that a document gives to a caller with this clock.
pub fn answer(document: &RawDocument, now: i64) -> Answer {
    if documents::is_live(document, DateTime::from_millis(now))? {
        Ok(Outcome::Found(documents::read(document)?))
    } else {
        Ok(Outcome::Missing)
    }
}
