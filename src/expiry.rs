//! How expired sessions leave the database: the TTL index, or a removal that the shim asks for at an interval.

use mongodb::Collection;
use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{DateTime, doc};

use crate::error::Failure;

/// Makes the index by which the server removes a session once its `expires` has passed. An index that is there
/// already is left as it is. The description is connect-mongo's, so that either package finds the other's.
///
/// # Errors
/// The server's, for instance when the user may not make indexes or another index has that name.
pub async fn ensure_ttl_index(database: &mongodb::Database, collection: &str) -> Result<(), Failure> {
    let index =
        doc! { "key": { "expires": 1 }, "name": "expires_1", "expireAfterSeconds": 0, "background": true };
    database
        .run_command(doc! { "createIndexes": collection, "indexes": [index] })
        .await?;
    Ok(())
}

/// Removes every session that has expired, and gives their number.
///
/// # Errors
/// The server's and the connection's.
pub async fn remove_expired(collection: &Collection<RawDocumentBuf>) -> Result<u64, Failure> {
    let removed = collection
        .delete_many(doc! { "expires": { "$lt": DateTime::now() } })
        .await?;
    Ok(removed.deleted_count)
}
