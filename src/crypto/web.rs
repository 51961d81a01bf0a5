//! The records of `createWebCryptoAdapter` in connect-mongo 6: the nonce and the cipher text, encoded. Each
//! adapter has one key. Records with AES-CBC are not authenticated.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::error::CryptoError;
use super::keys::{KeyCache, KeyName, NeededKey, SecretKey};
use super::primitives::{Encoding, Hash, Mode, Random, TAG, cbc_decrypt, cbc_encrypt, gcm_decrypt, gcm_encrypt};

/// The length of a key in bytes: the adapter asks Web Crypto for 256 bits.
const KEY: usize = 32;

/// The format with its options.
#[derive(Debug)]
pub struct Web {
    mode: Mode,
    encoding: Encoding,
    iv_len: usize,
    keys: Arc<KeyCache>,
    name: KeyName,
    random: Random,
}

impl Web {
    /// The format for one secret, salt and number of rounds.
    pub fn new(
        secret: Zeroizing<Vec<u8>>,
        name: KeyName,
        mode: Mode,
        encoding: Encoding,
        iv_len: usize,
        random: Random,
    ) -> Self {
        Self {
            mode,
            encoding,
            iv_len,
            keys: KeyCache::new(secret, Hash::Sha256, KEY),
            name,
            random,
        }
    }

    /// The only key of the format.
    pub fn key(&self) -> NeededKey {
        self.keys.for_all(self.name.clone())
    }

    /// Encrypts a text.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal(&self, text: &str, key: &SecretKey) -> Result<String, CryptoError> {
        let mut record = vec![0; self.iv_len];
        (self.random)(&mut record)?;
        let iv = record.clone();
        match self.mode {
            Mode::Gcm => {
                let mut cipher = text.as_bytes().to_vec();
                let tag = gcm_encrypt(key.bytes(), &iv, &[], &mut cipher)?;
                record.extend_from_slice(&cipher);
                record.extend_from_slice(&tag);
            }
            Mode::Cbc => record.extend_from_slice(&cbc_encrypt(key.bytes(), &iv, text.as_bytes())?),
        }
        Ok(self.encoding.encode(&record))
    }

    /// Whether a stored text may be a record.
    pub fn recognizes(&self, stored: &str) -> bool {
        self.encoding.decode(stored.as_bytes()).is_ok()
    }

    /// Parses a record.
    ///
    /// # Errors
    /// [`CryptoError::Format`]
    pub fn parse(&self, stored: &str) -> Result<Locked, CryptoError> {
        let record = self.encoding.decode(stored.as_bytes())?;
        let tag = if self.mode == Mode::Gcm { TAG } else { 0 };
        if record.len() < self.iv_len + tag {
            return Err(CryptoError::Format);
        }
        Ok(Locked {
            mode: self.mode,
            iv_len: self.iv_len,
            needed: self.key(),
            record,
        })
    }
}

/// A record: nonce, cipher text and, with AES-GCM, a tag.
pub struct Locked {
    mode: Mode,
    iv_len: usize,
    needed: NeededKey,
    record: Vec<u8>,
}

impl Locked {
    /// The key of the record.
    pub fn key(&self) -> NeededKey {
        self.needed.clone()
    }

    /// The number of bytes to decrypt.
    pub fn len(&self) -> usize {
        self.record.len()
    }

    /// Decrypts the record.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub fn unlock(self, key: &SecretKey) -> Result<String, CryptoError> {
        let (iv, cipher) = self.record.split_at_checked(self.iv_len).ok_or(CryptoError::Format)?;
        let text = match self.mode {
            Mode::Gcm => {
                let (cipher, tag) = cipher.split_last_chunk::<TAG>().ok_or(CryptoError::Format)?;
                let mut text = cipher.to_vec();
                // Only the tag can reveal a wrong key or changed data.
                gcm_decrypt(key.bytes(), iv, &[], &mut text, tag).map_err(|_| CryptoError::Tampered)?;
                text
            }
            Mode::Cbc => cbc_decrypt(key.bytes(), iv, cipher)?,
        };
        String::from_utf8(text).map_err(|_| CryptoError::Decrypt)
    }
}
