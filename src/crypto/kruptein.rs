//! The records of `crypto` in connect-mongo 4 to 6, whose format the npm package kruptein defines. The store
//! writes the format of one release, 3.0.x by default, and reads the formats of all releases from 2.2.3 to
//! 3.4.0.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::error::CryptoError;
use super::formats::der;
use super::formats::options::{KrupteinOptions, LATER_ROUNDS, ROUNDS, Release};
use super::formats::record::{Form, Record};
use super::keys::{KeyCache, KeyName, NeededKey, Ready, SecretKey};
use super::primitives::{BLOCK, Mode, Random, cbc_decrypt, cbc_encrypt, gcm_decrypt, gcm_encrypt, same};
use super::writing::{Writing, WritingKey};

/// The length in bytes of the key from which a record's associated data is computed.
const AAD_KEY: usize = 128;

/// The decrypted content of a record.
#[derive(PartialEq, Eq)]
pub enum Plain {
    /// The JSON text of the encrypted value.
    Json(String),
    /// Text that was encrypted directly.
    Text(String),
}

impl Plain {
    /// The text of either variant.
    pub fn into_text(self) -> String {
        match self {
            Self::Json(text) | Self::Text(text) => text,
        }
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Json(_) => "Json(…)",
            Self::Text(_) => "Text(…)",
        })
    }
}

/// The format with its options.
#[derive(Debug)]
pub struct Kruptein {
    options: KrupteinOptions,
    keys: Arc<KeyCache>,
    writing: Writing,
    random: Random,
}

impl Kruptein {
    /// The format for one secret.
    pub fn new(secret: Zeroizing<Vec<u8>>, options: KrupteinOptions, random: Random) -> Self {
        let keys = KeyCache::new(secret, options.hash, options.algorithm.key_len);
        Self {
            options,
            writing: Writing::new(Arc::clone(&keys), options.release.rounds(), random),
            keys,
            random,
        }
    }

    /// The key for this many more records, or the one that must be derived first.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn writing_key(&self, records: u32) -> Result<Ready<WritingKey>, CryptoError> {
        self.writing.key(records)
    }

    /// Encrypts the JSON text of a value.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal(&self, json: &str, WritingKey { salt, key }: &WritingKey) -> Result<String, CryptoError> {
        let KrupteinOptions {
            algorithm,
            hash,
            encoding,
            iv_len,
            release,
        } = self.options;
        let mut iv = vec![0; if algorithm.mode == Mode::Gcm { iv_len } else { BLOCK }];
        (self.random)(&mut iv)?;
        let plain = match release {
            Release::V3_4 if json.starts_with('"') => format!(r#"{{"type":"string","value":{json}}}"#),
            Release::V3_4 => format!(r#"{{"type":"json","value":{json}}}"#),
            _ => json.to_owned(),
        };
        let (cipher, tag, aad) = match algorithm.mode {
            Mode::Gcm => {
                let mut aad_key = [0; AAD_KEY];
                (self.random)(&mut aad_key)?;
                let aad = hash.mac(&aad_key, &[plain.as_bytes()])?;
                let mut text = plain.into_bytes();
                let tag = gcm_encrypt(key.bytes(), &iv, &aad, &mut text)?;
                (text, tag.to_vec(), aad)
            }
            Mode::Cbc => (cbc_encrypt(key.bytes(), &iv, plain.as_bytes())?, Vec::new(), Vec::new()),
        };
        let container = if release == Release::V3_4 {
            let mac = hash.mac(key.bytes(), &[&cipher, salt, &iv])?;
            der::encode(&[&cipher, &mac, &iv, salt, &tag, &aad])
        } else {
            let cipher = encoding.encode(&cipher);
            let authenticated = [cipher.as_bytes(), &lossy(salt), &lossy(&iv)];
            let parts = if release == Release::V3_0 { 1 } else { 3 };
            let mac = encoding.encode(&hash.mac(key.bytes(), authenticated.get(..parts).unwrap_or_default())?);
            let aad = encoding.encode(&aad);
            let members = [cipher.as_bytes(), mac.as_bytes(), &iv, salt, &tag, aad.as_bytes()];
            let count = if algorithm.mode == Mode::Gcm { 6 } else { 4 };
            der::encode(members.get(..count).unwrap_or_default())
        };
        Ok(encoding.encode(&container))
    }

    /// Whether a stored text has one of the forms.
    pub fn recognizes(&self, stored: &str) -> bool {
        Record::parse(stored, &self.options).is_ok()
    }

    /// Parses a record.
    ///
    /// # Errors
    /// [`CryptoError::Format`]
    pub fn parse(&self, stored: &str) -> Result<Locked, CryptoError> {
        let record = Record::parse(stored, &self.options)?;
        let rounds = if record.form == Form::Bytes {
            LATER_ROUNDS
        } else {
            ROUNDS
        };
        Ok(Locked {
            options: self.options,
            keys: Arc::clone(&self.keys),
            record,
            rounds,
        })
    }
}

/// A record, with the rounds to try for its key. Releases with the same form differ in the rounds and in what
/// they authenticate, and nothing in the record tells them apart.
pub struct Locked {
    options: KrupteinOptions,
    keys: Arc<KeyCache>,
    record: Record,
    rounds: u32,
}

/// The result of trying a key.
pub enum Unlocked {
    /// The key was right.
    Plain(Plain),
    /// The right key may have another number of rounds.
    OtherRounds(Locked),
}

impl Locked {
    /// The key to try.
    pub fn key(&self) -> NeededKey {
        self.keys.for_record(KeyName {
            salt: self.record.salt.clone(),
            rounds: self.rounds,
        })
    }

    /// The number of bytes to decrypt.
    pub fn len(&self) -> usize {
        self.record.cipher.len()
    }

    /// Decrypts the record with the key that it asked for.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub fn unlock(self, key: &SecretKey) -> Result<Unlocked, CryptoError> {
        if self.is_authentic(key)? {
            return self.decrypt(key).map(Unlocked::Plain);
        }
        if self.record.form == Form::Texts && self.rounds == ROUNDS {
            return Ok(Unlocked::OtherRounds(Self {
                rounds: LATER_ROUNDS,
                ..self
            }));
        }
        Err(CryptoError::Tampered)
    }

    fn is_authentic(&self, key: &SecretKey) -> Result<bool, CryptoError> {
        let Record {
            authenticated: text,
            salt,
            iv,
            mac,
            form,
            ..
        } = &self.record;
        let fits = |parts: &[&[u8]]| -> Result<bool, CryptoError> {
            Ok(same(&self.options.hash.mac(key.bytes(), parts)?, mac))
        };
        match form {
            Form::Bytes => fits(&[text, salt, iv]),
            Form::Early => fits(&[text]),
            Form::Texts => {
                let alone = self.rounds == ROUNDS && fits(&[text])?;
                Ok(alone || fits(&[text, &lossy(salt), &lossy(iv)])?)
            }
        }
    }

    fn decrypt(self, key: &SecretKey) -> Result<Plain, CryptoError> {
        let mut record = self.record;
        let text = match self.options.algorithm.mode {
            Mode::Gcm => {
                gcm_decrypt(key.bytes(), &record.iv, &record.aad, &mut record.cipher, &record.tag)?;
                record.cipher
            }
            Mode::Cbc => cbc_decrypt(key.bytes(), &record.iv, &record.cipher)?,
        };
        let text = String::from_utf8(text).map_err(|_| CryptoError::Decrypt)?;
        if record.form == Form::Bytes {
            return typed(&text);
        }
        Ok(Plain::Json(text))
    }
}

/// Bytes as releases 3.1.1 to 3.3.0 authenticate them: converted to a string, which replaces some of them.
fn lossy(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).into_owned().into_bytes()
}

/// The content that release 3.4.0 encrypts: `{"type":"string","value":…}`.
fn typed(text: &str) -> Result<Plain, CryptoError> {
    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(rename = "type")]
        kind: &'a str,
        #[serde(borrow)]
        value: &'a RawValue,
    }
    let typed: Typed = serde_json::from_str(text).map_err(|_| CryptoError::Format)?;
    match typed.kind {
        "string" => serde_json::from_str(typed.value.get())
            .map(Plain::Text)
            .map_err(|_| CryptoError::Format),
        "json" => Ok(Plain::Json(typed.value.get().to_owned())),
        _ => Err(CryptoError::Format),
    }
}
