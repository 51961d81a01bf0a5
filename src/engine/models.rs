//! Whatever the order of threads, each caller is answered once, and whoever waits for callers or for the steps
//! of an errand is woken.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::iter;
use std::sync::Arc;

use loom::future::block_on;
use loom::thread;
use tokio::time::Instant;

use super::callers::{Callers, Key};
use super::errand::Errand;
use super::operation::{Answer, Outcome};
use crate::model::{Failure, Kind};

const DONE: Answer = Ok(Outcome::Done(true));

fn enter(callers: &Callers<u32>, kind: Kind) -> (Key, Instant) {
    let since = Instant::now();
    (callers.enter(kind, since, None, 0).unwrap(), since)
}

#[test]
fn a_caller_is_answered_once_by_its_operation_its_deadline_or_the_end_of_the_store() {
    loom::model(|| {
        let callers = Arc::new(Callers::new());
        let (key, since) = enter(&callers, Kind::Get);
        let operation = {
            let callers = Arc::clone(&callers);
            thread::spawn(move || callers.answer(iter::once((key, DONE))).len())
        };
        let deadline = {
            let callers = Arc::clone(&callers);
            thread::spawn(move || callers.expire(false, since, |_| Failure::lost()).len())
        };
        let end = callers.drain(&DONE).len();
        assert_eq!(operation.join().unwrap() + deadline.join().unwrap() + end, 1);
        assert_eq!(callers.len(), 0);
    });
}

#[test]
fn an_attempt_ends_when_the_last_of_its_callers_has_left() {
    loom::model(|| {
        let callers = Arc::new(Callers::new());
        let (read, since) = enter(&callers, Kind::Get);
        let (write, later) = enter(&callers, Kind::Set);
        let leaving = [(false, since), (true, later)].map(|(writes, until)| {
            let callers = Arc::clone(&callers);
            thread::spawn(move || callers.expire(writes, until, |_| Failure::lost()).len())
        });
        block_on(callers.all_left(|| [read, write].into_iter()));
        assert_eq!(callers.len(), 0);
        assert!(leaving.into_iter().all(|left| left.join().unwrap() == 1));
        assert_eq!(callers.expired(), 2);
    });
}

/// Two threads end a step of an errand each, while a third waits for all steps.
fn settle(answers: [fn() -> Answer; 2], expected: impl Fn(Result<(), Failure>) + Send + Sync + 'static) {
    loom::model(move || {
        let (key, _) = enter(&Callers::new(), Kind::Clear);
        let errand = Errand::new(key);
        let steps = answers.map(|answer| {
            let step = errand.step();
            thread::spawn(move || step.answer(&answer()))
        });
        expected(block_on(errand.settled()));
        assert!(steps.into_iter().all(|step| step.join().is_ok()));
    });
}

#[test]
fn an_errand_ends_with_its_last_step() {
    settle([|| DONE, || DONE], |settled| assert_eq!(settled, Ok(())));
}

#[test]
fn an_errand_of_which_a_step_fails_ends_with_the_failure() {
    settle([|| DONE, || Err(Failure::lost())], |settled| {
        assert_eq!(settled, Err(Failure::lost()));
    });
}
