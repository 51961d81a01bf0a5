//! The errors of encryption and decryption. None of them quotes a secret, a session or its id.

use crate::model::{Failure, FailureKind};

/// What can be wrong with a stored session or its key. The messages are those of connect-mongo where it has
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CryptoError {
    /// The stored value is in none of the formats that the store reads.
    Format,
    /// The authentication code of the record doesn't match: another key, or changed data.
    Tampered,
    /// The record is authentic, but its cipher text can't be decrypted.
    Decrypt,
    /// The record names a key that the store was not given.
    UnknownKey,
    /// The operating system gave no random bytes.
    Random,
    /// Too many keys wait to be derived, and newer ones took this one's place.
    Overloaded,
    /// The derivation of a key ended without a key: because of a defect, or because no thread was left.
    Lost,
}

impl CryptoError {
    /// The error's `code`, which must never change. [`Self::Overloaded`] and [`Self::Lost`] say nothing about
    /// the session, so JavaScript never sees their codes.
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
            Self::Random => "The operating system provided no random bytes to encrypt the session",
            Self::Overloaded => "Too many keys of encrypted sessions are waiting to be derived: try again later",
            Self::Lost => "The key of an encrypted session could not be derived",
        }
    }
}

impl From<CryptoError> for Failure {
    fn from(error: CryptoError) -> Self {
        match error {
            // The session may be intact. Neither is reported as an error of the session, since no session may
            // be discarded because of it.
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
