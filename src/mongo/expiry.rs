//! Removes expired sessions from the database: with a TTL index, or with a removal that the JavaScript part
//! requests at an interval.

use mongodb::Database;
use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{Bson, DateTime, Document, doc, rawdoc};

use super::error::useless_index;
use crate::model::Failure;

/// A field in the replies of old versions of Azure Cosmos DB, and in none of `MongoDB`:
/// <https://learn.microsoft.com/azure/cosmos-db/mongodb/time-to-live>.
const COSMOS_REPLY: &str = "_t";

/// Creates the index that lets the server remove a session once its `expires` has passed. An existing index
/// is left as it is. The index has connect-mongo's definition, so that both packages accept each other's.
///
/// # Errors
/// Those of the server, for instance when the user may not create indexes or another index has that name. It
/// is no error if another index removes expired sessions. It is one if Azure Cosmos DB accepts the index: it
/// removes nothing by it.
pub async fn ensure_ttl_index(database: &Database, collection: &str) -> Result<(), Failure> {
    let index = doc! { "key": { "expires": 1 }, "name": "expires_1", "expireAfterSeconds": 0, "background": true };
    let made = database
        .run_command(doc! { "createIndexes": collection, "indexes": [index] })
        .await;
    let (failure, counts): (_, fn(&Document) -> bool) = match made {
        Ok(reply) if !reply.contains_key(COSMOS_REPLY) => return Ok(()),
        Ok(_) => (useless_index(), removes_unchanged),
        Err(error) => (Failure::from(error), removes_sooner_or_later),
    };
    if failure.code.is_some() && has_index(database, collection, counts).await {
        return Ok(());
    }
    Err(failure)
}

/// Whether the collection has an index of a kind, as far as the user may know.
async fn has_index(database: &Database, collection: &str, counts: fn(&Document) -> bool) -> bool {
    let Ok(reply) = database.run_command(doc! { "listIndexes": collection }).await else {
        return false;
    };
    let cursor = reply.get_document("cursor");
    // A collection has 64 indexes at most, which are in the first batch.
    let indexes = cursor.and_then(|cursor| cursor.get_array("firstBatch"));
    indexes.into_iter().flatten().filter_map(Bson::as_document).any(counts)
}

/// Whether an index removes every expired session sooner or later.
pub fn removes_sooner_or_later(index: &Document) -> bool {
    removes_expired(index) || removes_unchanged(index)
}

/// Whether an index removes documents some time after the date in `expires`.
fn removes_expired(index: &Document) -> bool {
    is_of(index, "expires") && seconds(index).is_some_and(|seconds| seconds >= 0.0)
}

/// Whether an index of Azure Cosmos DB removes documents some time after their last change. The value -1
/// leaves that to a field of each document, which sessions don't have.
fn removes_unchanged(index: &Document) -> bool {
    is_of(index, "_ts") && seconds(index).is_some_and(|seconds| seconds > 0.0)
}

/// Whether an index has all documents, by this field alone.
fn is_of(index: &Document, field: &str) -> bool {
    let key = index.get_document("key");
    key.is_ok_and(|key| key.len() == 1 && number(key.get(field)).is_some())
        && !index.contains_key("partialFilterExpression")
}

fn seconds(index: &Document) -> Option<f64> {
    number(index.get("expireAfterSeconds"))
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
            assert!(!removes_unchanged(&index), "{index}");
        }
        for index in [
            doc! { "key": { "expires": 1 } },
            doc! { "key": { "expires": "hashed" }, "expireAfterSeconds": 0 },
            doc! { "key": { "lastModified": 1 }, "expireAfterSeconds": 0 },
            doc! { "key": { "expires": 1, "_id": 1 }, "expireAfterSeconds": 0 },
            doc! { "key": { "expires": 1 }, "expireAfterSeconds": 0, "partialFilterExpression": { "a": 1 } },
        ] {
            assert!(!removes_sooner_or_later(&index), "{index}");
        }
    }

    #[test]
    fn an_index_of_azure_cosmos_db_removes_what_did_not_change_for_some_seconds() {
        assert!(removes_unchanged(
            &doc! { "key": { "_ts": 1 }, "expireAfterSeconds": 1_209_600 }
        ));
        for index in [
            doc! { "key": { "_ts": 1 }, "expireAfterSeconds": -1 },
            doc! { "key": { "_ts": 1 } },
        ] {
            assert!(!removes_sooner_or_later(&index), "{index}");
        }
    }
}
