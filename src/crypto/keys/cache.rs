//! A cache of the keys of one secret, by their names.

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::derivations::{Derivations, Derive, Urgency};
use super::key::{KeyName, SecretKey};
use crate::crypto::error::CryptoError;
use crate::crypto::primitives::Hash;

/// The maximum number of cached keys of one secret. Every process has its own salt, and so does each record
/// that connect-mongo wrote.
const MAX_KEYS: usize = 16_384;

/// The cached keys of one secret.
pub struct KeyCache {
    secret: SecretKey,
    hash: Hash,
    len: usize,
    state: Mutex<State>,
}

/// Two generations of keys: those used since the last change of generations, and those before, which the next
/// change drops.
#[derive(Default)]
struct State {
    recent: HashMap<KeyName, Arc<SecretKey>>,
    older: HashMap<KeyName, Arc<SecretKey>>,
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
    /// An empty cache, for keys of `len` bytes.
    pub fn new(secret: Zeroizing<Vec<u8>>, hash: Hash, len: usize) -> Arc<Self> {
        Arc::new(Self {
            secret: secret.into(),
            hash,
            len,
            state: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the maps consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key, if it is cached.
    pub fn get(&self, name: &KeyName) -> Option<Arc<SecretKey>> {
        self.lock().get(name)
    }

    /// A key that one record needs, or a few.
    pub fn for_record(self: &Arc<Self>, name: KeyName) -> NeededKey {
        NeededKey {
            keys: Arc::clone(self),
            name,
            urgency: Urgency::Record,
        }
    }

    /// A key that all writes need.
    pub fn for_all(self: &Arc<Self>, name: KeyName) -> NeededKey {
        NeededKey {
            urgency: Urgency::Shared,
            ..self.for_record(name)
        }
    }
}

impl Derive for KeyCache {
    fn derive(&self, name: &KeyName) -> Arc<SecretKey> {
        // Another thread may have derived it after the caller looked for it.
        if let Some(key) = self.get(name) {
            return key;
        }
        let key = self.hash.derive(self.secret.bytes(), &name.salt, name.rounds, self.len);
        let key = Arc::new(SecretKey::from(key));
        self.lock().keep(name.clone(), Arc::clone(&key));
        key
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

/// A value that needs a key.
pub enum Ready<T> {
    /// The key is available, and this is the value.
    Now(T),
    /// The key must be derived first.
    After(NeededKey),
}

impl<T> Ready<T> {
    /// Applies a function to the value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Ready<U> {
        match self {
            Self::Now(value) => Ready::Now(make(value)),
            Self::After(needed) => Ready::After(needed),
        }
    }
}

/// A key that is needed and may have to be derived.
#[derive(Clone, Debug)]
pub struct NeededKey {
    keys: Arc<KeyCache>,
    name: KeyName,
    urgency: Urgency,
}

impl NeededKey {
    /// The key, if it is cached.
    pub fn get(&self) -> Option<Arc<SecretKey>> {
        self.keys.get(&self.name)
    }

    /// The key, if it is cached; otherwise what to wait for.
    pub fn ready(self) -> Ready<Arc<SecretKey>> {
        match self.get() {
            Some(key) => Ready::Now(key),
            None => Ready::After(self),
        }
    }

    /// The key, as soon as it is derived. Dropping the future withdraws the request for the key.
    ///
    /// # Errors
    /// [`CryptoError::Overloaded`] when newer keys took its place in the queue, [`CryptoError::Lost`] when
    /// the derivation failed.
    pub async fn wait(&self) -> Result<Arc<SecretKey>, CryptoError> {
        if let Some(key) = self.get() {
            return Ok(key);
        }
        let derived = Derivations::of_process().order(&self.source(), self.name.clone(), self.urgency);
        derived.await.unwrap_or(Err(CryptoError::Lost))
    }

    /// Orders the key in advance, so that nobody waits for it later.
    pub fn prepare(&self) {
        if self.get().is_none() {
            Derivations::of_process().order_ahead(&self.source(), self.name.clone());
        }
    }

    /// Derives the key on this thread, which it blocks.
    #[cfg(test)]
    pub fn derive(&self) -> Arc<SecretKey> {
        self.keys.derive(&self.name)
    }

    fn source(&self) -> Arc<dyn Derive> {
        Arc::clone(&self.keys) as Arc<dyn Derive>
    }
}
