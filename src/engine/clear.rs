//! `clear`, in chunks of the ids that are there: each removal is a step like any other, in the order of its session and
//! under a number of its own, so that no late one removes what was stored after, and no session waits for more than a chunk.

use std::sync::Arc;

use tokio::time::Instant;

use super::Engine;
use super::backend::{Backend, Ids};
use super::callers::Key;
use super::errand::Errand;
use super::operation::{Answer, Outcome, Reply};
use super::policy::Tries;
use crate::model::Failure;

/// A clear from its call to its end, which it tells the queue in any case.
pub struct Clearing<R: Reply, B: Backend> {
    engine: Arc<Engine<R, B>>,
    errand: Arc<Errand>,
    number: u64,
    settled: Option<tokio::sync::oneshot::Receiver<()>>,
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Begins a clear: what is called from now on comes after it.
    pub(super) fn begin_clear(self: &Arc<Self>) -> Clearing<R, B> {
        let errand = Arc::new(Errand::default());
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
    pub async fn carry_out(mut self, caller: Key, until: Instant) -> Answer {
        if let Some(settled) = self.settled.take() {
            // The sender only goes with the queue, which the engine holds.
            let _ = settled.await;
        }
        let mut tries = Tries::default();
        let may_retry = self.engine.backend.retries().writes;
        loop {
            match self.remove_all(until).await {
                Err(failure) => {
                    let engine = Arc::clone(&self.engine);
                    engine.after_sweep(failure, &mut tries, may_retry, caller).await?;
                }
                Ok(()) => return Ok(Outcome::Done(true)),
            }
        }
    }

    async fn remove_all(&self, until: Instant) -> Result<(), Failure> {
        let mut ids = self.engine.backend.ids();
        while let Some(page) = ids.next(until.saturating_duration_since(Instant::now())).await? {
            let start = self.engine.queue.clear(self.number, page, &self.errand);
            self.engine.start_lanes(start);
            self.errand.settled().await?;
        }
        self.errand.settled().await
    }
}

impl<R: Reply, B: Backend> Drop for Clearing<R, B> {
    fn drop(&mut self) {
        self.errand.give_up();
        self.engine.queue.end_clear(self.number);
    }
}
