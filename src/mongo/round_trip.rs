//! The round trip to the servers: the shortest recent time between a request and its reply. It counts the
//! driver's heartbeats, which even a busy server answers at once, and the store's commands, since the
//! driver's first heartbeat includes connecting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// No reply has been timed.
const UNKNOWN: u64 = u64::MAX;

/// The shortest round trips of this period and of the previous one, in nanoseconds.
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

    /// Notes that a reply took this long.
    pub fn note(&self, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(UNKNOWN);
        self.now.fetch_min(took, Ordering::Relaxed);
    }

    /// Starts another period. A value is forgotten after two periods with replies.
    pub fn turn_over(&self) {
        let now = self.now.swap(UNKNOWN, Ordering::Relaxed);
        if now != UNKNOWN {
            self.before.store(now, Ordering::Relaxed);
        }
    }

    /// The shortest recent round trip; zero when none is known.
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
