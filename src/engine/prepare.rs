//! Connects and prepares the collection in the background, as often as it takes, and tells how each attempt ended.
//! Operations don't wait for that.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::Engine;
use super::backend::{Backend, Reach};
use super::operation::Reply;
use super::policy::{Next, Scope, Tries};
use crate::model::{Failure, FailureKind};

/// The pauses between attempts, from the first to the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// How long one attempt may take: a silent connection must not be the last one. Longer than a server is looked for.
const PREPARATION: Duration = Duration::from_secs(60);
/// So many times what a lost connection interrupted is repeated before that is told.
const PATIENCE: usize = 6;

/// What happens to the connection, besides operations.
#[derive(Debug)]
pub enum Event {
    /// A server answered and the collection is as the settings want it.
    Ready,
    /// As `Ready`, but the TTL index could not be made.
    ReadyWithoutIndex(Failure),
    /// An attempt to connect failed; others follow.
    Unavailable(Failure),
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Begins to connect.
    pub fn start(self: &Arc<Self>, tell: impl Fn(Event) + Send + 'static) {
        let engine = Arc::clone(self);
        let preparing = async move {
            let cut_off = engine.cut_off.clone();
            tokio::select! {
                biased;
                () = cut_off.cancelled() => {}
                () = engine.prepare_until_ready(tell) => {}
            }
        };
        // Not among the tasks that `close` waits for.
        self.runtime.spawn(preparing);
    }

    async fn prepare_until_ready(&self, tell: impl Fn(Event)) {
        let (mut pause, longest) = PAUSE;
        loop {
            match self.prepare_patiently().await {
                Ok(()) => return tell(Event::Ready),
                // The server answered, and said no: operations may work all the same.
                Err(failure) if is_refusal(&failure) => {
                    return tell(Event::ReadyWithoutIndex(failure));
                }
                Err(failure) => tell(Event::Unavailable(failure)),
            }
            tokio::select! {
                biased;
                () = self.comes_back() => {}
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(longest);
        }
    }

    async fn prepare_patiently(&self) -> Result<(), Failure> {
        let mut tries = Tries::default();
        loop {
            let prepared = timeout(PREPARATION, self.backend.prepare()).await;
            let late =
                || Failure::late(PREPARATION, None, &self.backend.servers()).of_kind(FailureKind::Passing);
            let Err(failure) = prepared.unwrap_or_else(|_| Err(late())) else {
                return Ok(());
            };
            match self.policy.next(&failure, Scope::Sweep, &mut tries, true) {
                Next::Retry(pause) if tries.failures <= PATIENCE => sleep(pause).await,
                _ => return Err(failure),
            }
        }
    }

    /// Resolves when a server answers that did not before.
    async fn comes_back(&self) {
        let mut reach = self.backend.reach();
        let answers = |reach: &Reach| matches!(reach, Reach::Reachable { .. });
        if answers(&reach.borrow()) || reach.wait_for(answers).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Whether a server answered that it will not do it.
fn is_refusal(failure: &Failure) -> bool {
    let is_final = matches!(
        failure.kind,
        FailureKind::Final | FailureKind::Suspect | FailureKind::Conflict
    );
    is_final && failure.code.is_some()
}
