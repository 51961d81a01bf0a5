//! The driver's errors and the servers' replies as failures. What a server says is cut before it quotes a command or a
//! document: those have session ids and session data in them.

use mongodb::bson::{Bson, Document};
use mongodb::error::{Error, ErrorKind, WriteFailure};

use crate::model::{Failure, FailureKind};

/// Codes after which the next attempt may find another server, or the same one in another state: not primary, shutting
/// down, unreachable from a router, and reads whose cursor is gone. They are the ones of the specifications of retryable
/// reads and writes, and the two of cursors.
const PASSING: [i32; 17] = [
    6, 7, 43, 89, 91, 134, 189, 234, 237, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
];
/// Codes of a statement that ran into another one's write.
const CONFLICTS: [i32; 1] = [112];
/// The code of a key that is there already.
const DUPLICATE_KEY: i32 = 11_000;
/// The code of a command whose `maxTimeMS` is over.
const OUT_OF_TIME: i32 = 50;
/// The code of a server that takes no more requests just now.
const RATE_LIMIT: i32 = 462;
/// The code of a server that does not number writes, among other things.
const ILLEGAL_OPERATION: i32 = 20;
/// The code of a user who could not log in.
const AUTHENTICATION_FAILED: i32 = 18;
/// Codes of a command that can't work whatever its statements are: access, namespaces, sessions, concerns, versions, locks,
/// a full disk.
const COMMANDS_OWN: [i32; 27] = [
    13, 18, 20, 24, 26, 46, 59, 60, 64, 72, 73, 79, 100, 115, 165, 166, 206, 225, 251, 322, 323, 324, 391,
    8000, 11601, 13297, 14031,
];
const OVERLOADED: &str = "SystemOverloadedError";
const RETRYABLE_WRITE: &str = "RetryableWriteError";
const RETRYABLE: &str = "RetryableError";

/// What the server says to a wrong password.
const REFUSED: &str = "Authentication failed.";

fn kind_of(code: i32, message: &str, labels: &[String]) -> FailureKind {
    let has = |label: &str| labels.iter().any(|other| other == label);
    match code {
        _ if has(OVERLOADED) => FailureKind::Overload,
        RATE_LIMIT => FailureKind::Overload,
        OUT_OF_TIME => FailureKind::OutOfTime,
        // The driver puts words of its own in the place of the server's.
        ILLEGAL_OPERATION
            if message.starts_with("Transaction numbers") || message.contains("retryWrites=false") =>
        {
            FailureKind::Unnumbered
        }
        _ if PASSING.contains(&code) || has(RETRYABLE_WRITE) => FailureKind::Passing,
        _ if has(RETRYABLE) => FailureKind::Overload,
        _ if CONFLICTS.contains(&code) => FailureKind::Conflict,
        _ if COMMANDS_OWN.contains(&code) => FailureKind::Final,
        _ => FailureKind::Suspect,
    }
}

/// What a server says, up to the first command or document in it.
fn cut(message: &str) -> String {
    let end = message.find('{').unwrap_or(message.len());
    let said = message.get(..end).unwrap_or_default();
    said.trim_end_matches([' ', ':', '(', ',']).to_owned()
}

fn labels_of(reply: &Document) -> Vec<String> {
    let labels = reply.get_array("errorLabels").into_iter().flatten();
    labels.filter_map(Bson::as_str).map(str::to_owned).collect()
}

fn code_of(error: &Document) -> i32 {
    match error.get("code") {
        Some(Bson::Int32(code)) => *code,
        Some(Bson::Int64(code)) => i32::try_from(*code).unwrap_or_default(),
        _ => 0,
    }
}

fn server(code: i32, message: &str, code_name: &str, labels: Vec<String>) -> Failure {
    Failure {
        kind: kind_of(code, message, &labels),
        labels,
        ..Failure::server(cut(message), code, code_name)
    }
}

fn from_reply(error: &Document, labels: Vec<String>) -> Failure {
    let text = |name| error.get_str(name).unwrap_or_default();
    server(code_of(error), text("errmsg"), text("codeName"), labels)
}

/// The error of one statement of a write command.
pub fn of_statement(error: &Document) -> Failure {
    let failure = from_reply(error, Vec::new());
    let kind = match failure.code {
        // Two inserts of one session at the same time: the next attempt finds it. Other keys are the application's.
        Some(DUPLICATE_KEY) if is_of_id(error) => FailureKind::Conflict,
        _ if failure.kind == FailureKind::Suspect => FailureKind::Final,
        _ => failure.kind,
    };
    Failure { kind, ..failure }
}

fn is_of_id(error: &Document) -> bool {
    match error.get_document("keyPattern") {
        Ok(pattern) => pattern.len() == 1 && pattern.contains_key("_id"),
        // As servers tell it that have no such field.
        Err(_) => error
            .get_str("errmsg")
            .is_ok_and(|message| message.contains(" index: _id_ ")),
    }
}

/// The write concern error of a command's reply, which has the labels.
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
            // The driver labels so what goes wrong before a connection is open: nothing was sent then.
            ErrorKind::Io(cause) => lost("MongoNetworkError", cause.to_string(), labels, !is_establishing),
            ErrorKind::DnsResolve { message, .. } => {
                lost("MongoNetworkError", message.clone(), labels, false)
            }
            // Another operation of the same moment was refused, and its refusal took this one's connection with it.
            ErrorKind::ConnectionPoolCleared { message, .. } if message.contains(REFUSED) => {
                authentication(message)
            }
            ErrorKind::ConnectionPoolCleared { message, .. } => {
                // In these words, an answer was waited for; otherwise a connection.
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

fn lost(name: &'static str, message: String, labels: Vec<String>, unanswered: bool) -> Failure {
    Failure {
        labels,
        kind: FailureKind::Passing,
        unanswered,
        ..Failure::new(name, message)
    }
}

/// Whether no server can be selected because the driver and a server have no version of the protocol in common. The
/// driver has no kind of its own for that.
fn is_incompatible(message: &str) -> bool {
    message.starts_with("Server at ") && message.contains(" wire version ")
}

/// The server's refusal by its own words. Anything else that goes wrong in the handshake keeps the driver's.
fn authentication(message: &str) -> Failure {
    let message = if message.contains(REFUSED) {
        REFUSED
    } else {
        message
    };
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
    fn each_code_of_a_state_that_passes_is_worth_another_attempt() {
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
    fn a_server_without_numbers_is_told_from_another_illegal_operation() {
        let message = "Transaction numbers are only allowed on a replica set member or mongos";
        assert_eq!(kind_of(20, message, &[]), FailureKind::Unnumbered);
        assert_eq!(kind_of(20, "no", &[]), FailureKind::Final);
    }

    #[test]
    fn a_duplicate_key_is_a_conflict_only_when_it_is_the_id() {
        let error =
            |pattern: Document| doc! { "index": 0, "code": 11000, "keyPattern": pattern, "errmsg": "" };
        assert_eq!(
            of_statement(&error(doc! { "_id": 1 })).kind,
            FailureKind::Conflict
        );
        assert_eq!(
            of_statement(&error(doc! { "session.email": 1 })).kind,
            FailureKind::Final
        );
        let old = doc! { "code": 11000, "errmsg": "E11000 duplicate key error collection: a.b index: _id_ dup key: { _id: 1 }" };
        assert_eq!(of_statement(&old).kind, FailureKind::Conflict);
    }

    #[test]
    fn nothing_is_quoted_that_a_server_quotes() {
        for (said, left) in [
            (
                "not authorized on x to execute command { find: \"sessions\", filter: { _id: \"sid\" } }",
                "not authorized on x to execute command",
            ),
            (
                "E11000 duplicate key error collection: x.sessions index: email_1 dup key: { email: \"a\" }",
                "E11000 duplicate key error collection: x.sessions index: email_1 dup key",
            ),
            ("Document failed validation", "Document failed validation"),
        ] {
            assert_eq!(cut(said), left);
        }
    }

    #[test]
    fn the_labels_of_a_reply_are_those_of_its_write_concern_error() {
        let reply = doc! { "ok": 1, "errorLabels": [RETRYABLE_WRITE], "writeConcernError": { "code": 64, "errmsg": "" } };
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
