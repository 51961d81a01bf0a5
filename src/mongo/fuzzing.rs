//! What fuzzing checks of everything that a server or a connection string may say: nothing makes a reader panic, no
//! refused write counts as done, and no message quotes what is secret.

mod made_up;

use std::fmt::Debug;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use mongodb::bson::error::Error as BsonError;
use mongodb::bson::raw::{RawDocument, RawDocumentBuf};
use mongodb::bson::{Bson, DateTime, Document, deserialize_from_document, doc};
use mongodb::error::{CommandError, Error, ErrorKind, WriteConcernError, WriteError, WriteFailure};
use mongodb::options::Acknowledgment;

use super::{documents, error, expiry, options, quoting, read, reply, statements, sweep};
use crate::engine::{Condition, Outcome, Statement, Write};
use crate::model::{Failure, Field, check_levels, check_size};

/// A value that no message may contain.
const SECRET: &str = "5ecret";
const NOW: DateTime = DateTime::from_millis(1_000);

/// A stored document: as the bytes are, and one of any types with a changed byte.
pub fn document(input: &[u8]) {
    if let Ok(document) = RawDocument::from_bytes(input) {
        read_document(document);
    }
    let Some((&[place, change], rest)) = input.split_first_chunk() else {
        return;
    };
    let built = made_up::document(rest);
    let Ok(mut bytes) = RawDocumentBuf::try_from(&built).map(RawDocumentBuf::into_bytes) else {
        return;
    };
    let place = usize::from(place) * bytes.len() / 256;
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= change;
    }
    if let Ok(document) = RawDocument::from_bytes(&bytes) {
        read_document(document);
    }
}

fn read_document(document: &RawDocument) {
    let malformed = Failure::malformed("The stored session");
    match read::answer(document, NOW.timestamp_millis()) {
        Ok(Outcome::Found(session)) => {
            let stored = document.get("session").ok().flatten();
            let value = session.value.as_ref().map(Field::value);
            assert_eq!(shown(&value.transpose().ok()), shown(&Some(stored)), "another value");
            assert!(
                session.expires.is_none_or(|expires| expires > NOW.timestamp_millis()),
                "an expired session"
            );
        }
        Ok(other) => assert_eq!(other, Outcome::Missing),
        Err(failure) => assert_eq!(failure, malformed),
    }
    let Ok(Some(id)) = documents::id(document) else { return };
    assert_eq!(
        shown(&document.get("_id").ok()),
        shown(&Some(id.value().ok())),
        "another id"
    );
    let listed = sweep::read_with_id(document).ok().flatten();
    let session = listed.and_then(|(_, session)| session.value);
    use_again(&id, session.as_ref().unwrap_or(&id));
}

/// All of a value. Unlike the value, it is equal to itself when there is a NaN in it.
fn shown(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// An id that was read goes into other commands, a session into the update that stores it again.
fn use_again(id: &Field, session: &Field) {
    let kept = |statement: Result<RawDocumentBuf, Failure>| {
        let statement = statement.map(RawDocumentBuf::into_bytes);
        assert!(
            statement.is_ok_and(|bytes| RawDocument::from_bytes(&bytes).is_ok()),
            "a broken command"
        );
    };
    for condition in [Condition::None, Condition::IsStill(session.clone())] {
        kept(statements::set_statement(
            id,
            session,
            NOW,
            Some(NOW),
            Some(NOW),
            &condition,
        ));
    }
    kept(statements::touch_statement(id, NOW, None, Some(NOW), true));
    kept(statements::destroy_statement(id));
    kept(statements::fence_statement(id));
    assert!(check_size(id, session).is_ok());
    // The engine refuses deeper ids before.
    if check_levels(id).is_ok()
        && let Ok(filter) = read::among([id].into_iter())
    {
        assert_eq!(filter.len(), 1);
    }
}

/// The reply to a write command, and a description of an index.
pub fn reply(input: &[u8]) {
    if let Ok(document) = RawDocument::from_bytes(input).and_then(Document::try_from) {
        read_reply(&document, 3, 0);
    }
    let Some((&[statements, kinds], rest)) = input.split_first_chunk() else {
        return;
    };
    read_reply(&made_up::document(rest), usize::from(statements % 9), kinds);
}

fn read_reply(reply: &Document, statements: usize, kinds: u8) {
    let id = Field::Text("s".to_owned());
    let writes = [
        Write::Set {
            session: id.clone(),
            expires: 0,
            last_modified: None,
            condition: if kinds & 8 == 0 {
                Condition::None
            } else {
                Condition::Exists
            },
            now: 0,
        },
        Write::Touch {
            expires: 0,
            last_modified: None,
            known_live: false,
            now: 0,
        },
        Write::Destroy,
    ];
    let kinds = usize::from(kinds & 3);
    let batch: Vec<Statement<'_>> = (0..statements)
        .filter_map(|place| writes.get((kinds + place) % writes.len()))
        .map(|write| Statement { id: &id, write })
        .collect();

    let read = reply::read(reply, &batch);
    let answers = &read.attempt.answers;
    assert_eq!(answers.len(), batch.len());
    let unknown = answers.iter().any(Option::is_none);
    assert!(read.attempt.failure.is_some() || !unknown, "an attempt without an end");
    for refused in reply::elements(reply, "writeErrors") {
        let done = |answer: Option<&Option<_>>| matches!(answer, Some(Some(Ok(Outcome::Done(_)))));
        match reply::place(refused, batch.len()) {
            Some(place) => assert!(!done(answers.get(place)), "a refused write counts as done"),
            None => assert!(
                !answers.iter().any(|answer| done(Some(answer))),
                "nobody hears of a refusal"
            ),
        }
    }
    for index in reply::elements(reply, "indexes").chain([reply]) {
        let _ = expiry::removes_sooner_or_later(index);
    }
}

/// What servers and the driver say about a failure.
pub fn message(input: &[u8]) {
    let Some((&[low, high, sign, shape], rest)) = input.split_first_chunk() else {
        return;
    };
    let code = i32::from(u16::from_le_bytes([low, high]));
    let (before, after) = rest.split_at(rest.len() / 2);
    let [before, after] = [before, after].map(String::from_utf8_lossy);
    if before.contains(SECRET) {
        return;
    }
    let signs: &[&str] = if quoting::quotes_names_only(code) {
        &["{", "{ : \"", "({"]
    } else {
        &["{", "[", ":", "\"", "`", " '", "{ _id: '"]
    };
    let Some(sign) = signs.get(usize::from(sign) % signs.len()) else {
        return;
    };
    let said = format!("{before}{sign}{SECRET}{after}");
    let value = |bit: u8, usual: Bson| {
        if shape >> bit & 1 == 1 {
            Bson::from(SECRET)
        } else {
            usual
        }
    };
    let document = doc! {
        "code": value(0, code.into()),
        "errmsg": said.clone(),
        "codeName": "X",
        "keyPattern": { "_id": SECRET },
        "keyValue": { "_id": SECRET },
        "errInfo": value(1, doc! { "details": { "consideredValue": SECRET } }.into()),
        "index": SECRET,
        "writeErrors": [{ "op": SECRET, "errmsg": said }],
    };
    for failure in [
        error::of_statement(&document),
        error::of_write_concern(&document, &document),
        of_driver(deserialize_from_document::<CommandError>(document.clone()).map(ErrorKind::Command)),
        of_driver(
            deserialize_from_document::<WriteError>(document.clone())
                .map(|write| ErrorKind::Write(WriteFailure::WriteError(write))),
        ),
        of_driver(
            deserialize_from_document::<WriteConcernError>(document.clone())
                .map(|concern| ErrorKind::Write(WriteFailure::WriteConcernError(concern))),
        ),
    ] {
        assert!(!format!("{failure:?}").contains(SECRET), "{failure:?}");
    }
}

fn of_driver(kind: Result<ErrorKind, BsonError>) -> Failure {
    Failure::from(kind.map_or_else(Error::from, Error::from))
}

/// A connection string.
pub fn uri(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = resolved(&text);
    let mut parts = text.splitn(3, '\n');
    let mut part = || parts.next().unwrap_or_default();
    let (before, after, rest) = (part(), part(), part());
    if [before, after, rest].iter().any(|part| part.contains(SECRET)) {
        return;
    }
    if let Err(failure) = resolved(&format!("mongodb://{before}{SECRET}{after}@{rest}")) {
        assert!(!failure.message.contains(SECRET), "{}", failure.message);
    }
}

fn resolved(uri: &str) -> Result<(), Failure> {
    let (string, _) = options::parse(uri)?;
    let resolving = pin!(options::resolve(uri, string));
    let Poll::Ready(options) = resolving.poll(&mut Context::from_waker(Waker::noop())) else {
        return Ok(());
    };
    let concern = options?.write_concern.and_then(|concern| concern.w);
    assert_ne!(
        concern,
        Some(Acknowledgment::Nodes(0)),
        "a write that nobody acknowledges"
    );
    Ok(())
}
