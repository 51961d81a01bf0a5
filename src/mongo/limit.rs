//! The time that a server is given for a command, as `maxTimeMS`: nothing goes on there for which nobody waits.

use std::time::Duration;

use tokio::time::Instant;

/// The longest time that a server can be given, in milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// When the answer to a command has to be here.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    until: Instant,
    round_trip: Duration,
}

impl Limit {
    /// A limit for a server that is so far away.
    pub fn new(until: Instant, round_trip: Duration) -> Self {
        Self { until, round_trip }
    }

    /// The time that is left for the server. To be asked just before a command is sent, since the wait for its turn counts.
    pub fn left(self) -> Duration {
        self.until
            .saturating_duration_since(Instant::now())
            .saturating_sub(self.round_trip)
            .clamp(Duration::from_millis(1), Duration::from_millis(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_waited_for_a_turn_is_not_given_to_the_server() {
        let limit = Limit::new(Instant::now() + Duration::from_secs(1), Duration::from_millis(20));
        assert_eq!(limit.left(), Duration::from_millis(980));
        tokio::time::advance(Duration::from_millis(600)).await;
        assert_eq!(limit.left(), Duration::from_millis(380));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_is_always_given_a_time_that_it_takes_for_one() {
        let now = Instant::now();
        assert_eq!(Limit::new(now, Duration::ZERO).left(), Duration::from_millis(1));
        let far = Limit::new(now + Duration::from_secs(40 * 24 * 3_600), Duration::ZERO);
        assert_eq!(far.left(), Duration::from_millis(LONGEST));
    }
}
