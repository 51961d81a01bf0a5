//! Operations on the whole collection, each as a single command.

use futures_util::TryStreamExt;
use mongodb::bson::raw::{RawDocument, RawDocumentBuf};
use mongodb::bson::{DateTime, doc};
use mongodb::options::{CollectionOptions, ReadPreference, SelectionCriteria, WriteConcern};
use mongodb::{Collection, Cursor};

use super::client::Opened;
use super::documents;
use super::limit::Limit;
use crate::model::{Failure, Field, StoredSession};

/// The number of ids in a page.
const PAGE: usize = 512;

/// All sessions that are live at a date, with their ids. `None` stands for a document that is not valid.
///
/// # Errors
/// Those of the server and of the connection.
pub async fn list(
    collection: &Collection<RawDocumentBuf>,
    now: DateTime,
    limit: Limit<'_>,
) -> Result<Vec<Option<(Field, StoredSession)>>, Failure> {
    let filter = documents::live_filter(now);
    let cursor = collection.find(filter).max_time(limit.left()).await?;
    let found = cursor.map_ok(|found| read_with_id(&found).ok().flatten());
    Ok(found.try_collect().await?)
}

/// A session with the id that it is bound to.
///
/// # Errors
/// When the document is not valid BSON.
pub fn read_with_id(found: &RawDocument) -> Result<Option<(Field, StoredSession)>, Failure> {
    let session = documents::read(found)?;
    Ok(documents::id(found)?.map(|id| (id, session)))
}

/// The number of documents.
///
/// # Errors
/// Those of the server and of the connection.
pub async fn count(opened: &Opened, limit: Limit<'_>) -> Result<u64, Failure> {
    // Counting is an aggregation, which would inherit the write concern. An empty concern prevents that.
    let mut options = CollectionOptions::default();
    options.write_concern = Some(WriteConcern::default());
    let collection: Collection<RawDocumentBuf> = opened
        .database
        .collection_with_options(opened.collection.name(), options);
    Ok(collection.count_documents(doc! {}).max_time(limit.left()).await?)
}

/// The next page of ids, from the cursor of the previous pages.
///
/// # Errors
/// Those of the server and of the connection.
pub async fn page(
    collection: &Collection<RawDocumentBuf>,
    cursor: &mut Option<Cursor<RawDocumentBuf>>,
    limit: Limit<'_>,
) -> Result<Option<Vec<Field>>, Failure> {
    if cursor.is_none() {
        let ids = collection
            .find(doc! {})
            .projection(doc! { "_id": 1 })
            .batch_size(u32::try_from(PAGE).unwrap_or(u32::MAX))
            // This limits all pages together.
            .max_time(limit.left())
            // A secondary may still list documents whose removal it has not replicated yet. They would be
            // removed again.
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary));
        *cursor = Some(ids.await?);
    }
    let Some(cursor) = cursor else { return Ok(None) };
    let mut page = Vec::new();
    while page.len() < PAGE && cursor.advance().await? {
        page.extend(documents::id(cursor.current())?);
    }
    Ok((!page.is_empty()).then_some(page))
}
