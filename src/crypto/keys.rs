//! Keys derived from a secret by PBKDF2, which takes 10 ms and more: kept by their salts, derived on threads of their own,
//! and each only once however many wait for it. Keys are zeroed when they are dropped, and never printed.

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroizing;

use super::primitives::Hash;

/// The keys that one secret has at hand, at the most: every other process has a salt of its own, and so does each record
/// that connect-mongo wrote.
pub const MAX_KEYS: usize = 16_384;

/// Derivations at a time in the whole process: one processor is left for the event loop and the driver.
static DERIVATIONS: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = available_parallelism().map_or(1, usize::from);
    Semaphore::new(processors.saturating_sub(1).max(1))
});

/// A key.
pub struct SecretKey(Zeroizing<Vec<u8>>);

impl SecretKey {
    /// The bytes of the key.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Zeroizing<Vec<u8>>> for SecretKey {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(…)")
    }
}

/// What tells the keys of one secret apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyName {
    /// The salt.
    pub salt: Vec<u8>,
    /// The rounds of PBKDF2.
    pub rounds: u32,
}

/// The keys of one secret.
pub struct KeyCache {
    secret: SecretKey,
    hash: Hash,
    len: usize,
    state: Mutex<State>,
}

/// The keys that were used since the last turn, and those before, which go with the next one.
#[derive(Default)]
struct State {
    recent: HashMap<KeyName, Arc<SecretKey>>,
    older: HashMap<KeyName, Arc<SecretKey>>,
    waiting: HashMap<KeyName, Vec<oneshot::Sender<Arc<SecretKey>>>>,
}

impl State {
    fn get(&mut self, name: &KeyName) -> Option<Arc<SecretKey>> {
        if let Some(key) = self.recent.get(name) {
            return Some(Arc::clone(key));
        }
        let key = self.older.remove(name)?;
        self.keep(name.clone(), Arc::clone(&key));
        Some(key)
    }

    fn keep(&mut self, name: KeyName, key: Arc<SecretKey>) {
        if self.recent.len() >= MAX_KEYS / 2 {
            self.older = mem::take(&mut self.recent);
        }
        self.recent.insert(name, key);
    }
}

impl KeyCache {
    /// No keys yet, of `len` bytes each.
    pub fn new(secret: Zeroizing<Vec<u8>>, hash: Hash, len: usize) -> Arc<Self> {
        Arc::new(Self {
            secret: secret.into(),
            hash,
            len,
            state: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the maps whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A key that is at hand.
    pub fn get(&self, name: &KeyName) -> Option<Arc<SecretKey>> {
        self.lock().get(name)
    }

    /// Derives a key on this thread, which it blocks.
    pub fn derive(&self, name: &KeyName) -> Arc<SecretKey> {
        let key = self
            .hash
            .derive(self.secret.bytes(), &name.salt, name.rounds, self.len);
        let key = Arc::new(SecretKey(key));
        let waiting = {
            let mut state = self.lock();
            state.keep(name.clone(), Arc::clone(&key));
            state.waiting.remove(name)
        };
        for sender in waiting.into_iter().flatten() {
            // Who waited may have given up.
            let _ = sender.send(Arc::clone(&key));
        }
        key
    }

    /// Has a key derived, if nobody has yet, and gives it as soon as it is there. Nothing comes when no thread could be had.
    pub fn order(self: &Arc<Self>, name: KeyName, runtime: &Handle) -> oneshot::Receiver<Arc<SecretKey>> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.lock();
            if let Some(key) = state.get(&name) {
                let _ = sender.send(key);
                return receiver;
            }
            if let Some(waiting) = state.waiting.get_mut(&name) {
                waiting.push(sender);
                return receiver;
            }
            state.waiting.insert(name.clone(), vec![sender]);
        }
        let cache = Arc::clone(self);
        runtime.spawn(async move {
            let permit = DERIVATIONS.acquire().await;
            let (deriving, derived) = (Arc::clone(&cache), name.clone());
            let done = tokio::task::spawn_blocking(move || drop(deriving.derive(&derived))).await;
            drop(permit);
            if done.is_err() {
                // Whoever waits is told by the loss of the sender, and the next one tries again.
                cache.lock().waiting.remove(&name);
            }
        });
        receiver
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyCache")
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}
