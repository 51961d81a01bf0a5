//! The engine of one store: takes operations, carries each one out, and answers each one exactly once, also when the
//! store is closed meanwhile. It never blocks the thread that submits.

mod operation;
mod single;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use operation::{Answer, Operation, Outcome};
use single::Executor;

use crate::connection::{Connection, Reach};
use crate::error::Failure;
use crate::expiry;
use crate::options::Settings;

/// How long `close()` waits for operations in flight while a server answers.
const DRAIN: Duration = Duration::from_secs(10);
/// How long it waits when no server has been heard of yet, since the store was made a moment ago.
const DRAIN_UNHEARD: Duration = Duration::from_secs(2);
/// The pauses between attempts to prepare the collection, from the first to the longest.
const RETRY_PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Where the answer to one operation goes. An operation whose task ends without an answer, by a panic or because it
/// was cut off, is answered when this is dropped.
pub trait Reply: Send + 'static {
    /// Gives the answer.
    fn send(self, answer: Answer);
}

/// What happens to the connection, besides operations.
#[derive(Debug)]
pub enum Event {
    /// A server answered and the collection is as the settings want it.
    Ready,
    /// As `Ready`, but the TTL index could not be made.
    ReadyWithoutIndex(Failure),
    /// An attempt to connect failed; others follow unless the failure is not transient.
    Unavailable(Failure),
}

/// The engine of one store.
pub struct Engine {
    runtime: Handle,
    connection: Connection,
    executor: Executor,
    ttl_index: bool,
    tasks: TaskTracker,
    cut_off: CancellationToken,
}

impl Engine {
    /// An engine that works on `runtime`. It opens no connection before [`Self::start`] or an operation.
    pub fn new(runtime: Handle, settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            runtime,
            connection: Connection::new(settings),
            executor: Executor {
                timestamps: settings.timestamps,
            },
            ttl_index: settings.ttl_index,
            tasks: TaskTracker::new(),
            cut_off: CancellationToken::new(),
        })
    }

    /// Connects and prepares the collection in the background, as often as it takes, and tells how each attempt ended.
    pub fn start(self: &Arc<Self>, tell: impl Fn(Event) + Send + 'static) {
        let engine = Arc::clone(self);
        self.runtime.spawn(async move {
            let cut_off = engine.cut_off.clone();
            tokio::select! {
                () = engine.prepare_until_ready(tell) => {}
                () = cut_off.cancelled() => {}
            }
        });
    }

    async fn prepare_until_ready(&self, tell: impl Fn(Event)) {
        let (mut pause, longest) = RETRY_PAUSE;
        loop {
            match self
                .prepare()
                .await
                .map_err(|failure| self.connection.explain(failure))
            {
                Ok(()) => return tell(Event::Ready),
                Err(failure) if failure.transient => tell(Event::Unavailable(failure)),
                // The server answered, and said no: operations may work all the same.
                Err(failure) if failure.code.is_some() => {
                    return tell(Event::ReadyWithoutIndex(failure));
                }
                Err(failure) => return tell(Event::Unavailable(failure)),
            }
            sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    async fn prepare(&self) -> Result<(), Failure> {
        let database = self.connection.database().await?;
        if self.ttl_index {
            expiry::ensure_ttl_index(&database, self.connection.collection_name()).await
        } else {
            database.run_command(mongodb::bson::doc! { "ping": 1 }).await?;
            Ok(())
        }
    }

    /// Carries out an operation, and gives its answer to `reply`.
    pub fn submit(self: &Arc<Self>, operation: Operation, reply: impl Reply) {
        if self.tasks.is_closed() {
            return reply.send(Err(Failure::closed()));
        }
        let engine = Arc::clone(self);
        self.tasks.spawn_on(
            async move {
                let answer = tokio::select! {
                    answer = engine.perform(operation) => answer,
                    () = engine.cut_off.cancelled() => Err(Failure::interrupted()),
                };
                reply.send(answer);
            },
            &self.runtime,
        );
    }

    async fn perform(&self, operation: Operation) -> Answer {
        let collection = self.connection.collection().await?;
        self.executor
            .run(&collection, operation)
            .await
            .map_err(|failure| self.connection.explain(failure))
    }

    /// Takes no more operations, waits for those in flight as long as a server is there to answer them, cuts off the
    /// rest, and ends the connection. Then `done` is called.
    pub fn close(self: &Arc<Self>, done: impl FnOnce() + Send + 'static) {
        self.tasks.close();
        let engine = Arc::clone(self);
        self.runtime.spawn(async move {
            tokio::select! {
                () = engine.tasks.wait() => {}
                () = engine.give_up() => {}
            }
            engine.cut_off.cancel();
            engine.tasks.wait().await;
            engine.connection.shut_down().await;
            done();
        });
    }

    /// Resolves when waiting for operations in flight has no sense any more.
    async fn give_up(&self) {
        let mut reach = self.connection.reach();
        let patience = if *reach.borrow() == Reach::Unheard {
            DRAIN_UNHEARD
        } else {
            DRAIN
        };
        tokio::select! {
            _ = reach.wait_for(|reach| matches!(reach, Reach::Unreachable(_))) => {}
            () = sleep(patience) => {}
        }
    }

    /// Ends everything at once: nobody is left to hear an answer.
    pub fn abandon(self: &Arc<Self>) {
        self.tasks.close();
        self.cut_off.cancel();
        let engine = Arc::clone(self);
        self.runtime
            .spawn(async move { engine.connection.shut_down().await });
    }
}
