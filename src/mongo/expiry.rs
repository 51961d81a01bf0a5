//! Removes expired sessions from the database: with a TTL index, or with a removal that the JavaScript part
//! requests at an interval.

use mongodb::Database;
use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{DateTime, doc, rawdoc};

use crate::model::Failure;

/// Creates the index that lets the server remove a session once its `expires` has passed. An existing index
/// is left as it is. The index has connect-mongo's definition, so that both packages accept each other's.
///
/// # Errors
/// Those of the server, for instance when the user may not create indexes or another index has that name.
pub async fn ensure_ttl_index(database: &Database, collection: &str) -> Result<(), Failure> {
    let index = doc! { "key": { "expires": 1 }, "name": "expires_1", "expireAfterSeconds": 0, "background": true };
    database
        .run_command(doc! { "createIndexes": collection, "indexes": [index] })
        .await?;
    Ok(())
}

/// The statement of a `delete` command that removes every session that has expired by a date. With the date of
/// the call, a late removal matches nothing that was stored since.
pub fn expired_statement(now: DateTime) -> RawDocumentBuf {
    rawdoc! { "q": { "expires": { "$lt": now } }, "limit": 0 }
}
