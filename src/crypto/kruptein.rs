//! The records of `crypto` in connect-mongo 4 to 6, which the npm package kruptein defines. Written in the form of one of
//! its releases, 3.0.x unless told otherwise; read in the forms of all of them from 2.2.3 to 3.4.0.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::der;
use super::error::{CryptoError, Stop};
use super::keys::{KeyCache, KeyName, SecretKey};
use super::primitives::{
    Algorithm, BLOCK, Encoding, Hash, Mode, Random, cbc_decrypt, cbc_encrypt, gcm_decrypt, gcm_encrypt, same,
};
use super::record::{Form, Record};
use super::writing::{Writing, WritingKey};

/// Rounds of PBKDF2 up to release 3.1.1, and since.
const ROUNDS: u32 = 15_000;
const LATER_ROUNDS: u32 = 20_000;
/// The bytes of the key that makes a record's associated data.
const AAD_KEY: usize = 128;

/// What a record has.
#[derive(Debug, PartialEq, Eq)]
pub enum Plain {
    /// JSON text of the value that was encrypted.
    Json(String),
    /// Text that was encrypted as it is.
    Text(String),
}

/// A release of kruptein whose form is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// 3.0.0 to 3.0.9: the ones that connect-mongo 6 has.
    V3_0,
    /// 3.1.1
    V3_1,
    /// 3.1.3 to 3.3.0
    V3_3,
    /// 3.4.0
    V3_4,
}

impl Release {
    /// The release of a name; `None` for one that is not known.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "3.0" => Some(Self::V3_0),
            "3.1" => Some(Self::V3_1),
            "3.3" => Some(Self::V3_3),
            "3.4" => Some(Self::V3_4),
            _ => None,
        }
    }

    fn rounds(self) -> u32 {
        match self {
            Self::V3_0 | Self::V3_1 => ROUNDS,
            Self::V3_3 | Self::V3_4 => LATER_ROUNDS,
        }
    }
}

/// The options of the format.
#[derive(Clone, Copy, Debug)]
pub struct KrupteinOptions {
    /// The cipher.
    pub algorithm: Algorithm,
    /// The hash of HMAC and PBKDF2.
    pub hash: Hash,
    /// How records are written.
    pub encoding: Encoding,
    /// The bytes of GCM's nonces.
    pub iv_len: usize,
    /// The release whose form is written.
    pub release: Release,
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
    /// The format for one secret. Without a runtime, no key is derived in advance.
    pub fn new(
        secret: Zeroizing<Vec<u8>>,
        options: KrupteinOptions,
        random: Random,
        runtime: Option<Handle>,
    ) -> Self {
        let keys = KeyCache::new(secret, options.hash, options.algorithm.key_len);
        Self {
            options,
            writing: Writing::new(Arc::clone(&keys), options.release.rounds(), random, runtime),
            keys,
            random,
        }
    }

    /// The key for so many records more.
    ///
    /// # Errors
    /// [`Stop::Needs`] while it is not derived.
    pub fn writing_key(&self, records: u32) -> Result<WritingKey, Stop> {
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
        let mut iv = vec![
            0;
            if algorithm.mode == Mode::Gcm {
                iv_len
            } else {
                BLOCK
            }
        ];
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
            Mode::Cbc => (
                cbc_encrypt(key.bytes(), &iv, plain.as_bytes())?,
                Vec::new(),
                Vec::new(),
            ),
        };
        let container = if release == Release::V3_4 {
            let mac = hash.mac(key.bytes(), &[&cipher, salt, &iv])?;
            der::encode(&[&cipher, &mac, &iv, salt, &tag, &aad])
        } else {
            let cipher = encoding.encode(&cipher);
            let authenticated = [cipher.as_bytes(), &lossy(salt), &lossy(&iv)];
            let parts = if release == Release::V3_0 { 1 } else { 3 };
            let mac =
                encoding.encode(&hash.mac(key.bytes(), authenticated.get(..parts).unwrap_or_default())?);
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

    /// Decrypts a record.
    ///
    /// # Errors
    /// As [`Stop`].
    pub fn open(&self, stored: &str) -> Result<Plain, Stop> {
        let mut record = Record::parse(stored, &self.options)?;
        let key = self.authenticate(&record)?;
        let text = match self.options.algorithm.mode {
            Mode::Gcm => {
                gcm_decrypt(
                    key.bytes(),
                    &record.iv,
                    &record.aad,
                    &mut record.cipher,
                    &record.tag,
                )?;
                record.cipher
            }
            Mode::Cbc => cbc_decrypt(key.bytes(), &record.iv, &record.cipher)?,
        };
        let text = String::from_utf8(text).map_err(|_| CryptoError::Decrypt)?;
        if record.form == Form::Bytes {
            return Ok(typed(&text)?);
        }
        Ok(Plain::Json(text))
    }

    /// The key by which a record is authentic. Releases of the same form differ in the rounds and in what they
    /// authenticate, and nothing in the record tells them apart.
    fn authenticate(&self, record: &Record) -> Result<Arc<SecretKey>, Stop> {
        let key = |rounds| {
            let name = KeyName {
                salt: record.salt.clone(),
                rounds,
            };
            self.keys
                .get(&name)
                .ok_or_else(|| Stop::Needs(Arc::clone(&self.keys), name))
        };
        let fits = |key: &SecretKey, parts: &[&[u8]]| -> Result<bool, CryptoError> {
            Ok(same(&self.options.hash.mac(key.bytes(), parts)?, &record.mac))
        };
        let text = record.authenticated.as_slice();
        if record.form == Form::Bytes {
            let later = key(LATER_ROUNDS)?;
            if fits(&later, &[text, &record.salt, &record.iv])? {
                return Ok(later);
            }
            return Err(CryptoError::Tampered.into());
        }
        let first = key(ROUNDS)?;
        if fits(&first, &[text])? {
            return Ok(first);
        }
        if record.form == Form::Texts {
            let parts: [&[u8]; 3] = [text, &lossy(&record.salt), &lossy(&record.iv)];
            if fits(&first, &parts)? {
                return Ok(first);
            }
            let later = key(LATER_ROUNDS)?;
            if fits(&later, &parts)? {
                return Ok(later);
            }
        }
        Err(CryptoError::Tampered.into())
    }
}

/// Bytes as 3.1.1 to 3.3.0 authenticate them: put into a string, which loses some.
fn lossy(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).into_owned().into_bytes()
}

/// What release 3.4.0 encrypts: `{"type":"string","value":…}`.
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
