//! The records of the option `secret` in connect-mongo 3: the JSON text of a JSON string. Each secret has one
//! key.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::CryptoError;
use super::formats::node_buffer::NodeBuffer;
use super::keys::{KeyCache, KeyName, NeededKey, SecretKey};
use super::primitives::{Algorithm, Encoding, Hash, Random, TAG, gcm_decrypt, gcm_encrypt, same};

/// The rounds of PBKDF2, and the number of bytes that it derives. The key is the beginning of the text of
/// these bytes.
const ROUNDS: u32 = 10_000;
const DERIVED: usize = 64;
/// The length of the salt in characters.
const SALT: usize = 16;

/// The options that reading and writing share.
#[derive(Clone, Copy, Debug)]
struct Names {
    algorithm: Algorithm,
    hash: Hash,
    encoding: Encoding,
}

impl Names {
    /// The key of AES and HMAC: the beginning of the text of the derived bytes.
    fn key_of(self, derived: &SecretKey) -> SecretKey {
        let mut text = Zeroizing::new(self.encoding.encode(derived.bytes()).into_bytes());
        text.truncate(self.algorithm.key_len);
        text.into()
    }
}

/// The format with its options.
#[derive(Debug)]
pub struct Secret {
    names: Names,
    iv_len: usize,
    keys: Arc<KeyCache>,
    name: KeyName,
    random: Random,
}

/// The fields of the JSON text, in this order.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    hmac: String,
    ct: String,
    at: NodeBuffer,
    aad: String,
    iv: String,
}

impl Secret {
    /// The format for one secret. `iv_len` is the number of random bytes whose text is the nonce.
    pub fn new(
        secret: Zeroizing<Vec<u8>>,
        algorithm: Algorithm,
        hash: Hash,
        encoding: Encoding,
        iv_len: usize,
        random: Random,
    ) -> Self {
        let mut salt = encoding.encode(&hash.digest(&secret)).into_bytes();
        salt.truncate(SALT);
        Self {
            names: Names {
                algorithm,
                hash,
                encoding,
            },
            iv_len,
            keys: KeyCache::new(secret, hash, DERIVED),
            name: KeyName { salt, rounds: ROUNDS },
            random,
        }
    }

    /// The only key of the format, as derived.
    pub fn key(&self) -> NeededKey {
        self.keys.for_all(self.name.clone())
    }

    /// Encrypts a text.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal(&self, text: &str, derived: &SecretKey) -> Result<String, CryptoError> {
        let Names { hash, encoding, .. } = self.names;
        let key = self.names.key_of(derived);
        let mut iv = vec![0; self.iv_len];
        (self.random)(&mut iv)?;
        let iv = encoding.encode(&iv);
        let aad_key = Zeroizing::new([iv.as_bytes(), key.bytes()].concat());
        let aad = encoding.encode(&hash.mac(&aad_key, &[text.as_bytes()])?);
        let mut cipher = text.as_bytes().to_vec();
        let tag = gcm_encrypt(key.bytes(), iv.as_bytes(), aad.as_bytes(), &mut cipher)?;
        let ct = encoding.encode(&cipher);
        let fields = Fields {
            hmac: encoding.encode(&hash.mac(key.bytes(), &[ct.as_bytes()])?),
            ct,
            at: NodeBuffer::Buffer { data: tag.to_vec() },
            aad,
            iv,
        };
        let inner = serde_json::to_string(&fields).map_err(|_| CryptoError::Format)?;
        serde_json::to_string(&inner).map_err(|_| CryptoError::Format)
    }

    /// Whether a stored text has this form.
    pub fn recognizes(stored: &str) -> bool {
        parse(stored).is_ok()
    }

    /// Parses a record.
    ///
    /// # Errors
    /// [`CryptoError::Format`]
    pub fn parse(&self, stored: &str) -> Result<Locked, CryptoError> {
        let fields = parse(stored)?;
        let encoding = self.names.encoding;
        Ok(Locked {
            names: self.names,
            needed: self.key(),
            mac: encoding.decode(fields.hmac.as_bytes())?,
            cipher: encoding.decode(fields.ct.as_bytes())?,
            tag: fields.at.bytes().try_into().map_err(|_| CryptoError::Format)?,
            authenticated: fields.ct,
            aad: fields.aad,
            iv: fields.iv,
        })
    }
}

/// A parsed record.
pub struct Locked {
    names: Names,
    needed: NeededKey,
    /// The encoded cipher text, which `mac` authenticates.
    authenticated: String,
    mac: Vec<u8>,
    cipher: Vec<u8>,
    tag: [u8; TAG],
    aad: String,
    iv: String,
}

impl Locked {
    /// The key of the record, as derived.
    pub fn key(&self) -> NeededKey {
        self.needed.clone()
    }

    /// The number of bytes to decrypt.
    pub fn len(&self) -> usize {
        self.cipher.len()
    }

    /// Decrypts the record.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub fn unlock(self, derived: &SecretKey) -> Result<String, CryptoError> {
        let key = self.names.key_of(derived);
        let mac = self.names.hash.mac(key.bytes(), &[self.authenticated.as_bytes()])?;
        if !same(&mac, &self.mac) {
            return Err(CryptoError::Tampered);
        }
        let mut text = self.cipher;
        gcm_decrypt(
            key.bytes(),
            self.iv.as_bytes(),
            self.aad.as_bytes(),
            &mut text,
            &self.tag,
        )?;
        String::from_utf8(text).map_err(|_| CryptoError::Decrypt)
    }
}

fn parse(stored: &str) -> Result<Fields, CryptoError> {
    let inner = if stored.starts_with('"') {
        &serde_json::from_str::<String>(stored).map_err(|_| CryptoError::Format)?
    } else {
        stored
    };
    serde_json::from_str(inner).map_err(|_| CryptoError::Format)
}
