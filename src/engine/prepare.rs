//! Connects and prepares the collection in the background, as often as it takes, and reports the result of
//! each attempt. Operations don't wait for that.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::Engine;
use super::backend::{Backend, Reach};
use super::operation::Reply;
use super::policy::{Next, Scope, Tries};
use crate::model::{Failure, FailureKind};

/// The first and the longest pause between attempts.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// The time limit of one attempt, so that a silent connection can't block all later ones. It is longer than
/// the driver looks for a server.
const PREPARATION: Duration = Duration::from_secs(60);
/// How often an attempt that a passing failure interrupted is repeated before the failure is reported.
const PATIENCE: usize = 6;

/// An event of the store's connection.
#[derive(Debug)]
pub enum Event {
    /// A server answered, and the collection is prepared as the settings ask.
    Ready,
    /// As `Ready`, except that the TTL index could not be created.
    ReadyWithoutIndex(Failure),
    /// An attempt to connect failed. More attempts follow.
    Unavailable(Failure),
    /// Operations find no server from now on. The failure has the reasons.
    Lost(Failure),
    /// Operations find their servers again.
    Back,
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Starts to connect, and to follow which servers answer. `tell` receives the events.
    pub fn start(self: &Arc<Self>, tell: impl Fn(Event) + Send + Sync + 'static) {
        let engine = Arc::clone(self);
        let telling = async move {
            let cut_off = engine.cut_off.clone();
            tokio::select! {
                biased;
                () = cut_off.cancelled() => {}
                ((), ()) = async { tokio::join!(engine.prepare_until_ready(&tell), engine.tell_outages(&tell)) } => {}
            }
        };
        // Not spawned through `tasks`, because `close` waits for those.
        self.runtime.spawn(telling);
    }

    async fn prepare_until_ready(&self, tell: &(impl Fn(Event) + Sync)) {
        let (mut pause, longest) = PAUSE;
        loop {
            match self.prepare_patiently().await {
                Ok(()) => return tell(Event::Ready),
                // The server answered with a refusal. Operations may work all the same.
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
            let late = || Failure::late(PREPARATION, None, &self.backend.servers()).of_kind(FailureKind::Passing);
            let Err(failure) = prepared.unwrap_or_else(|_| Err(late())) else {
                return Ok(());
            };
            match self.policy.next(&failure, Scope::Sweep, &mut tries, true) {
                Next::Retry(pause) if tries.failures <= PATIENCE => sleep(pause).await,
                _ => return Err(failure),
            }
        }
    }

    /// Resolves when a server starts to answer. If one answers already, never resolves.
    async fn comes_back(&self) {
        let mut reach = self.backend.reach();
        let answers = |reach: &Reach| matches!(reach, Reach::Reachable { .. });
        if answers(&reach.borrow()) || reach.wait_for(answers).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Whether a server answered that it refuses to do it.
fn is_refusal(failure: &Failure) -> bool {
    let is_final = matches!(
        failure.kind,
        FailureKind::Final | FailureKind::Suspect | FailureKind::Conflict
    );
    is_final && failure.code.is_some()
}
