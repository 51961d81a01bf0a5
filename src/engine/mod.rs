//! The engine of one store: takes operations, carries each one out, and answers each one exactly once, also when the
//! store is closed meanwhile. It never blocks the thread that submits.

mod attempt;
mod batch;
mod crypt;
mod lane;
mod operation;
mod queue;
mod read;
mod stats;
mod sweep;
mod write;

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::time::{sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use operation::{Action, Answer, Outcome, Reply, Sweep};
pub use stats::Kind;

use crate::connection::{Connection, Reach};
use crate::crypto::Cipher;
use crate::document::{self, Field};
use crate::error::Failure;
use crate::expiry;
use crate::options::Settings;
use lane::Lane;
use queue::{Class, Pushed, Queue};
use stats::Stats;

/// How long `close()` waits for operations in flight while a server answers.
const DRAIN: Duration = Duration::from_secs(10);
/// How long it waits when no server has been heard of yet, since the store was made a moment ago.
const DRAIN_UNHEARD: Duration = Duration::from_secs(2);
/// How long it waits for the driver to end its connections.
const SHUT_DOWN: Duration = Duration::from_secs(1);
/// The pauses between attempts to prepare the collection, from the first to the longest.
const RETRY_PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// The pause after each attempt to carry something out. The first repetition is immediate: mostly it was the connection,
/// not the server, that was lost.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];

fn pause_after(attempt: usize) -> Duration {
    PAUSES.get(attempt).or(PAUSES.last()).copied().unwrap_or_default()
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
pub struct Engine<R: Reply> {
    runtime: Handle,
    connection: Connection,
    queue: Queue<R>,
    stats: Stats,
    timestamps: bool,
    ttl_index: bool,
    /// What encrypts the sessions.
    cipher: Option<Arc<Cipher>>,
    /// How long an operation may take.
    time_limit: Duration,
    closing: AtomicBool,
    /// The classes of the lanes that submitted operations claimed, and that are not started yet.
    claimed: Mutex<Vec<Class>>,
    tasks: TaskTracker,
    cut_off: CancellationToken,
}

impl<R: Reply> Engine<R> {
    /// An engine that works on `runtime`. It opens no connection before [`Self::start`] or an operation.
    pub fn new(runtime: Handle, settings: &Settings, cipher: Option<Arc<Cipher>>) -> Arc<Self> {
        Arc::new(Self {
            runtime,
            connection: Connection::new(settings),
            queue: Queue::new(),
            stats: Stats::new(),
            timestamps: settings.timestamps,
            ttl_index: settings.ttl_index,
            cipher,
            time_limit: Duration::from_millis(settings.time_limit_ms.into()),
            closing: AtomicBool::new(false),
            claimed: Mutex::default(),
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
                .prepare_patiently()
                .await
                .map_err(|failure| self.connection.explain(failure))
            {
                Ok(()) => return tell(Event::Ready),
                Err(failure) if failure.transient => tell(Event::Unavailable(failure)),
                // The server answered, and said no: operations may work all the same.
                Err(failure) if failure.code.is_some() => return tell(Event::ReadyWithoutIndex(failure)),
                Err(failure) => return tell(Event::Unavailable(failure)),
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = self.connection.comes_back() => {}
            }
            pause = (pause * 2).min(longest);
        }
    }

    /// Repeats what a lost connection interrupted, a few times, before that is told.
    async fn prepare_patiently(&self) -> Result<(), Failure> {
        for pause in PAUSES {
            match self.connection.unless_refused(self.prepare()).await {
                Err(failure) if failure.is_worth_another_attempt() => sleep(pause).await,
                result => return result,
            }
        }
        self.prepare().await
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

    /// Takes an operation on one session, and gives its answer to `reply`. Tells whether it waits for [`Self::flush`],
    /// which lets those that are submitted in one go travel together.
    pub fn submit(self: &Arc<Self>, id: Field, action: Action, reply: R) -> bool {
        let kind = Kind::from(&action);
        let checked = match &action {
            _ if self.closing.load(Ordering::Relaxed) => Err(Failure::closed()),
            Action::Set { session, .. } => document::check_size(&id, session),
            _ => Ok(()),
        };
        if let Err(failure) = checked {
            self.answer(vec![(kind, Instant::now(), reply, Err(failure))]);
            return false;
        }
        match self.queue.push(id, action, reply) {
            Pushed::Queued(start) => {
                let mut claimed = self.claimed();
                claimed.extend(start);
                !claimed.is_empty()
            }
            Pushed::Full(reply) => {
                self.answer(vec![(kind, Instant::now(), reply, Err(Failure::overloaded()))]);
                false
            }
        }
    }

    /// Starts the lanes that were claimed for submitted operations.
    pub fn flush(self: &Arc<Self>) {
        let claimed = mem::take(&mut *self.claimed());
        self.start_lanes(claimed);
    }

    fn claimed(&self) -> MutexGuard<'_, Vec<Class>> {
        // The list is whole after any single change, also if the thread that did it panicked.
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out an operation on the whole collection, after those that were submitted before it.
    pub fn sweep(self: &Arc<Self>, sweep: Sweep, reply: R) {
        let since = Instant::now();
        if self.closing.load(Ordering::Relaxed) {
            return self.answer(vec![(sweep.into(), since, reply, Err(Failure::closed()))]);
        }
        let exclusive = sweep == Sweep::Clear;
        let settled = self.queue.settled(exclusive);
        let engine = Arc::clone(self);
        self.tasks.spawn_on(
            async move {
                let in_turn = async {
                    // The sender only goes with the queue, which this task holds.
                    let _ = settled.await;
                    engine.carry_out_sweep(sweep).await
                };
                let answer = tokio::select! {
                    answer = timeout_at((since + engine.time_limit).into(), in_turn) => {
                        answer.unwrap_or_else(|_| Err(Failure::late(engine.time_limit, None)))
                    }
                    () = engine.cut_off.cancelled() => Err(Failure::interrupted()),
                };
                if exclusive {
                    engine.start_lanes(engine.queue.release());
                }
                engine.answer(vec![(sweep.into(), since, reply, answer)]);
            },
            &self.runtime,
        );
    }

    async fn carry_out_sweep(&self, sweep: Sweep) -> Answer {
        for attempt in 0.. {
            match self.try_sweep(sweep).await {
                Err(failure) if failure.is_worth_another_attempt() => {
                    self.stats.retry();
                    sleep(pause_after(attempt)).await;
                }
                answer => return answer,
            }
        }
        Err(Failure::lost())
    }

    async fn try_sweep(&self, sweep: Sweep) -> Answer {
        let database = self.connection.database().await?;
        let collection = self.connection.collection().await?;
        let cipher = self.cipher.as_deref().map(|cipher| (cipher, &self.runtime));
        self.connection
            .unless_refused(sweep::sweep(&database, &collection, sweep, cipher))
            .await
            .map_err(|failure| self.connection.explain(failure))
    }

    fn start_lanes(self: &Arc<Self>, classes: impl IntoIterator<Item = Class>) {
        for class in classes {
            self.tasks
                .spawn_on(Lane::new(Arc::clone(self), class).run(), &self.runtime);
        }
    }

    /// Gives answers to their callers, and counts them.
    fn answer(&self, answers: Vec<(Kind, Instant, R, Answer)>) {
        let now = Instant::now();
        self.stats
            .answered(answers.iter().map(|(kind, since, _, answer)| {
                (
                    *kind,
                    now.duration_since(*since),
                    answer.as_ref().err().map(|failure| failure.name),
                )
            }));
        R::send_all(
            answers
                .into_iter()
                .map(|(_, _, reply, answer)| (reply, answer))
                .collect(),
        );
    }

    /// What the engine has done so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The operations that wait, and those that are under way.
    pub fn load(&self) -> (usize, usize) {
        self.queue.load()
    }

    /// Takes no more operations, waits for those in flight as long as a server is there to answer them, cuts off the
    /// rest, and ends the connection. Then `done` is called.
    pub fn close(self: &Arc<Self>, done: impl FnOnce() + Send + 'static) {
        self.closing.store(true, Ordering::Relaxed);
        let engine = Arc::clone(self);
        self.runtime.spawn(async move {
            let settled = engine.queue.settled(false);
            tokio::select! {
                () = async {
                    // The sender only goes with the queue, which this task holds.
                    let _ = settled.await;
                    engine.tasks.close();
                    engine.tasks.wait().await;
                } => {}
                () = engine.give_up() => {}
            }
            engine.cut_off();
            engine.tasks.close();
            engine.tasks.wait().await;
            // The driver tells the server good-bye, which a frozen one never hears: that must hold up nobody.
            let last = Arc::clone(&engine);
            let shut_down = engine
                .runtime
                .spawn(async move { last.connection.shut_down().await });
            let _ = timeout(SHUT_DOWN, shut_down).await;
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
            _ = reach.wait_for(|reach| matches!(reach, Reach::Unreachable(_) | Reach::Refused(_))) => {}
            () = sleep(patience) => {}
        }
    }

    /// Answers everything that waits or is under way with an error.
    fn cut_off(&self) {
        self.cut_off.cancel();
        let now = Instant::now();
        let drained = self.queue.drain().into_iter();
        self.answer(
            drained
                .map(|(kind, reply)| (kind, now, reply, Err(Failure::interrupted())))
                .collect(),
        );
    }

    /// Ends everything at once: nobody is left to hear an answer.
    pub fn abandon(self: &Arc<Self>) {
        self.closing.store(true, Ordering::Relaxed);
        self.cut_off.cancel();
        let engine = Arc::clone(self);
        self.runtime
            .spawn(async move { engine.connection.shut_down().await });
    }
}

#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod tests;
