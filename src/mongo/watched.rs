//! What the store knows about the servers from the driver's monitoring.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mongodb::error::ErrorKind;
use mongodb::event::sdam::{SdamEvent, TopologyDescription};
use mongodb::options::{ReadPreference, SelectionCriteria, ServerAddress};
use mongodb::{ServerInfo, ServerType};
use tokio::sync::watch;
use tokio::time::sleep;

use super::numbers::Numbers;
use super::round_trip::RoundTrip;
use crate::engine::Reach;
use crate::model::Failure;

/// How long a primary has for its answers when another member has taken its place. One that was only deposed
/// answers at once, and its connections stay open.
const GRACE: Duration = Duration::from_secs(1);

/// What the store knows about the servers.
#[derive(Debug)]
pub struct Watched {
    reach: watch::Sender<Reach>,
    numbers: Numbers,
    /// The last primary of the replica set.
    primary: watch::Sender<Option<ServerAddress>>,
    addresses: Mutex<String>,
    round_trip: RoundTrip,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Each change leaves the value consistent.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watched {
    /// Only the hosts are known so far.
    pub fn new(hosts: String) -> Self {
        Self {
            reach: watch::Sender::new(Reach::Unheard),
            numbers: Numbers::new(),
            primary: watch::Sender::new(None),
            addresses: Mutex::new(hosts),
            round_trip: RoundTrip::new(),
        }
    }

    /// The reachability of the servers, now and from now on.
    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.reach.subscribe()
    }

    /// Whether the servers support transaction numbers.
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Resolves when another member takes the place of the present primary, which then had its time to answer.
    pub async fn succession(&self) {
        let mut primary = self.primary.subscribe();
        let before = primary.borrow_and_update().clone();
        if before.is_none() || primary.wait_for(|now| *now != before).await.is_err() {
            std::future::pending::<()>().await;
        }
        sleep(GRACE).await;
    }

    /// Notes the reachability, as an event of the driver does.
    #[cfg(test)]
    pub fn note_reach(&self, reach: Reach) {
        self.reach.send_replace(reach);
    }

    /// The addresses of the servers.
    pub fn servers(&self) -> String {
        lock(&self.addresses).clone()
    }

    /// The round trip to the servers.
    pub fn round_trip(&self) -> &RoundTrip {
        &self.round_trip
    }

    /// Processes an event of the driver. `set` is the replica set that the connection string asks for.
    pub fn take(&self, event: &SdamEvent, set: Option<&str>, reads_where: Option<&SelectionCriteria>) {
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
                self.round_trip.turn_over();
                self.round_trip.note(heartbeat.duration);
            }
            _ => {}
        }
    }

    fn note_servers(&self, topology: &TopologyDescription) {
        let servers = topology.servers();
        let mut addresses: Vec<String> = servers.keys().map(ToString::to_string).collect();
        addresses.sort_unstable();
        if !addresses.is_empty() {
            *lock(&self.addresses) = addresses.join(", ");
        }
        let primary = servers
            .iter()
            .find(|(_, server)| server.server_type() == ServerType::RsPrimary);
        if let Some((primary, _)) = primary {
            let primary = Some((*primary).clone());
            self.primary
                .send_if_modified(|known| std::mem::replace(known, primary.clone()) != primary);
        }
        self.numbers.note_servers(servers.values().map(ServerInfo::server_type));
    }
}

/// The reachability that a description of the servers shows, if it shows any yet.
fn reach_of(topology: &TopologyDescription, reads_where: Option<&SelectionCriteria>) -> Option<Reach> {
    let servers = topology.servers();
    // The answer of one server counts for all of a set, since they know the same users.
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
    // Members that can't do what is wanted count as reachable, too.
    if reads || writes || topology.has_readable_server(Some(ReadPreference::Nearest { options: None }.into())) {
        return Some(Reach::Reachable { reads, writes });
    }
    let known = servers.len();
    let causes = servers
        .into_iter()
        .filter_map(|(address, server)| Some(cause(address, server.error()?)));
    unreachable(causes.collect(), known)
}

/// The reachability of `known` servers, some or all of which can't be reached for these reasons.
fn unreachable(mut causes: Vec<String>, known: usize) -> Option<Reach> {
    causes.sort_unstable();
    (!causes.is_empty()).then(|| Reach::Unreachable {
        causes: causes.join("; "),
        all: causes.len() == known,
    })
}

/// The reason when the driver has dropped all servers because none belongs to the replica set that was asked
/// for.
fn strangers(set: &str, before: &TopologyDescription, now: &TopologyDescription) -> Option<Reach> {
    if !now.servers().is_empty() {
        return None;
    }
    let servers = before.servers();
    let known = servers.len();
    let causes = servers
        .into_keys()
        .map(|address| format!("{address} is not a member of the replica set \"{set}\""));
    unreachable(causes.collect(), known)
}

/// Why a server can't be reached. The most frequent reasons have Node's wording. If the server closes the
/// connection without a word, the text names a possible reason.
fn cause(address: &ServerAddress, error: &mongodb::error::Error) -> String {
    match error.kind.as_ref() {
        ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            format!("connect ECONNREFUSED {address}")
        }
        ErrorKind::Io(cause) if unknown_name(cause).is_some() => {
            let code = unknown_name(cause).unwrap_or_default();
            let named = address.to_string();
            let host = named.rsplit_once(':').map_or(named.as_str(), |(host, _)| host);
            format!("getaddrinfo {code} {host}")
        }
        ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
            let text = cause.to_string();
            let reason = if text.contains("handshake") {
                "it may not use TLS, although the connection does"
            } else if text.contains("TLS") {
                "it may require a client certificate: see tlsCertificateKeyFile"
            } else {
                "it may require TLS: try tls=true"
            };
            format!("{address}: the server closed the connection: {reason}")
        }
        _ => format!("{address}: {}", Failure::from(error.clone()).message),
    }
}

/// Node's code for a name of a host that could not be looked up. The operating systems' codes are not kept by
/// the standard library, except on Windows.
fn unknown_name(cause: &io::Error) -> Option<&'static str> {
    /// `WSAHOST_NOT_FOUND`, `WSATRY_AGAIN`
    const WINDOWS: (Option<i32>, Option<i32>) = (Some(11001), Some(11002));
    let code = cause.raw_os_error();
    let text = cause.to_string();
    let of_lookup = text.strip_prefix("failed to lookup address information");
    if of_lookup.is_some_and(|reason| reason.contains("emporary failure")) || code == WINDOWS.1 {
        Some("EAI_AGAIN")
    } else if of_lookup.is_some() || code == WINDOWS.0 {
        Some("ENOTFOUND")
    } else {
        None
    }
}
