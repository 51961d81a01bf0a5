//! The records of `createWebCryptoAdapter` in connect-mongo 6: nonce and cipher text, encoded, under one key for each
//! adapter. With AES-CBC they are not authenticated.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::error::{CryptoError, Stop};
use super::keys::{KeyCache, KeyName, SecretKey};
use super::primitives::{
    Encoding, Hash, Mode, Random, TAG, cbc_decrypt, cbc_encrypt, gcm_decrypt, gcm_encrypt,
};

/// The bytes of a key: Web Crypto is asked for 256 bits.
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

    /// The one key.
    ///
    /// # Errors
    /// [`Stop::Needs`] while it is not derived.
    pub fn key(&self) -> Result<Arc<SecretKey>, Stop> {
        self.keys
            .get(&self.name)
            .ok_or_else(|| Stop::Needs(Arc::clone(&self.keys), self.name.clone()))
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

    /// Decrypts a record.
    ///
    /// # Errors
    /// As [`Stop`].
    pub fn open(&self, stored: &str) -> Result<String, Stop> {
        let record = self.encoding.decode(stored.as_bytes())?;
        let (iv, cipher) = record.split_at_checked(self.iv_len).ok_or(CryptoError::Format)?;
        let text = match self.mode {
            Mode::Gcm => {
                let end = cipher.len().checked_sub(TAG).ok_or(CryptoError::Format)?;
                let (cipher, tag) = cipher.split_at_checked(end).ok_or(CryptoError::Format)?;
                let mut text = cipher.to_vec();
                // There is nothing but the tag to tell a wrong key or changed data by.
                gcm_decrypt(self.key()?.bytes(), iv, &[], &mut text, tag)
                    .map_err(|_| CryptoError::Tampered)?;
                text
            }
            Mode::Cbc => cbc_decrypt(self.key()?.bytes(), iv, cipher)?,
        };
        Ok(String::from_utf8(text).map_err(|_| CryptoError::Decrypt)?)
    }
}
