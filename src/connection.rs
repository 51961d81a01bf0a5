//! The driver's client of one store: opened by the first operation that needs it, and watched, so that `close()`
//! knows whether a server is there to answer. A client that could not be opened is not kept.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use mongodb::bson::raw::RawDocumentBuf;
use mongodb::error::ErrorKind;
use mongodb::event::EventHandler;
use mongodb::event::sdam::{SdamEvent, TopologyDescription, TopologyType};
use mongodb::options::{CollectionOptions, ServerAddress, WriteConcern};
use mongodb::{Client, Collection, Database};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit, watch};

use crate::error::Failure;
use crate::options::{Settings, WriteConcernSettings, client_options};

/// What `MongoDB` itself takes when a connection string names no database.
const DEFAULT_DATABASE: &str = "test";

/// What is known of the servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// None has answered yet, and none has failed.
    Unheard,
    /// At least one answers.
    Reachable {
        /// Whether they keep sessions for retryable writes: all but standalone servers do.
        retryable: bool,
    },
    /// None answers, for the reasons given, one for each server.
    Unreachable(String),
    /// They answer, and do not let this user in.
    Refused(Failure),
}

/// The client of one store.
pub struct Connection {
    uri: String,
    database: Option<String>,
    collection: String,
    write_concern: Option<WriteConcern>,
    client: OnceCell<Client>,
    /// One connection fewer than the pool has.
    writes: OnceLock<Semaphore>,
    retry_writes: AtomicBool,
    reach: watch::Sender<Reach>,
}

impl Connection {
    /// A connection that is not open yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            uri: settings.uri.clone(),
            database: settings.database.clone(),
            collection: settings.collection.clone(),
            write_concern: settings
                .write_concern
                .as_ref()
                .map(WriteConcernSettings::to_driver),
            client: OnceCell::new(),
            writes: OnceLock::new(),
            retry_writes: AtomicBool::new(false),
            reach: watch::Sender::new(Reach::Unheard),
        }
    }

    /// The store's database, through the client that the first call opens.
    ///
    /// # Errors
    /// When the connection string can't be read or resolved; the next call tries again.
    pub async fn database(&self) -> Result<Database, Failure> {
        let client = self.client.get_or_try_init(|| self.open()).await?;
        Ok(match &self.database {
            Some(name) => client.database(name),
            None => client
                .default_database()
                .unwrap_or_else(|| client.database(DEFAULT_DATABASE)),
        })
    }

    /// The store's collection, likewise, with the write concern of its settings.
    ///
    /// # Errors
    /// As [`Self::database`].
    pub async fn collection(&self) -> Result<Collection<RawDocumentBuf>, Failure> {
        let mut options = CollectionOptions::default();
        options.write_concern.clone_from(&self.write_concern);
        Ok(self
            .database()
            .await?
            .collection_with_options(&self.collection, options))
    }

    /// The name of the store's collection.
    pub fn collection_name(&self) -> &str {
        &self.collection
    }

    async fn open(&self) -> Result<Client, Failure> {
        let mut options = client_options(&self.uri).await?;
        self.retry_writes
            .store(options.retry_writes != Some(false), Ordering::Relaxed);
        self.writes
            .get_or_init(|| Semaphore::new(connections_for_writes(options.max_pool_size)));
        let reach = self.reach.clone();
        let set = options.repl_set_name.clone();
        options.sdam_event_handler = Some(EventHandler::callback(move |event| {
            if let SdamEvent::TopologyDescriptionChanged(change) = event
                && let Some(now) = reach_of(&change.new_description).or_else(|| {
                    strangers(
                        set.as_deref()?,
                        &change.previous_description,
                        &change.new_description,
                    )
                })
            {
                reach.send_if_modified(|known| std::mem::replace(known, now.clone()) != now);
            }
        }));
        Ok(Client::with_options(options)?)
    }

    /// The turn of a write, which ends when it is dropped. Writes leave one connection to reads: those that wait for other
    /// members of a replica set would hold up all reads behind them.
    pub async fn turn_to_write(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed, so that an error can't be.
        self.writes.get()?.acquire().await.ok()
    }

    /// Puts the reasons of the servers that can't be reached in the place of the driver's dump of all it knows.
    pub fn explain(&self, failure: Failure) -> Failure {
        match &*self.reach.borrow() {
            Reach::Unreachable(causes) if failure.name == Failure::no_server("").name => {
                Failure::no_server(causes)
            }
            _ => failure,
        }
    }

    /// Carries out what needs a server, unless the servers refuse the user. The driver would not try to log in again before
    /// its next look at them, up to ten seconds later, and let everybody wait for that.
    ///
    /// # Errors
    /// Those of `work`, and the servers' refusal.
    pub async fn unless_refused<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            result = work => result,
            failure = self.refusal() => Err(failure),
        }
    }

    async fn refusal(&self) -> Failure {
        let mut reach = self.reach();
        loop {
            if let Reach::Refused(failure) = &*reach.borrow_and_update() {
                return failure.clone();
            }
            if reach.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Whether writes can be retried as one logical operation: the servers can, and the application did not forbid it.
    pub fn retries_writes(&self) -> bool {
        self.retry_writes.load(Ordering::Relaxed)
            && matches!(*self.reach.borrow(), Reach::Reachable { retryable: true })
    }

    /// Resolves when a server answers that did not before.
    pub async fn comes_back(&self) {
        let mut reach = self.reach();
        let answers = |reach: &Reach| matches!(reach, Reach::Reachable { .. });
        if answers(&reach.borrow()) || reach.wait_for(answers).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What is known of the servers, now and from now on.
    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.reach.subscribe()
    }

    /// Ends the client without waiting for anything that still uses it.
    pub async fn shut_down(&self) {
        if let Some(client) = self.client.get() {
            client.clone().shutdown().immediate(true).await;
        }
    }
}

/// How many connections of a pool writes may have; 0 stands for a pool without a limit.
fn connections_for_writes(pool: Option<u32>) -> usize {
    match pool {
        None | Some(0) => Semaphore::MAX_PERMITS,
        Some(connections) => usize::try_from(connections).unwrap_or(1).saturating_sub(1).max(1),
    }
}

/// What a description of the servers tells, if anything yet.
fn reach_of(topology: &TopologyDescription) -> Option<Reach> {
    let servers = topology.servers();
    // One server of a set is as good as all: they know the same users.
    if !topology.has_writable_server()
        && let Some(refusal) = servers
            .values()
            .filter_map(|server| server.error())
            .find(|error| matches!(error.kind.as_ref(), ErrorKind::Authentication { .. }))
    {
        return Some(Reach::Refused(Failure::from(refusal.clone())));
    }
    if topology.has_readable_server(None) || topology.has_writable_server() {
        return Some(Reach::Reachable {
            retryable: topology.topology_type() != TopologyType::Single,
        });
    }
    let mut causes: Vec<String> = servers
        .into_iter()
        .filter_map(|(address, server)| Some(cause(address, server.error()?)))
        .collect();
    causes.sort_unstable();
    (!causes.is_empty()).then(|| Reach::Unreachable(causes.join("; ")))
}

/// What the driver forgets of servers that are not of the replica set that was asked for.
fn strangers(set: &str, before: &TopologyDescription, now: &TopologyDescription) -> Option<Reach> {
    if !now.servers().is_empty() {
        return None;
    }
    let mut causes: Vec<String> = before
        .servers()
        .into_keys()
        .map(|address| format!("{address} is no member of the replica set \"{set}\""))
        .collect();
    causes.sort_unstable();
    (!causes.is_empty()).then(|| Reach::Unreachable(causes.join("; ")))
}

/// Why a server can't be reached. The most frequent reason has the words that Node gives to it, and a connection that
/// the server ends without a word has the reasons that it may have.
fn cause(address: &ServerAddress, error: &mongodb::error::Error) -> String {
    match error.kind.as_ref() {
        ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            format!("connect ECONNREFUSED {address}")
        }
        ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
            let text = cause.to_string();
            let reason = if text.contains("handshake") {
                "it may have no TLS, while the connection asks for it"
            } else if text.contains("TLS") {
                "it may want a certificate of the client, see tlsCertificateKeyFile"
            } else {
                "it may want TLS, see tls=true"
            };
            format!("{address}: the server closed the connection: {reason}")
        }
        _ => format!("{address}: {}", Failure::from(error.clone()).message),
    }
}
