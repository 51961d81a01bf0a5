//! One attempt to carry out a batch, from its start until none of it can take effect any more. A caller's
//! deadline doesn't cut it off: that would close a connection each time and leave the outcome of the write
//! unknown.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout};

use super::Engine;
use super::backend::{Attempt, Backend, Statement, Wanted};
use super::batch::{Batch, Carried};
use super::operation::{Action, Reply};
use super::planted::Planted;
use crate::model::{FailureKind, Field};

/// How long the engine waits for an attempt after its last caller has left. The server was told its time
/// limit and usually ends the command by itself.
const GRACE: Duration = Duration::from_secs(1);
/// The same for a write without a transaction number, where nothing else can tell the outcome.
const GRACE_UNNUMBERED: Duration = Duration::from_secs(5);
/// How long one fence may take, and the pause before the next one.
const FENCE: Duration = Duration::from_secs(5);
const FENCE_PAUSE: Duration = Duration::from_millis(100);
/// The maximum number of fences that the server may refuse for reasons of its own. After that, the engine
/// releases the session unfenced.
const REFUSED_FENCES: usize = 20;

/// The last transaction number of this process. In a server session, the server takes a number that it has
/// already seen as a write that is done, and a lower number as a write that is over. So no number is ever
/// used twice.
static LAST_NUMBER: AtomicI64 = AtomicI64::new(0);

/// The next transaction number.
pub fn next_number() -> i64 {
    LAST_NUMBER.fetch_add(1, Ordering::Relaxed) + 1
}

/// The server session of a batch, once it is known whether the deployment supports transaction numbers.
pub type Session<B> = Arc<OnceCell<Option<<B as Backend>::Session>>>;

/// An attempt in flight.
pub type Running = Pin<Box<dyn Future<Output = Attempt> + Send>>;

/// How the wait for an attempt ended.
pub enum Run {
    /// The attempt ended, with this result.
    Done(Attempt),
    /// Nobody waits for the attempt any more.
    Unwanted(Running),
    /// The store was closed.
    CutOff,
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Begins an attempt.
    pub(super) fn begin(&self, batch: &Batch<R, B>, reads: bool, number: i64, session: &Session<B>) -> Running {
        let (backend, jobs, session) = (Arc::clone(&self.backend), Arc::clone(batch.jobs()), Arc::clone(session));
        let unnumbered = self.has(Planted::MissingNumber);
        let until = batch.until();
        Box::pin(async move {
            if reads {
                let wanted: Vec<Wanted<'_>> = jobs.iter().filter_map(wanted).collect();
                return backend.read(&wanted, until).await;
            }
            let session = match session.get_or_try_init(|| backend.session()).await {
                Ok(session) => session.as_ref(),
                Err(failure) => return Attempt::failed(jobs.len(), failure),
            };
            let statements: Vec<Statement<'_>> = jobs.iter().filter_map(statement).collect();
            let number = session.filter(|_| !unnumbered).map(|session| (session, number));
            backend.write(&statements, number, until).await
        })
    }

    /// Waits for an attempt while anybody waits for one of its jobs.
    pub(super) async fn wait_for(&self, mut running: Running, batch: &Batch<R, B>) -> Run {
        let unwanted = async {
            if self.has(Planted::CutAtFirstDeadline) {
                return self.callers.one_leaves().await;
            }
            self.callers.all_left(|| batch.waiting()).await;
        };
        tokio::select! {
            biased;
            attempt = &mut running => return Run::Done(attempt),
            () = self.cut_off.cancelled() => return Run::CutOff,
            () = unwanted => {}
        }
        Run::Unwanted(running)
    }

    /// Gives reads that nobody wants any more a little time to end, so that their connection stays open.
    pub(super) fn let_end(&self, running: Running) {
        let cut_off = self.cut_off.clone();
        let ending = async move {
            tokio::select! {
                biased;
                // Nobody needs the result.
                _ = timeout(GRACE, running) => {}
                () = cut_off.cancelled() => {}
            }
        };
        self.tasks.spawn_on(ending, &self.runtime);
    }

    /// Releases the jobs of a write in the background, as soon as none of it can take effect any more.
    pub(super) fn settle_later(self: &Arc<Self>, running: Option<Running>, jobs: Vec<Carried>, session: Session<B>) {
        if self.has(Planted::EarlyRelease) {
            return self.finish(jobs);
        }
        if jobs.is_empty() {
            return self.take_back(session);
        }
        let engine = Arc::clone(self);
        let batch = Batch::new(Arc::clone(&engine), jobs);
        let settling = async move {
            let cut_off = engine.cut_off.clone();
            tokio::select! {
                biased;
                () = engine.settle(running, batch, session) => {}
                () = cut_off.cancelled() => {}
            }
        };
        self.tasks.spawn_on(settling, &self.runtime);
    }

    async fn settle(self: &Arc<Self>, running: Option<Running>, mut batch: Batch<R, B>, session: Session<B>) {
        let is_over = match running {
            Some(running) => self.outlast(running, &mut batch, &session).await,
            None => true,
        };
        self.finish(batch.take_out(|_, carried| !carried.in_doubt));
        let fenced = match session.get() {
            Some(Some(session)) if !batch.jobs().is_empty() => self.fence(&batch, session).await,
            _ => true,
        };
        self.finish(batch.take_all());
        if fenced && is_over {
            self.take_back(session);
        }
    }

    /// Waits for a write that nobody wants any more, and releases the jobs that it completed. Returns whether
    /// the write ended.
    async fn outlast(self: &Arc<Self>, running: Running, batch: &mut Batch<R, B>, session: &Session<B>) -> bool {
        let numbered = matches!(session.get(), Some(Some(_)));
        let grace = if numbered { GRACE } else { GRACE_UNNUMBERED };
        let Ok(attempt) = timeout(grace, running).await else {
            batch.note_doubt();
            return false;
        };
        if attempt.failure.is_some_and(|failure| failure.unanswered) {
            batch.note_doubt();
        }
        // Without a record of a statement, the server may still carry out an earlier attempt.
        let is_certain = |place: usize, carried: &Carried| !carried.in_doubt || !attempt.idle.contains(&place);
        self.finish(batch.take_out(|place, carried| {
            is_certain(place, carried) && matches!(attempt.answers.get(place), Some(Some(Ok(_))))
        }));
        true
    }

    /// Makes sure that everything sent under earlier numbers is done or will never be carried out. Returns
    /// whether that succeeded.
    async fn fence(&self, batch: &Batch<R, B>, session: &B::Session) -> bool {
        let ids: Vec<Field> = batch.jobs().iter().map(|carried| carried.job.id.clone()).collect();
        let mut refused = 0;
        loop {
            let fence = self
                .backend
                .fence(&ids, (session, next_number()), Instant::now() + FENCE);
            match timeout(FENCE + GRACE, fence).await {
                Ok(Ok(())) => return true,
                // No answer came within the time limit.
                Err(_) => {}
                Ok(Err(failure)) => {
                    // While there is no server the session waits, like every other operation that needs one.
                    if !matches!(
                        failure.kind,
                        FailureKind::Passing | FailureKind::NoServer | FailureKind::Overload
                    ) {
                        refused += 1;
                    }
                    if refused >= REFUSED_FENCES || failure.kind == FailureKind::Unnumbered {
                        return false;
                    }
                }
            }
            sleep(FENCE_PAUSE).await;
        }
    }

    /// Returns a server session in which nothing is in flight.
    pub(super) fn take_back(&self, session: Session<B>) {
        if let Some(cell) = Arc::into_inner(session)
            && let Some(Some(session)) = cell.into_inner()
        {
            self.backend.return_session(session);
        }
    }
}

fn wanted(carried: &Carried) -> Option<Wanted<'_>> {
    let id = &carried.job.id;
    carried.job.step.action.live_at().map(|now| Wanted { id, now })
}

fn statement(carried: &Carried) -> Option<Statement<'_>> {
    match &carried.job.step.action {
        Action::Write(write) => Some(Statement {
            id: &carried.job.id,
            write,
        }),
        Action::Get { .. } => None,
    }
}
