//! The one place where an error becomes what JavaScript is told: the names, codes and labels that the `mongodb`
//! package of npm gives to its errors. No message holds a password, a session id or session data.

use std::time::Duration;

use mongodb::bson::Document;
use mongodb::error::{Error, ErrorKind, WriteFailure};

/// The largest document that `MongoDB` stores, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// Codes of a server that is not the primary just now, or that is shutting down.
const NO_PRIMARY: [i32; 8] = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436];

/// Codes of a read whose cursor the server has forgotten: the rest of it is read anew.
const LOST_CURSOR: [i32; 2] = [43, 237];

/// Codes of a statement that ran into another one's write: a duplicate key of two upserts, a write conflict.
const CONFLICTS: [i32; 2] = [11_000, 112];

/// Codes of a user who may not do what was asked.
const ACCESS: [i32; 3] = [13, 18, 8_000];

/// What went wrong with one operation. `lib/errors.js` makes an `Error` of it, in the caller's own realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The class of the error in the `mongodb` package of npm, such as `MongoServerError`.
    pub name: &'static str,
    /// A sentence for people.
    pub message: String,
    /// The server's error code, where the server gave one.
    pub code: Option<i32>,
    /// The server's name of that code.
    pub code_name: Option<String>,
    /// `errorLabels`, such as `RetryableWriteError`.
    pub labels: Vec<String>,
    /// Whether the same operation may succeed later, with nothing changed in the settings.
    pub transient: bool,
}

impl Failure {
    fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
            code: None,
            code_name: None,
            labels: Vec::new(),
            transient: false,
        }
    }

    fn server(message: impl Into<String>, code: i32, code_name: impl Into<String>) -> Self {
        let code_name = Some(code_name.into()).filter(|name| !name.is_empty());
        Self {
            code: Some(code),
            code_name,
            ..Self::new("MongoServerError", message)
        }
    }

    /// A connection string that can't be read.
    pub fn uri(message: impl Into<String>) -> Self {
        Self::new("MongoParseError", message)
    }

    /// A setting that can't work.
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new("MongoInvalidArgumentError", message)
    }

    /// No server could be found for an operation in time; `causes` says for each server why.
    pub fn no_server(causes: &str) -> Self {
        transient("MongoServerSelectionError", causes)
    }

    /// An operation that was started after `close()`.
    pub fn closed() -> Self {
        Self::new(
            "MongoNotConnectedError",
            "Client must be connected before running operations",
        )
    }

    /// An operation that `close()` cut off, because no server answered.
    pub fn interrupted() -> Self {
        Self::new(
            "MongoClientClosedError",
            "Operation interrupted because client was closed",
        )
    }

    /// An operation whose task ended without an answer, which only a defect of this program can cause.
    pub fn lost() -> Self {
        Self::new(
            "MongoRuntimeError",
            "The operation ended without a result: please report this as a defect",
        )
    }

    /// An operation that was not done by its deadline, because of `cause` if that is known.
    pub fn late(limit: Duration, cause: Option<&Self>) -> Self {
        let mut message = format!("The operation was not done within {} ms", limit.as_millis());
        if let Some(cause) = cause {
            message.push_str(": ");
            message.push_str(&cause.message);
        }
        Self::new("MongoOperationTimeoutError", message)
    }

    /// An operation that was called while too many others were waiting.
    pub fn overloaded() -> Self {
        Self::new(
            "MongoStoreOverloadedError",
            "Too many operations of the session store are waiting",
        )
    }

    /// A session that could not be encrypted or decrypted. `lib/errors.js` makes `code` the error's code.
    pub fn crypto(code: &str, message: &str) -> Self {
        Self {
            code_name: Some(code.to_owned()),
            ..Self::new("MongoStoreCryptoError", message)
        }
    }

    /// Whether the session could not be encrypted or decrypted.
    pub fn is_of_crypto(&self) -> bool {
        self.name == Self::crypto("", "").name
    }

    /// The error of one statement of a write command.
    pub fn statement(error: &Document) -> Self {
        Self::from_reply("MongoServerError", error)
    }

    /// The write concern error of a command's reply.
    pub fn write_concern(error: &Document) -> Self {
        Self::from_reply("MongoWriteConcernError", error)
    }

    fn from_reply(name: &'static str, error: &Document) -> Self {
        let code = error.get_i32("code").unwrap_or_default();
        let message = error.get_str("errmsg").unwrap_or_default();
        let transient = NO_PRIMARY.contains(&code) || CONFLICTS.contains(&code);
        Self {
            name,
            transient,
            ..Self::server(message, code, error.get_str("codeName").unwrap_or_default())
        }
    }

    /// Whether a server that is there may answer better the next time. When none was found, the time for that is over.
    pub fn is_worth_another_attempt(&self) -> bool {
        self.transient
            && self.name != Self::no_server("").name
            && !self.code.is_some_and(|code| ACCESS.contains(&code))
    }

    /// Whether a command of many statements may have failed because of one of them.
    pub fn may_be_one_statements(&self) -> bool {
        !self.transient && self.code.is_some_and(|code| !ACCESS.contains(&code))
    }

    /// A document over [`MAX_DOCUMENT_BYTES`], refused before it is sent. Code and name are the server's own.
    pub fn too_large(bytes: usize) -> Self {
        let message = format!(
            "The session is too large: its document would have {bytes} bytes, \
             and MongoDB stores at most {MAX_DOCUMENT_BYTES}"
        );
        Self::server(message, 10334, "BSONObjectTooLarge")
    }

    /// A stored document, or a value given by the shim, that is not the BSON that it should be.
    pub fn malformed(what: &str) -> Self {
        Self::new("BSONError", format!("{what} is not valid BSON"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut failure = match error.kind.as_ref() {
            ErrorKind::Command(command) => {
                Self::server(command.message.clone(), command.code, command.code_name.clone())
            }
            ErrorKind::Write(WriteFailure::WriteError(write)) => Self::server(
                write.message.clone(),
                write.code,
                write.code_name.clone().unwrap_or_default(),
            ),
            ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => Self {
                name: "MongoWriteConcernError",
                ..Self::server(concern.message.clone(), concern.code, concern.code_name.clone())
            },
            ErrorKind::Authentication { message, .. } => authentication(message),
            ErrorKind::ServerSelection { message, .. } if is_incompatible(message) => {
                Self::new("MongoCompatibilityError", message)
            }
            ErrorKind::ServerSelection { message, .. } => transient("MongoServerSelectionError", message),
            ErrorKind::Io(cause) => transient("MongoNetworkError", &cause.to_string()),
            ErrorKind::DnsResolve { message, .. } => transient("MongoNetworkError", message),
            // Another operation of the same moment was refused, and its refusal took this one's connection with it.
            ErrorKind::ConnectionPoolCleared { message, .. } if message.contains(REFUSED) => {
                authentication(message)
            }
            ErrorKind::ConnectionPoolCleared { message, .. } => transient("MongoPoolClearedError", message),
            ErrorKind::InvalidArgument { message, .. } | ErrorKind::InvalidTlsConfig { message, .. } => {
                Self::argument(message)
            }
            ErrorKind::IncompatibleServer { message, .. } => Self::new("MongoCompatibilityError", message),
            ErrorKind::Shutdown => Self::closed(),
            other => Self::new("MongoDriverError", other.to_string()),
        };
        failure.labels = error.labels().iter().cloned().collect();
        failure.labels.sort_unstable();
        failure.transient |= failure.labels.iter().any(|label| label.starts_with("Retryable"))
            || failure
                .code
                .is_some_and(|code| NO_PRIMARY.contains(&code) || LOST_CURSOR.contains(&code));
        failure
    }
}

/// Whether no server can be selected because the driver and a server have no version of the protocol in common. The
/// driver has no kind of its own for that.
fn is_incompatible(message: &str) -> bool {
    message.starts_with("Server at ") && message.contains(" wire version ")
}

/// What the server says to a wrong password.
const REFUSED: &str = "Authentication failed.";

/// The server's refusal by its own words. Anything else that goes wrong in the handshake keeps the driver's.
fn authentication(message: &str) -> Failure {
    let message = if message.contains(REFUSED) {
        REFUSED
    } else {
        message
    };
    Failure {
        transient: true,
        ..Failure::server(message, 18, "AuthenticationFailed")
    }
}

fn transient(name: &'static str, message: &str) -> Failure {
    Failure {
        transient: true,
        ..Failure::new(name, message)
    }
}
