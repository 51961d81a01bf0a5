//! Cuts the messages of servers before they quote a command, a document or a value, since those contain session ids and
//! session data. `lib/connection/fallback/failure.js` has the same.

use super::codes::{COMMANDS_OWN, DUPLICATE_KEY, OUT_OF_TIME, PASSING};

/// The answer of a standalone server to the write concern of a replica set. Its code is one of many errors.
const NO_MEMBERS: &str = "cannot use 'w' > 1 when a host is not replicated";
/// The answer of Azure Cosmos DB to a TTL index on another field than its own, and its code:
/// <https://github.com/animir/node-rate-limiter-flexible/issues/206>.
pub const ONLY_TS: &str = "The 'expireAfterSeconds' option is supported on '_ts' field only.";
/// The answer of `FerretDB` 1 to a TTL index:
/// <https://github.com/FerretDB/FerretDB/blob/v1.24.0/internal/handler/msg_createindexes.go>.
const NO_TTL: &str = "Index option \"expireAfterSeconds\" is not implemented yet";
/// Messages that quote names only, while others with the same code may quote values.
const NAMES_ONLY: [&str; 3] = [NO_MEMBERS, ONLY_TS, NO_TTL];
/// The text that servers put between an error and its cause.
const CAUSE: &str = " :: caused by :: ";

/// The part of a server's message that quotes nothing.
pub fn said(code: i32, message: &str) -> String {
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
pub fn cut(message: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

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
            (
                16_500,
                "Error=16500, RetryAfterMs=34, Details='Response status code does not indicate success'",
                "Error=16500, RetryAfterMs=34, Details",
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
    }
}
