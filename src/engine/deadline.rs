//! Answers the callers whose deadline has passed, whether their operations wait or are in flight. A caller's
//! deadline is the store's time limit after its call. While there is no server for its operation, the caller
//! waits no longer than the time in which a server is looked for.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Engine;
use super::backend::{Backend, Reach};
use super::operation::Reply;
use crate::model::Failure;

/// Since when no server can be read from, and since when none takes writes.
struct Absence([Option<Instant>; 2]);

impl Absence {
    fn update(&mut self, reach: &Reach, now: Instant) {
        for (since, writes) in self.0.iter_mut().zip([false, true]) {
            *since = if reach.allows(writes) {
                None
            } else {
                Some(since.unwrap_or(now))
            };
        }
    }

    fn of(&self, writes: bool) -> Option<Instant> {
        let [reads, others] = self.0;
        if writes { others } else { reads }
    }
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Answers late callers until the store is closed.
    pub(super) async fn keep_deadlines(self: Arc<Self>) {
        let mut reach = self.backend.reach();
        let mut absence = Absence([None; 2]);
        loop {
            absence.update(&reach.borrow_and_update().clone(), Instant::now());
            let wake = self.answer_late(&absence);
            tokio::select! {
                biased;
                () = self.cut_off.cancelled() => return,
                // The channel doesn't close before the backend is gone.
                changed = reach.changed() => if changed.is_err() { return },
                () = self.callers.one_comes_late() => {}
                () = sleep_until(wake) => {}
            }
        }
    }

    /// Answers late callers, and returns when the next ones may be late. Only a caller that comes late can have
    /// an earlier deadline.
    fn answer_late(&self, absence: &Absence) -> Instant {
        let now = Instant::now();
        let selection = self.backend.selection_limit().min(self.time_limit);
        let mut wake = now + self.time_limit;
        let mut late = false;
        for writes in [false, true] {
            // The clock may have started later than that.
            if let Some(until) = now.checked_sub(self.time_limit) {
                let failure = |cause: Option<&Failure>| Failure::late(self.time_limit, cause, &self.backend.servers());
                late |= self.deliver(self.callers.expire(writes, until, failure));
            }
            if let Some(lost) = absence.of(writes) {
                // A caller from before the servers were lost waits as long as one that called at that moment.
                if let Some(until) = now.checked_sub(selection).filter(|until| lost <= *until) {
                    let failure = self.no_server(writes, selection);
                    late |= self.deliver(self.callers.expire(writes, until, |_| failure.clone()));
                }
                let oldest = self.callers.oldest(writes).unwrap_or(now).max(lost);
                wake = wake.min(oldest + selection);
            }
            let oldest = self.callers.oldest(writes).unwrap_or(now);
            wake = wake.min(oldest + self.time_limit);
        }
        if late {
            self.forget_unwanted();
        }
        // Pause at least for a moment, so that a clock that stands still can't turn this into a busy loop.
        wake.max(now + Duration::from_millis(1))
    }

    fn no_server(&self, writes: bool, limit: Duration) -> Failure {
        match &*self.backend.reach().borrow() {
            Reach::Unreachable { causes, .. } => Failure::no_server(causes.clone()),
            Reach::Refused(failure) => failure.clone(),
            _ => {
                let wanted = if writes {
                    " that accepts writes"
                } else {
                    " that can be read from"
                };
                Failure::none_found(wanted, limit, &self.backend.servers())
            }
        }
    }
}
