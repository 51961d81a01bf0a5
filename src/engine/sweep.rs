//! Operations on the whole collection, as single commands of the driver. They wait for the operations that were called
//! before them.

use futures_util::TryStreamExt;

use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{DateTime, doc};
use mongodb::options::{CollectionOptions, WriteConcern};
use mongodb::{Collection, Database};

use super::operation::{Answer, Outcome, Sweep};
use crate::document;
use crate::expiry;

/// Carries out one operation.
///
/// # Errors
/// The server's and the connection's.
pub async fn sweep(database: &Database, collection: &Collection<RawDocumentBuf>, sweep: Sweep) -> Answer {
    match sweep {
        Sweep::All => {
            let cursor = collection.find(document::live_filter(DateTime::now())).await?;
            Ok(Outcome::Sessions(
                cursor
                    .map_ok(|found| document::read(&found).ok())
                    .try_collect()
                    .await?,
            ))
        }
        Sweep::Length => {
            // Counting is an aggregation, which would take over the write concern: no concern stops that.
            let mut options = CollectionOptions::default();
            options.write_concern = Some(WriteConcern::default());
            let collection: Collection<RawDocumentBuf> =
                database.collection_with_options(collection.name(), options);
            Ok(Outcome::Count(collection.count_documents(doc! {}).await?))
        }
        Sweep::Clear => {
            collection.delete_many(doc! {}).await?;
            Ok(Outcome::Done(true))
        }
        Sweep::RemoveExpired => Ok(Outcome::Count(expiry::remove_expired(collection).await?)),
    }
}
