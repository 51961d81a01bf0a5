//! A lane carries batches of one class, one after the other. It sends everything that waits at once; while
//! that batch is in flight, the next one gathers by itself. Work that can't be done together with the rest
//! leaves the lane.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::sleep;

use super::Engine;
use super::attempt::{Run, Session, next_number};
use super::backend::{Attempt, Backend};
use super::batch::{Batch, Carried};
use super::operation::{Action, Answer, Outcome, Reply, Write};
use super::planted::Planted;
use super::policy::{Next, Scope, Tries};
use super::queue::Class;
use crate::model::{Failure, FailureKind, Field};

/// One lane, from its first batch until nothing waits.
pub struct Lane<R: Reply, B: Backend> {
    engine: Arc<Engine<R, B>>,
    class: Class,
    resting: bool,
}

impl<R: Reply, B: Backend> Lane<R, B> {
    /// Creates a lane that was claimed from the queue.
    pub fn new(engine: Arc<Engine<R, B>>, class: Class) -> Self {
        Self {
            engine,
            class,
            resting: false,
        }
    }

    /// Carries batches until nothing waits.
    pub async fn run(mut self) {
        loop {
            self.engine.queue.note_distance(self.engine.backend.distance());
            let jobs = self.engine.queue.take(self.class);
            if jobs.is_empty() {
                self.resting = true;
                return;
            }
            let jobs = jobs.into_iter().map(Carried::from).collect();
            let mut batch = Batch::new(Arc::clone(&self.engine), jobs);
            batch.drop_unwanted();
            if batch.jobs().is_empty() {
                continue;
            }
            let called = batch.jobs().iter().filter(|carried| carried.is_called());
            self.engine.stats.batch(called.count());
            self.engine.plant_before(&batch, self.class);
            self.engine.seal(&mut batch).await;
            Carriage::new(batch, self.class.reads()).carry_out().await;
        }
    }
}

impl<R: Reply, B: Backend> Drop for Lane<R, B> {
    /// If a panic ended the lane, starts another one in its place. Otherwise the runtime is shutting down and
    /// takes no more tasks.
    fn drop(&mut self) {
        if !self.resting && std::thread::panicking() {
            self.engine.start_lanes(self.engine.queue.lane_lost(self.class));
        }
    }
}

/// Carries one batch.
struct Carriage<R: Reply, B: Backend> {
    engine: Arc<Engine<R, B>>,
    reads: bool,
    batch: Batch<R, B>,
    /// Parts that were split off the batch and are carried out after it.
    parts: Vec<Vec<Carried>>,
    tries: Tries,
    session: Session<B>,
    /// The transaction number. It stands for exactly the current statements.
    number: i64,
    /// Whether an attempt under this number got no answer, and may still be carried out.
    is_repeated: bool,
}

impl<R: Reply, B: Backend> Carriage<R, B> {
    fn new(batch: Batch<R, B>, reads: bool) -> Self {
        Self {
            engine: batch.engine(),
            reads,
            batch,
            parts: Vec::new(),
            tries: Tries::default(),
            session: Arc::new(OnceCell::new()),
            number: 0,
            is_repeated: false,
        }
    }

    /// Retries until each job of the batch has its answer or nobody waits for it.
    async fn carry_out(mut self) {
        loop {
            self.batch.drop_unwanted();
            if self.batch.jobs().is_empty() {
                let Some(part) = self.parts.pop() else { break };
                self.batch.refill(part);
                continue;
            }
            let is_new = self.batch.take_change() || self.engine.has(Planted::FreshNumber);
            if is_new && (self.number == 0 || !self.engine.has(Planted::ReusedNumber)) {
                self.number = next_number();
                self.is_repeated = false;
            }
            self.engine.plant_saves(&mut self.batch);
            let running = self.engine.begin(&self.batch, self.reads, self.number, &self.session);
            match self.engine.wait_for(running, &self.batch).await {
                Run::Done(attempt) => {
                    let pause = self.take(attempt);
                    if pause > Duration::ZERO && !self.pause(pause).await {
                        return;
                    }
                }
                Run::Unwanted(running) if self.engine.has(Planted::CutAtFirstDeadline) => drop(running),
                Run::Unwanted(running) if self.reads => {
                    self.batch.drop_unwanted();
                    self.engine.let_end(running);
                }
                Run::Unwanted(running) => {
                    let jobs = self.batch.take_all();
                    let session = self.leave_session();
                    self.engine.settle_later(Some(running), jobs, session);
                }
                Run::CutOff => return,
            }
        }
        let orphans = self.batch.take_orphans();
        self.engine.settle_later(None, orphans, self.session);
    }

    /// The server session of a write that is still in flight. What is carried out after it gets another
    /// server session, unless it is in doubt under this one, too.
    fn leave_session(&mut self) -> Session<B> {
        let in_doubt = self.parts.iter().flatten().any(|carried| carried.in_doubt);
        if in_doubt {
            Arc::clone(&self.session)
        } else {
            std::mem::take(&mut self.session)
        }
    }

    /// Sleeps. Returns false if the store is closed meanwhile.
    async fn pause(&self, pause: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.engine.cut_off.cancelled() => false,
            () = sleep(pause) => true,
        }
    }

    /// Processes the result of an attempt, and returns the pause before the next one.
    fn take(&mut self, mut attempt: Attempt) -> Duration {
        self.engine.plant_failure(&mut attempt);
        let Attempt {
            mut answers,
            failure,
            created,
            idle,
            is_unconfirmed,
        } = attempt;
        let mut pause = Duration::ZERO;
        self.note_sizes(&answers);
        if self.reads {
            answers = self.engine.open(&mut self.batch, answers);
        } else {
            self.batch.note_created(&created);
            if is_unconfirmed {
                self.keep_together(&mut answers);
            }
            self.leave_unrecorded(&mut answers, &idle);
            pause = self.leave_conflicts(&mut answers);
        }
        self.batch.answer(answers);
        let Some(failure) = failure else {
            self.engine.policy.succeeded(&mut self.tries);
            return pause;
        };
        if failure.unanswered && !self.reads {
            self.batch.note_doubt();
            self.is_repeated = true;
        }
        self.after(failure).max(pause)
    }

    /// Keeps a write whole that too few members have confirmed, with the statements that have an answer already. The server
    /// recognises it when it is sent again, and only waits for the members. As another write, with other statements, it
    /// would be carried out twice, and might undo what somebody else has written meanwhile.
    fn keep_together(&mut self, answers: &mut [Option<Answer>]) {
        if self.is_numbered() && self.engine.backend.retries().writes {
            answers.fill(None);
            self.batch.note_doubt();
        }
    }

    fn is_numbered(&self) -> bool {
        matches!(self.session.get(), Some(Some(_)))
    }

    /// Sends statements that changed nothing once more under a new number, if an earlier attempt under this one
    /// got no answer. The server has no record of them, so it would still carry out the earlier attempt when that
    /// arrives, however late. Once it knows the new number, it doesn't.
    fn leave_unrecorded(&mut self, answers: &mut [Option<Answer>], idle: &[usize]) {
        if !self.is_repeated || !self.is_numbered() {
            return;
        }
        for place in idle {
            if let Some(answer @ Some(Ok(_))) = answers.get_mut(*place) {
                *answer = None;
                self.batch.renew();
            }
        }
    }

    /// Remembers which sessions are large, from the sizes that were read and stored.
    fn note_sizes(&self, answers: &[Option<Answer>]) {
        for (carried, answer) in self.batch.jobs().iter().zip(answers) {
            let bytes = match (&carried.job.step.action, answer) {
                (_, Some(Ok(Outcome::Found(session)))) => session.value.as_ref().map_or(0, Field::len),
                (action @ Action::Write(Write::Set { .. }), Some(Ok(_))) => action.len(),
                _ => continue,
            };
            self.engine.queue.note_size(&carried.job.id, bytes);
        }
    }

    /// Reacts to a failure of the command, and returns the pause before the next attempt.
    fn after(&mut self, failure: Failure) -> Duration {
        if self.batch.jobs().is_empty() {
            return Duration::ZERO;
        }
        match self.next(&failure, Scope::Command(self.batch.jobs().len())) {
            Next::Retry(pause) | Next::RetryAlone(pause) => {
                self.engine.stats.retry();
                if failure.kind == FailureKind::Unnumbered {
                    self.session = Arc::default();
                }
                self.engine.note_cause(self.batch.waiting(), failure);
                return pause;
            }
            Next::Split => {
                self.tries.in_vain += 1;
                let second = self.batch.split();
                self.parts.push(second);
            }
            Next::Fail => self.batch.answer_all(&Err(failure)),
        }
        Duration::ZERO
    }

    fn next(&mut self, failure: &Failure, scope: Scope) -> Next {
        let retries = self.engine.backend.retries();
        let may_retry = if self.reads { retries.reads } else { retries.writes };
        self.engine.policy.next(failure, scope, &mut self.tries, may_retry)
    }

    /// Retries statements that conflicted with other writes apart from the batch: what holds them up must not
    /// hold up other sessions. If a job of the batch is in doubt, the conflicting statements stay, since the
    /// transaction number belongs to this server session.
    fn leave_conflicts(&mut self, answers: &mut Vec<Option<Answer>>) -> Duration {
        let Some(failure) = answers.iter().find_map(|answer| conflict(answer.as_ref())).cloned() else {
            return Duration::ZERO;
        };
        let Next::RetryAlone(pause) = self.next(&failure, Scope::Statement) else {
            return Duration::ZERO;
        };
        self.engine.stats.retry();
        let stays = answers.iter().all(|answer| conflict(answer.as_ref()).is_some())
            || self.batch.jobs().iter().any(|carried| carried.in_doubt);
        if stays {
            for answer in answers.iter_mut().filter(|answer| conflict(answer.as_ref()).is_some()) {
                *answer = None;
            }
            self.engine.note_cause(self.batch.waiting(), failure);
            return pause;
        }
        let jobs = self
            .batch
            .take_out(|place, _| conflict(answers.get(place).and_then(Option::as_ref)).is_some());
        answers.retain(|answer| conflict(answer.as_ref()).is_none());
        let mut carriage = Self::new(Batch::new(Arc::clone(&self.engine), jobs), false);
        carriage.tries = std::mem::take(&mut self.tries);
        // The retry needs a higher number in the same server session, so that the server never carries out
        // the earlier attempt.
        std::mem::swap(&mut carriage.session, &mut self.session);
        self.engine.note_cause(carriage.batch.waiting(), failure);
        let going_on = async move {
            if carriage.pause(pause).await {
                carriage.carry_out().await;
            }
        };
        self.engine.tasks.spawn_on(going_on, &self.engine.runtime);
        Duration::ZERO
    }
}

fn conflict(answer: Option<&Answer>) -> Option<&Failure> {
    match answer {
        Some(Err(failure)) if failure.kind == FailureKind::Conflict => Some(failure),
        _ => None,
    }
}
