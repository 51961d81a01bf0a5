//! Turns the driver's errors and the servers' replies into failures. The text of a server is cut before it
//! quotes a command, a document or a value, since those contain session ids and session data.

use std::time::Duration;

use mongodb::bson::{Bson, Document};
use mongodb::error::{Error, ErrorKind, WriteFailure};

use crate::model::{Failure, FailureKind};

/// Codes of a passing state: the next attempt may find another server, or the same one in another state. They
/// mean not primary, shutting down, unreachable from a router, or a lost cursor. They come from the
/// specifications of retryable reads and writes, plus two codes of cursors.
const PASSING: [i32; 17] = [
    6, 7, 43, 89, 91, 134, 189, 234, 237, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
];
/// Codes of a statement that conflicted with another write.
const CONFLICTS: [i32; 1] = [112];
/// The code of a duplicate key.
const DUPLICATE_KEY: i32 = 11_000;
/// The code of a command that exceeded its `maxTimeMS`.
const OUT_OF_TIME: i32 = 50;
/// The code of a server that takes no more requests at the moment.
const RATE_LIMIT: i32 = 462;
/// The code of Azure Cosmos DB for more requests than the account pays for, of which it carried out none:
/// <https://learn.microsoft.com/azure/cosmos-db/mongodb/error-codes-solutions>.
const THROTTLED: i32 = 16_500;
/// What stands before the number of milliseconds after which a throttled request may be sent again.
const RETRY_AFTER: &str = "RetryAfterMs=";
/// The code of a server that doesn't support transaction numbers. It has other meanings, too.
const ILLEGAL_OPERATION: i32 = 20;
/// How other engines refuse transaction numbers, with codes of their own: Amazon `DocumentDB` with 301, Azure
/// Cosmos DB with 2, which has many meanings.
const NO_RETRYABLE_WRITES: &str = "Retryable writes are not supported";
/// The code of a user who could not log in.
const AUTHENTICATION_FAILED: i32 = 18;
/// Codes of a command that can't work with any statements: access, namespaces, sessions, concerns, versions,
/// locks, a full disk.
const COMMANDS_OWN: [i32; 27] = [
    13, 18, 20, 24, 26, 46, 59, 60, 64, 72, 73, 79, 100, 115, 165, 166, 206, 225, 251, 322, 323, 324, 391, 8000, 11601,
    13297, 14031,
];
const OVERLOADED: &str = "SystemOverloadedError";
const RETRYABLE_WRITE: &str = "RetryableWriteError";
const RETRYABLE: &str = "RetryableError";

/// The message if nothing is left of the server's own, because all of it is quotation.
const REFUSAL: &str = "The server refused the command";
/// The answer of a standalone server to the write concern of a replica set. Its code is one of many errors.
const NO_MEMBERS: &str = "cannot use 'w' > 1 when a host is not replicated";
/// The answer of Azure Cosmos DB to a TTL index on another field than its own, and its code:
/// <https://github.com/animir/node-rate-limiter-flexible/issues/206>.
const ONLY_TS: &str = "The 'expireAfterSeconds' option is supported on '_ts' field only.";
const BAD_VALUE: (i32, &str) = (2, "BadValue");
/// The answer of `FerretDB` 1 to a TTL index:
/// <https://github.com/FerretDB/FerretDB/blob/v1.24.0/internal/handler/msg_createindexes.go>.
const NO_TTL: &str = "Index option \"expireAfterSeconds\" is not implemented yet";
/// Messages that quote names only, while others with the same code may quote values.
const NAMES_ONLY: [&str; 3] = [NO_MEMBERS, ONLY_TS, NO_TTL];
/// The text that servers put between an error and its cause.
const CAUSE: &str = " :: caused by :: ";

/// The server's message for a wrong password.
const REFUSED: &str = "Authentication failed.";

fn kind_of(code: i32, message: &str, labels: &[String]) -> FailureKind {
    let has = |label: &str| labels.iter().any(|other| other == label);
    match code {
        _ if has(OVERLOADED) => FailureKind::Overload,
        RATE_LIMIT | THROTTLED => FailureKind::Overload,
        OUT_OF_TIME => FailureKind::OutOfTime,
        _ if refuses_numbers(code, message) => FailureKind::Unnumbered,
        _ if PASSING.contains(&code) || has(RETRYABLE_WRITE) => FailureKind::Passing,
        _ if has(RETRYABLE) => FailureKind::Overload,
        _ if CONFLICTS.contains(&code) => FailureKind::Conflict,
        _ if COMMANDS_OWN.contains(&code) => FailureKind::Final,
        _ => FailureKind::Suspect,
    }
}

/// Whether a server refuses a transaction number.
fn refuses_numbers(code: i32, message: &str) -> bool {
    // The driver replaces the message of MongoDB by its own, so match both.
    let is_illegal = message.starts_with("Transaction numbers") || message.contains("retryWrites=false");
    message.starts_with(NO_RETRYABLE_WRITES) || code == ILLEGAL_OPERATION && is_illegal
}

/// How long a server that throttles requests asks to wait. Not all of its messages name a time.
fn retry_after(code: i32, message: &str) -> Option<Duration> {
    let named = message.split_once(RETRY_AFTER).map_or("", |(_, rest)| rest);
    let digits = named.split(|sign: char| !sign.is_ascii_digit()).next();
    let milliseconds = digits.and_then(|digits| digits.parse().ok()).unwrap_or_default();
    (code == THROTTLED).then(|| Duration::from_millis(milliseconds))
}

/// The part of a server's message that quotes nothing. `lib/connection/fallback/failure.js` has the same.
fn said(code: i32, message: &str) -> String {
    if let Some(known) = NAMES_ONLY.iter().find(|known| message.starts_with(**known)) {
        return (*known).to_owned();
    }
    if quotes_names_only(code) {
        return trimmed(message.split('{').next().unwrap_or_default());
    }
    cut(message)
}

/// Whether messages with this code quote names of users, collections, indexes or options, and the whole command at
/// most.
pub fn quotes_names_only(code: i32) -> bool {
    [OUT_OF_TIME, DUPLICATE_KEY].contains(&code) || COMMANDS_OWN.contains(&code) || PASSING.contains(&code)
}

/// A text up to the first value that it may quote.
fn cut(message: &str) -> String {
    let mut parts = Vec::new();
    for part in message.split(CAUSE) {
        let quoted = quotation(part);
        let said = part.get(..quoted.unwrap_or(part.len())).unwrap_or_default();
        parts.push(trimmed(said));
        if quoted.is_some() {
            break;
        }
    }
    trimmed(&parts.join(CAUSE))
}

/// Where a text begins to quote, by the signs that servers put before values.
fn quotation(text: &str) -> Option<usize> {
    let mut before = ' ';
    for (at, sign) in text.char_indices() {
        let quotes = match sign {
            '{' | '[' | ':' | '"' | '`' => true,
            // Otherwise it is an apostrophe.
            '\'' => !before.is_alphanumeric(),
            _ => false,
        };
        if quotes {
            return Some(at);
        }
        before = sign;
    }
    None
}

fn trimmed(said: &str) -> String {
    said.trim_end_matches([' ', ':', '(', ',', '=']).to_owned()
}

fn labels_of(reply: &Document) -> Vec<String> {
    let labels = reply.get_array("errorLabels").into_iter().flatten();
    labels.filter_map(Bson::as_str).map(str::to_owned).collect()
}

fn code_of(error: &Document) -> i32 {
    let code = whole_number(error.get("code"));
    code.and_then(|code| i32::try_from(code).ok()).unwrap_or_default()
}

/// A whole number in a reply, of whichever type: other engines than `MongoDB` send other types.
pub fn whole_number(value: Option<&Bson>) -> Option<i64> {
    match value {
        Some(Bson::Int32(number)) => Some(i64::from(*number)),
        Some(Bson::Int64(number)) => Some(*number),
        #[expect(clippy::cast_possible_truncation, reason = "no number that matters is that large")]
        Some(Bson::Double(number)) if number.fract() == 0.0 => Some(*number as i64),
        _ => None,
    }
}

fn server(code: i32, whole: &str, code_name: &str, labels: Vec<String>) -> Failure {
    let said = said(code, whole);
    let message = if said.is_empty() { REFUSAL } else { &said };
    Failure {
        kind: kind_of(code, whole, &labels),
        retry_after: retry_after(code, whole),
        labels,
        ..Failure::server(message, code, code_name)
    }
}

/// The failure of a TTL index that Azure Cosmos DB accepts, although it removes nothing by it.
pub fn useless_index() -> Failure {
    let (code, name) = BAD_VALUE;
    Failure::server(ONLY_TS, code, name)
}

fn from_reply(error: &Document, labels: Vec<String>) -> Failure {
    let text = |name| error.get_str(name).unwrap_or_default();
    server(code_of(error), text("errmsg"), text("codeName"), labels)
}

/// The failure of a whole command, from a reply that the driver has not read.
#[cfg(test)]
pub fn of_command(reply: &Document) -> Failure {
    from_reply(reply, labels_of(reply))
}

/// The failure of one statement of a write command.
pub fn of_statement(error: &Document) -> Failure {
    let failure = from_reply(error, Vec::new());
    let kind = match failure.code {
        // Two upserts inserted the same session at the same time. The next attempt finds the document. Other
        // unique keys belong to the application.
        Some(DUPLICATE_KEY) if is_of_id(error) => FailureKind::Conflict,
        _ if failure.kind == FailureKind::Suspect => FailureKind::Final,
        _ => failure.kind,
    };
    Failure { kind, ..failure }
}

fn is_of_id(error: &Document) -> bool {
    match error.get_document("keyPattern") {
        Ok(pattern) => pattern.len() == 1 && pattern.contains_key("_id"),
        // Servers that don't send this field name the index in the message.
        Err(_) => error
            .get_str("errmsg")
            .is_ok_and(|message| message.contains(" index: _id_ ")),
    }
}

/// The write concern error of a command's reply. The labels stand in the reply.
pub fn of_write_concern(error: &Document, reply: &Document) -> Failure {
    let failure = from_reply(error, labels_of(reply));
    let kind = match failure.kind {
        FailureKind::Suspect | FailureKind::Conflict => FailureKind::Final,
        kind => kind,
    };
    Failure {
        name: "MongoWriteConcernError",
        kind,
        ..failure
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut labels: Vec<String> = error.labels().iter().cloned().collect();
        labels.sort_unstable();
        let is_establishing = labels.iter().any(|label| label == OVERLOADED);
        match error.kind.as_ref() {
            ErrorKind::Command(command) => server(command.code, &command.message, &command.code_name, labels),
            ErrorKind::Write(WriteFailure::WriteError(write)) => {
                let code_name = write.code_name.as_deref().unwrap_or_default();
                server(write.code, &write.message, code_name, labels)
            }
            ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => Self {
                name: "MongoWriteConcernError",
                ..server(concern.code, &concern.message, &concern.code_name, labels)
            },
            ErrorKind::Authentication { message, .. } => authentication(message),
            ErrorKind::ServerSelection { message, .. } if is_incompatible(message) => {
                Self::new("MongoCompatibilityError", message)
            }
            ErrorKind::ServerSelection { message, .. } => Self::no_server(message.clone()),
            // The driver sets that label if a connection could not be established: nothing was sent in that
            // case.
            ErrorKind::Io(cause) => lost("MongoNetworkError", cause.to_string(), labels, !is_establishing),
            ErrorKind::DnsResolve { message, .. } => lost("MongoNetworkError", message.clone(), labels, false),
            // The login of another operation was refused at the same moment, which took this one's connection
            // with it.
            ErrorKind::ConnectionPoolCleared { message, .. } if message.contains(REFUSED) => authentication(message),
            ErrorKind::ConnectionPoolCleared { message, .. } => {
                // With this word, the operation was waiting for an answer; otherwise, for a connection.
                let unanswered = message.contains("interrupted");
                lost("MongoPoolClearedError", message.clone(), labels, unanswered)
            }
            ErrorKind::InvalidArgument { message, .. } | ErrorKind::InvalidTlsConfig { message, .. } => {
                Self::argument(message)
            }
            ErrorKind::IncompatibleServer { message, .. } => Self::new("MongoCompatibilityError", message),
            ErrorKind::SessionsNotSupported => {
                Self::new("MongoCompatibilityError", error.to_string()).of_kind(FailureKind::Unnumbered)
            }
            ErrorKind::Shutdown => Self::closed(),
            other => Self::new("MongoDriverError", cut(&other.to_string())),
        }
    }
}

/// The failure of an attempt on a primary that stood still until another member took its place.
pub fn of_old_primary() -> Failure {
    let message = "the server did not answer, and another member is the primary now".to_owned();
    lost("MongoNetworkError", message, Vec::new(), true)
}

fn lost(name: &'static str, message: String, labels: Vec<String>, unanswered: bool) -> Failure {
    Failure {
        labels,
        kind: FailureKind::Passing,
        unanswered,
        ..Failure::new(name, message)
    }
}

/// Whether no server can be selected because the driver and a server have no protocol version in common. The
/// driver has no separate kind for that.
fn is_incompatible(message: &str) -> bool {
    message.starts_with("Server at ") && message.contains(" wire version ")
}

/// A refusal by the server, in the server's own words. Any other failure in the handshake keeps the driver's
/// message.
fn authentication(message: &str) -> Failure {
    let message = if message.contains(REFUSED) { REFUSED } else { message };
    Failure::server(message, AUTHENTICATION_FAILED, "AuthenticationFailed").of_kind(FailureKind::Refused)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    fn kind(code: i32) -> FailureKind {
        kind_of(code, "", &[])
    }

    #[test]
    fn every_code_of_a_passing_state_is_retried() {
        for code in [
            6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 43, 237,
        ] {
            assert_eq!(kind(code), FailureKind::Passing, "{code}");
        }
        for code in [13, 18, 20, 59, 8000] {
            assert_eq!(kind(code), FailureKind::Final, "{code}");
        }
        assert_eq!(kind(2), FailureKind::Suspect);
        assert_eq!(kind_of(2, "", &[RETRYABLE_WRITE.into()]), FailureKind::Passing);
        assert_eq!(
            kind_of(91, "", &[OVERLOADED.into(), RETRYABLE.into()]),
            FailureKind::Overload
        );
    }

    #[test]
    fn missing_support_for_transaction_numbers_is_told_from_other_illegal_operations() {
        let message = "Transaction numbers are only allowed on a replica set member or mongos";
        assert_eq!(kind_of(20, message, &[]), FailureKind::Unnumbered);
        assert_eq!(kind_of(20, "no", &[]), FailureKind::Final);
        for code in [2, 301] {
            assert_eq!(kind_of(code, NO_RETRYABLE_WRITES, &[]), FailureKind::Unnumbered);
        }
    }

    #[test]
    fn a_throttled_request_is_an_overload_with_the_time_that_the_server_names() {
        let wait = |message| server(THROTTLED, message, "", vec![]).retry_after;
        let message = "Error=16500, RetryAfterMs=34, Details='Response status code does not indicate success'";
        assert_eq!(wait(message), Some(Duration::from_millis(34)));
        assert_eq!(wait("Request rate is large"), Some(Duration::ZERO));
        assert_eq!(wait("RetryAfterMs=99999999999999999999999"), Some(Duration::ZERO));
        assert_eq!(server(2, message, "", vec![]).retry_after, None);
        assert_eq!(kind(THROTTLED), FailureKind::Overload);
        assert_eq!(said(THROTTLED, message), "Error=16500, RetryAfterMs=34, Details");
    }

    #[test]
    fn numbers_in_replies_may_have_any_numeric_type() {
        for number in [Bson::Int32(11_000), Bson::Int64(11_000), Bson::Double(11_000.0)] {
            assert_eq!(whole_number(Some(&number)), Some(11_000));
            assert_eq!(code_of(&doc! { "code": number }), 11_000);
        }
        for other in [Bson::Double(0.5), Bson::Double(f64::NAN), Bson::from("1"), Bson::Null] {
            assert_eq!(whole_number(Some(&other)), None);
        }
    }

    #[test]
    fn a_duplicate_key_is_a_conflict_only_if_it_is_the_id() {
        let error = |pattern: Document| doc! { "index": 0, "code": 11000, "keyPattern": pattern, "errmsg": "" };
        assert_eq!(of_statement(&error(doc! { "_id": 1 })).kind, FailureKind::Conflict);
        assert_eq!(
            of_statement(&error(doc! { "session.email": 1 })).kind,
            FailureKind::Final
        );
        let old = doc! { "code": 11000, "errmsg": "E11000 duplicate key error collection: a.b index: _id_ dup key: { _id: 1 }" };
        assert_eq!(of_statement(&old).kind, FailureKind::Conflict);
    }

    #[test]
    fn no_message_keeps_what_a_server_quotes() {
        for (code, text, left) in [
            (
                13,
                "not authorized on x to execute command { find: \"sessions\", filter: { _id: \"sid\" } }",
                "not authorized on x to execute command",
            ),
            (
                11_000,
                "E11000 duplicate key error collection: x.sessions index: email_1 dup key: { email: \"a\" }",
                "E11000 duplicate key error collection: x.sessions index: email_1 dup key",
            ),
            (121, "Document failed validation", "Document failed validation"),
            (
                79,
                "No write concern mode named 'dc' found in replica set configuration",
                "No write concern mode named 'dc' found in replica set configuration",
            ),
            (
                10334,
                "BSONObj size: 17000000 is invalid. First element: _id: \"sid\"",
                "BSONObj size",
            ),
            (
                52,
                "Plan executor error during update :: caused by :: The dollar ($) prefixed field '$a' is :: caused by :: b",
                "Plan executor error during update :: caused by :: The dollar ($) prefixed field",
            ),
            (
                16755,
                "Can't extract geo keys: { _id: \"sid\" }",
                "Can't extract geo keys",
            ),
            (
                17262,
                "language override unsupported: data",
                "language override unsupported",
            ),
            (9, "'$set' is empty", ""),
            (2, NO_MEMBERS, NO_MEMBERS),
            (238, NO_TTL, NO_TTL),
            (
                2,
                "The 'expireAfterSeconds' option is supported on '_ts' field only. ActivityId: 'a'",
                ONLY_TS,
            ),
        ] {
            assert_eq!(said(code, text), left);
        }
        assert_eq!(server(9, "'$set' is empty", "FailedToParse", vec![]).message, REFUSAL);
    }

    #[test]
    fn a_write_concern_error_has_the_labels_of_its_reply() {
        let reply =
            doc! { "ok": 1, "errorLabels": [RETRYABLE_WRITE], "writeConcernError": { "code": 64, "errmsg": "" } };
        let failure = of_write_concern(&doc! { "code": 64, "errmsg": "no" }, &reply);
        assert_eq!(
            (failure.name, failure.kind),
            ("MongoWriteConcernError", FailureKind::Passing)
        );
        assert_eq!(failure.labels, [RETRYABLE_WRITE]);
        let failure = of_write_concern(&doc! { "code": 64, "errmsg": "no" }, &doc! {});
        assert_eq!(failure.kind, FailureKind::Final);
    }
}
