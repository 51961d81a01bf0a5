//! The key for writing sessions in kruptein's format. It is derived from a salt that this process uses for a
//! fixed number of records. The next key is ordered in time, so that no write waits for it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::CryptoError;
use super::keys::{KeyCache, KeyName, Ready, SecretKey};
use super::primitives::Random;

/// The maximum number of records that share a salt and so a key. The probability that two of their random
/// 96-bit nonces are equal is then 2^-57; NIST requires at most 2^-32 (SP 800-38D, 8.3).
pub const RECORDS_PER_SALT: u32 = 1 << 20;
/// The next key is ordered when this many records are left.
const LEAD: u32 = 1 << 14;
/// The length of a salt in bytes.
const SALT: usize = 128;

/// A key with its salt.
#[derive(Clone)]
pub struct WritingKey {
    /// The salt, which each record contains.
    pub salt: Arc<[u8]>,
    /// The key.
    pub key: Arc<SecretKey>,
}

impl fmt::Debug for WritingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WritingKey(…)")
    }
}

/// The salts of this process, for one secret.
pub struct Writing {
    keys: Arc<KeyCache>,
    rounds: u32,
    random: Random,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<WritingKey>,
    left: u32,
    next: Option<KeyName>,
    prepared: bool,
}

impl Writing {
    /// Starts without a salt.
    pub fn new(keys: Arc<KeyCache>, rounds: u32, random: Random) -> Self {
        Self {
            keys,
            rounds,
            random,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the state consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key for this many more records, or the one that must be derived first.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn key(&self, records: u32) -> Result<Ready<WritingKey>, CryptoError> {
        let mut state = self.lock();
        let current = match &state.current {
            Some(current) if state.left >= records => current.clone(),
            _ => {
                let next = self.next(&mut state)?;
                let needed = self.keys.for_all(next.clone());
                let Some(key) = needed.get() else {
                    return Ok(Ready::After(needed));
                };
                let current = WritingKey {
                    salt: next.salt.into(),
                    key,
                };
                *state = State {
                    current: Some(current.clone()),
                    left: RECORDS_PER_SALT,
                    ..State::default()
                };
                current
            }
        };
        state.left = state.left.saturating_sub(records);
        if state.left < LEAD && !state.prepared {
            state.prepared = true;
            let next = self.next(&mut state)?;
            self.keys.for_all(next).prepare();
        }
        Ok(Ready::Now(current))
    }

    fn next(&self, state: &mut State) -> Result<KeyName, CryptoError> {
        if let Some(next) = &state.next {
            return Ok(next.clone());
        }
        let mut salt = vec![0; SALT];
        (self.random)(&mut salt)?;
        let name = KeyName {
            salt,
            rounds: self.rounds,
        };
        state.next = Some(name.clone());
        Ok(name)
    }
}

impl fmt::Debug for Writing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Writing")
            .field("rounds", &self.rounds)
            .finish_non_exhaustive()
    }
}
