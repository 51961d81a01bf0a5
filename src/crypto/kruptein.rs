//! The records of `crypto` in connect-mongo 4 to 6, which the npm package kruptein defines. Written in the form of its
//! releases 3.0.x, which every genuine store reads; read in the forms of all its releases from 2.2.3 to 3.4.0.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::der;
use super::error::{CryptoError, Stop};
use super::keys::{KeyCache, KeyName, SecretKey};
use super::node_buffer::NodeBuffer;
use super::primitives::{
    Algorithm, BLOCK, Encoding, Hash, Mode, Random, TAG, cbc_decrypt, cbc_encrypt, gcm_decrypt, gcm_encrypt,
    same,
};
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

/// The format with its options.
#[derive(Debug)]
pub struct Kruptein {
    algorithm: Algorithm,
    hash: Hash,
    encoding: Encoding,
    iv_len: usize,
    keys: Arc<KeyCache>,
    writing: Writing,
    random: Random,
}

/// A record in one of its forms.
struct Record {
    /// The cipher text, and the form in which it was authenticated.
    cipher: Vec<u8>,
    authenticated: Vec<u8>,
    mac: Vec<u8>,
    iv: Vec<u8>,
    salt: Vec<u8>,
    tag: Vec<u8>,
    aad: Vec<u8>,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// JSON of 2.2.3.
    Early,
    /// Texts in DER: 3.0.0 to 3.3.0.
    Texts,
    /// Bytes in DER or JSON: 3.4.0.
    Bytes,
}

impl Kruptein {
    /// The format for one secret. `iv_len` is the length of the nonces of GCM.
    pub fn new(
        secret: Zeroizing<Vec<u8>>,
        algorithm: Algorithm,
        hash: Hash,
        encoding: Encoding,
        iv_len: usize,
        random: Random,
        runtime: Option<Handle>,
    ) -> Self {
        let keys = KeyCache::new(secret, hash, algorithm.key_len);
        Self {
            algorithm,
            hash,
            encoding,
            iv_len: if algorithm.mode == Mode::Gcm {
                iv_len
            } else {
                BLOCK
            },
            writing: Writing::new(Arc::clone(&keys), ROUNDS, random, runtime),
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
        let mut iv = vec![0; self.iv_len];
        (self.random)(&mut iv)?;
        let Self { hash, encoding, .. } = self;
        let mut tail = Vec::with_capacity(2);
        let cipher = match self.algorithm.mode {
            Mode::Gcm => {
                let mut aad_key = [0; AAD_KEY];
                (self.random)(&mut aad_key)?;
                let aad = hash.mac(&aad_key, &[json.as_bytes()])?;
                let mut text = json.as_bytes().to_vec();
                let tag = gcm_encrypt(key.bytes(), &iv, &aad, &mut text)?;
                tail = vec![tag.to_vec(), encoding.encode(&aad).into_bytes()];
                text
            }
            Mode::Cbc => cbc_encrypt(key.bytes(), &iv, json.as_bytes())?,
        };
        let cipher = encoding.encode(&cipher);
        let mac = encoding.encode(&hash.mac(key.bytes(), &[cipher.as_bytes()])?);
        let mut members = vec![cipher.as_bytes(), mac.as_bytes(), iv.as_slice(), salt];
        members.extend(tail.iter().map(Vec::as_slice));
        Ok(encoding.encode(&der::encode(&members)))
    }

    /// Whether a stored text has one of the forms.
    pub fn recognizes(&self, stored: &str) -> bool {
        self.parse(stored).is_ok()
    }

    /// Decrypts a record.
    ///
    /// # Errors
    /// As [`Stop`].
    pub fn open(&self, stored: &str) -> Result<Plain, Stop> {
        let mut record = self.parse(stored)?;
        let key = self.authenticate(&record)?;
        let text = match self.algorithm.mode {
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
            Ok(same(&self.hash.mac(key.bytes(), parts)?, &record.mac))
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
            // 3.1.1 to 3.3.0 put the bytes of salt and initialisation vector into a string, and lose some.
            let salt = String::from_utf8_lossy(&record.salt);
            let iv = String::from_utf8_lossy(&record.iv);
            let parts = [text, salt.as_bytes(), iv.as_bytes()];
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

    fn parse(&self, stored: &str) -> Result<Record, CryptoError> {
        if stored.starts_with('{') {
            return self.parse_json(stored);
        }
        let container = decode_container(stored.as_bytes())?;
        let members = der::decode(&container)?;
        let (&[cipher, mac, iv, salt], tail) = members.split_first_chunk().ok_or(CryptoError::Format)?;
        let (tag, aad) = match *tail {
            [] => (&[][..], &[][..]),
            [tag, aad] => (tag, aad),
            _ => return Err(CryptoError::Format),
        };
        let bytes = mac.len() == self.hash.len();
        let record = if bytes {
            Record {
                cipher: cipher.to_vec(),
                authenticated: cipher.to_vec(),
                mac: mac.to_vec(),
                iv: iv.to_vec(),
                salt: salt.to_vec(),
                tag: tag.to_vec(),
                aad: aad.to_vec(),
                form: Form::Bytes,
            }
        } else {
            let encoding = self.encoding_of(mac)?;
            Record {
                cipher: encoding.decode(cipher)?,
                authenticated: cipher.to_vec(),
                mac: encoding.decode(mac)?,
                iv: iv.to_vec(),
                salt: salt.to_vec(),
                tag: tag.to_vec(),
                aad: encoding.decode(aad)?,
                form: Form::Texts,
            }
        };
        self.check(record)
    }

    fn parse_json(&self, stored: &str) -> Result<Record, CryptoError> {
        let fields: Fields = serde_json::from_str(stored).map_err(|_| CryptoError::Format)?;
        let encoding = self.encoding_of(fields.hmac.as_bytes())?;
        let form = if matches!(fields.iv, Bytes::Buffer(_)) {
            Form::Early
        } else {
            Form::Bytes
        };
        let cipher = encoding.decode(fields.ct.as_bytes())?;
        let optional = |field: Option<Bytes>| field.map_or(Ok(Vec::new()), |field| field.read(encoding));
        let record = Record {
            authenticated: if form == Form::Bytes {
                cipher.clone()
            } else {
                fields.ct.into_bytes()
            },
            cipher,
            mac: encoding.decode(fields.hmac.as_bytes())?,
            iv: fields.iv.read(encoding)?,
            salt: fields.salt.read(encoding)?,
            tag: optional(fields.at)?,
            aad: fields
                .aad
                .map_or(Ok(Vec::new()), |aad| encoding.decode(aad.as_bytes()))?,
            form,
        };
        self.check(record)
    }

    fn check(&self, record: Record) -> Result<Record, CryptoError> {
        let fits = match self.algorithm.mode {
            Mode::Gcm => record.tag.len() == TAG,
            Mode::Cbc => record.tag.is_empty() && record.aad.is_empty() && record.iv.len() == BLOCK,
        };
        if fits && record.mac.len() == self.hash.len() {
            Ok(record)
        } else {
            Err(CryptoError::Format)
        }
    }

    /// The encoding of the texts in a record, by the length that its digest has, so that records stay readable when the
    /// option is changed.
    fn encoding_of(&self, mac: &[u8]) -> Result<Encoding, CryptoError> {
        let fits = |encoding: &Encoding| {
            let len = self.hash.len();
            mac.len()
                == match encoding {
                    Encoding::Base64 => len.div_ceil(3) * 4,
                    Encoding::Base64Url => (len * 4).div_ceil(3),
                    Encoding::Hex => len * 2,
                }
        };
        [
            self.encoding,
            Encoding::Base64,
            Encoding::Base64Url,
            Encoding::Hex,
        ]
        .into_iter()
        .find(fits)
        .ok_or(CryptoError::Format)
    }
}

/// A sequence begins with 0x30, which is `30` in hexadecimal and an `M` in base64.
fn decode_container(stored: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if stored.starts_with(b"30") {
        return Encoding::Hex.decode(stored);
    }
    Encoding::Base64
        .decode(stored)
        .or_else(|_| Encoding::Base64Url.decode(stored))
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

/// The members of a record in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    hmac: String,
    ct: String,
    iv: Bytes,
    salt: Bytes,
    aad: Option<String>,
    at: Option<Bytes>,
}

/// Bytes in JSON: encoded, or as Node writes a `Buffer`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Bytes {
    Text(String),
    Buffer(NodeBuffer),
}

impl Bytes {
    fn read(self, encoding: Encoding) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Text(text) => encoding.decode(text.as_bytes()),
            Self::Buffer(buffer) => Ok(buffer.bytes()),
        }
    }
}
