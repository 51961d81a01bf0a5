//! Whether writes are numbered: the servers must support transaction numbers, and the application must not
//! have switched retryable writes off. Some engines describe themselves as if they supported numbers, and
//! refuse the first one.

use mongodb::ServerType;
use tokio::sync::watch;

use crate::engine::Retries;
use crate::model::{Failure, FailureKind};

/// What is known about the servers of one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// No server has said yet.
    Unknown,
    /// They describe themselves as servers that support numbers.
    Described,
    /// They describe themselves as servers that don't.
    Lacking,
    /// One refused a number, or the driver found no server sessions. That does not change any more.
    Refused,
}

/// Whether the servers of one store support transaction numbers.
#[derive(Debug)]
pub struct Numbers(watch::Sender<Known>);

impl Numbers {
    /// No server has said yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(Known::Unknown))
    }

    /// Notes how the servers describe themselves. All but standalone ones support numbers.
    pub fn note_servers(&self, types: impl IntoIterator<Item = ServerType>) {
        let described = types.into_iter().find_map(|server| match server {
            ServerType::Standalone => Some(Known::Lacking),
            ServerType::Mongos | ServerType::RsPrimary | ServerType::RsSecondary | ServerType::LoadBalancer => {
                Some(Known::Described)
            }
            _ => None,
        });
        if let Some(described) = described {
            self.note(described);
        }
    }

    /// Notes the failure of a write, which may be the refusal of its number.
    pub fn note_failure(&self, failure: Option<&Failure>) {
        if failure.is_some_and(|failure| failure.kind == FailureKind::Unnumbered) {
            self.note(Known::Refused);
        }
    }

    fn note(&self, now: Known) {
        self.0.send_if_modified(|known| {
            let changes = *known != Known::Refused && *known != now;
            if changes {
                *known = now;
            }
            changes
        });
    }

    /// Whether writes are numbered under these settings. Waits until a server has described itself.
    pub async fn are_used(&self, retries: Retries) -> bool {
        if !retries.writes {
            return false;
        }
        let mut known = self.0.subscribe();
        let known = known.wait_for(|known| *known != Known::Unknown).await;
        known.is_ok_and(|known| *known == Known::Described)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRIES: Retries = Retries {
        reads: true,
        writes: true,
    };

    #[tokio::test]
    async fn a_refused_number_counts_more_than_how_the_servers_describe_themselves() {
        let numbers = Numbers::new();
        numbers.note_servers([ServerType::Unknown, ServerType::RsPrimary]);
        numbers.note_failure(Some(&Failure::server("", 2, "")));
        assert!(numbers.are_used(RETRIES).await);
        numbers.note_failure(Some(&Failure::server("", 2, "").of_kind(FailureKind::Unnumbered)));
        numbers.note_servers([ServerType::RsPrimary]);
        assert!(!numbers.are_used(RETRIES).await);
    }

    #[tokio::test]
    async fn standalone_servers_and_settings_without_retries_have_no_numbers() {
        let numbers = Numbers::new();
        let off = Retries {
            writes: false,
            ..RETRIES
        };
        assert!(!numbers.are_used(off).await);
        numbers.note_servers([ServerType::Standalone]);
        assert!(!numbers.are_used(RETRIES).await);
    }
}
