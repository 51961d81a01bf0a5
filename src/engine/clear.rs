//! `clear` removes the existing documents in chunks of ids. Each removal is a step like any other: it keeps
//! the order of its session and has its own transaction number. So no late removal deletes what was stored
//! afterwards, and no session waits for more than a chunk.

use std::sync::Arc;

use tokio::time::Instant;

use super::Engine;
use super::backend::{Backend, Ids};
use super::callers::Key;
use super::errand::Errand;
use super::operation::{Answer, Outcome, Reply, Sweep};
use super::policy::Tries;

/// A clear from its call to its end. It always notifies the queue when it ends.
pub struct Clearing<R: Reply, B: Backend> {
    engine: Arc<Engine<R, B>>,
    errand: Arc<Errand>,
    number: u64,
    settled: Option<tokio::sync::oneshot::Receiver<()>>,
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Begins a clear. Operations that are called from now on come after it.
    pub(super) fn begin_clear(self: &Arc<Self>, caller: Key) -> Clearing<R, B> {
        let errand = Errand::new(caller);
        let (number, settled) = self.queue.begin_clear(&errand);
        Clearing {
            engine: Arc::clone(self),
            errand,
            number,
            settled: Some(settled),
        }
    }
}

impl<R: Reply, B: Backend> Clearing<R, B> {
    /// Removes the documents that exist.
    pub async fn carry_out(mut self, until: Instant) -> Answer {
        if let Some(settled) = self.settled.take() {
            // The queue owns the sender, and the engine keeps the queue alive: receiving can't fail.
            let _ = settled.await;
        }
        let engine = Arc::clone(&self.engine);
        let may_retry = engine.backend.retries().writes;
        let mut tries = Tries::default();
        let mut ids = engine.backend.ids();
        let mut is_empty = true;
        loop {
            match ids.next(until).await {
                Ok(Some(page)) => {
                    is_empty = false;
                    engine.start_lanes(engine.queue.clear(self.number, page, &self.errand));
                    // The lane has already retried each removal as often as makes sense, and operations
                    // called after the clear may go on.
                    self.errand.settled().await?;
                }
                Ok(None) => break,
                Err(failure) => {
                    engine
                        .after_sweep(failure, &mut tries, may_retry, self.errand.caller())
                        .await?;
                    ids = engine.backend.ids();
                }
            }
        }
        self.errand.settled().await?;
        if is_empty {
            // Send a write anyway, which removes nothing. It shows whether the user has the permission and
            // enough members confirm it.
            let caller = self.errand.caller();
            let nothing = Sweep::RemoveExpired(i64::MIN);
            engine.carry_out_sweep(nothing, caller, until).await?;
        }
        Ok(Outcome::Done(true))
    }
}

impl<R: Reply, B: Backend> Drop for Clearing<R, B> {
    fn drop(&mut self) {
        self.engine.queue.end_clear(self.number);
    }
}
