//! Operations on the whole collection. They wait for the operations that were called before them, and end
//! early when nobody waits for them any more.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::Engine;
use super::backend::Backend;
use super::callers::Key;
use super::clear::Clearing;
use super::operation::{Answer, Outcome, Reply, Sweep};
use super::policy::{Next, Scope, Tries};
use crate::model::{Failure, StoredSession};

/// How an operation on the whole collection starts.
enum Begun<R: Reply, B: Backend> {
    /// A clear, which is registered in the queue.
    Clear(Clearing<R, B>),
    /// Any other operation. It waits until everything that was called before it is done.
    After(oneshot::Receiver<()>),
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Carries out an operation on the whole collection that was called at `since`, after those that were
    /// submitted before it.
    pub fn sweep(self: &Arc<Self>, sweep: Sweep, since: Instant, reply: R) {
        let Some(caller) = self.admit(sweep.into(), since, None, reply) else {
            return;
        };
        let engine = Arc::clone(self);
        // Started here, before the task runs, so that later calls come after it.
        let begun = if sweep == Sweep::Clear {
            Begun::Clear(self.begin_clear(caller))
        } else {
            Begun::After(self.queue.settled())
        };
        let working = async move {
            let cut_off = engine.cut_off.clone();
            let work = async {
                let until = since + engine.time_limit;
                match begun {
                    Begun::Clear(clearing) => clearing.carry_out(until).await,
                    Begun::After(settled) => {
                        // The queue owns the sender, and this task keeps the queue alive: receiving can't
                        // fail.
                        let _ = settled.await;
                        engine.carry_out_sweep(sweep, caller, until).await
                    }
                }
            };
            let answer = tokio::select! {
                biased;
                answer = work => answer,
                () = engine.callers.all_left(|| [caller].into_iter()) => return,
                () = cut_off.cancelled() => Err(Failure::interrupted()),
            };
            engine.deliver(engine.callers.answer([(caller, answer)].into_iter()));
        };
        self.tasks.spawn_on(working, &self.runtime);
    }

    pub(super) async fn carry_out_sweep(&self, sweep: Sweep, caller: Key, until: Instant) -> Answer {
        let may_retry = match sweep {
            Sweep::All(_) | Sweep::Length => self.backend.retries().reads,
            Sweep::Clear | Sweep::RemoveExpired(_) => self.backend.retries().writes,
        };
        let mut tries = Tries::default();
        loop {
            match self.try_sweep(sweep, until).await {
                Err(failure) => self.after_sweep(failure, &mut tries, may_retry, caller).await?,
                Ok(outcome) => {
                    self.policy.succeeded(&mut tries);
                    return Ok(outcome);
                }
            }
        }
    }

    async fn try_sweep(&self, sweep: Sweep, until: Instant) -> Answer {
        Ok(match sweep {
            Sweep::All(now) => Outcome::Sessions(self.list(now, until).await?),
            Sweep::Length => Outcome::Count(self.backend.count(until).await?),
            Sweep::RemoveExpired(now) => Outcome::Count(self.backend.remove_expired(now, until).await?),
            // `clear.rs` carries it out.
            Sweep::Clear => return Err(Failure::lost()),
        })
    }

    async fn list(&self, now: i64, until: Instant) -> Result<Vec<Option<StoredSession>>, Failure> {
        let found = self.backend.list(now, until).await?;
        self.open_all(found).await
    }

    /// Waits until another attempt of an operation on the whole collection is due.
    ///
    /// # Errors
    /// The failure, if the operation is not retried.
    pub(super) async fn after_sweep(
        &self,
        failure: Failure,
        tries: &mut Tries,
        may_retry: bool,
        caller: Key,
    ) -> Result<(), Failure> {
        match self.policy.next(&failure, Scope::Sweep, tries, may_retry) {
            Next::Retry(pause) => {
                self.stats.retry();
                self.note_cause([caller].into_iter(), failure);
                sleep(pause).await;
                Ok(())
            }
            Next::RetryAlone(_) | Next::Split | Next::Fail => Err(failure),
        }
    }
}
