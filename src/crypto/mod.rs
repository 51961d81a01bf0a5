//! Encrypted sessions: what one store writes, and everything that it reads. No stored value is ever taken for a session
//! that was not decrypted, unless the store was told to read such.

mod der;
mod envelope;
mod error;
mod keys;
mod kruptein;
mod node_buffer;
mod primitives;
mod record;
mod secret;
mod web;
mod writing;

use std::sync::Arc;

use bson::raw::RawBsonRef;
use bson::rawdoc;
use tokio::runtime::Handle;

pub use envelope::Envelope;
pub use error::{CryptoError, Stop};
pub use keys::KeyName;
pub use kruptein::{Kruptein, KrupteinOptions, Plain, Release};
pub use primitives::{Algorithm, Encoding, Hash, Mode, system_random};
pub use secret::Secret;
pub use web::Web;

use crate::model::Failure;
use crate::model::Field;
use keys::SecretKey;
use writing::WritingKey;

/// The format of the options `crypto` and `cryptoAdapter`.
#[derive(Debug)]
pub enum Legacy {
    /// kruptein's.
    Kruptein(Kruptein),
    /// Web Crypto's. `parses` tells whether hooks of the application take the text, and are given what its JSON means.
    Web {
        /// The format.
        web: Web,
        /// Whether JSON is marked as such.
        parses: bool,
    },
    /// An adapter in JavaScript, which is given the stored text.
    Foreign,
}

/// How the sessions of one store are encrypted. The first format that there is writes; all of them read.
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
    /// Whether a session that can't be decrypted counts as none.
    pub forgets: bool,
}

/// What encrypts sessions, with the key at hand.
pub enum Sealer<'a> {
    /// `encryption`
    Envelope(&'a Envelope),
    /// kruptein's format.
    Kruptein(&'a Kruptein, WritingKey),
    /// Web Crypto's format.
    Web(&'a Web, Arc<SecretKey>),
    /// The format of `secret`.
    Secret(&'a Secret, SecretKey),
}

impl Cipher {
    /// What encrypts so many sessions.
    ///
    /// # Errors
    /// [`Stop::Needs`] while the key is not derived.
    pub fn sealer(&self, records: u32) -> Result<Sealer<'_>, Stop> {
        if let Some(envelope) = &self.envelope {
            return Ok(Sealer::Envelope(envelope));
        }
        match (&self.legacy, &self.secret) {
            (Some(Legacy::Kruptein(kruptein)), _) => {
                Ok(Sealer::Kruptein(kruptein, kruptein.writing_key(records)?))
            }
            (Some(Legacy::Web { web, .. }), _) => Ok(Sealer::Web(web, web.key()?)),
            (None, Some(secret)) => Ok(Sealer::Secret(secret, secret.key()?)),
            _ => Err(CryptoError::Format.into()),
        }
    }

    /// As [`Self::sealer`], and waits for the key.
    ///
    /// # Errors
    /// When the system has no random bytes or no thread left.
    pub async fn ready_sealer(&self, records: u32, runtime: &Handle) -> Result<Sealer<'_>, Failure> {
        loop {
            match self.sealer(records) {
                Ok(sealer) => return Ok(sealer),
                Err(stop) => satisfy(stop, runtime).await?,
            }
        }
    }

    /// Decrypts a stored value.
    ///
    /// # Errors
    /// As [`Stop`].
    pub fn open(&self, id: &Field, stored: Option<&Field>) -> Result<Field, Stop> {
        let Some(Field::Text(text)) = stored else {
            return match stored {
                Some(value) if self.reads_plain => Ok(value.clone()),
                _ => Err(CryptoError::Format.into()),
            };
        };
        if let Some(envelope) = &self.envelope
            && text.starts_with(envelope::PREFIX)
        {
            return Ok(envelope.open(id, text)?);
        }
        match self.reader_of(text) {
            Reader::Kruptein(kruptein) => value_of(kruptein.open(text)?),
            Reader::Web(web, parses) => {
                let text = web.open(text)?;
                let marked = parses && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
                Ok(if marked { json(&text) } else { Field::Text(text) })
            }
            Reader::Secret(secret) => Ok(Field::Text(secret.open(text)?)),
            Reader::Foreign => Ok(self::stored(text)),
            Reader::Plain => Ok(Field::Text(text.clone())),
            Reader::Nobody => Err(CryptoError::Format.into()),
        }
    }

    /// Who reads a text that is not in our own format.
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
            Some(Legacy::Web { web, parses }) => (
                Reader::Web(web, *parses),
                self.reads_plain && web.recognizes(text),
            ),
            Some(Legacy::Foreign) => (Reader::Foreign, !text.starts_with('{')),
            None => (Reader::Nobody, false),
        };
        if self.reads_plain && !recognized {
            Reader::Plain
        } else {
            reader
        }
    }

    /// As [`Self::open`], and waits for keys.
    ///
    /// # Errors
    /// As [`CryptoError`].
    pub async fn open_patiently(
        &self,
        id: &Field,
        stored: Option<&Field>,
        runtime: &Handle,
    ) -> Result<Field, Failure> {
        loop {
            match self.open(id, stored) {
                Ok(value) => return Ok(value),
                Err(stop) => satisfy(stop, runtime).await?,
            }
        }
    }

    /// Encrypts a text as an adapter of connect-mongo does.
    ///
    /// # Errors
    /// As [`Self::ready_sealer`].
    pub async fn encrypt(&self, text: &str, runtime: &Handle) -> Result<String, Failure> {
        match self.ready_sealer(1, runtime).await?.seal_text(text) {
            Ok(stored) => Ok(stored),
            Err(error) => Err(error.into()),
        }
    }

    /// Decrypts a text as an adapter of connect-mongo does: kruptein's gives the JSON text of what it encrypted.
    ///
    /// # Errors
    /// As [`CryptoError`].
    pub async fn decrypt(&self, stored: &str, runtime: &Handle) -> Result<String, Failure> {
        loop {
            let opened = match &self.legacy {
                Some(Legacy::Kruptein(kruptein)) => kruptein.open(stored).map(|plain| match plain {
                    Plain::Json(text) | Plain::Text(text) => text,
                }),
                Some(Legacy::Web { web, .. }) => web.open(stored),
                _ => Err(CryptoError::Format.into()),
            };
            match opened {
                Ok(text) => return Ok(text),
                Err(stop) => satisfy(stop, runtime).await?,
            }
        }
    }

    /// Has the key for writing derived, so that the first session does not wait for it.
    pub fn warm_up(&self, runtime: &Handle) {
        if let Err(Stop::Needs(keys, name)) = self.sealer(0) {
            // The first write asks for it by itself.
            drop(keys.order(name, runtime));
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

/// Waits for the key that is needed.
async fn satisfy(stop: Stop, runtime: &Handle) -> Result<(), Failure> {
    match stop {
        Stop::Needs(keys, name) => match keys.order(name, runtime).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::lost()),
        },
        Stop::Refused(error) => Err(error.into()),
    }
}

impl Sealer<'_> {
    /// Encrypts a session: text, or JSON that is marked as such (our own format takes every value).
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

/// What kruptein decrypted, as the shim is given it.
fn value_of(plain: Plain) -> Result<Field, Stop> {
    match plain {
        Plain::Text(text) => Ok(Field::Text(text)),
        Plain::Json(text) if text.starts_with('"') => {
            let text = serde_json::from_str(&text).map_err(|_| CryptoError::Format)?;
            Ok(Field::Text(text))
        }
        Plain::Json(text) => Ok(json(&text)),
    }
}

/// Text that the shim parses.
fn json(text: &str) -> Field {
    Field::Wrapped(rawdoc! { "json": text }.into_bytes())
}

/// A record that an adapter in the shim decrypts.
fn stored(text: &str) -> Field {
    Field::Wrapped(rawdoc! { "stored": text }.into_bytes())
}

#[cfg(test)]
mod tests;
