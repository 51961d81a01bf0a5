//! Ciphers, hashes and encodings under the names of Node's `crypto`, limited to those with a native
//! implementation. Keys and nonces have the lengths that occur in stored sessions; any other length is
//! refused, never adapted.

use aes::{Aes128, Aes192, Aes256};
use aes_gcm::AesGcm;
use aes_gcm::aead::consts::{U12, U16, U24, U32};
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce, Tag};
use base64_simd::{STANDARD, URL_SAFE_NO_PAD};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::error::CryptoError;

/// The length of an authentication tag in bytes.
pub const TAG: usize = 16;
/// The length of a CBC initialisation vector in bytes.
pub const BLOCK: usize = 16;

/// A source of random bytes.
pub type Random = fn(&mut [u8]) -> Result<(), CryptoError>;

/// Random bytes from the operating system.
///
/// # Errors
/// When the operating system gives none.
pub fn system_random(bytes: &mut [u8]) -> Result<(), CryptoError> {
    getrandom::fill(bytes).map_err(|_| CryptoError::Random)
}

/// Whether two byte strings are equal, compared in a time that doesn't depend on where they differ.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1
    Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl Hash {
    /// The hash with this name; `None` if there is no native implementation.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha384" => Some(Self::Sha384),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The length of a digest in bytes.
    pub fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of these bytes.
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// The HMAC of the concatenated parts.
    ///
    /// # Errors
    /// Never in practice: HMAC takes keys of any length.
    pub fn mac(self, key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Sha1 => mac::<Hmac<Sha1>>(key, parts),
            Self::Sha256 => mac::<Hmac<Sha256>>(key, parts),
            Self::Sha384 => mac::<Hmac<Sha384>>(key, parts),
            Self::Sha512 => mac::<Hmac<Sha512>>(key, parts),
        }
    }

    /// Derives a key with PBKDF2 and HMAC.
    pub fn derive(self, secret: &[u8], salt: &[u8], rounds: u32, len: usize) -> Zeroizing<Vec<u8>> {
        let mut key = Zeroizing::new(vec![0; len]);
        match self {
            Self::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(secret, salt, rounds, &mut key),
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(secret, salt, rounds, &mut key),
            Self::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>(secret, salt, rounds, &mut key),
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(secret, salt, rounds, &mut key),
        }
        key
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, CryptoError> {
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| CryptoError::Format)?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().to_vec())
}

/// How bytes are written as text. Decoding accepts exactly what encoding writes, so that no two texts are the
/// same record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Base64 with padding.
    Base64,
    /// Base64 with the alphabet for URLs, without padding.
    Base64Url,
    /// Lower-case hexadecimal.
    Hex,
}

impl Encoding {
    /// The encoding with this name; `None` if there is no native implementation.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "base64" => Some(Self::Base64),
            "base64url" => Some(Self::Base64Url),
            "hex" => Some(Self::Hex),
            _ => None,
        }
    }

    /// Encodes bytes as text.
    pub fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Base64 => STANDARD.encode_to_string(bytes),
            Self::Base64Url => URL_SAFE_NO_PAD.encode_to_string(bytes),
            Self::Hex => hex::encode(bytes),
        }
    }

    /// Decodes the bytes of a text.
    ///
    /// # Errors
    /// [`CryptoError::Format`]
    pub fn decode(self, text: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Base64 => STANDARD.decode_to_vec(text).ok(),
            Self::Base64Url => URL_SAFE_NO_PAD.decode_to_vec(text).ok(),
            Self::Hex if text.iter().any(u8::is_ascii_uppercase) => None,
            Self::Hex => hex::decode(text).ok(),
        }
        .ok_or(CryptoError::Format)
    }
}

/// A mode of AES.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// GCM, which is authenticated.
    Gcm,
    /// CBC, which is not authenticated by itself.
    Cbc,
}

/// AES with a key length and a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm {
    /// The mode.
    pub mode: Mode,
    /// The length of the key in bytes.
    pub key_len: usize,
}

impl Algorithm {
    /// The algorithm with this name; `None` if there is no native implementation.
    pub fn named(name: &str) -> Option<Self> {
        let (mode, key_len) = match name {
            "aes-128-gcm" => (Mode::Gcm, 16),
            "aes-192-gcm" => (Mode::Gcm, 24),
            "aes-256-gcm" => (Mode::Gcm, 32),
            "aes-128-cbc" => (Mode::Cbc, 16),
            "aes-192-cbc" => (Mode::Cbc, 24),
            "aes-256-cbc" => (Mode::Cbc, 32),
            _ => return None,
        };
        Some(Self { mode, key_len })
    }
}

/// Calls a function with the AES-GCM type for a key and a nonce. Nonces have 12 bytes, or 16 with `iv_size:
/// 16`. In connect-mongo 3, the nonce is the text of some random bytes and as long as that text.
macro_rules! with_gcm {
    ($key:expr, $nonce:expr, $function:ident($($argument:expr),*)) => {
        match ($key.len(), $nonce.len()) {
            (16, 12) => $function::<AesGcm<Aes128, U12>>($($argument),*),
            (16, 16) => $function::<AesGcm<Aes128, U16>>($($argument),*),
            (16, 24) => $function::<AesGcm<Aes128, U24>>($($argument),*),
            (16, 32) => $function::<AesGcm<Aes128, U32>>($($argument),*),
            (24, 12) => $function::<AesGcm<Aes192, U12>>($($argument),*),
            (24, 16) => $function::<AesGcm<Aes192, U16>>($($argument),*),
            (24, 24) => $function::<AesGcm<Aes192, U24>>($($argument),*),
            (24, 32) => $function::<AesGcm<Aes192, U32>>($($argument),*),
            (32, 12) => $function::<AesGcm<Aes256, U12>>($($argument),*),
            (32, 16) => $function::<AesGcm<Aes256, U16>>($($argument),*),
            (32, 24) => $function::<AesGcm<Aes256, U24>>($($argument),*),
            (32, 32) => $function::<AesGcm<Aes256, U32>>($($argument),*),
            _ => Err(CryptoError::Format),
        }
    };
}

/// Encrypts in place with AES-GCM, and returns the tag.
///
/// # Errors
/// When the length of the key or the nonce is not supported.
pub fn gcm_encrypt(key: &[u8], nonce: &[u8], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG], CryptoError> {
    with_gcm!(key, nonce, encrypt_with(key, nonce, aad, text))
}

fn encrypt_with<A>(key: &[u8], nonce: &[u8], aad: &[u8], text: &mut [u8]) -> Result<[u8; TAG], CryptoError>
where
    A: KeyInit + AeadInOut,
{
    let wrong = |_| CryptoError::Format;
    let cipher = <A as KeyInit>::new_from_slice(key).map_err(|_| CryptoError::Format)?;
    let nonce = <&Nonce<A>>::try_from(nonce).map_err(|_| CryptoError::Format)?;
    let tag = cipher.encrypt_inout_detached(nonce, aad, text.into()).map_err(wrong)?;
    tag.as_slice().try_into().map_err(|_| CryptoError::Format)
}

/// Decrypts in place with AES-GCM. After an error, `text` doesn't hold the plain text.
///
/// # Errors
/// [`CryptoError::Decrypt`] when the tag doesn't match.
pub fn gcm_decrypt(key: &[u8], nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &[u8]) -> Result<(), CryptoError> {
    with_gcm!(key, nonce, decrypt_with(key, nonce, aad, text, tag))
}

fn decrypt_with<A>(key: &[u8], nonce: &[u8], aad: &[u8], text: &mut [u8], tag: &[u8]) -> Result<(), CryptoError>
where
    A: KeyInit + AeadInOut,
{
    let cipher = <A as KeyInit>::new_from_slice(key).map_err(|_| CryptoError::Format)?;
    let nonce = <&Nonce<A>>::try_from(nonce).map_err(|_| CryptoError::Format)?;
    let tag = <&Tag<A>>::try_from(tag).map_err(|_| CryptoError::Format)?;
    cipher
        .decrypt_inout_detached(nonce, aad, text.into(), tag)
        .map_err(|_| CryptoError::Decrypt)
}

/// Encrypts with AES-CBC and PKCS #7 padding.
///
/// # Errors
/// When the key or the initialisation vector has a length that AES doesn't have.
pub fn cbc_encrypt(key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, CryptoError> {
    fn with<E: KeyIvInit + BlockModeEncrypt>(key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let cipher = E::new_from_slices(key, iv).map_err(|_| CryptoError::Format)?;
        Ok(cipher.encrypt_padded_vec::<Pkcs7>(text))
    }
    match key.len() {
        16 => with::<cbc::Encryptor<Aes128>>(key, iv, text),
        24 => with::<cbc::Encryptor<Aes192>>(key, iv, text),
        _ => with::<cbc::Encryptor<Aes256>>(key, iv, text),
    }
}

/// Decrypts what [`cbc_encrypt`] encrypted.
///
/// # Errors
/// [`CryptoError::Decrypt`] when the padding is wrong.
pub fn cbc_decrypt(key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, CryptoError> {
    fn with<D: KeyIvInit + BlockModeDecrypt>(key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let cipher = D::new_from_slices(key, iv).map_err(|_| CryptoError::Format)?;
        cipher
            .decrypt_padded_vec::<Pkcs7>(text)
            .map_err(|_| CryptoError::Decrypt)
    }
    match key.len() {
        16 => with::<cbc::Decryptor<Aes128>>(key, iv, text),
        24 => with::<cbc::Decryptor<Aes192>>(key, iv, text),
        _ => with::<cbc::Decryptor<Aes256>>(key, iv, text),
    }
}
