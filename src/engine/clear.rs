//! `clear`, in chunks of the ids that are there: each removal is a step like any other, in the order of its session and
//! under a number of its own, so that no late one removes what was stored after, and no session waits for more than a chunk.

use std::sync::Arc;

use tokio::time::Instant;

use super::Engine;
use super::backend::{Backend, Ids};
use super::callers::Key;
use super::errand::Errand;
use super::operation::{Answer, Outcome, Reply, Sweep};
use super::policy::Tries;

/// A clear from its call to its end, which it tells the queue in any case.
pub struct Clearing<R: Reply, B: Backend> {
    engine: Arc<Engine<R, B>>,
    errand: Arc<Errand>,
    number: u64,
    settled: Option<tokio::sync::oneshot::Receiver<()>>,
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Begins a clear: what is called from now on comes after it.
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
    /// Removes the documents that are there.
    pub async fn carry_out(mut self, until: Instant) -> Answer {
        if let Some(settled) = self.settled.take() {
            // The sender only goes with the queue, which the engine holds.
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
                    // A removal was tried again by its lane as often as makes sense, and what was called after it goes on.
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
            // A write all the same, which tells whether the user may do it and enough members confirm it.
            let caller = self.errand.caller();
            engine
                .carry_out_sweep(Sweep::RemoveExpired, caller, until)
                .await?;
        }
        Ok(Outcome::Done(true))
    }
}

impl<R: Reply, B: Backend> Drop for Clearing<R, B> {
    fn drop(&mut self) {
        self.engine.queue.end_clear(self.number);
    }
}
