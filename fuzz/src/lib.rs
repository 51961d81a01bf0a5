//! The code that the fuzz targets share: the decoders of the addon, compiled from its own files, with a
//! cipher that reads all formats and needs little time for keys.

#![allow(dead_code, unexpected_cfgs, unused_imports)]

#[path = "../../src/crypto/mod.rs"]
mod crypto;
#[path = "../../src/model/mod.rs"]
mod model;
#[path = "../../src/sync.rs"]
mod sync;

use std::sync::LazyLock;

use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use crypto::{
    Algorithm, Cipher, Encoding, Envelope, Hash, KeyName, Kruptein, KrupteinOptions, Legacy, Mode, Opened, Release,
    Secret, Web, system_random,
};
use model::Field;

/// A format to fuzz.
pub enum Format {
    /// `encryption`
    Envelope,
    /// `crypto`
    Kruptein,
    /// `secret`
    Secret,
    /// Web Crypto
    Web,
}

fn secret() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(b"squirrel".to_vec())
}

fn cipher(format: &Format) -> Option<Cipher> {
    let algorithm = Algorithm::named("aes-256-gcm")?;
    let mut cipher = Cipher::default();
    match format {
        Format::Envelope => {
            cipher.envelope = Some(Envelope::new([("a".to_owned(), secret())], system_random).ok()?);
        }
        Format::Kruptein => {
            let options = KrupteinOptions {
                algorithm,
                hash: Hash::Sha256,
                encoding: Encoding::Base64,
                iv_len: 12,
                release: Release::V3_0,
            };
            cipher.legacy = Some(Legacy::Kruptein(Kruptein::new(secret(), options, system_random)));
        }
        Format::Secret => {
            cipher.secret = Some(Secret::new(secret(), algorithm, Hash::Sha512, Encoding::Hex, 16, system_random));
        }
        Format::Web => {
            let name = KeyName { salt: b"pepper".to_vec(), rounds: 1 };
            let web = Web::new(secret(), name, Mode::Cbc, Encoding::Base64, 16, system_random);
            cipher.legacy = Some(Legacy::Web { web, parses: true });
        }
    }
    Some(cipher)
}

static RUNTIME: LazyLock<Option<Runtime>> = LazyLock::new(|| Runtime::new().ok());

/// Reads a stored text in one of the formats, and derives the keys that it needs.
pub fn read(format: &Format, input: &[u8]) {
    let (Ok(text), Some(cipher)) = (std::str::from_utf8(input), cipher(format)) else { return };
    let (id, stored) = (Field::Text("s".to_owned()), Field::Text(text.to_owned()));
    if let (Ok(Opened::Waits(pending)), Some(runtime)) = (cipher.open(&id, Some(&stored)), &*RUNTIME) {
        let _ = runtime.block_on(pending.finish());
    }
}
