//! The key that sessions are encrypted with in kruptein's format: derived from a salt which this process uses for a stated
//! number of records, and the next one in time, so that no write waits for it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use super::error::{CryptoError, Stop};
use super::keys::{KeyCache, KeyName, SecretKey};
use super::primitives::Random;

/// The records that share a salt, and so a key, at the most. Their random nonces of 96 bits are then all different but for
/// a chance of 2^-57; NIST asks for 2^-32 (SP 800-38D, 8.3).
pub const RECORDS_PER_SALT: u32 = 1 << 20;
/// So many records before the last one, the next key is ordered.
const LEAD: u32 = 1 << 14;
/// The bytes of a salt.
const SALT: usize = 128;

/// A key with its salt.
#[derive(Clone, Debug)]
pub struct WritingKey {
    /// The salt, which goes into the record.
    pub salt: Arc<[u8]>,
    /// The key.
    pub key: Arc<SecretKey>,
}

/// The salts of this process.
#[derive(Debug)]
pub struct Writing {
    keys: Arc<KeyCache>,
    rounds: u32,
    random: Random,
    runtime: Option<Handle>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    current: Option<WritingKey>,
    left: u32,
    next: Option<KeyName>,
    ordered: bool,
}

impl Writing {
    /// No salt yet. Without a runtime, nothing is derived before it is needed.
    pub fn new(keys: Arc<KeyCache>, rounds: u32, random: Random, runtime: Option<Handle>) -> Self {
        Self {
            keys,
            rounds,
            random,
            runtime,
            state: Mutex::default(),
        }
    }

    /// The key for so many records more.
    ///
    /// # Errors
    /// [`Stop::Needs`] while it is not derived.
    pub fn key(&self, records: u32) -> Result<WritingKey, Stop> {
        // Each change leaves the state whole.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.left < records {
            let next = self.next(&mut state)?;
            let Some(key) = self.keys.get(&next) else {
                return Err(Stop::Needs(Arc::clone(&self.keys), next));
            };
            *state = State {
                current: Some(WritingKey {
                    salt: next.salt.into(),
                    key,
                }),
                left: RECORDS_PER_SALT,
                ..State::default()
            };
        }
        state.left = state.left.saturating_sub(records);
        if state.left < LEAD && !state.ordered {
            let next = self.next(&mut state)?;
            if let Some(runtime) = &self.runtime {
                // Who needs it asks for it by itself.
                drop(self.keys.order(next, runtime));
            }
            state.ordered = true;
        }
        state.current.clone().ok_or(CryptoError::Random.into())
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
