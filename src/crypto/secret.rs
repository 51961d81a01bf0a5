//! The records of the option `secret` in connect-mongo 3: JSON text of a JSON string, under one key for each secret.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::{CryptoError, Stop};
use super::keys::{KeyCache, KeyName, SecretKey};
use super::node_buffer::NodeBuffer;
use super::primitives::{Algorithm, Encoding, Hash, Random, TAG, gcm_decrypt, gcm_encrypt, same};

/// Rounds of PBKDF2, and the bytes that are derived, of whose text the key is the beginning.
const ROUNDS: u32 = 10_000;
const DERIVED: usize = 64;
/// The characters of the salt.
const SALT: usize = 16;

/// The format with its options.
#[derive(Debug)]
pub struct Secret {
    algorithm: Algorithm,
    hash: Hash,
    encoding: Encoding,
    iv_len: usize,
    keys: Arc<KeyCache>,
    name: KeyName,
    random: Random,
}

/// What the JSON text has, in this order.
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
    /// The format for one secret. `iv_len` is the number of random bytes of which the nonce is the text.
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
            algorithm,
            hash,
            encoding,
            iv_len,
            keys: KeyCache::new(secret, hash, DERIVED),
            name: KeyName { salt, rounds: ROUNDS },
            random,
        }
    }

    /// The one key.
    ///
    /// # Errors
    /// [`Stop::Needs`] while it is not derived.
    pub fn key(&self) -> Result<SecretKey, Stop> {
        let derived = self
            .keys
            .get(&self.name)
            .ok_or_else(|| Stop::Needs(Arc::clone(&self.keys), self.name.clone()))?;
        let mut text = Zeroizing::new(self.encoding.encode(derived.bytes()).into_bytes());
        text.truncate(self.algorithm.key_len);
        Ok(text.into())
    }

    /// Encrypts a text.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal(&self, text: &str, key: &SecretKey) -> Result<String, CryptoError> {
        let Self { hash, encoding, .. } = self;
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

    /// Whether a stored text has the form.
    pub fn recognizes(stored: &str) -> bool {
        parse(stored).is_ok()
    }

    /// Decrypts a record.
    ///
    /// # Errors
    /// As [`Stop`].
    pub fn open(&self, stored: &str) -> Result<String, Stop> {
        let fields = parse(stored)?;
        let tag = fields.at.bytes();
        let mac = self.encoding.decode(fields.hmac.as_bytes())?;
        let mut text = self.encoding.decode(fields.ct.as_bytes())?;
        if tag.len() != TAG {
            return Err(CryptoError::Format.into());
        }
        let key = self.key()?;
        if !same(
            &self
                .hash
                .mac(key.bytes(), &[fields.ct.as_bytes()])
                .map_err(Stop::from)?,
            &mac,
        ) {
            return Err(CryptoError::Tampered.into());
        }
        gcm_decrypt(
            key.bytes(),
            fields.iv.as_bytes(),
            fields.aad.as_bytes(),
            &mut text,
            &tag,
        )?;
        Ok(String::from_utf8(text).map_err(|_| CryptoError::Decrypt)?)
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
