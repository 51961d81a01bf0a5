//! The time that a server is given for a command, as `maxTimeMS`: nothing goes on there for which nobody waits.

use std::time::Duration;

use tokio::time::Instant;

use super::round_trip::RoundTrip;

/// The longest time that a server can be given, in milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// When the answer to a command has to be here.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    until: Instant,
    round_trip: &'a RoundTrip,
}

impl<'a> Limit<'a> {
    /// A limit for servers that are so far away.
    pub fn new(until: Instant, round_trip: &'a RoundTrip) -> Self {
        Self { until, round_trip }
    }

    /// The time that is left for the server. To be asked just before a command is sent, since the wait for its turn counts.
    pub fn left(self) -> Duration {
        self.until
            .saturating_duration_since(Instant::now())
            .saturating_sub(self.round_trip.shortest())
            .clamp(Duration::from_millis(1), Duration::from_millis(LONGEST))
    }

    /// Sends a command, whose reply tells how far away the servers are.
    ///
    /// # Errors
    /// Those of the command.
    pub async fn timed<T>(
        self,
        command: impl Future<Output = mongodb::error::Result<T>>,
    ) -> mongodb::error::Result<T> {
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
    async fn what_was_waited_for_a_turn_is_not_given_to_the_server() {
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
    async fn a_server_is_always_given_a_time_that_it_takes_for_one() {
        let round_trip = RoundTrip::new();
        let now = Instant::now();
        assert_eq!(Limit::new(now, &round_trip).left(), MS);
        let far = Limit::new(now + Duration::from_hours(40 * 24), &round_trip);
        assert_eq!(far.left(), Duration::from_millis(LONGEST));
    }
}
