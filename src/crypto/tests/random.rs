//! Tests the formats with random sessions and random input.

use proptest::prelude::*;

use super::super::formats::der;
use super::*;

fn sessions() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,200}",
        "[\\x00-\\x7f]{0,200}",
        proptest::collection::vec(any::<char>(), 0..3_000).prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn cheap(mode: &str) -> Kruptein {
    kruptein("squirrel", mode, "sha256", "base64url")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_session_round_trips(session in sessions(), id in any::<String>()) {
        let own = envelope(&["a"]);
        let stored = own.seal(&text(&id), &text(&session)).unwrap();
        prop_assert_eq!(own.open(&text(&id), &stored).unwrap(), text(&session));
        let web = of_web(web(Mode::Gcm, Encoding::Base64Url, "pepper", 1, 12));
        prop_assert_eq!(open(&web, &seal(&web, &text(&session))).unwrap(), text(&session));
    }

    #[test]
    fn the_json_of_a_text_is_read_back_as_that_text(session in sessions()) {
        let json = serde_json::to_string(&session).unwrap();
        prop_assert_eq!(value_of(Plain::Json(json)).unwrap(), text(&session));
    }

    #[test]
    fn no_input_makes_a_reader_panic(stored in any::<String>(), bytes in any::<Vec<u8>>()) {
        let cipher = Cipher {
            envelope: Some(envelope(&["a"])),
            legacy: Some(Legacy::Kruptein(cheap("aes-256-gcm"))),
            secret: Some(of_secret()),
            ..Cipher::default()
        };
        let web = of_web(web(Mode::Cbc, Encoding::Hex, "pepper", 1, 16));
        let encoded = Encoding::Base64.encode(&bytes);
        let forms = [
            stored.clone(),
            format!("cmn1.a.{stored}"),
            format!("cmn1.a.{}", Encoding::Base64Url.encode(&bytes)),
            encoded.clone(),
            hex::encode(&bytes),
            Encoding::Base64.encode(&der::encode(&[&bytes, &bytes, &bytes, &bytes])),
            format!(r#"{{"hmac":"{encoded}","ct":"{encoded}","iv":"{encoded}","salt":"{encoded}"}}"#),
        ];
        for form in forms {
            let _ = cipher.open(&text("s"), Some(&text(&form)));
            prop_assert!(open(&web, &text(&form)).is_err() || bytes.len() >= 32);
        }
    }

    #[test]
    fn a_container_is_read_in_one_way(members in proptest::collection::vec(any::<Vec<u8>>(), 0..7), cut in any::<prop::sample::Index>()) {
        let slices: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
        let container = der::encode(&slices);
        prop_assert_eq!(der::decode(&container).unwrap(), slices);
        prop_assert!(der::decode(&container[..cut.index(container.len())]).is_err());
        prop_assert!(der::decode(&[container.as_slice(), &[0]].concat()).is_err());
    }
}
