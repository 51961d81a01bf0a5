//! A key, and the name that identifies it among the keys of one secret. Neither prints anything that helps to
//! guess the secret.

use std::fmt;

use zeroize::Zeroizing;

/// A key.
pub struct SecretKey(Zeroizing<Vec<u8>>);

impl SecretKey {
    /// The bytes of the key.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Zeroizing<Vec<u8>>> for SecretKey {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(…)")
    }
}

/// Identifies a key among the keys of one secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyName {
    /// The salt.
    pub salt: Vec<u8>,
    /// The rounds of PBKDF2.
    pub rounds: u32,
}

/// Omits the salt: in the format of `secret`, it is the beginning of a digest of the secret.
impl fmt::Debug for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyName")
            .field("rounds", &self.rounds)
            .finish_non_exhaustive()
    }
}
