//! What is done after a failure: the one place that decides it, for commands, statements and operations on the whole
//! collection alike.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use fastrand::Rng;

use crate::model::{Failure, FailureKind};

/// The pauses before another attempt, from the second failure on: after the first one there is none, since mostly it was
/// the connection and not the server that was lost.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];
/// The pause after the server's own clock was ahead of ours.
const OUT_OF_TIME_PAUSE: Duration = Duration::from_millis(20);
/// Attempts of one statement that runs into others' writes again and again.
const CONFLICTS: usize = 5;
/// Retries under overload, their first and their longest pause, and the bucket of their tokens: the values of `MongoDB`'s
/// specification of client backpressure.
const OVERLOAD_RETRIES: usize = 2;
const OVERLOAD_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
const BUCKET: f64 = 1_000.0;
const DEPOSIT: f64 = 0.1;
/// Commands of which a batch may be taken apart while every one of them fails: then it is no statement's fault.
const PARTS_IN_VAIN: usize = 16;

/// What a failure is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A command of so many statements or ids.
    Command(usize),
    /// One statement of a command that succeeded as such.
    Statement,
    /// A command on the whole collection.
    Sweep,
}

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The same is sent again, after a pause.
    Retry(Duration),
    /// The statement is sent again by itself, so that it holds up nobody.
    RetryAlone(Duration),
    /// The command is sent in halves.
    Split,
    /// The failure is the answer.
    Fail,
}

/// What has been tried for one batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries {
    /// Failures so far.
    pub failures: usize,
    /// Those under overload.
    pub overloads: usize,
    /// Commands that failed as a whole since the batch is taken apart, none of which succeeded.
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
    /// A policy whose pauses are spread by this source of random numbers.
    pub fn new(random: Rng) -> Self {
        Self {
            state: Mutex::new(State {
                random,
                tokens: BUCKET,
            }),
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is done after a failure. `may_retry` is the setting of the connection, `retryReads` or `retryWrites`.
    pub fn next(&self, failure: &Failure, scope: Scope, tries: &mut Tries, may_retry: bool) -> Next {
        tries.failures += 1;
        match failure.kind {
            FailureKind::Passing if may_retry => self.retry(scope, tries),
            // Without numbers, which the backend has noted.
            FailureKind::Unnumbered => Next::Retry(Duration::ZERO),
            FailureKind::Overload if may_retry => self.after_overload(tries),
            // Its callers have left by then, or it was not their time that was over.
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

    /// Half of the pause is left to chance, so that many processes do not come back in step.
    fn pause(&self, failures: usize) -> Duration {
        let Some(position) = failures.checked_sub(2) else {
            return Duration::ZERO;
        };
        let pause = PAUSES
            .get(position)
            .or(PAUSES.last())
            .copied()
            .unwrap_or_default();
        self.with(|state| pause.mul_f64(0.5 + 0.5 * state.random.f64()))
    }

    fn after_overload(&self, tries: &mut Tries) -> Next {
        tries.overloads += 1;
        if tries.overloads > OVERLOAD_RETRIES {
            return Next::Fail;
        }
        self.with(|state| {
            if state.tokens < 1.0 {
                return Next::Fail;
            }
            state.tokens -= 1.0;
            let (first, longest) = OVERLOAD_PAUSE;
            let doubled = first * (1 << tries.overloads);
            Next::Retry(doubled.min(longest).mul_f64(state.random.f64()))
        })
    }

    /// A command succeeded.
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

    /// What is done after each failure in turn, of one kind, until it is given up.
    fn course(kind: FailureKind, scope: Scope, may_retry: bool) -> Vec<Next> {
        let (policy, mut tries) = (policy(), Tries::default());
        let mut course = Vec::new();
        while course.last() != Some(&Next::Fail) && course.len() < 100 {
            course.push(policy.next(&failure(kind), scope, &mut tries, may_retry));
        }
        course
    }

    #[test]
    fn what_passes_is_tried_again_without_end_unless_retries_are_off() {
        assert_eq!(course(FailureKind::Passing, Scope::Command(9), true).len(), 100);
        assert_eq!(
            course(FailureKind::Passing, Scope::Command(9), false),
            [Next::Fail]
        );
        assert_eq!(
            course(FailureKind::Overload, Scope::Command(9), false),
            [Next::Fail]
        );
    }

    #[test]
    fn the_first_repetition_comes_at_once_and_the_later_ones_after_longer_and_longer_pauses() {
        let course = course(FailureKind::Passing, Scope::Command(9), true);
        assert_eq!(course.first(), Some(&Next::Retry(Duration::ZERO)));
        for (next, longest) in course.iter().skip(1).zip(PAUSES) {
            assert!(matches!(next, Next::Retry(pause) if *pause >= longest / 2 && *pause <= longest));
        }
    }

    #[test]
    fn overload_is_tried_again_twice_and_only_as_long_as_there_are_tokens() {
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
    fn a_statement_in_conflict_is_tried_a_few_times_by_itself() {
        let course = course(FailureKind::Conflict, Scope::Statement, true);
        assert_eq!(course.len(), CONFLICTS + 1);
        let alone = |next: &Next| matches!(next, Next::RetryAlone(_));
        assert!(course.iter().take(CONFLICTS).all(alone));
    }

    #[test]
    fn only_what_may_be_one_statements_fault_is_taken_apart() {
        assert_eq!(
            course(FailureKind::Suspect, Scope::Command(1), true),
            [Next::Fail]
        );
        assert!(course(FailureKind::Suspect, Scope::Command(2), true).starts_with(&[Next::Split]));
        for kind in [FailureKind::Final, FailureKind::NoServer, FailureKind::Refused] {
            assert_eq!(course(kind, Scope::Command(100), true), [Next::Fail]);
        }
        let mut tries = Tries {
            in_vain: PARTS_IN_VAIN,
            ..Tries::default()
        };
        let next = policy().next(
            &failure(FailureKind::Suspect),
            Scope::Command(9),
            &mut tries,
            true,
        );
        assert_eq!(next, Next::Fail);
    }
}
