//! Tests the formats against records of the genuine packages and published vectors, in both directions, and
//! with random input.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod derivations;
mod random;
mod vectors;

use std::fmt::Debug;

use zeroize::Zeroizing;

use super::keys::KeyCache;
use super::kruptein::Plain;
use super::pending::{json, value_of};
use super::primitives::{gcm_decrypt, gcm_encrypt};
use super::writing::{RECORDS_PER_SALT, Writing};
use super::*;
use vectors::{PLAIN, V1, V2, V3, V4, V5, V6, V7, V8};

/// The random source that the vectors were made with.
#[expect(
    clippy::unnecessary_wraps,
    clippy::cast_possible_truncation,
    reason = "the signature of a random source"
)]
fn counting(bytes: &mut [u8]) -> Result<(), CryptoError> {
    for (position, byte) in bytes.iter_mut().enumerate() {
        *byte = position as u8;
    }
    Ok(())
}

fn secret(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

fn kruptein(secret_text: &str, algorithm: &str, hash: &str, encoding: &str) -> Kruptein {
    let algorithm = Algorithm::named(algorithm).unwrap();
    let (hash, encoding) = (Hash::named(hash).unwrap(), Encoding::named(encoding).unwrap());
    let options = KrupteinOptions {
        algorithm,
        hash,
        encoding,
        iv_len: 12,
        release: Release::V3_0,
    };
    Kruptein::new(secret(secret_text), options, counting)
}

fn usual() -> Kruptein {
    kruptein("squirrel", "aes-256-gcm", "sha512", "base64")
}

fn web(mode: Mode, encoding: Encoding, salt: &str, rounds: u32, iv_len: usize) -> Web {
    let name = KeyName {
        salt: salt.into(),
        rounds,
    };
    Web::new(secret("squirrel"), name, mode, encoding, iv_len, counting)
}

fn usual_web() -> Web {
    web(
        Mode::Gcm,
        Encoding::Base64,
        "connect-mongo:webcrypto-default-salt",
        310_000,
        12,
    )
}

fn of_secret() -> Secret {
    Secret::new(
        secret("squirrel"),
        Algorithm::named("aes-256-gcm").unwrap(),
        Hash::Sha512,
        Encoding::Hex,
        16,
        counting,
    )
}

fn envelope(ids: &[&str]) -> Envelope {
    let keys = ids.iter().map(|id| {
        (
            (*id).to_owned(),
            secret(&format!("secret of {id}, of 32 bytes or more")),
        )
    });
    Envelope::new(keys, system_random).unwrap()
}

fn text(text: &str) -> Field {
    Field::Text(text.to_owned())
}

fn text_of(field: Field) -> String {
    field.value().unwrap().as_str().unwrap().to_owned()
}

/// Gets a value that needs a key. Derives the key on this thread.
fn ready<T>(mut act: impl FnMut() -> Result<Ready<T>, CryptoError>) -> T {
    loop {
        match act().unwrap() {
            Ready::Now(value) => return value,
            Ready::After(needed) => drop(needed.derive()),
        }
    }
}

fn seal(cipher: &Cipher, session: &Field) -> Field {
    let sealer = ready(|| cipher.sealer(1));
    sealer.seal(&text("s"), session).unwrap()
}

/// Reads a record. Derives its keys on this thread.
fn open(cipher: &Cipher, stored: &Field) -> Result<Field, CryptoError> {
    let mut opened = cipher.open(&text("s"), Some(stored))?;
    loop {
        match opened {
            Opened::Value(value) => return Ok(value),
            Opened::Waits(pending) => {
                let key = pending.needed().derive();
                opened = pending.resume(&key)?;
            }
        }
    }
}

fn of_kruptein(kruptein: Kruptein) -> Cipher {
    Cipher {
        legacy: Some(Legacy::Kruptein(kruptein)),
        ..Cipher::default()
    }
}

fn of_web(web: Web) -> Cipher {
    Cipher {
        legacy: Some(Legacy::Web { web, parses: false }),
        ..Cipher::default()
    }
}

#[test]
fn a_record_is_byte_for_byte_what_the_genuine_package_writes() {
    let cases = [
        (of_kruptein(usual()), V1),
        (of_kruptein(kruptein("squirrel", "aes-256-cbc", "sha512", "base64")), V2),
        (of_web(usual_web()), V7),
        (of_web(web(Mode::Cbc, Encoding::Hex, "pepper", 1_000, 16)), V8),
        (
            Cipher {
                secret: Some(of_secret()),
                ..Cipher::default()
            },
            V6,
        ),
    ];
    for (cipher, stored) in &cases {
        assert_eq!(seal(cipher, &text(PLAIN)), text(stored));
        assert_eq!(open(cipher, &text(stored)), Ok(text(PLAIN)));
    }
    assert_eq!(seal(&of_kruptein(usual()), &json(PLAIN)), text(V3));
}

#[test]
fn records_of_all_releases_of_kruptein_are_read() {
    let cipher = of_kruptein(usual());
    assert_eq!(open(&cipher, &text(V3)), Ok(json(PLAIN)));
    assert_eq!(open(&cipher, &text(V5)), Ok(text(PLAIN)));
    let newest = of_kruptein(kruptein("AB12!@squirrel", "aes-256-gcm", "sha512", "base64"));
    assert_eq!(open(&newest, &text(V4)), Ok(text(PLAIN)));
}

#[test]
fn the_format_of_another_release_is_written_on_request() {
    let options = |release, mode| KrupteinOptions {
        algorithm: Algorithm::named(mode).unwrap(),
        hash: Hash::Sha512,
        encoding: Encoding::Base64,
        iv_len: 16,
        release,
    };
    let with = |options| of_kruptein(Kruptein::new(secret("AB12!@squirrel"), options, counting));
    let newest = with(options(Release::V3_4, "aes-256-gcm"));
    assert_eq!(seal(&newest, &text(PLAIN)), text(V4));
    for mode in ["aes-256-gcm", "aes-256-cbc"] {
        let usual = with(options(Release::V3_0, mode));
        for release in ["3.0", "3.1", "3.3", "3.4"] {
            let cipher = with(options(Release::named(release).unwrap(), mode));
            for session in [text(PLAIN), json(PLAIN)] {
                assert_eq!(open(&usual, &seal(&cipher, &session)), Ok(session));
            }
        }
    }
}

#[test]
fn records_in_other_encodings_are_read() {
    for written in ["base64", "base64url", "hex"] {
        for read in ["base64", "base64url", "hex"] {
            let stored = seal(
                &of_kruptein(kruptein("squirrel", "aes-192-gcm", "sha256", written)),
                &text(PLAIN),
            );
            let cipher = of_kruptein(kruptein("squirrel", "aes-192-gcm", "sha256", read));
            assert_eq!(open(&cipher, &stored), Ok(text(PLAIN)), "{written}, {read}");
        }
    }
}

#[test]
fn a_wrong_secret_is_reported_as_tampering() {
    let other = of_kruptein(kruptein("squirrels", "aes-256-gcm", "sha512", "base64"));
    for stored in [V1, V3, V4, V5] {
        assert_eq!(open(&other, &text(stored)), Err(CryptoError::Tampered));
    }
}

#[test]
fn unencrypted_values_are_refused_unless_they_are_allowed() {
    let plain = [text(PLAIN), text(""), text("null"), json(PLAIN), text("cmn1.")];
    let all = || Cipher {
        envelope: Some(envelope(&["a"])),
        legacy: Some(Legacy::Kruptein(usual())),
        secret: Some(of_secret()),
        ..Cipher::default()
    };
    for stored in &plain {
        assert_eq!(open(&all(), stored), Err(CryptoError::Format));
    }
    let cipher = Cipher {
        reads_plain: true,
        ..all()
    };
    for stored in plain.iter().take(4) {
        assert_eq!(open(&cipher, stored).as_ref(), Ok(stored));
    }
    for stored in [V1, V5, V6] {
        assert_eq!(open(&cipher, &text(stored)), Ok(text(PLAIN)));
    }
}

#[test]
fn gcm_matches_the_test_vectors_of_nist() {
    // Test cases 13, 14 and 16 of NIST. None of NIST's cases has a nonce of 16, 24 or 32 bytes: `V4` and `V6`
    // cover those.
    let key = hex::decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").unwrap();
    let nonce = hex::decode("cafebabefacedbaddecaf888").unwrap();
    let aad = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
    let plain = hex::decode("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39").unwrap();
    let cipher = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662";
    let mut text = plain.clone();
    let tag = gcm_encrypt(&key, &nonce, &aad, &mut text).unwrap();
    assert_eq!(hex::encode(&text), cipher);
    assert_eq!(hex::encode(tag), "76fc6ece0f4e1768cddf8853bb2d551b");
    gcm_decrypt(&key, &nonce, &aad, &mut text, &tag).unwrap();
    assert_eq!(text, plain);

    let zero = [0; 32];
    assert_eq!(
        hex::encode(gcm_encrypt(&zero, &zero[..12], &[], &mut []).unwrap()),
        "530f8afbc74536b9a963b4f1c4cb738b"
    );
    let mut block = [0; 16];
    let tag = gcm_encrypt(&zero, &zero[..12], &[], &mut block).unwrap();
    assert_eq!(hex::encode(block), "cea7403d4d606b6e074ec5d3baf39d18");
    assert_eq!(hex::encode(tag), "d0d1c8a799996bf0265b98b5d48ab919");

    let mut block = [0; 16];
    let tag = gcm_encrypt(&zero[..16], &zero[..12], &[], &mut block).unwrap();
    assert_eq!(hex::encode(block), "0388dace60b6a392f328c2b971b2fe78");
    assert_eq!(hex::encode(tag), "ab6e47d42cec13bdf53a67b21257bddf");
}

#[test]
fn hkdf_matches_the_test_vector_of_rfc_5869() {
    let ikm = [0x0b; 22];
    let salt = hex::decode("000102030405060708090a0b0c").unwrap();
    let info = hex::decode("f0f1f2f3f4f5f6f7f8f9").unwrap();
    let prk = Hash::Sha256.mac(&salt, &[&ikm]).unwrap();
    assert_eq!(
        hex::encode(&prk),
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
    );
    let key = envelope::derive(&hkdf::Hkdf::from_prk(&prk).unwrap(), &[&info[..4], &info[4..]]).unwrap();
    assert_eq!(
        hex::encode(key.bytes()),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    );
}

#[test]
fn our_own_format_is_as_documented() {
    let keys = [("k".to_owned(), secret("0123456789abcdef0123456789abcdef"))];
    let envelope = Envelope::new(keys, counting).unwrap();
    let stored = envelope.seal(&text("sid"), &text("{}")).unwrap();
    // Computed by the steps in docs/encryption.md with Node's `crypto`.
    assert_eq!(stored, OWN);
    assert_eq!(envelope.hashed_ids("sid").unwrap(), [OWN_ID]);
}

const OWN: &str = "cmn1.k.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaG4ktma2Skro3oBRkMgfqaNCswBs";
const OWN_ID: &str = "cmnid1.nJ3xD5B_UMHirhtrWRe_32Fr6n8JBEgGO_upnsingNk";

#[test]
fn the_newest_key_writes_and_all_keys_read() {
    let (old, both, new) = (envelope(&["a"]), envelope(&["b", "a"]), envelope(&["b"]));
    let id = text("s");
    for session in [text(PLAIN), text(""), json(PLAIN)] {
        let stored = old.seal(&id, &session).unwrap();
        assert_eq!(both.open(&id, &stored), Ok(session.clone()));
        assert_eq!(new.open(&id, &stored), Err(CryptoError::UnknownKey));
        let stored = both.seal(&id, &session).unwrap();
        assert!(stored.starts_with("cmn1.b."));
        assert_eq!(new.open(&id, &stored), Ok(session));
        assert_eq!(old.open(&id, &stored), Err(CryptoError::UnknownKey));
    }
}

#[test]
fn a_record_under_another_id_or_key_is_refused() {
    let ours = envelope(&["a"]);
    let stored = ours.seal(&text("s"), &text(PLAIN)).unwrap();
    for id in [text("t"), text(""), json("s")] {
        assert_eq!(ours.open(&id, &stored), Err(CryptoError::Tampered));
    }
    // A key with the same name and another secret.
    let other = Envelope::new([("a".to_owned(), secret("another secret"))], system_random).unwrap();
    assert_eq!(other.open(&text("s"), &stored), Err(CryptoError::Tampered));
}

#[test]
fn a_salt_serves_a_fixed_number_of_records() {
    let keys = KeyCache::new(secret("squirrel"), Hash::Sha256, 32);
    let writing = Writing::new(keys, 1, system_random);
    let next = |records| ready(|| writing.key(records)).salt;
    let first = next(RECORDS_PER_SALT - 1);
    assert_eq!(next(1), first);
    let second = next(1);
    assert_ne!(second, first);
    assert_ne!(next(RECORDS_PER_SALT), second);
}

/// The forms in which bytes may be printed: as text, in hexadecimal and as a list of numbers.
fn forms_of(bytes: &[u8]) -> [String; 4] {
    [
        String::from_utf8_lossy(bytes).into_owned(),
        hex::encode(bytes),
        hex::encode_upper(bytes),
        format!("{bytes:?}").trim_matches(['[', ']']).to_owned(),
    ]
}

#[test]
fn no_printed_value_contains_a_secret_a_key_a_salt_a_session_or_an_id() {
    const SESSION: &str = r#"{"user":"zebra"}"#;
    let usual = usual();
    let writing = ready(|| usual.writing_key(1));
    let record = usual.seal(SESSION, &writing).unwrap();
    let Opened::Waits(pending) = of_kruptein(self::usual())
        .open(&text("s"), Some(&text(&record)))
        .unwrap()
    else {
        panic!("the key is not at hand");
    };
    let salt = Hash::Sha512.digest(b"squirrel");
    let hidden = [
        b"squirrel".to_vec(),
        b"pepper".to_vec(),
        b"zebra".to_vec(),
        b"sid of a session".to_vec(),
        b"secret of a".to_vec(),
        // The salt of `secret` is text.
        hex::encode(&salt).into_bytes()[..16].to_vec(),
        salt[..8].to_vec(),
        writing.salt[1..9].to_vec(),
        writing.key.bytes()[..8].to_vec(),
        record.as_bytes()[8..24].to_vec(),
    ];
    let own = envelope(&["a"]);
    let opened = own.open(
        &text("sid of a session"),
        &own.seal(&text("sid of a session"), &text(SESSION)).unwrap(),
    );
    let cipher = Cipher {
        envelope: Some(own),
        legacy: Some(Legacy::Web {
            web: web(Mode::Gcm, Encoding::Base64, "pepper", 1, 12),
            parses: true,
        }),
        secret: Some(of_secret()),
        ..Cipher::default()
    };
    let keys = KeyCache::new(secret("squirrel"), Hash::Sha256, 32);
    let name = KeyName {
        salt: b"pepper".to_vec(),
        rounds: 1,
    };
    let error = of_kruptein(self::usual()).open(&text("sid of a session"), Some(&text("zebra")));
    let printed: [&dyn Debug; 15] = [
        &cipher,
        &usual,
        &writing,
        &writing.key,
        &Writing::new(Arc::clone(&keys), 1, counting),
        &pending,
        &Opened::Value(opened.unwrap()),
        &Opened::Waits(of_web_pending()),
        &Plain::Text(SESSION.to_owned()),
        &Plain::Json(SESSION.to_owned()),
        &keys.for_all(name.clone()),
        &keys,
        &name,
        &error.unwrap_err(),
        &Failure::from(CryptoError::Tampered),
    ];
    for value in printed {
        let printed = format!("{value:?} {value:#?}");
        let printed = printed.split_whitespace().collect::<Vec<_>>().join(" ");
        for form in hidden.iter().flat_map(|bytes| forms_of(bytes)) {
            assert!(!printed.contains(&form), "{form} in {printed}");
        }
    }
}

/// A record that waits for its key.
fn of_web_pending() -> Pending {
    let web = web(Mode::Gcm, Encoding::Hex, "pepper", 1, 12);
    let stored = text(&hex::encode([7; 64]));
    match of_web(web).open(&text("sid of a session"), Some(&stored)) {
        Ok(Opened::Waits(pending)) => pending,
        _ => panic!("the key is not at hand"),
    }
}

/// Checks that the record is refused after a change of any single bit.
fn no_bit_may_change(cipher: &Cipher, stored: &str) {
    assert!(open(cipher, &text(stored)).is_ok());
    for position in 0..stored.len() {
        for bit in 0..7 {
            let mut bytes = stored.as_bytes().to_vec();
            bytes[position] ^= 1 << bit;
            let changed = Field::Text(String::from_utf8(bytes).unwrap());
            // Each changed salt costs a derivation, so check only one bit in some places there.
            if let Ok(Opened::Waits(..)) = cipher.open(&text("s"), Some(&changed))
                && position % 64 != 0
            {
                continue;
            }
            assert!(
                open(cipher, &changed).is_err(),
                "bit {bit} of byte {position} of {stored}"
            );
        }
    }
}

#[test]
fn no_bit_of_a_record_may_change() {
    let own = || Cipher {
        envelope: Some(envelope(&["a"])),
        ..Cipher::default()
    };
    let stored = text_of(seal(&own(), &text(PLAIN)));
    no_bit_may_change(&own(), &stored);
    no_bit_may_change(&of_web(usual_web()), V7);
    no_bit_may_change(
        &Cipher {
            secret: Some(of_secret()),
            ..Cipher::default()
        },
        V6,
    );
    no_bit_may_change(&of_kruptein(usual()), V1);
}

#[test]
fn no_record_may_be_cut() {
    let cipher = Cipher {
        envelope: Some(envelope(&["a"])),
        legacy: Some(Legacy::Kruptein(usual())),
        secret: Some(of_secret()),
        ..Cipher::default()
    };
    let own = text_of(seal(&cipher, &text(PLAIN)));
    for stored in [V1, V3, V5, V6, &own] {
        for end in 0..stored.len() {
            assert!(open(&cipher, &text(&stored[..end])).is_err());
        }
    }
}
