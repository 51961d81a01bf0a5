//! The server sessions in which writes are numbered. Only one batch at a time uses a session. It is handed on
//! only when nothing is in flight in it: a write that the server still carries out would hold up the next
//! one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mongodb::{Client, ClientSession};

/// After this idle time, a session goes back to the driver, which knows whether the server still has it.
const IDLE: Duration = Duration::from_secs(300);
/// The maximum number of sessions that are kept from others because their writes may still be in flight.
const SPOILED: usize = 1_024;

/// The server sessions of one store.
#[derive(Default)]
pub struct Sessions {
    free: Mutex<Vec<(Instant, ClientSession)>>,
    spoiled: Arc<Mutex<Vec<ClientSession>>>,
}

/// A server session in use.
pub struct Numbered {
    /// The driver's session. An attempt that is dropped releases it at once.
    session: tokio::sync::Mutex<Option<ClientSession>>,
    spoiled: Arc<Mutex<Vec<ClientSession>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change leaves the list consistent.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    /// Takes a session that nobody uses.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn take(&self, client: &Client) -> mongodb::error::Result<Numbered> {
        let free = loop {
            match lock(&self.free).pop() {
                Some((used, _)) if used.elapsed() > IDLE => {}
                Some((_, session)) => break Some(session),
                None => break None,
            }
        };
        let session = match free {
            Some(session) => session,
            None => client.start_session().causal_consistency(false).await?,
        };
        Ok(Numbered {
            session: tokio::sync::Mutex::new(Some(session)),
            spoiled: Arc::clone(&self.spoiled),
        })
    }

    /// Takes a session back.
    pub fn put(&self, session: Numbered) {
        let mut session = session;
        if let Some(session) = session.session.get_mut().take() {
            lock(&self.free).push((Instant::now(), session));
        }
    }
}

impl Numbered {
    /// Locks the driver's session for one command.
    pub async fn lock(&self) -> tokio::sync::MutexGuard<'_, Option<ClientSession>> {
        self.session.lock().await
    }
}

impl Drop for Numbered {
    /// The session was not returned, so a write may still be in flight in it.
    fn drop(&mut self) {
        if let Some(session) = self.session.get_mut().take() {
            let mut spoiled = lock(&self.spoiled);
            if spoiled.len() < SPOILED {
                spoiled.push(session);
            }
        }
    }
}
