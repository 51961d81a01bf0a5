//! What one process knows about the servers.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::backend::Retries;
use super::deployment::Deployment;
use crate::model::Failure;
use crate::mongo::Numbers;

/// A server session that is in use.
pub struct Lent(pub u64);

/// One process with a store.
pub struct Process {
    /// The settings of its connection.
    pub retries: Retries,
    numbers: Numbers,
    /// Server sessions that were returned, the last one at the end.
    free: Mutex<VecDeque<u64>>,
    /// Whether the session that was returned last is used first. A write that is still in flight in it then meets the
    /// next one. Otherwise the number of the next one tells the server nothing about that write.
    last_first: bool,
}

impl Process {
    /// A process that has heard how the servers describe themselves.
    pub fn new(deployment: Deployment, retries: Retries, last_first: bool) -> Self {
        let numbers = Numbers::new();
        numbers.note_servers([deployment.server_type()]);
        Self {
            retries,
            numbers,
            free: Mutex::default(),
            last_first,
        }
    }

    /// Whether the process numbers its writes.
    pub async fn numbers_writes(&self) -> bool {
        self.numbers.are_used(self.retries).await
    }

    /// Learns from the failure of a write.
    pub fn note_failure(&self, failure: Option<&Failure>) {
        self.numbers.note_failure(failure);
    }

    /// A server session that nobody uses. `next` has the number of the next new one.
    pub fn take_session(&self, next: &AtomicU64) -> Lent {
        let mut free = self.free.lock().unwrap();
        let free = if self.last_first {
            free.pop_back()
        } else {
            free.pop_front()
        };
        Lent(free.unwrap_or_else(|| next.fetch_add(1, Ordering::Relaxed)))
    }

    /// Takes back a server session.
    pub fn return_session(&self, session: &Lent) {
        self.free.lock().unwrap().push_back(session.0);
    }
}
