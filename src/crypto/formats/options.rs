//! The options of kruptein's format.

use crate::crypto::error::CryptoError;
use crate::crypto::primitives::{Algorithm, Encoding, Hash};

/// The rounds of PBKDF2 up to release 3.1.1, and in later releases.
pub const ROUNDS: u32 = 15_000;
pub const LATER_ROUNDS: u32 = 20_000;

/// A release of kruptein whose format can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// 3.0.0 to 3.0.9. connect-mongo 6 uses one of these.
    V3_0,
    /// 3.1.1
    V3_1,
    /// 3.1.3 to 3.3.0
    V3_3,
    /// 3.4.0
    V3_4,
}

impl Release {
    /// The release with this name; `None` if it is unknown.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "3.0" => Some(Self::V3_0),
            "3.1" => Some(Self::V3_1),
            "3.3" => Some(Self::V3_3),
            "3.4" => Some(Self::V3_4),
            _ => None,
        }
    }

    /// The rounds of PBKDF2.
    pub fn rounds(self) -> u32 {
        match self {
            Self::V3_0 | Self::V3_1 => ROUNDS,
            Self::V3_3 | Self::V3_4 => LATER_ROUNDS,
        }
    }
}

/// The options of the format.
#[derive(Clone, Copy, Debug)]
pub struct KrupteinOptions {
    /// The cipher.
    pub algorithm: Algorithm,
    /// The hash of HMAC and PBKDF2.
    pub hash: Hash,
    /// The encoding of written records.
    pub encoding: Encoding,
    /// The length of GCM's nonces in bytes.
    pub iv_len: usize,
    /// The release whose format is written.
    pub release: Release,
}

impl KrupteinOptions {
    /// The encoding of the texts in a record, recognised by the length of its digest. So records stay
    /// readable when the option is changed.
    ///
    /// # Errors
    /// [`CryptoError::Format`] when the length of the digest fits no encoding.
    pub fn encoding_of(&self, mac: &[u8]) -> Result<Encoding, CryptoError> {
        let fits = |encoding: &Encoding| {
            let len = self.hash.len();
            mac.len()
                == match encoding {
                    Encoding::Base64 => len.div_ceil(3) * 4,
                    Encoding::Base64Url => (len * 4).div_ceil(3),
                    Encoding::Hex => len * 2,
                }
        };
        [self.encoding, Encoding::Base64, Encoding::Base64Url, Encoding::Hex]
            .into_iter()
            .find(fits)
            .ok_or(CryptoError::Format)
    }
}
