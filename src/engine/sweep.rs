//! Operations on the whole collection, as single commands of the driver. They wait for the operations that were called
//! before them.

use futures_util::TryStreamExt;

use mongodb::bson::raw::{RawDocument, RawDocumentBuf};
use mongodb::bson::{DateTime, doc};
use mongodb::options::{CollectionOptions, WriteConcern};
use mongodb::{Collection, Database};
use tokio::runtime::Handle;

use super::crypt;
use super::operation::{Answer, Outcome, Sweep};
use crate::crypto::Cipher;
use crate::document::{self, Field, StoredSession};
use crate::error::Failure;
use crate::expiry;

/// Carries out one operation.
///
/// # Errors
/// The server's and the connection's.
pub async fn sweep(
    database: &Database,
    collection: &Collection<RawDocumentBuf>,
    sweep: Sweep,
    cipher: Option<(&Cipher, &Handle)>,
) -> Answer {
    match sweep {
        Sweep::All => {
            let cursor = collection.find(document::live_filter(DateTime::now())).await?;
            let Some((cipher, runtime)) = cipher else {
                let sessions = cursor.map_ok(|found| document::read(&found).ok());
                return Ok(Outcome::Sessions(sessions.try_collect().await?));
            };
            let found = cursor.map_ok(|found| read_with_id(&found).ok().flatten());
            let found = found.try_collect().await?;
            Ok(Outcome::Sessions(crypt::open_all(cipher, runtime, found).await?))
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

/// A session with the id that it is bound to.
fn read_with_id(found: &RawDocument) -> Result<Option<(Field, StoredSession)>, Failure> {
    let session = document::read(found)?;
    Ok(document::field(found, "_id")?.map(|id| (Field::from(id), session)))
}
