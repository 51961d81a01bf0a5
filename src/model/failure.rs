//! The failure of an operation, with the names, codes and labels that the `mongodb` package of npm gives to
//! its errors. No message contains a password, a session id or session data.

use std::time::Duration;

use super::field::Malformed;
use super::session::MAX_DOCUMENT_BYTES;

/// What a failure says about the next attempt. Only `engine/policy.rs` decides what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Final: the same operation would fail again.
    Final,
    /// A command failed, and one of its statements may be the reason.
    Suspect,
    /// A statement conflicted with another write. By itself it may succeed.
    Conflict,
    /// The connection was lost, or the server is not the primary at the moment. The next attempt may find
    /// another server.
    Passing,
    /// The server is overloaded.
    Overload,
    /// The server ended the command because its time limit was over. The callers' time is also over, or will
    /// be in a moment.
    OutOfTime,
    /// The servers don't support the transaction numbers of retryable writes.
    Unnumbered,
    /// No server was found in time.
    NoServer,
    /// The servers refuse to authenticate this user.
    Refused,
}

/// The failure of one operation. `lib/common/errors.js` makes an `Error` from it, in the caller's own realm.
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
    /// What the failure says about the next attempt.
    pub kind: FailureKind,
    /// How long a server that throttles requests asks to wait before the next one.
    pub retry_after: Option<Duration>,
    /// Whether the command may have reached a server that has not answered it, and so may still be carried
    /// out.
    pub unanswered: bool,
}

impl Failure {
    /// A final failure of this class.
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
            code: None,
            code_name: None,
            labels: Vec::new(),
            kind: FailureKind::Final,
            retry_after: None,
            unanswered: false,
        }
    }

    /// The same failure with another kind.
    #[must_use]
    pub fn of_kind(self, kind: FailureKind) -> Self {
        Self { kind, ..self }
    }

    /// An error from a server.
    pub fn server(message: impl Into<String>, code: i32, code_name: impl Into<String>) -> Self {
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

    /// No server could be found for an operation in time. `causes` has the reason for each server.
    pub fn no_server(causes: impl Into<String>) -> Self {
        Self::new("MongoServerSelectionError", causes).of_kind(FailureKind::NoServer)
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

    /// An operation whose task ended without an answer. Only a defect of this program can cause that.
    pub fn lost() -> Self {
        Self::new(
            "MongoRuntimeError",
            "The operation ended without a result: please report this as a defect",
        )
    }

    /// An operation that was not done by its deadline. It keeps what is known about the cause. Without a
    /// cause, it says that `servers` did not answer.
    pub fn late(limit: Duration, cause: Option<&Self>, servers: &str) -> Self {
        let start = format!("timed out after {} ms: ", limit.as_millis());
        match cause {
            Some(cause) => Self {
                message: start + &cause.message,
                code: cause.code,
                code_name: cause.code_name.clone(),
                labels: cause.labels.clone(),
                ..Self::new("MongoOperationTimeoutError", "")
            },
            None => Self::new("MongoOperationTimeoutError", format!("{start}{servers} did not answer")),
        }
    }

    /// An operation that was called while too many others were waiting.
    pub fn overloaded() -> Self {
        Self::new(
            "MongoStoreOverloadedError",
            "Too many operations of the session store are waiting",
        )
    }

    /// A session that could not be encrypted or decrypted. `lib/common/errors.js` makes `code` the code of
    /// the error.
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

    /// A document over [`MAX_DOCUMENT_BYTES`], refused before it is sent. Code and name are those of the
    /// server.
    pub fn too_large(bytes: usize) -> Self {
        let message = format!(
            "The session is too large: its document would have {bytes} bytes, \
             and MongoDB stores at most {MAX_DOCUMENT_BYTES}"
        );
        Self::server(message, 10334, "BSONObjectTooLarge")
    }

    /// A session id with too many levels of documents and arrays, refused before it is sent. Code and name are
    /// those of the server.
    pub fn too_deep(levels: usize) -> Self {
        let message = format!("The session id has more than {levels} levels of objects and arrays");
        Self::server(message, 15, "Overflow")
    }

    /// A stored document, or a value from JavaScript, that is not valid BSON.
    pub fn malformed(what: &str) -> Self {
        Self::new("BSONError", format!("{what} is not valid BSON"))
    }
}

impl From<Malformed> for Failure {
    fn from(_: Malformed) -> Self {
        Self::malformed("A value of the store")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_keeps_what_is_known_about_its_cause() {
        let limit = Duration::from_millis(500);
        let cause = Failure {
            labels: vec!["RetryableWriteError".into()],
            ..Failure::server("shutting down", 91, "ShutdownInProgress")
        };
        let late = Failure::late(limit, Some(&cause), "a:1");
        assert_eq!(late.message, "timed out after 500 ms: shutting down");
        assert_eq!(
            (late.code, late.code_name, late.labels),
            (cause.code, cause.code_name, cause.labels)
        );
        let late = Failure::late(limit, None, "a:1, b:2");
        assert_eq!(late.message, "timed out after 500 ms: a:1, b:2 did not answer");
    }
}
