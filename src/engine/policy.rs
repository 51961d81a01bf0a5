//! What the store does after a failure. This is the only place that decides it, for commands, for single
//! statements and for operations on the whole collection.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use fastrand::Rng;

use crate::model::{Failure, FailureKind};

/// The pauses before another attempt, starting after the second failure. After the first failure there is no
/// pause, since usually only the connection was lost, not the server.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];
/// The pause when the server ran out of time before our callers did.
const OUT_OF_TIME_PAUSE: Duration = Duration::from_millis(20);
/// The maximum number of retries of one statement that keeps conflicting with other writes.
const CONFLICTS: usize = 5;
/// Retries under overload, the base and the maximum of their pauses, and the size of the token bucket with
/// the deposit for each success. The values come from `MongoDB`'s specification of client backpressure.
const OVERLOAD_RETRIES: usize = 2;
const OVERLOAD_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// The same for a server that throttles requests: it gives its clients a new budget every second, and its own
/// clients retry nine times:
/// <https://learn.microsoft.com/dotnet/api/microsoft.azure.documents.client.retryoptions.maxretryattemptsonthrottledrequests>.
const THROTTLED_RETRIES: usize = 9;
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);
const BUCKET: f64 = 1_000.0;
const DEPOSIT: f64 = 0.1;
/// The maximum number of commands into which a batch may be split while every one of them fails: then no
/// single statement is to blame.
const PARTS_IN_VAIN: usize = 16;

/// What has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A command with this many statements or ids.
    Command(usize),
    /// One statement of a command that succeeded otherwise.
    Statement,
    /// A command on the whole collection.
    Sweep,
}

/// What the store does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Send the same again, after a pause.
    Retry(Duration),
    /// Send the statement again by itself after a pause, so that it doesn't hold up the others.
    RetryAlone(Duration),
    /// Send the command in halves.
    Split,
    /// Answer with the failure.
    Fail,
}

/// What has already been tried for one batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries {
    /// The number of failures.
    pub failures: usize,
    /// The number of failures under overload.
    pub overloads: usize,
    /// Commands that failed as a whole since the batch was split, without any success in between.
    pub in_vain: usize,
}

/// The policy of one store.
pub struct Policy {
    state: Mutex<State>,
}

struct State {
    random: Rng,
    tokens: f64,
}

impl Policy {
    /// Creates a policy. `random` spreads its pauses.
    pub fn new(random: Rng) -> Self {
        Self {
            state: Mutex::new(State { random, tokens: BUCKET }),
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Decides what to do after a failure. `may_retry` is the setting of the connection, `retryReads` or
    /// `retryWrites`.
    pub fn next(&self, failure: &Failure, scope: Scope, tries: &mut Tries, may_retry: bool) -> Next {
        tries.failures += 1;
        match failure.kind {
            FailureKind::Passing if may_retry => self.retry(scope, tries),
            // The next attempt has no transaction number: the backend has noted that the servers don't
            // support them.
            FailureKind::Unnumbered => Next::Retry(Duration::ZERO),
            // An engine that throttles requests asks for `retryWrites=false`, for want of transaction numbers. It
            // has done nothing of what it throttled.
            FailureKind::Overload if may_retry || failure.retry_after.is_some() => {
                self.after_overload(tries, failure.retry_after)
            }
            // Either the callers have left by the next attempt, or it was not their time that ran out.
            FailureKind::OutOfTime => Next::Retry(OUT_OF_TIME_PAUSE),
            FailureKind::Conflict if tries.failures <= CONFLICTS => match scope {
                Scope::Statement => Next::RetryAlone(self.pause(tries.failures)),
                Scope::Command(_) | Scope::Sweep => Next::Retry(self.pause(tries.failures)),
            },
            FailureKind::Suspect => match scope {
                Scope::Command(2..) if tries.in_vain < PARTS_IN_VAIN => Next::Split,
                _ => Next::Fail,
            },
            _ => Next::Fail,
        }
    }

    fn retry(&self, scope: Scope, tries: &Tries) -> Next {
        let pause = self.pause(tries.failures);
        if scope == Scope::Statement {
            Next::RetryAlone(pause)
        } else {
            Next::Retry(pause)
        }
    }

    /// Half of the pause is random, so that many processes don't retry in step.
    fn pause(&self, failures: usize) -> Duration {
        let Some(position) = failures.checked_sub(2) else {
            return Duration::ZERO;
        };
        let pause = PAUSES.get(position).or(PAUSES.last()).copied().unwrap_or_default();
        self.with(|state| pause.mul_f64(0.5 + 0.5 * state.random.f64()))
    }

    fn after_overload(&self, tries: &mut Tries, retry_after: Option<Duration>) -> Next {
        tries.overloads += 1;
        let (first, longest) = OVERLOAD_PAUSE;
        let (retries, most) = match retry_after {
            Some(_) => (THROTTLED_RETRIES, THROTTLED_PAUSE),
            None => (OVERLOAD_RETRIES, longest),
        };
        if tries.overloads > retries {
            return Next::Fail;
        }
        self.with(|state| {
            if state.tokens < 1.0 {
                return Next::Fail;
            }
            state.tokens -= 1.0;
            let doubled = first * (1 << tries.overloads);
            let named = retry_after.unwrap_or_default().min(longest);
            Next::Retry(named + doubled.min(most).mul_f64(state.random.f64()))
        })
    }

    /// Notes that a command succeeded.
    pub fn succeeded(&self, tries: &mut Tries) {
        tries.in_vain = 0;
        self.with(|state| state.tokens = (state.tokens + DEPOSIT).min(BUCKET));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::new(Rng::with_seed(1))
    }

    fn failure(kind: FailureKind) -> Failure {
        Failure::server("", 1, "").of_kind(kind)
    }

    /// The decisions after repeated failures of one kind, until the policy gives up.
    fn course(kind: FailureKind, scope: Scope, may_retry: bool) -> Vec<Next> {
        let (policy, mut tries) = (policy(), Tries::default());
        let mut course = Vec::new();
        while course.last() != Some(&Next::Fail) && course.len() < 100 {
            course.push(policy.next(&failure(kind), scope, &mut tries, may_retry));
        }
        course
    }

    #[test]
    fn a_passing_failure_is_retried_without_end_unless_retries_are_off() {
        assert_eq!(course(FailureKind::Passing, Scope::Command(9), true).len(), 100);
        assert_eq!(course(FailureKind::Passing, Scope::Command(9), false), [Next::Fail]);
        assert_eq!(course(FailureKind::Overload, Scope::Command(9), false), [Next::Fail]);
    }

    #[test]
    fn the_first_retry_comes_at_once_and_later_ones_after_growing_pauses() {
        let course = course(FailureKind::Passing, Scope::Command(9), true);
        assert_eq!(course.first(), Some(&Next::Retry(Duration::ZERO)));
        for (next, longest) in course.iter().skip(1).zip(PAUSES) {
            assert!(matches!(next, Next::Retry(pause) if *pause >= longest / 2 && *pause <= longest));
        }
    }

    #[test]
    fn overload_is_retried_twice_and_only_while_there_are_tokens() {
        assert_eq!(course(FailureKind::Overload, Scope::Command(9), true).len(), 3);
        let policy = policy();
        let mut retries = 0;
        while policy.next(
            &failure(FailureKind::Overload),
            Scope::Command(9),
            &mut Tries::default(),
            true,
        ) != Next::Fail
        {
            retries += 1;
        }
        assert_eq!(retries, 1_000);
        for _ in 0..11 {
            policy.succeeded(&mut Tries::default());
        }
        let next = policy.next(
            &failure(FailureKind::Overload),
            Scope::Command(9),
            &mut Tries::default(),
            true,
        );
        assert!(matches!(next, Next::Retry(_)));
    }

    #[test]
    fn throttling_is_retried_more_often_and_not_before_the_time_that_the_server_names() {
        let (policy, mut tries) = (policy(), Tries::default());
        let named = Duration::from_millis(34);
        let throttled = Failure {
            retry_after: Some(named),
            ..failure(FailureKind::Overload)
        };
        for _ in 0..THROTTLED_RETRIES {
            let next = policy.next(&throttled, Scope::Command(9), &mut tries, false);
            assert!(matches!(next, Next::Retry(pause) if pause >= named && pause <= named + THROTTLED_PAUSE));
        }
        assert_eq!(policy.next(&throttled, Scope::Command(9), &mut tries, true), Next::Fail);
    }

    #[test]
    fn a_conflicting_statement_is_retried_a_few_times_by_itself() {
        let course = course(FailureKind::Conflict, Scope::Statement, true);
        assert_eq!(course.len(), CONFLICTS + 1);
        let alone = |next: &Next| matches!(next, Next::RetryAlone(_));
        assert!(course.iter().take(CONFLICTS).all(alone));
    }

    #[test]
    fn a_command_is_split_only_if_one_statement_may_be_to_blame() {
        assert_eq!(course(FailureKind::Suspect, Scope::Command(1), true), [Next::Fail]);
        assert!(course(FailureKind::Suspect, Scope::Command(2), true).starts_with(&[Next::Split]));
        for kind in [FailureKind::Final, FailureKind::NoServer, FailureKind::Refused] {
            assert_eq!(course(kind, Scope::Command(100), true), [Next::Fail]);
        }
        let mut tries = Tries {
            in_vain: PARTS_IN_VAIN,
            ..Tries::default()
        };
        let next = policy().next(&failure(FailureKind::Suspect), Scope::Command(9), &mut tries, true);
        assert_eq!(next, Next::Fail);
    }
}
