//! A parsed record that waits for the key that it needs. It is not parsed again when the key arrives.

use std::fmt;
use std::sync::Arc;

use bson::rawdoc;
use tokio::sync::Semaphore;

use super::error::CryptoError;
use super::keys::{NeededKey, SecretKey};
use super::kruptein::{self, Plain};
use super::work::work;
use super::{secret, web};
use crate::model::Field;

/// The maximum number of records for which callers without a deadline wait at a time. The queue of keys has
/// room for many more, so they never push each other out of it.
const IN_TURN: usize = 256;

static TURNS: Semaphore = Semaphore::const_new(IN_TURN);

/// The result of opening a stored value.
pub enum Opened {
    /// The session.
    Value(Field),
    /// A record whose key must be derived first.
    Waits(Pending),
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(_) => formatter.write_str("Value(…)"),
            Self::Waits(pending) => formatter.debug_tuple("Waits").field(pending).finish(),
        }
    }
}

/// A record in one of the formats that need derived keys.
pub enum Locked {
    /// The format of kruptein.
    Kruptein(kruptein::Locked),
    /// The format of Web Crypto.
    Web(web::Locked),
    /// The format of `secret`.
    Secret(secret::Locked),
}

impl Locked {
    fn key(&self) -> NeededKey {
        match self {
            Self::Kruptein(locked) => locked.key(),
            Self::Web(locked) => locked.key(),
            Self::Secret(locked) => locked.key(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Kruptein(locked) => locked.len(),
            Self::Web(locked) => locked.len(),
            Self::Secret(locked) => locked.len(),
        }
    }
}

/// Turns a decrypted text into the value that it stands for.
type Meaning = fn(Plain) -> Result<Field, CryptoError>;

/// A record that waits for its key.
pub struct Pending {
    locked: Box<Locked>,
    needed: NeededKey,
    meaning: Meaning,
}

impl Pending {
    /// A record, with the meaning of its text.
    pub fn new(locked: Locked, meaning: Meaning) -> Self {
        Self {
            needed: locked.key(),
            locked: Box::new(locked),
            meaning,
        }
    }

    /// The key that the record waits for.
    #[cfg(test)]
    pub fn needed(&self) -> &NeededKey {
        &self.needed
    }

    /// Decrypts the record, if its keys are at hand.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub fn open(mut self) -> Result<Opened, CryptoError> {
        while let Some(key) = self.needed.get() {
            match self.resume(&key)? {
                Opened::Waits(pending) => self = pending,
                opened @ Opened::Value(_) => return Ok(opened),
            }
        }
        Ok(Opened::Waits(self))
    }

    /// Continues with the key that was needed. Records of some releases may then need a second one.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub fn resume(self, key: &Arc<SecretKey>) -> Result<Opened, CryptoError> {
        let Self { locked, meaning, .. } = self;
        let plain = match *locked {
            Locked::Kruptein(locked) => match locked.unlock(key)? {
                kruptein::Unlocked::Plain(plain) => plain,
                kruptein::Unlocked::OtherRounds(locked) => {
                    return Ok(Opened::Waits(Self::new(Locked::Kruptein(locked), meaning)));
                }
            },
            Locked::Web(locked) => Plain::Text(locked.unlock(key)?),
            Locked::Secret(locked) => Plain::Text(locked.unlock(key)?),
        };
        Ok(Opened::Value(meaning(plain)?))
    }

    /// Decrypts the record as soon as its key is derived. Dropping the future withdraws the request for the
    /// key.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub async fn finish(mut self) -> Result<Field, CryptoError> {
        loop {
            let key = self.needed.wait().await?;
            match work(self.locked.len(), || self.resume(&key))? {
                Opened::Value(value) => return Ok(value),
                Opened::Waits(pending) => self = pending,
            }
        }
    }

    /// As [`Self::finish`], for a caller that may have many records at once and no deadline for each.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub async fn finish_in_turn(self) -> Result<Field, CryptoError> {
        let _turn = TURNS.acquire().await.map_err(|_| CryptoError::Lost)?;
        self.finish().await
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pending")
            .field("needed", &self.needed)
            .finish_non_exhaustive()
    }
}

/// The value that kruptein encrypted: text, or a value as JSON.
///
/// # Errors
/// When the JSON is a malformed string.
pub fn value_of(plain: Plain) -> Result<Field, CryptoError> {
    match plain {
        Plain::Text(text) => Ok(Field::Text(text)),
        Plain::Json(text) if text.starts_with('"') => serde_json::from_str(&text)
            .map(Field::Text)
            .map_err(|_| CryptoError::Format),
        Plain::Json(text) => Ok(json(&text)),
    }
}

/// The text itself.
///
/// # Errors
/// None.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a Meaning")]
pub fn text_of(plain: Plain) -> Result<Field, CryptoError> {
    Ok(Field::Text(plain.into_text()))
}

/// The text, marked as JSON if it is valid JSON.
///
/// # Errors
/// None.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a Meaning")]
pub fn marked(plain: Plain) -> Result<Field, CryptoError> {
    let text = plain.into_text();
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    Ok(if is_json { json(&text) } else { Field::Text(text) })
}

/// Text that the JavaScript side parses.
pub fn json(text: &str) -> Field {
    Field::Wrapped(rawdoc! { "json": text }.into_bytes())
}
