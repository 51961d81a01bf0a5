//! Encrypted sessions: the format that one store writes, and all formats that it reads. A stored value counts
//! as a session only after it was decrypted, unless the store was told to read unencrypted ones.

// Each module uses only those above it.
mod error;
mod primitives;

mod keys;

mod formats;
mod writing;

mod envelope;
mod kruptein;
mod secret;
mod web;

mod work;

mod pending;

use std::sync::Arc;

use bson::raw::RawBsonRef;
use bson::rawdoc;

pub use envelope::Envelope;
pub use error::CryptoError;
pub use formats::options::{KrupteinOptions, Release};
pub use keys::{KeyName, Ready};
pub use kruptein::Kruptein;
pub use pending::{Opened, Pending};
pub use primitives::{Algorithm, Encoding, Hash, Mode, system_random};
pub use secret::Secret;
pub use web::Web;
pub use work::work;

use crate::model::{Failure, Field};
use keys::SecretKey;
use pending::Locked;
use writing::WritingKey;

/// The format of the options `crypto` and `cryptoAdapter`.
#[derive(Debug)]
pub enum Legacy {
    /// The format of kruptein.
    Kruptein(Kruptein),
    /// The format of Web Crypto.
    Web {
        /// The format.
        web: Web,
        /// Whether text that is JSON is marked as such, because hooks of the application take the parsed
        /// value.
        parses: bool,
    },
    /// An adapter in JavaScript, which gets the stored text.
    Foreign,
}

/// How the sessions of one store are encrypted. The first format that is set writes; all that are set read.
#[derive(Debug, Default)]
pub struct Cipher {
    /// `encryption`
    pub envelope: Option<Envelope>,
    /// `crypto` or `cryptoAdapter`
    pub legacy: Option<Legacy>,
    /// `secret`
    pub secret: Option<Secret>,
    /// Whether sessions that are not encrypted are read, too.
    pub reads_plain: bool,
    /// Whether a session that can't be decrypted counts as missing.
    pub forgets: bool,
    /// Whether a decrypted session comes with its record, to compare it with what is stored later.
    pub keeps_records: bool,
}

/// Encrypts sessions. Its key is already derived.
pub enum Sealer<'a> {
    /// `encryption`
    Envelope(&'a Envelope),
    /// kruptein's format.
    Kruptein(&'a Kruptein, WritingKey),
    /// Web Crypto's format.
    Web(&'a Web, Arc<SecretKey>),
    /// The format of `secret`.
    Secret(&'a Secret, Arc<SecretKey>),
}

impl Cipher {
    /// A sealer for this many sessions, or the key that must be derived first.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn sealer(&self, records: u32) -> Result<Ready<Sealer<'_>>, CryptoError> {
        if let Some(envelope) = &self.envelope {
            return Ok(Ready::Now(Sealer::Envelope(envelope)));
        }
        match (&self.legacy, &self.secret) {
            (Some(Legacy::Kruptein(kruptein)), _) => {
                let ready = kruptein.writing_key(records)?;
                Ok(ready.map(|key| Sealer::Kruptein(kruptein, key)))
            }
            (Some(Legacy::Web { web, .. }), _) => Ok(web.key().ready().map(|key| Sealer::Web(web, key))),
            (None, Some(secret)) => Ok(secret.key().ready().map(|key| Sealer::Secret(secret, key))),
            _ => Err(CryptoError::Format),
        }
    }

    /// As [`Self::sealer`], but waits for the key. Dropping the future withdraws the request for the key.
    ///
    /// # Errors
    /// When the system has no random bytes or no thread left.
    pub async fn ready_sealer(&self, records: u32) -> Result<Sealer<'_>, CryptoError> {
        loop {
            match self.sealer(records)? {
                Ready::Now(sealer) => return Ok(sealer),
                Ready::After(needed) => drop(needed.wait().await?),
            }
        }
    }

    /// Decrypts a stored value. If its key must be derived first, returns what waits for the key.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub fn open(&self, id: &Field, stored: Option<&Field>) -> Result<Opened, CryptoError> {
        let Some(Field::Text(text)) = stored else {
            return match stored {
                Some(value) if self.reads_plain => Ok(Opened::Value(value.clone())),
                _ => Err(CryptoError::Format),
            };
        };
        if let Some(envelope) = &self.envelope
            && text.starts_with(envelope::PREFIX)
        {
            return Ok(Opened::Value(envelope.open(id, text)?));
        }
        let pending = match self.reader_of(text) {
            Reader::Kruptein(kruptein) => Pending::new(Locked::Kruptein(kruptein.parse(text)?), pending::value_of),
            Reader::Web(web, parses) => {
                let meaning = if parses { pending::marked } else { pending::text_of };
                Pending::new(Locked::Web(web.parse(text)?), meaning)
            }
            Reader::Secret(secret) => Pending::new(Locked::Secret(secret.parse(text)?), pending::text_of),
            Reader::Foreign => return Ok(Opened::Value(self::stored(text))),
            Reader::Plain => return Ok(Opened::Value(Field::Text(text.clone()))),
            Reader::Nobody => return Err(CryptoError::Format),
        };
        pending.open()
    }

    /// The format that reads a text which is not in our own format.
    fn reader_of(&self, text: &str) -> Reader<'_> {
        if let Some(secret) = &self.secret
            && Secret::recognizes(text)
        {
            return Reader::Secret(secret);
        }
        let (reader, recognized) = match &self.legacy {
            Some(Legacy::Kruptein(kruptein)) => (
                Reader::Kruptein(kruptein),
                self.reads_plain && kruptein.recognizes(text),
            ),
            Some(Legacy::Web { web, parses }) => (Reader::Web(web, *parses), self.reads_plain && web.recognizes(text)),
            Some(Legacy::Foreign) => (Reader::Foreign, !text.starts_with('{')),
            None => (Reader::Nobody, false),
        };
        if self.reads_plain && !recognized {
            Reader::Plain
        } else {
            reader
        }
    }

    /// As [`Self::open`], but waits for keys. Dropping the future withdraws the request for them.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub async fn open_patiently(&self, id: &Field, stored: Option<&Field>) -> Result<Field, CryptoError> {
        let bytes = stored.map_or(0, Field::len);
        match work(bytes, || self.open(id, stored))? {
            Opened::Value(value) => Ok(value),
            Opened::Waits(pending) => pending.finish().await,
        }
    }

    /// Encrypts a session.
    ///
    /// # Errors
    /// As for [`Self::ready_sealer`].
    pub async fn seal(&self, id: &Field, session: &Field) -> Result<Field, Failure> {
        let sealer = self.ready_sealer(1).await?;
        work(session.len(), || sealer.seal(id, session))
    }

    /// Encrypts a text as an adapter of connect-mongo does.
    ///
    /// # Errors
    /// As for [`Self::ready_sealer`].
    pub async fn encrypt(&self, text: &str) -> Result<String, CryptoError> {
        let sealer = self.ready_sealer(1).await?;
        work(text.len(), || sealer.seal_text(text))
    }

    /// Decrypts a text as an adapter of connect-mongo does. kruptein's adapter returns the JSON text of the
    /// value that it encrypted.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub async fn decrypt(&self, stored: &str) -> Result<String, CryptoError> {
        let pending = work(stored.len(), || {
            let locked = match &self.legacy {
                Some(Legacy::Kruptein(kruptein)) => Locked::Kruptein(kruptein.parse(stored)?),
                Some(Legacy::Web { web, .. }) => Locked::Web(web.parse(stored)?),
                _ => return Err(CryptoError::Format),
            };
            Pending::new(locked, pending::text_of).open()
        })?;
        let value = match pending {
            Opened::Value(value) => value,
            Opened::Waits(pending) => pending.finish_in_turn().await?,
        };
        match value {
            Field::Text(text) => Ok(text),
            Field::Wrapped(_) => Err(CryptoError::Format),
        }
    }

    /// Orders the key for writing in advance, so that the first session doesn't wait for it.
    pub fn warm_up(&self) {
        // The first write reports an error by itself.
        if let Ok(Ready::After(needed)) = self.sealer(0) {
            needed.prepare();
        }
    }
}

enum Reader<'a> {
    Kruptein(&'a Kruptein),
    Web(&'a Web, bool),
    Secret(&'a Secret),
    Foreign,
    Plain,
    Nobody,
}

impl Sealer<'_> {
    /// Encrypts a session: text, or JSON that is marked as such. Our own format takes every value.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal(&self, id: &Field, session: &Field) -> Result<Field, Failure> {
        let stored = match (self, session) {
            (Self::Envelope(envelope), _) => envelope.seal(id, session)?,
            (_, Field::Text(text)) => self.seal_text(text)?,
            (_, Field::Wrapped(_)) => match session.value()? {
                RawBsonRef::String(text) => self.seal_json(text)?,
                _ => return Err(Failure::malformed("A session to be encrypted")),
            },
        };
        Ok(Field::Text(stored))
    }

    fn seal_text(&self, text: &str) -> Result<String, CryptoError> {
        match self {
            Self::Kruptein(..) => {
                let json = serde_json::to_string(text).map_err(|_| CryptoError::Format)?;
                self.seal_json(&json)
            }
            _ => self.seal_json(text),
        }
    }

    fn seal_json(&self, text: &str) -> Result<String, CryptoError> {
        match self {
            Self::Kruptein(kruptein, key) => kruptein.seal(text, key),
            Self::Web(web, key) => web.seal(text, key),
            Self::Secret(secret, key) => secret.seal(text, key),
            Self::Envelope(_) => Err(CryptoError::Format),
        }
    }
}

/// A record that an adapter in JavaScript decrypts.
fn stored(text: &str) -> Field {
    Field::Wrapped(rawdoc! { "stored": text }.into_bytes())
}

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
#[cfg(test)]
mod tests;
