//! The engine of one store. It takes operations, carries each one out, and answers each one exactly once,
//! even if the store is closed meanwhile. It never blocks the thread that submits. Waiting and running are
//! separate: `callers.rs` holds the callers, each until its answer or its deadline; the queue and the lanes
//! hold the work that is done for them.

mod attempt;
mod backend;
mod batch;
mod callers;
mod clear;
mod deadline;
mod errand;
mod lane;
mod operation;
mod outage;
mod planted;
mod policy;
mod prepare;
mod queue;
mod seal;
mod stats;
mod sweep;

use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use backend::{Attempt, Backend, Ids, Reach, Retries, Statement, Wanted};
pub use operation::{Action, Answer, Condition, Outcome, Reply, Sweep, Write};
pub use prepare::Event;
pub use stats::Stats;

use crate::crypto::Cipher;
use crate::model::{Failure, FailureKind, Field, Kind, check_levels, check_size};
use callers::{Answered, Callers, Key};
use lane::Lane;
#[cfg(test)]
use planted::Plant;
use planted::Planted;
use policy::Policy;
use queue::{Class, Job, Queue};

/// How long `close()` waits for operations in flight while a server answers.
const DRAIN: Duration = Duration::from_secs(10);
/// How long it waits when no server has answered yet because the store was created a moment ago.
const DRAIN_UNHEARD: Duration = Duration::from_secs(2);
/// How long it waits for the backend to close its connections.
const SHUT_DOWN: Duration = Duration::from_secs(1);
/// After this many expired callers, the engine looks for steps that nobody waits for.
const LEFT: u64 = 256;

/// The engine of one store.
pub struct Engine<R, B> {
    runtime: Handle,
    backend: Arc<B>,
    callers: Callers<R>,
    queue: Queue,
    policy: Policy,
    stats: Stats,
    /// The cipher for the sessions, if they are encrypted.
    cipher: Option<Arc<Cipher>>,
    /// The time limit of an operation, counted from its call.
    time_limit: Duration,
    closing: AtomicBool,
    /// Lanes that submitted operations have claimed but that are not started yet, by their classes.
    claimed: Mutex<Vec<Class>>,
    /// The number of expired callers when the engine last looked for steps that nobody waits for.
    looked_at: AtomicU64,
    tasks: TaskTracker,
    cut_off: CancellationToken,
    #[cfg(test)]
    plant: Plant,
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Creates an engine that works on `runtime`. It opens no connection before [`Self::start`] or an
    /// operation.
    pub fn new(
        runtime: Handle,
        backend: B,
        cipher: Option<Arc<Cipher>>,
        time_limit: Duration,
        random: fastrand::Rng,
    ) -> Arc<Self> {
        Self::with(runtime, backend, cipher, time_limit, random, Planted::Nothing)
    }

    #[cfg_attr(not(test), expect(unused_variables, reason = "only a test plants a fault"))]
    fn with(
        runtime: Handle,
        backend: B,
        cipher: Option<Arc<Cipher>>,
        time_limit: Duration,
        random: fastrand::Rng,
        planted: Planted,
    ) -> Arc<Self> {
        let engine = Arc::new(Self {
            backend: Arc::new(backend),
            callers: Callers::new(),
            queue: Queue::new(),
            policy: Policy::new(random),
            stats: Stats::new(),
            cipher,
            time_limit,
            closing: AtomicBool::new(false),
            claimed: Mutex::default(),
            looked_at: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            cut_off: CancellationToken::new(),
            runtime,
            #[cfg(test)]
            plant: planted.into(),
        });
        engine.runtime.spawn(Arc::clone(&engine).keep_deadlines());
        engine
    }

    /// Takes an operation on one session that was called at `since`, and sends its answer to `reply`. Returns
    /// whether the operation waits for [`Self::flush`], which lets operations submitted together travel
    /// together.
    pub fn submit(self: &Arc<Self>, id: Field, action: Action, since: Instant, reply: R) -> bool {
        let kind = Kind::from(&action);
        if let Err(failure) = self.check(&id, &action) {
            self.refuse(kind, since, reply, failure);
            return false;
        }
        let Some(caller) = self.admit(kind, since, action.live_at(), reply) else {
            return false;
        };
        let Ok(start) = self.queue.push(id, action, caller, since) else {
            let answer = (caller, Err(Failure::overloaded()));
            self.deliver(self.callers.answer([answer].into_iter()));
            return false;
        };
        let mut claimed = self.claimed();
        claimed.extend(start);
        !claimed.is_empty()
    }

    /// Refuses what no server would store.
    fn check(&self, id: &Field, action: &Action) -> Result<(), Failure> {
        check_levels(id)?;
        if let Action::Write(Write::Set { session, .. }) = action {
            check_size(id, session)?;
            // Encrypted, it has no levels.
            if self.cipher.is_none() {
                check_levels(session)?;
            }
        }
        Ok(())
    }

    /// Registers a caller. If the store is closed or too many callers wait, answers the caller with that
    /// error instead.
    fn admit(&self, kind: Kind, since: Instant, live_at: Option<i64>, reply: R) -> Option<Key> {
        if self.closing.load(Ordering::Relaxed) {
            self.refuse(kind, since, reply, Failure::closed());
            return None;
        }
        let live_at = live_at.filter(|_| !self.has(Planted::OneClock));
        match self.callers.enter(kind, since, live_at, reply) {
            Ok(caller) => Some(caller),
            Err(reply) => {
                self.refuse(kind, since, reply, Failure::overloaded());
                None
            }
        }
    }

    /// Starts the lanes that were claimed for submitted operations.
    pub fn flush(self: &Arc<Self>) {
        let claimed = mem::take(&mut *self.claimed());
        self.start_lanes(claimed);
    }

    fn claimed(&self) -> MutexGuard<'_, Vec<Class>> {
        // Each change leaves the list consistent, even if the thread that made it panicked.
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_lanes(self: &Arc<Self>, classes: impl IntoIterator<Item = Class>) {
        for class in classes {
            self.tasks
                .spawn_on(Lane::new(Arc::clone(self), class).run(), &self.runtime);
        }
    }

    /// Marks steps as done, so that the next ones of their sessions may start.
    fn finish(self: &Arc<Self>, done: impl IntoIterator<Item: Into<Job>>) {
        self.start_lanes(self.queue.finish(done.into_iter().map(Into::into)));
    }

    /// Remembers the failure that keeps operations from succeeding.
    fn note_cause(&self, callers: impl Iterator<Item = Key>, cause: Failure) {
        // A timeout doesn't explain why the time was not enough.
        if cause.kind != FailureKind::OutOfTime {
            self.callers.note_cause(callers, &Arc::new(cause));
        }
    }

    /// Drops the steps that nobody waits for, once there may be many of them.
    fn forget_unwanted(&self) {
        let left = self.callers.expired();
        if left - self.looked_at.load(Ordering::Relaxed) >= LEFT.max(self.callers.len() as u64) {
            self.looked_at.store(left, Ordering::Relaxed);
            self.queue
                .forget_unwanted(|step| self.callers.any_waits(step.waiting()));
        }
    }

    fn refuse(&self, kind: Kind, since: Instant, reply: R, failure: Failure) {
        self.deliver(vec![Answered {
            kind,
            since,
            reply,
            answer: Err(failure),
        }]);
    }

    /// Delivers answers to their callers and counts them. Returns whether there were any.
    fn deliver(&self, answered: Vec<Answered<R>>) -> bool {
        if answered.is_empty() {
            return false;
        }
        let now = Instant::now();
        self.stats.answered(answered.iter().map(|answered| {
            let name = answered.answer.as_ref().err().map(|failure| failure.name);
            (answered.kind, now.duration_since(answered.since), name)
        }));
        let answers = answered.into_iter().map(|answered| (answered.reply, answered.answer));
        let answers: Vec<(R, Answer)> = answers.collect();
        self.plant_twins(&answers);
        R::send_all(answers);
        true
    }

    /// What the engine has done so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The number of callers whose operations wait, and of those whose operations are in flight.
    pub fn load(&self) -> (usize, usize) {
        let all = self.callers.len();
        let count = |keys: &[Key]| self.callers.count_waiting(keys.iter().copied());
        let waiting = self.queue.queued(count);
        (waiting, all.saturating_sub(waiting))
    }

    /// Stops taking operations. Waits for those in flight as long as a server is there to answer them, cuts
    /// off the rest, and closes the connection. Then calls `done`.
    pub fn close(self: &Arc<Self>, done: impl FnOnce() + Send + 'static) {
        self.closing.store(true, Ordering::Relaxed);
        let engine = Arc::clone(self);
        self.runtime.spawn(async move {
            let settled = engine.queue.settled();
            let ending = async {
                // The queue owns the sender, and this task keeps the queue alive: receiving can't fail.
                let _ = settled.await;
                engine.tasks.close();
                engine.tasks.wait().await;
            };
            tokio::select! {
                biased;
                () = ending => {}
                () = engine.give_up() => {}
            }
            engine.cut_off.cancel();
            engine.deliver(engine.callers.drain(&Err(Failure::interrupted())));
            engine.queue.drain();
            engine.tasks.close();
            engine.tasks.wait().await;
            // The driver says goodbye to the server. A frozen server never answers that, which must not delay
            // anyone.
            let backend = Arc::clone(&engine.backend);
            let shut_down = engine.runtime.spawn(async move { backend.shut_down().await });
            let _ = timeout(SHUT_DOWN, shut_down).await;
            done();
        });
    }

    /// Resolves when it no longer makes sense to wait for operations in flight.
    async fn give_up(&self) {
        let mut reach = self.backend.reach();
        let patience = if *reach.borrow() == Reach::Unheard {
            DRAIN_UNHEARD
        } else {
            DRAIN
        };
        let is_lost = |reach: &Reach| matches!(reach, Reach::Unreachable { .. } | Reach::Refused(_));
        tokio::select! {
            biased;
            _ = reach.wait_for(is_lost) => {}
            () = sleep(patience) => {}
        }
    }

    /// Ends everything at once, since nobody is left to hear an answer.
    pub fn abandon(self: &Arc<Self>) {
        self.closing.store(true, Ordering::Relaxed);
        self.cut_off.cancel();
        let backend = Arc::clone(&self.backend);
        self.runtime.spawn(async move { backend.shut_down().await });
    }
}

#[cfg(test)]
mod failure_tests;
#[cfg(all(test, feature = "loom"))]
mod models;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
