//! The unfinished jobs of a batch. A job is done when its session is free for the next step. That is usually
//! when its callers are answered, but later when the outcome of what was sent is unknown. The queue hears of
//! every job, even of those that a panic drops: otherwise the next operation on the same session would wait
//! for ever.

use std::mem;
use std::sync::Arc;

use tokio::time::Instant;

use super::Engine;
use super::backend::Backend;
use super::callers::Key;
use super::operation::{Action, Answer, Outcome, Reply, Write};
use super::queue::Job;
use crate::model::Failure;

/// A job and what is known about it.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The job.
    pub job: Job,
    /// Whether the job was sent and a server that has not answered may still carry it out.
    pub in_doubt: bool,
    /// Whether an earlier attempt created the document, although that attempt failed as a whole.
    created: bool,
}

impl From<Carried> for Job {
    fn from(carried: Carried) -> Self {
        carried.job
    }
}

impl From<Job> for Carried {
    fn from(job: Job) -> Self {
        Self {
            job,
            in_doubt: false,
            created: false,
        }
    }
}

/// The jobs of a batch.
pub struct Batch<R: Reply, B: Backend> {
    engine: Arc<Engine<R, B>>,
    jobs: Arc<Vec<Carried>>,
    /// Jobs whose callers were answered while the jobs were in doubt.
    orphans: Vec<Carried>,
    /// Whether the jobs have changed since the last call of [`Self::take_change`].
    changed: bool,
}

impl<R: Reply, B: Backend> Batch<R, B> {
    /// Creates a batch of these jobs.
    pub fn new(engine: Arc<Engine<R, B>>, jobs: Vec<Carried>) -> Self {
        Self {
            engine,
            jobs: Arc::new(jobs),
            orphans: Vec::new(),
            changed: true,
        }
    }

    /// The engine that the batch belongs to.
    pub fn engine(&self) -> Arc<Engine<R, B>> {
        Arc::clone(&self.engine)
    }

    /// The jobs, in the order of their statements.
    pub fn jobs(&self) -> &Arc<Vec<Carried>> {
        &self.jobs
    }

    /// The jobs, for changing them.
    pub fn jobs_mut(&mut self) -> &mut Vec<Carried> {
        Arc::make_mut(&mut self.jobs)
    }

    /// Whether the jobs have changed since the last call.
    pub fn take_change(&mut self) -> bool {
        mem::take(&mut self.changed)
    }

    /// Notes that the next attempt is another write to the server, although its statements are the same.
    pub fn renew(&mut self) {
        self.changed = true;
    }

    /// The callers that wait for the batch.
    pub fn waiting(&self) -> impl Iterator<Item = Key> {
        self.jobs.iter().flat_map(|carried| carried.job.step.waiting())
    }

    /// The deadline of its newest caller.
    pub fn until(&self) -> Instant {
        let newest = self.jobs.iter().map(|carried| carried.job.step.newest).max();
        newest.unwrap_or_else(Instant::now) + self.engine.time_limit
    }

    /// Drops the jobs that nobody waits for. If some jobs are in doubt and somebody still waits for the
    /// batch, all jobs stay: the next attempt is then the same write to the server, whose reply tells what
    /// the first attempt did.
    pub fn drop_unwanted(&mut self) {
        if self.engine.callers.expired() == 0 {
            return;
        }
        let in_doubt = self.jobs.iter().any(|carried| carried.in_doubt);
        if in_doubt && self.engine.callers.any_waits(self.waiting()) {
            return;
        }
        let engine = Arc::clone(&self.engine);
        let unwanted = |carried: &mut Carried| !engine.callers.any_waits(carried.job.step.waiting());
        let left: Vec<Carried> = Arc::make_mut(&mut self.jobs).extract_if(.., unwanted).collect();
        if !left.is_empty() {
            self.changed = true;
            self.let_go(left.into_iter().map(|carried| (carried, None)).collect());
        }
    }

    /// Removes and returns the second half of the jobs.
    pub fn split(&mut self) -> Vec<Carried> {
        self.changed = true;
        let half = self.jobs.len() / 2;
        Arc::make_mut(&mut self.jobs).split_off(half)
    }

    /// Takes in other jobs once all its own are gone.
    pub fn refill(&mut self, jobs: Vec<Carried>) {
        self.changed = true;
        self.jobs = Arc::new(jobs);
    }

    /// Removes and returns the jobs for which `taken` is true, given their places and the jobs.
    pub fn take_out(&mut self, mut taken: impl FnMut(usize, &Carried) -> bool) -> Vec<Carried> {
        let mut place = 0;
        let out = Arc::make_mut(&mut self.jobs).extract_if(.., |carried| {
            place += 1;
            taken(place - 1, carried)
        });
        let out: Vec<Carried> = out.collect();
        self.changed |= !out.is_empty();
        out
    }

    /// Removes and returns all jobs, including the orphans.
    pub fn take_all(&mut self) -> Vec<Carried> {
        self.changed = true;
        let mut all = mem::take(Arc::make_mut(&mut self.jobs));
        all.append(&mut self.orphans);
        all
    }

    /// Removes and returns the jobs whose callers were answered while the jobs were in doubt.
    pub fn take_orphans(&mut self) -> Vec<Carried> {
        mem::take(&mut self.orphans)
    }

    /// Marks all jobs as in doubt: a server that has not answered may have received them.
    pub fn note_doubt(&mut self) {
        for carried in self.jobs_mut() {
            carried.in_doubt = true;
        }
    }

    /// Answers the jobs that an attempt has answers for. Each answer stands at the place of its job.
    pub fn answer(&mut self, answers: Vec<Option<Answer>>) {
        if answers.iter().all(Option::is_some) {
            let jobs = mem::take(self.jobs_mut());
            self.changed = true;
            return self.let_go(jobs.into_iter().zip(answers).collect());
        }
        let mut done = Vec::new();
        let mut left = Vec::new();
        for (carried, answer) in mem::take(self.jobs_mut()).into_iter().zip(answers) {
            match answer {
                Some(answer) => done.push((carried, Some(answer))),
                None => left.push(carried),
            }
        }
        self.changed |= !done.is_empty();
        self.jobs = Arc::new(left);
        self.let_go(done);
    }

    /// Remembers the documents that an attempt created although it failed as a whole, by the places of their
    /// jobs.
    pub fn note_created(&mut self, places: &[usize]) {
        for place in places {
            if let Some(carried) = self.jobs_mut().get_mut(*place) {
                carried.created = true;
            }
        }
    }

    /// Gives all jobs the same answer.
    pub fn answer_all(&mut self, answer: &Answer) {
        let jobs = mem::take(self.jobs_mut());
        self.changed = true;
        self.let_go(
            jobs.into_iter()
                .map(|carried| (carried, Some(answer.clone())))
                .collect(),
        );
    }

    fn let_go(&mut self, done: Vec<(Carried, Option<Answer>)>) {
        let mut answers = Vec::with_capacity(done.len());
        let mut finished = Vec::with_capacity(done.len());
        for (carried, answer) in done {
            let is_over = !carried.in_doubt || matches!(answer, Some(Ok(_)));
            if let Some(answer) = answer {
                carried.answer(answer, &mut answers);
            }
            if is_over {
                finished.push(carried.job);
            } else {
                self.orphans.push(carried);
            }
        }
        self.engine.deliver(self.engine.callers.answer(answers.into_iter()));
        self.engine.finish(finished);
    }
}

impl<R: Reply, B: Backend> Drop for Batch<R, B> {
    fn drop(&mut self) {
        let left = self.take_all();
        if !left.is_empty() {
            // Only a panic or the end of the store drops unfinished jobs.
            let lost = if self.engine.cut_off.is_cancelled() {
                Err(Failure::interrupted())
            } else {
                Err(Failure::lost())
            };
            let mut answers = Vec::new();
            for carried in &left {
                carried.answer(lost.clone(), &mut answers);
            }
            self.engine.deliver(self.engine.callers.answer(answers.into_iter()));
            self.engine.finish(left);
        }
    }
}

impl Carried {
    /// Whether the job has a caller of the store, not only an errand of the engine.
    pub fn is_called(&self) -> bool {
        !self.job.step.callers.is_empty()
    }

    /// Collects the answers for its callers. If several sets were stored as one, only the first can have
    /// created the document.
    fn answer(&self, answer: Answer, answers: &mut Vec<(Key, Answer)>) {
        let step = &self.job.step;
        for errand in &step.errands {
            errand.answer(&answer);
        }
        let is_set = matches!(step.action, Action::Write(Write::Set { .. }));
        let (first, later) = match answer {
            Ok(Outcome::Done(created)) if is_set => {
                (Ok(Outcome::Done(created || self.created)), Ok(Outcome::Done(false)))
            }
            answer if step.callers.len() > 1 => (answer.clone(), answer),
            answer => (answer, Ok(Outcome::Done(false))),
        };
        let Some((key, others)) = step.callers.split_first() else {
            return;
        };
        answers.push((*key, first));
        answers.extend(others.iter().map(|key| (*key, later.clone())));
    }
}
