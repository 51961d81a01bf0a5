//! Why a session could not be encrypted or decrypted. Nothing here quotes a secret, a session or its id.

use crate::model::{Failure, FailureKind};

/// What can be wrong with a stored session or with its key, by the words of connect-mongo where it has some.
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
    /// So many keys wait to be derived that this one gave way to newer ones.
    Overloaded,
    /// The derivation of a key ended without one: a defect, or no thread was left.
    Lost,
}

impl CryptoError {
    /// The error's `code`, which stays the same for ever. [`Self::Overloaded`] and [`Self::Lost`] say nothing about the
    /// session, so that JavaScript never sees theirs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Format => "ERR_SESSION_FORMAT",
            Self::Tampered => "ERR_SESSION_TAMPERED",
            Self::Decrypt => "ERR_SESSION_DECRYPT",
            Self::UnknownKey => "ERR_SESSION_KEY",
            Self::Random => "ERR_SESSION_RANDOM",
            Self::Overloaded => "ERR_SESSION_OVERLOADED",
            Self::Lost => "ERR_SESSION_LOST",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Format => "Unable to parse ciphertext object!",
            Self::Tampered => "Encrypted session was tampered with!",
            Self::Decrypt => "Unable to decrypt ciphertext!",
            Self::UnknownKey => "The session is encrypted with a key that is not among encryption.keys",
            Self::Random => "The operating system gave no random bytes to encrypt the session with",
            Self::Overloaded => "Too many keys of encrypted sessions wait to be derived: try again later",
            Self::Lost => "The key of an encrypted session could not be derived",
        }
    }
}

impl From<CryptoError> for Failure {
    fn from(error: CryptoError) -> Self {
        match error {
            // The session may be all right, so that neither is an error of it: no session may be forgotten for that.
            CryptoError::Overloaded => Self {
                message: error.message().to_owned(),
                kind: FailureKind::Overload,
                ..Self::overloaded()
            },
            CryptoError::Lost => Self {
                message: error.message().to_owned(),
                ..Self::lost()
            },
            _ => Self::crypto(error.code(), error.message()),
        }
    }
}
