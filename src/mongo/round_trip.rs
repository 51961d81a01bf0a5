//! How far away the servers are: the shortest time of late between a question and its reply. The driver's own questions
//! count, which even a busy server answers at once, and the store's commands, since the first question of the driver includes
//! connecting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Nothing has been answered.
const UNKNOWN: u64 = u64::MAX;

/// The shortest round trips of this period and of the one before, in nanoseconds.
#[derive(Debug)]
pub struct RoundTrip {
    now: AtomicU64,
    before: AtomicU64,
}

impl RoundTrip {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            now: AtomicU64::new(UNKNOWN),
            before: AtomicU64::new(UNKNOWN),
        }
    }

    /// Something was answered after so long.
    pub fn note(&self, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(UNKNOWN);
        self.now.fetch_min(took, Ordering::Relaxed);
    }

    /// Another period begins: what is known is forgotten after two of them in which something was answered.
    pub fn turn_over(&self) {
        let now = self.now.swap(UNKNOWN, Ordering::Relaxed);
        if now != UNKNOWN {
            self.before.store(now, Ordering::Relaxed);
        }
    }

    /// The shortest of late; zero when nothing is known.
    pub fn shortest(&self) -> Duration {
        match self
            .now
            .load(Ordering::Relaxed)
            .min(self.before.load(Ordering::Relaxed))
        {
            UNKNOWN => Duration::ZERO,
            nanoseconds => Duration::from_nanos(nanoseconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_shortest_counts_until_two_periods_had_longer_ones() {
        let round_trip = RoundTrip::new();
        assert_eq!(round_trip.shortest(), Duration::ZERO);
        round_trip.note(5 * MS);
        round_trip.note(2 * MS);
        round_trip.note(9 * MS);
        assert_eq!(round_trip.shortest(), 2 * MS);
        round_trip.turn_over();
        round_trip.note(7 * MS);
        assert_eq!(round_trip.shortest(), 2 * MS);
        round_trip.turn_over();
        assert_eq!(round_trip.shortest(), 7 * MS);
        // Idle periods change nothing.
        round_trip.turn_over();
        round_trip.turn_over();
        assert_eq!(round_trip.shortest(), 7 * MS);
    }
}
