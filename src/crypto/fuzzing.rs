//! What fuzzing checks of the encrypted formats: no text makes a decoder panic, what was encrypted comes back, and a
//! text that was changed never becomes another session. No key is derived, since that would take nearly all of the time.
//! An input itself may be a record, although nobody encrypted it: libFuzzer sees what is compared, such as the tag that
//! would be right, and the key is always the same.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::keys::SecretKey;
use super::kruptein::{Plain, Unlocked};
use super::pending::value_of;
use super::primitives::Random;
use super::writing::WritingKey;
use super::{
    Algorithm, Cipher, CryptoError, Encoding, Envelope, Hash, KeyName, Kruptein, KrupteinOptions, Legacy, Mode, Opened,
    Release, Secret, Web,
};
use crate::model::Field;

const ALGORITHMS: [&str; 6] = [
    "aes-256-gcm",
    "aes-192-gcm",
    "aes-128-gcm",
    "aes-256-cbc",
    "aes-192-cbc",
    "aes-128-cbc",
];
const HASHES: [Hash; 4] = [Hash::Sha512, Hash::Sha256, Hash::Sha384, Hash::Sha1];
const ENCODINGS: [Encoding; 3] = [Encoding::Base64, Encoding::Base64Url, Encoding::Hex];
const RELEASES: [Release; 4] = [Release::V3_0, Release::V3_1, Release::V3_3, Release::V3_4];
const MODES: [Mode; 2] = [Mode::Gcm, Mode::Cbc];

/// The same each time, so that an input always does the same.
const FIXED: Random = |bytes| {
    bytes.fill(7);
    Ok(())
};

/// The format of `encryption`.
pub fn envelope(input: &[u8]) {
    let Some((&[kind, place, change], content)) = input.split_first_chunk() else {
        return;
    };
    let Some(format) = own() else { return };
    let id = text("s");
    if let Ok(stored) = str::from_utf8(content) {
        let _ = format.open(&id, stored);
    }
    let Some(session) = field(kind, content) else { return };
    let stored = must(format.seal(&id, &session));
    assert!(format.open(&id, &stored) == Ok(session), "another session");
    assert!(
        format.open(&text("other"), &stored).is_err(),
        "the session of another id"
    );
    if let Some(changed) = changed(&stored, place, change) {
        assert!(format.open(&id, &changed).is_err(), "a changed session");
    }
}

/// The formats of `crypto`.
pub fn kruptein(input: &[u8]) {
    let Some((&[algorithm, hash, encoding, release, place, change], content)) = input.split_first_chunk() else {
        return;
    };
    let Some(algorithm) = Algorithm::named(choose(algorithm, ALGORITHMS)) else {
        return;
    };
    let options = KrupteinOptions {
        algorithm,
        hash: choose(hash, HASHES),
        encoding: choose(encoding, ENCODINGS),
        iv_len: 12,
        release: choose(release, RELEASES),
    };
    let format = Kruptein::new(password(), options, FIXED);
    let key = Arc::new(key(algorithm.key_len));
    let open = |stored: &str| -> Result<Field, CryptoError> {
        let mut locked = format.parse(stored)?;
        loop {
            match locked.unlock(&key)? {
                Unlocked::Plain(plain) => return value_of(plain),
                Unlocked::OtherRounds(next) => locked = next,
            }
        }
    };
    let Ok(content) = str::from_utf8(content) else { return };
    let _ = open(content);

    let json = must(serde_json::to_string(content));
    let salt = Arc::from([7; 16].as_slice());
    for (json, session) in [
        (json.clone(), text(content)),
        (format!("[{json}]"), must(value_of(Plain::Json(format!("[{json}]"))))),
    ] {
        let writing = WritingKey {
            salt: Arc::clone(&salt),
            key: Arc::clone(&key),
        };
        let stored = must(format.seal(&json, &writing));
        assert!(open(&stored) == Ok(session.clone()), "another session");
        // Of a record with CBC, only the latest release authenticates each byte of the initialisation vector.
        let whole = algorithm.mode == Mode::Gcm || options.release == Release::V3_4;
        if let Some(changed) = changed(&stored, place, change)
            && whole
        {
            assert_refused_or(open(&changed), &session);
        }
    }
}

/// The format of `secret`.
pub fn secret(input: &[u8]) {
    let Some((&[algorithm, hash, encoding, place, change], content)) = input.split_first_chunk() else {
        return;
    };
    let Some(algorithm) = Algorithm::named(choose(algorithm, ALGORITHMS)) else {
        return;
    };
    let (hash, encoding) = (choose(hash, HASHES), choose(encoding, ENCODINGS));
    let format = Secret::new(password(), algorithm, hash, encoding, 12, FIXED);
    let derived = key(64);
    let open = |stored: &str| format.parse(stored)?.unlock(&derived);
    let Ok(content) = str::from_utf8(content) else { return };
    let _ = open(content);

    let stored = must(format.seal(content, &derived));
    assert!(open(&stored) == Ok(content.to_owned()), "another session");
    if let Some(changed) = changed(&stored, place, change) {
        assert_refused_or(open(&changed), &content.to_owned());
    }
}

/// The formats of Web Crypto.
pub fn web(input: &[u8]) {
    let Some((&[mode, encoding, place, change], content)) = input.split_first_chunk() else {
        return;
    };
    let (mode, encoding) = (choose(mode, MODES), choose(encoding, ENCODINGS));
    let iv_len = if mode == Mode::Gcm { 12 } else { 16 };
    let format = Web::new(password(), name(), mode, encoding, iv_len, FIXED);
    let key = key(32);
    let open = |stored: &str| format.parse(stored)?.unlock(&key);
    let Ok(content) = str::from_utf8(content) else { return };
    let _ = open(content);

    let stored = must(format.seal(content, &key));
    assert!(open(&stored) == Ok(content.to_owned()), "another session");
    if let Some(changed) = changed(&stored, place, change) {
        assert!(open(&changed).is_err() || mode == Mode::Cbc, "a changed session");
    }
}

/// The choice among the formats that a store reads, and sessions that are not encrypted.
pub fn cipher(input: &[u8]) {
    let Some((&[formats, kind], content)) = input.split_first_chunk() else {
        return;
    };
    let has = |bit: u8| formats >> bit & 1 == 1;
    let reads_plain = has(4);
    let foreign = has(2) && has(3);
    let cipher = Cipher {
        envelope: own().filter(|_| has(0)),
        secret: has(1).then(|| Secret::new(password(), AES, Hash::Sha512, Encoding::Hex, 16, FIXED)),
        legacy: match (has(2), has(3)) {
            (true, true) => Some(Legacy::Foreign),
            (true, false) => Some(Legacy::Kruptein(Kruptein::new(password(), KRUPTEIN, FIXED))),
            (false, true) => {
                let web = Web::new(password(), name(), Mode::Gcm, Encoding::Base64, 12, FIXED);
                Some(Legacy::Web { web, parses: has(5) })
            }
            (false, false) => None,
        },
        reads_plain,
        forgets: false,
        keeps_records: has(5),
    };
    let Some(stored) = field(kind, content) else { return };
    let key = Arc::new(key(AES.key_len));
    let mut opened = cipher.open(&text("s"), Some(&stored));
    while let Ok(Opened::Waits(pending)) = opened {
        opened = pending.resume(&key);
    }
    if let Ok(Opened::Value(value)) = opened {
        let passed_on = foreign && matches!(&stored, Field::Text(text) if value == super::stored(text));
        assert!(
            passed_on || reads_plain || value != stored,
            "a session that is not encrypted"
        );
    }
}

const AES: Algorithm = Algorithm {
    mode: Mode::Gcm,
    key_len: 32,
};
const KRUPTEIN: KrupteinOptions = KrupteinOptions {
    algorithm: AES,
    hash: Hash::Sha512,
    encoding: Encoding::Base64,
    iv_len: 12,
    release: Release::V3_0,
};

fn own() -> Option<Envelope> {
    Envelope::new([("a".to_owned(), password())], FIXED).ok()
}

fn password() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(b"squirrel".to_vec())
}

fn name() -> KeyName {
    KeyName {
        salt: b"pepper".to_vec(),
        rounds: 1,
    }
}

fn key(len: usize) -> SecretKey {
    Zeroizing::new(vec![7; len]).into()
}

fn text(text: &str) -> Field {
    Field::Text(text.to_owned())
}

/// Text, or a value of another type.
fn field(kind: u8, content: &[u8]) -> Option<Field> {
    if kind & 1 == 0 {
        str::from_utf8(content).ok().map(text)
    } else {
        Field::wrapped(content.to_vec()).ok()
    }
}

#[expect(clippy::indexing_slicing, reason = "the remainder is smaller than the length")]
fn choose<T: Copy, const N: usize>(byte: u8, among: [T; N]) -> T {
    among[usize::from(byte) % N]
}

/// A stored text with another character at one place. `None` if that is not text, or no change.
fn changed(stored: &str, place: u8, change: u8) -> Option<String> {
    let mut bytes = stored.as_bytes().to_vec();
    // The places are spread over the whole text.
    let place = usize::from(place) * bytes.len() / 256;
    *bytes.get_mut(place)? ^= change;
    String::from_utf8(bytes).ok().filter(|changed| changed != stored)
}

/// Some characters, such as a space in JSON, mean nothing.
fn assert_refused_or<T: PartialEq>(opened: Result<T, CryptoError>, session: &T) {
    assert!(opened.is_err() || opened.as_ref() == Ok(session), "a changed session");
}

#[expect(clippy::unwrap_used, reason = "fuzzing finds a panic")]
fn must<T, E: std::fmt::Debug>(result: Result<T, E>) -> T {
    result.unwrap()
}
