//! Parses a record of kruptein in any of its forms. It accepts only what kruptein would write.

use serde::Deserialize;

use super::der;
use super::node_buffer::NodeBuffer;
use super::options::KrupteinOptions;
use crate::crypto::error::CryptoError;
use crate::crypto::primitives::{BLOCK, Encoding, Mode, TAG};

/// A parsed record in one of its forms.
pub struct Record {
    /// The cipher text, and the bytes of it that the HMAC covers.
    pub cipher: Vec<u8>,
    pub authenticated: Vec<u8>,
    pub mac: Vec<u8>,
    pub iv: Vec<u8>,
    pub salt: Vec<u8>,
    pub tag: Vec<u8>,
    pub aad: Vec<u8>,
    pub form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON, as in 2.2.3.
    Early,
    /// Texts in DER, as in 3.0.0 to 3.3.0.
    Texts,
    /// Bytes in DER or JSON, as in 3.4.0.
    Bytes,
}

impl Record {
    /// Parses a stored text.
    ///
    /// # Errors
    /// [`CryptoError::Format`]
    pub fn parse(stored: &str, options: &KrupteinOptions) -> Result<Self, CryptoError> {
        if stored.starts_with('{') {
            return Self::parse_json(stored, options);
        }
        let container = decode_container(stored.as_bytes())?;
        let members = der::decode(&container)?;
        let (&[cipher, mac, iv, salt], tail) = members.split_first_chunk().ok_or(CryptoError::Format)?;
        let (tag, aad) = match *tail {
            [] => (&[][..], &[][..]),
            [tag, aad] => (tag, aad),
            _ => return Err(CryptoError::Format),
        };
        let bytes = mac.len() == options.hash.len();
        let record = if bytes {
            Record {
                cipher: cipher.to_vec(),
                authenticated: cipher.to_vec(),
                mac: mac.to_vec(),
                iv: iv.to_vec(),
                salt: salt.to_vec(),
                tag: tag.to_vec(),
                aad: aad.to_vec(),
                form: Form::Bytes,
            }
        } else {
            let encoding = options.encoding_of(mac)?;
            Record {
                cipher: encoding.decode(cipher)?,
                authenticated: cipher.to_vec(),
                mac: encoding.decode(mac)?,
                iv: iv.to_vec(),
                salt: salt.to_vec(),
                tag: tag.to_vec(),
                aad: encoding.decode(aad)?,
                form: Form::Texts,
            }
        };
        record.check(options)
    }

    fn parse_json(stored: &str, options: &KrupteinOptions) -> Result<Self, CryptoError> {
        let fields: Fields = serde_json::from_str(stored).map_err(|_| CryptoError::Format)?;
        let encoding = options.encoding_of(fields.hmac.as_bytes())?;
        let form = if matches!(fields.iv, Bytes::Buffer(_)) {
            Form::Early
        } else {
            Form::Bytes
        };
        let cipher = encoding.decode(fields.ct.as_bytes())?;
        let optional = |field: Option<Bytes>| field.map_or(Ok(Vec::new()), |field| field.read(encoding));
        let record = Record {
            authenticated: if form == Form::Bytes {
                cipher.clone()
            } else {
                fields.ct.into_bytes()
            },
            cipher,
            mac: encoding.decode(fields.hmac.as_bytes())?,
            iv: fields.iv.read(encoding)?,
            salt: fields.salt.read(encoding)?,
            tag: optional(fields.at)?,
            aad: fields
                .aad
                .map_or(Ok(Vec::new()), |aad| encoding.decode(aad.as_bytes()))?,
            form,
        };
        record.check(options)
    }

    fn check(self, options: &KrupteinOptions) -> Result<Self, CryptoError> {
        let fits = match options.algorithm.mode {
            Mode::Gcm => self.tag.len() == TAG,
            Mode::Cbc => self.tag.is_empty() && self.aad.is_empty() && self.iv.len() == BLOCK,
        };
        if fits && self.mac.len() == options.hash.len() {
            Ok(self)
        } else {
            Err(CryptoError::Format)
        }
    }
}

/// Decodes the container. A sequence begins with 0x30, which is `30` in hexadecimal and starts with `M` in
/// base64.
fn decode_container(stored: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if stored.starts_with(b"30") {
        return Encoding::Hex.decode(stored);
    }
    Encoding::Base64
        .decode(stored)
        .or_else(|_| Encoding::Base64Url.decode(stored))
}

/// The members of a record in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    hmac: String,
    ct: String,
    iv: Bytes,
    salt: Bytes,
    aad: Option<String>,
    at: Option<Bytes>,
}

/// Bytes in JSON: encoded, or as Node writes a `Buffer`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Bytes {
    Text(String),
    Buffer(NodeBuffer),
}

impl Bytes {
    fn read(self, encoding: Encoding) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Text(text) => encoding.decode(text.as_bytes()),
            Self::Buffer(buffer) => Ok(buffer.bytes()),
        }
    }
}
