//! How expired sessions leave the database: the TTL index, or a removal that the shim asks for at an interval.

use mongodb::Database;
use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{DateTime, doc, rawdoc};

use crate::model::Failure;

/// Makes the index by which the server removes a session once its `expires` has passed. An index that is there
/// already is left as it is. The description is connect-mongo's, so that either package finds the other's.
///
/// # Errors
/// The server's, for instance when the user may not make indexes or another index has that name.
pub async fn ensure_ttl_index(database: &Database, collection: &str) -> Result<(), Failure> {
    let index =
        doc! { "key": { "expires": 1 }, "name": "expires_1", "expireAfterSeconds": 0, "background": true };
    database
        .run_command(doc! { "createIndexes": collection, "indexes": [index] })
        .await?;
    Ok(())
}

/// The statement of a `delete` command that removes every session which has expired. The date is the one of the call, so
/// that a late removal finds nothing that was stored since.
pub fn expired_statement() -> RawDocumentBuf {
    rawdoc! { "q": { "expires": { "$lt": DateTime::now() } }, "limit": 0 }
}
