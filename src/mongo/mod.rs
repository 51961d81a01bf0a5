//! The database behind the engine. It uses the `MongoDB` driver in such a way that each command is sent once,
//! and only when a connection is free for it.

mod client;
mod codes;
mod documents;
mod error;
mod expiry;
mod limit;
mod numbers;
mod options;
mod quoting;
mod read;
mod reply;
mod roots;
mod round_trip;
mod sessions;
mod statements;
mod sweep;
mod watched;
mod write;

#[cfg(any(test, fuzzing))]
pub mod fuzzing;

use std::sync::Arc;
use std::time::Duration;

use mongodb::Cursor;
use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{DateTime, doc};
use tokio::sync::watch;
use tokio::time::Instant;

pub use client::Place;
#[cfg(test)]
pub use error::of_command;
#[cfg(test)]
pub use numbers::Numbers;
pub use options::{acknowledged, parse, resolve};
#[cfg(test)]
pub use reply::read as read_reply;

use crate::engine::{Attempt, Backend, Ids, Reach, Retries, Statement, Wanted};
use crate::model::{Failure, Field, StoredSession};
use client::{Connection, Opened};
use sessions::{Numbered, Sessions};
use write::Target;

/// The database of one store.
pub struct Mongo {
    connection: Arc<Connection>,
    sessions: Sessions,
}

impl Mongo {
    /// A database without an open connection.
    pub fn new(place: Place) -> Self {
        Self {
            connection: Arc::new(Connection::new(place)),
            sessions: Sessions::default(),
        }
    }

    fn target<'a>(&self, opened: &'a Opened) -> Target<'a> {
        Target {
            database: &opened.database,
            collection: &opened.collection,
            timestamps: self.connection.place().timestamps,
        }
    }
}

impl Backend for Mongo {
    type Session = Numbered;
    type Ids = Pages;

    async fn read(&self, wanted: &[Wanted<'_>], until: Instant) -> Attempt {
        let attempt = async {
            let opened = self.connection.opened().await?;
            Ok(read::read(opened, wanted, self.connection.limit(until)).await)
        };
        self.explained(attempt, wanted.len(), self.retries().reads).await
    }

    async fn session(&self) -> Result<Option<Numbered>, Failure> {
        self.connection
            .unless_refused(async {
                if !self.connection.numbers_writes().await? {
                    return Ok(None);
                }
                let opened = self.connection.opened().await?;
                Ok(Some(self.sessions.take(&opened.client).await?))
            })
            .await
    }

    fn return_session(&self, session: Numbered) {
        self.sessions.put(session);
    }

    async fn write(&self, statements: &[Statement<'_>], number: Option<(&Numbered, i64)>, until: Instant) -> Attempt {
        let attempt = async {
            let opened = self.connection.opened().await?;
            let _turn = opened.turn(true).await;
            write::write(&self.target(opened), statements, number, self.connection.limit(until)).await
        };
        let attempt = self.explained(attempt, statements.len(), self.retries().writes).await;
        self.connection
            .watched()
            .numbers()
            .note_failure(attempt.failure.as_ref());
        attempt
    }

    async fn fence(&self, ids: &[Field], number: (&Numbered, i64), until: Instant) -> Result<(), Failure> {
        self.connection
            .unless_refused(async {
                let opened = self.connection.opened().await?;
                let _turn = opened.turn(true).await;
                write::fence(&self.target(opened), ids, number, self.connection.limit(until)).await
            })
            .await
    }

    async fn list(&self, now: i64, until: Instant) -> Result<Vec<Option<(Field, StoredSession)>>, Failure> {
        self.connection
            .unless_refused(async {
                let opened = self.connection.opened().await?;
                let _turn = opened.turn(false).await;
                sweep::list(
                    &opened.collection,
                    DateTime::from_millis(now),
                    self.connection.limit(until),
                )
                .await
            })
            .await
    }

    async fn count(&self, until: Instant) -> Result<u64, Failure> {
        self.connection
            .unless_refused(async {
                let opened = self.connection.opened().await?;
                let _turn = opened.turn(false).await;
                sweep::count(opened, self.connection.limit(until)).await
            })
            .await
    }

    fn ids(&self) -> Pages {
        Pages {
            connection: Arc::clone(&self.connection),
            cursor: None,
        }
    }

    async fn remove_expired(&self, now: i64, until: Instant) -> Result<u64, Failure> {
        self.connection
            .unless_refused(async {
                let opened = self.connection.opened().await?;
                let _turn = opened.turn(true).await;
                write::remove(
                    &self.target(opened),
                    expiry::expired_statement(DateTime::from_millis(now)),
                    self.connection.limit(until),
                )
                .await
            })
            .await
    }

    async fn prepare(&self) -> Result<(), Failure> {
        self.connection
            .unless_refused(async {
                let opened = self.connection.opened().await?;
                let _turn = opened.turn(true).await;
                if self.connection.place().ttl_index {
                    expiry::ensure_ttl_index(&opened.database, opened.collection.name()).await
                } else {
                    opened.database.run_command(doc! { "ping": 1 }).await?;
                    Ok(())
                }
            })
            .await
    }

    fn reach(&self) -> watch::Receiver<Reach> {
        self.connection.watched().reach()
    }

    fn servers(&self) -> String {
        self.connection.watched().servers()
    }

    fn selection_limit(&self) -> Duration {
        self.connection.place().selection_limit
    }

    fn retries(&self) -> Retries {
        self.connection.retries()
    }

    fn distance(&self) -> Duration {
        self.connection.watched().round_trip().shortest()
    }

    async fn shut_down(&self) {
        self.connection.shut_down().await;
    }
}

impl Mongo {
    /// Runs an attempt, unless the servers refuse the user. If no server can be reached, its failure gets the
    /// reason for each server. One that `may_retry` does not wait for a primary that stands still when another
    /// member has taken its place.
    async fn explained(
        &self,
        attempt: impl Future<Output = Result<Attempt, Failure>>,
        sessions: usize,
        may_retry: bool,
    ) -> Attempt {
        let result = tokio::select! {
            biased;
            result = self.connection.unless_refused(attempt) => result,
            () = self.connection.watched().succession(), if may_retry => Err(error::of_old_primary()),
        };
        match result {
            Ok(mut attempt) => {
                if let Some(failure) = attempt.failure.take() {
                    attempt.failure = Some(self.connection.explain(failure).await);
                }
                attempt
            }
            Err(failure) => Attempt::failed(sessions, failure),
        }
    }
}

/// The ids of the collection, by pages.
pub struct Pages {
    connection: Arc<Connection>,
    cursor: Option<Cursor<RawDocumentBuf>>,
}

impl Ids for Pages {
    async fn next(&mut self, until: Instant) -> Result<Option<Vec<Field>>, Failure> {
        let connection = Arc::clone(&self.connection);
        connection
            .unless_refused(async {
                let opened = connection.opened().await?;
                let _turn = opened.turn(false).await;
                sweep::page(&opened.collection, &mut self.cursor, connection.limit(until)).await
            })
            .await
    }
}
