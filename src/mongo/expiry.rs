//! Removes expired sessions from the database: with a TTL index, or with a removal that the JavaScript part
//! requests at an interval.

use mongodb::Database;
use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{Bson, DateTime, Document, doc, rawdoc};

use crate::model::Failure;

/// Creates the index that lets the server remove a session once its `expires` has passed. An existing index
/// is left as it is. The index has connect-mongo's definition, so that both packages accept each other's.
///
/// # Errors
/// Those of the server, for instance when the user may not create indexes or another index has that name. It
/// is no error if another index removes expired sessions.
pub async fn ensure_ttl_index(database: &Database, collection: &str) -> Result<(), Failure> {
    let index = doc! { "key": { "expires": 1 }, "name": "expires_1", "expireAfterSeconds": 0, "background": true };
    let made = database
        .run_command(doc! { "createIndexes": collection, "indexes": [index] })
        .await;
    let Err(error) = made else { return Ok(()) };
    let failure = Failure::from(error);
    if failure.code.is_some() && expires_otherwise(database, collection).await {
        return Ok(());
    }
    Err(failure)
}

/// Whether the collection has an index that removes expired sessions, as far as the user may know.
async fn expires_otherwise(database: &Database, collection: &str) -> bool {
    let Ok(reply) = database.run_command(doc! { "listIndexes": collection }).await else {
        return false;
    };
    let cursor = reply.get_document("cursor");
    // A collection has 64 indexes at most, which are in the first batch.
    let indexes = cursor.and_then(|cursor| cursor.get_array("firstBatch"));
    indexes
        .into_iter()
        .flatten()
        .filter_map(Bson::as_document)
        .any(removes_expired)
}

/// Whether an index removes every expired session sooner or later.
fn removes_expired(index: &Document) -> bool {
    let is_of_expires = index
        .get_document("key")
        .is_ok_and(|key| key.len() == 1 && number(key.get("expires")).is_some());
    is_of_expires
        && number(index.get("expireAfterSeconds")).is_some_and(|seconds| seconds >= 0.0)
        && !index.contains_key("partialFilterExpression")
}

fn number(value: Option<&Bson>) -> Option<f64> {
    match value? {
        Bson::Double(number) => Some(*number),
        Bson::Int32(number) => Some(f64::from(*number)),
        #[expect(clippy::cast_precision_loss, reason = "only its sign counts")]
        Bson::Int64(number) => Some(*number as f64),
        _ => None,
    }
}

/// The statement of a `delete` command that removes every session that has expired by a date. With the date of
/// the call, a late removal matches nothing that was stored since.
pub fn expired_statement(now: DateTime) -> RawDocumentBuf {
    rawdoc! { "q": { "expires": { "$lt": now } }, "limit": 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_ttl_index_on_expires_removes_expired_sessions() {
        for index in [
            doc! { "key": { "expires": 1 }, "expireAfterSeconds": 0 },
            doc! { "key": { "expires": -1.0 }, "expireAfterSeconds": 77_i64, "name": "other", "sparse": true },
        ] {
            assert!(removes_expired(&index), "{index}");
        }
        for index in [
            doc! { "key": { "expires": 1 } },
            doc! { "key": { "expires": "hashed" }, "expireAfterSeconds": 0 },
            doc! { "key": { "lastModified": 1 }, "expireAfterSeconds": 0 },
            doc! { "key": { "expires": 1, "_id": 1 }, "expireAfterSeconds": 0 },
            doc! { "key": { "expires": 1 }, "expireAfterSeconds": 0, "partialFilterExpression": { "a": 1 } },
        ] {
            assert!(!removes_expired(&index), "{index}");
        }
    }
}
