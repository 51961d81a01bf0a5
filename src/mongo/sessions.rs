//! The server's sessions in which writes are numbered. One is used by one batch at a time, and is handed on only when
//! nothing is under way in it: a write that the server still carries out would hold up the next one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mongodb::{Client, ClientSession};

/// A session that was not used for so long is given back to the driver, which knows whether the server still has it.
const IDLE: Duration = Duration::from_secs(300);
/// The sessions that are kept from others because it is not known what goes on in them.
const SPOILED: usize = 1_024;

/// The sessions of one store.
#[derive(Default)]
pub struct Sessions {
    free: Mutex<Vec<(Instant, ClientSession)>>,
    spoiled: Arc<Mutex<Vec<ClientSession>>>,
}

/// A session in use.
pub struct Numbered {
    /// The driver's. An attempt that is given up leaves it at once.
    session: tokio::sync::Mutex<Option<ClientSession>>,
    spoiled: Arc<Mutex<Vec<ClientSession>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change leaves the list whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    /// A session that nobody uses.
    ///
    /// # Errors
    /// The driver's.
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
    /// The driver's session, for one command at a time.
    pub async fn lock(&self) -> tokio::sync::MutexGuard<'_, Option<ClientSession>> {
        self.session.lock().await
    }
}

impl Drop for Numbered {
    /// It was not given back: a write may still be under way in it.
    fn drop(&mut self) {
        if let Some(session) = self.session.get_mut().take() {
            let mut spoiled = lock(&self.spoiled);
            if spoiled.len() < SPOILED {
                spoiled.push(session);
            }
        }
    }
}
