//! Why a session could not be encrypted or decrypted. Nothing here quotes a secret, a session or its id.

use std::sync::Arc;

use super::keys::{KeyCache, KeyName};
use crate::model::Failure;

/// What can be wrong with a stored session, by the words of connect-mongo where it has some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CryptoError {
    /// The stored value has none of the forms that the store reads.
    Format,
    /// A code that authenticates the record does not fit: another key, or changed data.
    Tampered,
    /// The record was authenticated but for its cipher.
    Decrypt,
    /// The record names a key that the store was not given.
    UnknownKey,
    /// The operating system gave no random bytes.
    Random,
}

impl CryptoError {
    /// The error's `code`, which stays the same for ever.
    pub fn code(self) -> &'static str {
        match self {
            Self::Format => "ERR_SESSION_FORMAT",
            Self::Tampered => "ERR_SESSION_TAMPERED",
            Self::Decrypt => "ERR_SESSION_DECRYPT",
            Self::UnknownKey => "ERR_SESSION_KEY",
            Self::Random => "ERR_SESSION_RANDOM",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Format => "Unable to parse ciphertext object!",
            Self::Tampered => "Encrypted session was tampered with!",
            Self::Decrypt => "Unable to decrypt ciphertext!",
            Self::UnknownKey => "The session is encrypted with a key that is not among encryption.keys",
            Self::Random => "The operating system gave no random bytes to encrypt the session with",
        }
    }
}

impl From<CryptoError> for Failure {
    fn from(error: CryptoError) -> Self {
        Self::crypto(error.code(), error.message())
    }
}

/// Why a record could not be dealt with at once.
#[derive(Debug)]
pub enum Stop {
    /// A key must be derived first, which takes milliseconds.
    Needs(Arc<KeyCache>, KeyName),
    /// For good.
    Refused(CryptoError),
}

impl From<CryptoError> for Stop {
    fn from(error: CryptoError) -> Self {
        Self::Refused(error)
    }
}
