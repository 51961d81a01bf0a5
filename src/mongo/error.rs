//! Turns the driver's errors and the servers' replies into failures.

use mongodb::bson::{Bson, Document};
use mongodb::error::{Error, ErrorKind, WriteFailure};

use super::codes::{self, DUPLICATE_KEY, OVERLOADED};
use super::quoting::{self, ONLY_TS};
use crate::model::{Failure, FailureKind};

/// The code of a user who could not log in.
const AUTHENTICATION_FAILED: i32 = 18;
/// The message if nothing is left of the server's own, because all of it is quotation.
const REFUSAL: &str = "The server refused the command";
/// The code of a command with a value that the server does not accept, and its name.
const BAD_VALUE: (i32, &str) = (2, "BadValue");
/// The server's message for a wrong password.
const REFUSED: &str = "Authentication failed.";

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
    let said = quoting::said(code, whole);
    let message = if said.is_empty() { REFUSAL } else { &said };
    Failure {
        kind: codes::kind_of(code, whole, &labels),
        retry_after: codes::retry_after(code, whole),
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
            other => Self::new("MongoDriverError", quoting::cut(&other.to_string())),
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
    use crate::mongo::codes::RETRYABLE_WRITE;

    #[test]
    fn a_message_of_quotations_only_is_replaced() {
        assert_eq!(server(9, "'$set' is empty", "FailedToParse", vec![]).message, REFUSAL);
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
