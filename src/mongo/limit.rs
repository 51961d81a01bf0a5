//! The time that a server gets for a command, as `maxTimeMS`, so that it doesn't work on what nobody waits
//! for any more.

use std::time::Duration;

use tokio::time::Instant;

use super::round_trip::RoundTrip;

/// The longest time that a server accepts, in milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// The moment by which the answer to a command must arrive.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    until: Instant,
    round_trip: &'a RoundTrip,
}

impl<'a> Limit<'a> {
    /// A limit for servers with this round trip.
    pub fn new(until: Instant, round_trip: &'a RoundTrip) -> Self {
        Self { until, round_trip }
    }

    /// The time that is left for the server. Call it just before a command is sent, since waiting for a turn
    /// uses up time.
    pub fn left(self) -> Duration {
        self.until
            .saturating_duration_since(Instant::now())
            .saturating_sub(self.round_trip.shortest())
            .clamp(Duration::from_millis(1), Duration::from_millis(LONGEST))
    }

    /// Sends a command, and notes its round trip.
    ///
    /// # Errors
    /// Those of the command.
    pub async fn timed<T>(self, command: impl Future<Output = mongodb::error::Result<T>>) -> mongodb::error::Result<T> {
        let sent = Instant::now();
        let reply = command.await?;
        self.round_trip.note(sent.elapsed());
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn the_server_does_not_get_the_time_spent_waiting_for_a_turn() {
        let round_trip = RoundTrip::new();
        let limit = Limit::new(Instant::now() + 1_000 * MS, &round_trip);
        let reply = limit.timed(async {
            tokio::time::advance(20 * MS).await;
            Ok(())
        });
        assert!(reply.await.is_ok());
        assert_eq!(limit.left(), 960 * MS);
        tokio::time::advance(600 * MS).await;
        assert_eq!(limit.left(), 360 * MS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_always_gets_a_valid_time_limit() {
        let round_trip = RoundTrip::new();
        let now = Instant::now();
        assert_eq!(Limit::new(now, &round_trip).left(), MS);
        let far = Limit::new(now + Duration::from_hours(40 * 24), &round_trip);
        assert_eq!(far.left(), Duration::from_millis(LONGEST));
    }
}
