//! What the codes and labels of servers' errors mean.

use std::time::Duration;

use crate::model::FailureKind;

/// Codes of a passing state: the next attempt may find another server, or the same one in another state. They
/// mean not primary, shutting down, unreachable from a router, or a lost cursor. They come from the
/// specifications of retryable reads and writes, plus two codes of cursors.
pub const PASSING: [i32; 17] = [
    6, 7, 43, 89, 91, 134, 189, 234, 237, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
];
/// Codes of a statement that conflicted with another write.
const CONFLICTS: [i32; 1] = [112];
/// The code of a duplicate key.
pub const DUPLICATE_KEY: i32 = 11_000;
/// The code of a command that exceeded its `maxTimeMS`.
pub const OUT_OF_TIME: i32 = 50;
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
/// Codes of a command that can't work with any statements: access, namespaces, sessions, concerns, versions,
/// locks, a full disk.
pub const COMMANDS_OWN: [i32; 27] = [
    13, 18, 20, 24, 26, 46, 59, 60, 64, 72, 73, 79, 100, 115, 165, 166, 206, 225, 251, 322, 323, 324, 391, 8000, 11601,
    13297, 14031,
];
/// The labels of errors that matter here.
pub const OVERLOADED: &str = "SystemOverloadedError";
pub const RETRYABLE_WRITE: &str = "RetryableWriteError";
const RETRYABLE: &str = "RetryableError";

/// What to do about a server's error.
pub fn kind_of(code: i32, message: &str, labels: &[String]) -> FailureKind {
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
pub fn retry_after(code: i32, message: &str) -> Option<Duration> {
    let named = message.split_once(RETRY_AFTER).map_or("", |(_, rest)| rest);
    let digits = named.split(|sign: char| !sign.is_ascii_digit()).next();
    let milliseconds = digits.and_then(|digits| digits.parse().ok()).unwrap_or_default();
    (code == THROTTLED).then(|| Duration::from_millis(milliseconds))
}

#[cfg(test)]
mod tests {
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
        let wait = |message| retry_after(THROTTLED, message);
        let message = "Error=16500, RetryAfterMs=34, Details='Response status code does not indicate success'";
        assert_eq!(wait(message), Some(Duration::from_millis(34)));
        assert_eq!(wait("Request rate is large"), Some(Duration::ZERO));
        assert_eq!(wait("RetryAfterMs=99999999999999999999999"), Some(Duration::ZERO));
        assert_eq!(retry_after(2, message), None);
        assert_eq!(kind(THROTTLED), FailureKind::Overload);
    }
}
