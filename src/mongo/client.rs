//! The driver's client of one store. The first operation that needs it opens it. Its events are watched, so
//! that the store knows which servers answer. A client that could not be opened is not kept.

use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::raw::RawDocumentBuf;
use mongodb::event::EventHandler;
use mongodb::options::{CollectionOptions, WriteConcern};
use mongodb::{Client, Collection, Database};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

use super::limit::Limit;
use super::options::client_options;
use super::watched::Watched;
use crate::engine::{Reach, Retries};
use crate::model::{Failure, FailureKind};

/// The database that `MongoDB` uses when a connection string names none.
const DEFAULT_DATABASE: &str = "test";
/// How long the driver's first event may take to the store on a busy machine. It comes by a task of its own, so
/// the driver may already give up because of what the event tells.
const NEWS: Duration = Duration::from_millis(100);

/// Where a store keeps its sessions, and how.
#[derive(Debug)]
pub struct Place {
    /// A connection string that contains every option of the connection.
    pub uri: String,
    /// The database. Without it, the one that `uri` names, or else `test`.
    pub database: Option<String>,
    /// The collection.
    pub collection: String,
    /// How long an operation looks for a server, as `uri` says it to the driver.
    pub selection_limit: Duration,
    /// Whether to create the TTL index.
    pub ttl_index: bool,
    /// Whether writes maintain `createdAt` and `updatedAt`.
    pub timestamps: bool,
    /// The write concern of every write. Without it, that of the connection.
    pub write_concern: Option<WriteConcern>,
}

/// The driver's client, with what the store derives from it.
pub struct Opened {
    /// The client.
    pub client: Client,
    /// The store's database.
    pub database: Database,
    /// The store's collection, with the write concern of its settings.
    pub collection: Collection<RawDocumentBuf>,
    /// One turn for each connection of the pool. So the driver's own queue stays empty: requests that nobody
    /// wants any more would keep waiting in it.
    turns: Semaphore,
    /// The turns of writes, one fewer.
    writes: Semaphore,
    retries: Retries,
}

/// The connection of one store.
pub struct Connection {
    place: Place,
    opened: OnceCell<Opened>,
    watched: Arc<Watched>,
}

/// The turn of a command. It ends when it is dropped.
pub struct Turn<'a> {
    _turn: Option<SemaphorePermit<'a>>,
    _write: Option<SemaphorePermit<'a>>,
}

impl Opened {
    /// Waits for the turn of a command. Writes leave one connection to reads: writes that wait for other
    /// members of a replica set would hold up all reads behind them.
    pub async fn turn(&self, writes: bool) -> Turn<'_> {
        // These semaphores are never closed, so acquiring can't fail.
        let write = if writes { self.writes.acquire().await.ok() } else { None };
        Turn {
            _write: write,
            _turn: self.turns.acquire().await.ok(),
        }
    }
}

impl Connection {
    /// A connection that is not open yet.
    pub fn new(place: Place) -> Self {
        let hosts = hosts_of(&place.uri);
        Self {
            place,
            opened: OnceCell::new(),
            watched: Arc::new(Watched::new(hosts)),
        }
    }

    /// Where the sessions are.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The driver's client. The first call opens it.
    ///
    /// # Errors
    /// When the connection string can't be read or resolved. The next call tries again.
    pub async fn opened(&self) -> Result<&Opened, Failure> {
        self.opened.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Opened, Failure> {
        let mut options = client_options(&self.place.uri).await?;
        let retries = Retries {
            reads: options.retry_reads != Some(false),
            writes: options.retry_writes != Some(false),
        };
        // Only the engine decides what is retried, and how often.
        options.retry_reads = Some(false);
        options.retry_writes = Some(false);
        let pool = connections(options.max_pool_size);
        let watched = Arc::clone(&self.watched);
        let (set, reads_where) = (options.repl_set_name.clone(), options.selection_criteria.clone());
        options.sdam_event_handler = Some(EventHandler::callback(move |event| {
            watched.take(&event, set.as_deref(), reads_where.as_ref());
        }));
        let client = Client::with_options(options)?;
        let database = match &self.place.database {
            Some(name) => client.database(name),
            None => client
                .default_database()
                .unwrap_or_else(|| client.database(DEFAULT_DATABASE)),
        };
        let mut options = CollectionOptions::default();
        options.write_concern.clone_from(&self.place.write_concern);
        Ok(Opened {
            collection: database.collection_with_options(&self.place.collection, options),
            database,
            client,
            turns: Semaphore::new(pool),
            writes: Semaphore::new(if pool == Semaphore::MAX_PERMITS {
                pool
            } else {
                (pool - 1).max(1)
            }),
            retries,
        })
    }

    /// Does work that needs a server, unless the servers refuse the user. In that case the driver wouldn't
    /// try to log in again before its next check of the servers, up to ten seconds later, and every operation
    /// would wait for that.
    ///
    /// # Errors
    /// Those of `work`, and the refusal of the servers.
    pub async fn unless_refused<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            result = work => match result {
                Err(failure) => Err(self.explain(failure).await),
                done => done,
            },
            failure = self.refusal() => Err(failure),
        }
    }

    /// Replaces the driver's dump of everything it knows by the reason for each server that can't be reached.
    pub async fn explain(&self, failure: Failure) -> Failure {
        if failure.kind != FailureKind::NoServer {
            return failure;
        }
        let mut reach = self.watched.reach();
        let heard = reach.wait_for(|reach| *reach != Reach::Unheard);
        // Without news, the store knows as little as the driver, and says so.
        let _ = timeout(NEWS, heard).await;
        let servers = self.watched.servers();
        let outage = reach.borrow().outage(&servers);
        outage.unwrap_or_else(|| Failure::none_found("", self.place.selection_limit, &servers))
    }

    async fn refusal(&self) -> Failure {
        let mut reach = self.watched.reach();
        loop {
            if let Reach::Refused(failure) = &*reach.borrow_and_update() {
                return failure.clone();
            }
            if reach.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Whether writes are numbered, as soon as that is known.
    ///
    /// # Errors
    /// As for [`Self::opened`].
    pub async fn numbers_writes(&self) -> Result<bool, Failure> {
        Ok(self.watched.numbers().are_used(self.opened().await?.retries).await)
    }

    /// What is known about the servers.
    pub fn watched(&self) -> &Watched {
        &self.watched
    }

    /// The limit of a command whose answer must arrive by `until`.
    pub fn limit(&self, until: Instant) -> Limit<'_> {
        Limit::new(until, self.watched.round_trip())
    }

    /// Whether reads and writes may be retried.
    pub fn retries(&self) -> Retries {
        let always = Retries {
            reads: true,
            writes: true,
        };
        self.opened.get().map_or(always, |opened| opened.retries)
    }

    /// Ends the client without waiting for anything that still uses it.
    pub async fn shut_down(&self) {
        if let Some(opened) = self.opened.get() {
            opened.client.clone().shutdown().immediate(true).await;
        }
    }
}

/// The hosts of a connection string, for messages. The result never includes credentials.
fn hosts_of(uri: &str) -> String {
    let address = uri.split_once("://").map_or("", |(_, address)| address);
    let authority = address.split(['/', '?']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((_, hosts)) => hosts,
        None => authority,
    }
    .replace(',', ", ")
}

/// The number of connections of a pool. 0 means no limit.
fn connections(pool: Option<u32>) -> usize {
    match pool {
        None | Some(0) => Semaphore::MAX_PERMITS,
        Some(connections) => usize::try_from(connections).unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    /// What the driver says when it has found no server. It quotes all that it knows.
    const DUMP: &str = "Server selection timeout: No available servers. Topology: { Type: Unknown, Servers: [] }";
    const MS: Duration = Duration::from_millis(1);

    fn connection() -> Connection {
        Connection::new(Place {
            uri: "mongodb://ann:hunter2@a:1/x".to_owned(),
            database: None,
            collection: "sessions".to_owned(),
            selection_limit: 500 * MS,
            ttl_index: false,
            timestamps: false,
            write_concern: None,
        })
    }

    #[tokio::test(start_paused = true)]
    async fn the_reasons_for_no_server_may_come_a_moment_later_than_the_failure() {
        let connection = connection();
        let news = async {
            sleep(20 * MS).await;
            connection.watched.note_reach(Reach::Unreachable {
                causes: "connect ECONNREFUSED a:1".to_owned(),
                all: true,
            });
        };
        let (failure, ()) = tokio::join!(connection.explain(Failure::no_server(DUMP)), news);
        assert_eq!(failure.message, "connect ECONNREFUSED a:1");
    }

    #[tokio::test(start_paused = true)]
    async fn without_reasons_a_failure_names_the_servers() {
        let failure = connection().explain(Failure::no_server(DUMP)).await;
        assert_eq!(failure.message, "No server was found within 500 ms among a:1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_replica_set_without_a_primary_is_said_to_have_none() {
        let connection = connection();
        connection.watched.note_reach(Reach::Reachable {
            reads: true,
            writes: false,
        });
        let failure = connection.explain(Failure::no_server(DUMP)).await;
        assert_eq!(failure.message, "there is no primary among a:1");
    }
}
