//! Operations as single commands of the driver, which retries each of them once where the deployment allows it.

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{Bson, DateTime, Document, doc};

use super::operation::{Answer, Operation, Outcome};
use crate::document::{self, StoredSession};
use crate::error::Failure;
use crate::expiry;

/// How the operations of one store are carried out.
pub struct Executor {
    /// Whether writes keep `createdAt` and `updatedAt`.
    pub timestamps: bool,
}

impl Executor {
    /// Carries out one operation.
    ///
    /// # Errors
    /// The server's, the connection's, and [`Failure::too_large`].
    pub async fn run(&self, collection: &Collection<RawDocumentBuf>, operation: Operation) -> Answer {
        match operation {
            Operation::Get { id } => get(collection, id).await,
            Operation::Set {
                id,
                session,
                expires,
                last_modified,
            } => {
                let update = document::set_update(&id, session, expires, last_modified, self.timestamps)?;
                let written = collection.update_one(by_id(id), update).upsert(true).await?;
                Ok(Outcome::Done(written.upserted_id.is_some()))
            }
            Operation::Touch {
                id,
                expires,
                last_modified,
            } => {
                let mut filter = by_id(id);
                filter.extend(document::live_filter(DateTime::now()));
                let update = document::touch_update(expires, last_modified, self.timestamps);
                let written = collection.update_one(filter, update).await?;
                Ok(Outcome::Done(written.matched_count > 0))
            }
            Operation::Destroy { id } => {
                collection.delete_one(by_id(id)).await?;
                Ok(Outcome::Done(true))
            }
            Operation::All => all(collection).await,
            Operation::Length => Ok(Outcome::Count(collection.count_documents(doc! {}).await?)),
            Operation::Clear => {
                collection.delete_many(doc! {}).await?;
                Ok(Outcome::Done(true))
            }
            Operation::RemoveExpired => Ok(Outcome::Count(expiry::remove_expired(collection).await?)),
        }
    }
}

/// Matches one id exactly: `$eq` keeps a document such as `{ $gt: '' }` a value.
fn by_id(id: Bson) -> Document {
    doc! { "_id": { "$eq": id } }
}

async fn get(collection: &Collection<RawDocumentBuf>, id: Bson) -> Answer {
    let Some(found) = collection.find_one(by_id(id)).await? else {
        return Ok(Outcome::Missing);
    };
    if document::is_live(&found, DateTime::now())? {
        Ok(Outcome::Found(document::read(&found)?))
    } else {
        Ok(Outcome::Missing)
    }
}

async fn all(collection: &Collection<RawDocumentBuf>) -> Answer {
    let cursor = collection.find(document::live_filter(DateTime::now())).await?;
    let sessions: Vec<StoredSession> = cursor
        .map_err(Failure::from)
        .and_then(|document| async move { document::read(&document) })
        .try_collect()
        .await?;
    Ok(Outcome::Sessions(sessions))
}
