//! The records of our own option `encryption`: `cmn1.<key id>.<base64url of salt, nonce, cipher text and
//! tag>`. Each record has its own key, derived from the named secret, and is bound to the `_id` of its
//! document.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::CryptoError;
use super::keys::SecretKey;
use super::primitives::{Encoding, Hash, Random, TAG, gcm_decrypt, gcm_encrypt};
use crate::model::Field;

/// The prefix of every record: the format and its version.
pub const PREFIX: &str = "cmn1.";
/// The prefix of a hashed id.
pub const ID_PREFIX: &str = "cmnid1.";
const KEY: usize = 32;
const SALT: usize = 16;
const NONCE: usize = 12;
/// The salt of HKDF-Extract (RFC 5869, 2.2). It is the same for all secrets, since those are random
/// themselves.
const EXTRACT: &[u8] = b"connect-mongo-native encryption 1";
/// The purposes of derived keys.
const FOR_RECORD: &[u8] = b"session";
const FOR_IDS: &[u8] = b"session id";
/// The types of encrypted values and of ids.
const TEXT: u8 = 0;
const BSON: u8 = 1;

/// A secret with its name.
struct Key {
    id: String,
    /// HKDF with its pseudorandom key, which is zeroed when it is dropped.
    hkdf: Hkdf<Sha256>,
    ids: SecretKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Key")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The format with its keys, the newest first.
#[derive(Debug)]
pub struct Envelope {
    keys: Vec<Key>,
    random: Random,
}

impl Envelope {
    /// The format for these keys, by their ids.
    ///
    /// # Errors
    /// Never in practice: HKDF takes secrets of any length.
    pub fn new(
        keys: impl IntoIterator<Item = (String, Zeroizing<Vec<u8>>)>,
        random: Random,
    ) -> Result<Self, CryptoError> {
        let keys = keys
            .into_iter()
            .map(|(id, secret)| {
                let prk = Zeroizing::new(Hash::Sha256.mac(EXTRACT, &[&secret])?);
                let hkdf = Hkdf::from_prk(&prk).map_err(|_| CryptoError::Format)?;
                let ids = derive(&hkdf, &[FOR_IDS])?;
                Ok(Key { id, hkdf, ids })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { keys, random })
    }

    /// Encrypts a session with the newest key.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal(&self, id: &Field, session: &Field) -> Result<String, CryptoError> {
        let key = self.keys.first().ok_or(CryptoError::UnknownKey)?;
        let mut record = vec![0; SALT + NONCE];
        (self.random)(&mut record)?;
        let (kind, plain) = parts(session);
        record.reserve(1 + plain.len() + TAG);
        record.push(kind);
        record.extend_from_slice(plain);
        let mut stored = format!("{PREFIX}{}.", key.id);
        let (head, text) = record.split_at_mut(SALT + NONCE);
        let (salt, nonce) = head.split_at(SALT);
        let record_key = derive(&key.hkdf, &[FOR_RECORD, salt])?;
        let aad = aad(&stored, id);
        let tag = gcm_encrypt(record_key.bytes(), nonce, &aad, text)?;
        record.extend_from_slice(&tag);
        stored.push_str(&Encoding::Base64Url.encode(&record));
        Ok(stored)
    }

    /// Decrypts a record with the key that it names.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub fn open(&self, id: &Field, stored: &str) -> Result<Field, CryptoError> {
        let named = stored.strip_prefix(PREFIX).ok_or(CryptoError::Format)?;
        let (key_id, encoded) = named.split_once('.').ok_or(CryptoError::Format)?;
        let header = stored
            .get(..PREFIX.len() + key_id.len() + 1)
            .ok_or(CryptoError::Format)?;
        let mut record = Encoding::Base64Url.decode(encoded.as_bytes())?;
        if record.len() < SALT + NONCE + 1 + TAG {
            return Err(CryptoError::Format);
        }
        let key = self
            .keys
            .iter()
            .find(|key| key.id == key_id)
            .ok_or(CryptoError::UnknownKey)?;
        let (head, body) = record.split_at_mut(SALT + NONCE);
        let (salt, nonce) = head.split_at(SALT);
        let (text, tag) = body.split_at_mut(body.len() - TAG);
        let record_key = derive(&key.hkdf, &[FOR_RECORD, salt])?;
        gcm_decrypt(record_key.bytes(), nonce, &aad(header, id), text, tag).map_err(|_| CryptoError::Tampered)?;
        let (kind, plain) = text.split_first().ok_or(CryptoError::Format)?;
        match *kind {
            TEXT => String::from_utf8(plain.to_vec())
                .map(Field::Text)
                .map_err(|_| CryptoError::Format),
            BSON => Field::wrapped(plain.to_vec()).map_err(|_| CryptoError::Format),
            _ => Err(CryptoError::Format),
        }
    }

    /// The ids under which a session may be stored, that of the newest key first. They can't be turned back
    /// into the session id.
    ///
    /// # Errors
    /// Never in practice, as for [`Hash::mac`].
    pub fn hashed_ids(&self, sid: &str) -> Result<Vec<String>, CryptoError> {
        self.keys
            .iter()
            .map(|key| {
                let mac = Hash::Sha256.mac(key.ids.bytes(), &[sid.as_bytes()])?;
                Ok(format!("{ID_PREFIX}{}", Encoding::Base64Url.encode(&mac)))
            })
            .collect()
    }
}

/// The data that is authenticated in addition to the cipher text: the header and the id.
fn aad(header: &str, id: &Field) -> Vec<u8> {
    let (kind, bytes) = parts(id);
    [header.as_bytes(), &[kind], bytes].concat()
}

fn parts(field: &Field) -> (u8, &[u8]) {
    match field {
        Field::Text(text) => (TEXT, text.as_bytes()),
        Field::Wrapped(bytes) => (BSON, bytes),
    }
}

/// HKDF-Expand for a key that is as long as one digest (RFC 5869, 2.3). `info` is the concatenated parts.
pub fn derive(hkdf: &Hkdf<Sha256>, info: &[&[u8]]) -> Result<SecretKey, CryptoError> {
    let mut key = Zeroizing::new(vec![0; KEY]);
    hkdf.expand_multi_info(info, &mut key)
        .map_err(|_| CryptoError::Format)?;
    Ok(key.into())
}
