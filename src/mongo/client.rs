//! The driver's client of one store: opened by the first operation that needs it, and watched, so that it is known which
//! servers answer. A client that could not be opened is not kept.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mongodb::bson::raw::RawDocumentBuf;
use mongodb::error::ErrorKind;
use mongodb::event::EventHandler;
use mongodb::event::sdam::{SdamEvent, TopologyDescription};
use mongodb::options::{CollectionOptions, ReadPreference, SelectionCriteria, ServerAddress, WriteConcern};
use mongodb::{Client, Collection, Database, ServerType};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit, watch};

use super::options::client_options;
use crate::engine::{Reach, Retries};
use crate::model::Failure;

/// What `MongoDB` itself takes when a connection string names no database.
const DEFAULT_DATABASE: &str = "test";
/// How long the driver looks for a server unless it is told.
const SELECTION: Duration = Duration::from_secs(30);
/// The round trips of which the shortest counts.
const ROUND_TRIPS: usize = 10;

/// Where a store's sessions are, and how they are kept there.
#[derive(Debug)]
pub struct Place {
    /// A connection string with every option of the connection in it.
    pub uri: String,
    /// The database; the one that `uri` names, or `test`, when absent.
    pub database: Option<String>,
    /// The collection.
    pub collection: String,
    /// Whether to make the TTL index.
    pub ttl_index: bool,
    /// Whether writes keep `createdAt` and `updatedAt`.
    pub timestamps: bool,
    /// The write concern of every write; the connection's when absent.
    pub write_concern: Option<WriteConcern>,
}

/// Whether the servers number writes: all but standalone ones do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// No server has told yet.
    Unknown,
    /// They do.
    Yes,
    /// They do not.
    No,
}

/// The driver's client with what is kept of it.
pub struct Opened {
    /// The client.
    pub client: Client,
    /// The store's database.
    pub database: Database,
    /// The store's collection, with the write concern of its settings.
    pub collection: Collection<RawDocumentBuf>,
    /// As many turns as the pool has connections: the driver's own queue for them stays empty, in which requests wait on
    /// that nobody wants any more.
    turns: Semaphore,
    /// One turn fewer.
    writes: Semaphore,
    selection_limit: Duration,
    retries: Retries,
}

/// What is known of the servers, by the driver's watching.
#[derive(Debug)]
struct Watched {
    reach: watch::Sender<Reach>,
    numbers: watch::Sender<Numbers>,
    addresses: Mutex<String>,
    round_trips: Mutex<VecDeque<Duration>>,
    has_sessions: AtomicBool,
}

/// The connection of one store.
pub struct Connection {
    place: Place,
    opened: OnceCell<Opened>,
    watched: Arc<Watched>,
}

/// The turn of a command, which ends when it is dropped.
pub struct Turn<'a> {
    _turn: Option<SemaphorePermit<'a>>,
    _write: Option<SemaphorePermit<'a>>,
}

impl Opened {
    /// The turn of a command. Writes leave one connection to reads: those that wait for other members of a replica set
    /// would hold up all reads behind them.
    pub async fn turn(&self, writes: bool) -> Turn<'_> {
        // No semaphore here is ever closed, so that an error can't be.
        let write = if writes {
            self.writes.acquire().await.ok()
        } else {
            None
        };
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
            watched: Arc::new(Watched {
                reach: watch::Sender::new(Reach::Unheard),
                numbers: watch::Sender::new(Numbers::Unknown),
                addresses: Mutex::new(hosts),
                round_trips: Mutex::default(),
                has_sessions: AtomicBool::new(true),
            }),
        }
    }

    /// Where the sessions are.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The driver's client, which the first call opens.
    ///
    /// # Errors
    /// When the connection string can't be read or resolved; the next call tries again.
    pub async fn opened(&self) -> Result<&Opened, Failure> {
        self.opened.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Opened, Failure> {
        let mut options = client_options(&self.place.uri).await?;
        let retries = Retries {
            reads: options.retry_reads != Some(false),
            writes: options.retry_writes != Some(false),
        };
        // What is tried again, and how often, is decided by the engine alone.
        options.retry_reads = Some(false);
        options.retry_writes = Some(false);
        let pool = connections(options.max_pool_size);
        let selection_limit = options.server_selection_timeout.unwrap_or(SELECTION);
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
            selection_limit,
            retries,
        })
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
            result = work => result.map_err(|failure| self.explain(failure)),
            failure = self.refusal() => Err(failure),
        }
    }

    /// Puts the reasons of the servers that can't be reached in the place of the driver's dump of all it knows.
    pub fn explain(&self, failure: Failure) -> Failure {
        match &*self.watched.reach.borrow() {
            Reach::Unreachable(causes) if failure.kind == crate::model::FailureKind::NoServer => {
                Failure::no_server(causes.clone())
            }
            _ => failure,
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

    /// Whether the servers number writes, as soon as that is known: `None` when they do not, or the application does not
    /// want it.
    pub async fn numbers_writes(&self) -> Result<bool, Failure> {
        if !self.opened().await?.retries.writes {
            return Ok(false);
        }
        let mut numbers = self.watched.numbers.subscribe();
        let known = numbers.wait_for(|numbers| *numbers != Numbers::Unknown).await;
        Ok(known.is_ok_and(|numbers| *numbers == Numbers::Yes))
    }

    /// A server has said that it does not number writes.
    pub fn note_unnumbered(&self) {
        self.watched.has_sessions.store(false, Ordering::Relaxed);
        self.watched.numbers.send_replace(Numbers::No);
    }

    /// What is known of the servers, now and from now on.
    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.watched.reach.subscribe()
    }

    /// The servers by their addresses.
    pub fn servers(&self) -> String {
        lock(&self.watched.addresses).clone()
    }

    /// The shortest of the last round trips to a server.
    pub fn round_trip(&self) -> Duration {
        let trips = lock(&self.watched.round_trips);
        trips.iter().min().copied().unwrap_or_default()
    }

    /// How long a server is looked for.
    pub fn selection_limit(&self) -> Duration {
        self.opened
            .get()
            .map_or(SELECTION, |opened| opened.selection_limit)
    }

    /// What may be retried.
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Each change leaves the value whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The hosts of a connection string, for messages; nothing of its credentials.
fn hosts_of(uri: &str) -> String {
    let address = uri.split_once("://").map_or("", |(_, address)| address);
    let authority = address.split(['/', '?']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((_, hosts)) => hosts,
        None => authority,
    }
    .replace(',', ", ")
}

impl Watched {
    fn take(&self, event: &SdamEvent, set: Option<&str>, reads_where: Option<&SelectionCriteria>) {
        match event {
            SdamEvent::TopologyDescriptionChanged(change) => {
                let now = reach_of(&change.new_description, reads_where)
                    .or_else(|| strangers(set?, &change.previous_description, &change.new_description));
                if let Some(now) = now {
                    self.reach
                        .send_if_modified(|known| std::mem::replace(known, now.clone()) != now);
                }
                self.note_servers(&change.new_description);
            }
            SdamEvent::ServerHeartbeatSucceeded(heartbeat) if !heartbeat.awaited => {
                let mut trips = lock(&self.round_trips);
                trips.push_back(heartbeat.duration);
                if trips.len() > ROUND_TRIPS {
                    trips.pop_front();
                }
            }
            _ => {}
        }
    }

    fn note_servers(&self, topology: &TopologyDescription) {
        let servers = topology.servers();
        let mut addresses: Vec<String> = servers.keys().map(|address| address.to_string()).collect();
        addresses.sort_unstable();
        if !addresses.is_empty() {
            *lock(&self.addresses) = addresses.join(", ");
        }
        let numbers = servers.values().find_map(|server| match server.server_type() {
            ServerType::Standalone => Some(Numbers::No),
            ServerType::Mongos
            | ServerType::RsPrimary
            | ServerType::RsSecondary
            | ServerType::LoadBalancer => Some(Numbers::Yes),
            _ => None,
        });
        if let Some(numbers) = numbers {
            let numbers = if self.has_sessions.load(Ordering::Relaxed) {
                numbers
            } else {
                Numbers::No
            };
            self.numbers
                .send_if_modified(|known| std::mem::replace(known, numbers) != numbers);
        }
    }
}

/// The connections of a pool; 0 stands for a pool without a limit.
fn connections(pool: Option<u32>) -> usize {
    match pool {
        None | Some(0) => Semaphore::MAX_PERMITS,
        Some(connections) => usize::try_from(connections).unwrap_or(1),
    }
}

/// What a description of the servers tells, if anything yet.
fn reach_of(topology: &TopologyDescription, reads_where: Option<&SelectionCriteria>) -> Option<Reach> {
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
    let (reads, writes) = (
        topology.has_readable_server(reads_where.cloned()),
        topology.has_writable_server(),
    );
    // Members that can't do what is wanted answer all the same.
    if reads || writes || topology.has_readable_server(Some(ReadPreference::Nearest { options: None }.into()))
    {
        return Some(Reach::Reachable { reads, writes });
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
