//! The jobs of a batch that are not done. A job is done when its session is free for the next step: as a rule when its
//! callers are answered, and later when it is not known what becomes of what was sent. The queue is told of each, also of
//! those that are dropped by a panic: the next operation on the same session must not wait for ever.

use std::mem;
use std::sync::Arc;

use tokio::time::Instant;

use super::Engine;
use super::backend::Backend;
use super::callers::Key;
use super::operation::{Action, Answer, Outcome, Reply, Write};
use super::queue::Job;
use crate::model::Failure;

/// A job with what is known of it.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The job.
    pub job: Job,
    /// Whether it was sent, and may still be carried out by a server that has not answered.
    pub in_doubt: bool,
    /// Whether an earlier attempt has created the document, though it did not succeed as a whole.
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
    /// Jobs whose callers were answered while they were in doubt.
    orphans: Vec<Carried>,
    /// Whether other jobs are in it than at the last look.
    changed: bool,
}

impl<R: Reply, B: Backend> Batch<R, B> {
    /// A batch of these jobs.
    pub fn new(engine: Arc<Engine<R, B>>, jobs: Vec<Carried>) -> Self {
        Self {
            engine,
            jobs: Arc::new(jobs),
            orphans: Vec::new(),
            changed: true,
        }
    }

    /// The engine that it is of.
    pub fn engine(&self) -> Arc<Engine<R, B>> {
        Arc::clone(&self.engine)
    }

    /// The jobs, in the order of their statements.
    pub fn jobs(&self) -> &Arc<Vec<Carried>> {
        &self.jobs
    }

    /// The jobs, to change what is done.
    pub fn jobs_mut(&mut self) -> &mut Vec<Carried> {
        Arc::make_mut(&mut self.jobs)
    }

    /// Whether other jobs are in it than at the last call.
    pub fn take_change(&mut self) -> bool {
        mem::take(&mut self.changed)
    }

    /// Who waits for it.
    pub fn waiting(&self) -> impl Iterator<Item = Key> {
        self.jobs.iter().flat_map(|carried| carried.job.step.waiting())
    }

    /// When its last caller will have waited too long.
    pub fn until(&self) -> Instant {
        let newest = self.jobs.iter().map(|carried| carried.job.step.newest).max();
        newest.unwrap_or_else(Instant::now) + self.engine.time_limit
    }

    /// Lets go of the jobs for which nobody waits. While some are in doubt and others are waited for, all stay: the next
    /// attempt is then the same write to the server, which tells what the first one has done.
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

    /// The second half of the jobs, which leaves this batch.
    pub fn split(&mut self) -> Vec<Carried> {
        self.changed = true;
        let half = self.jobs.len() / 2;
        Arc::make_mut(&mut self.jobs).split_off(half)
    }

    /// Takes other jobs in, once all of its own are gone.
    pub fn refill(&mut self, jobs: Vec<Carried>) {
        self.changed = true;
        self.jobs = Arc::new(jobs);
    }

    /// Takes out jobs, by their places or by what they are.
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

    /// All jobs, those without callers included, which leave this batch.
    pub fn take_all(&mut self) -> Vec<Carried> {
        self.changed = true;
        let mut all = mem::take(Arc::make_mut(&mut self.jobs));
        all.append(&mut self.orphans);
        all
    }

    /// The jobs whose callers were answered while they were in doubt.
    pub fn take_orphans(&mut self) -> Vec<Carried> {
        mem::take(&mut self.orphans)
    }

    /// What was sent may have reached a server that has not answered.
    pub fn note_doubt(&mut self) {
        for carried in self.jobs_mut() {
            carried.in_doubt = true;
        }
    }

    /// Answers the jobs of which an attempt gave the answers, each at its job's place.
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

    /// Remembers which documents an attempt has created that did not succeed as a whole, by the places of their jobs.
    pub fn note_created(&mut self, places: &[usize]) {
        for place in places {
            if let Some(carried) = self.jobs_mut().get_mut(*place) {
                carried.created = true;
            }
        }
    }

    /// Answers all jobs alike.
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
        self.engine
            .deliver(self.engine.callers.answer(answers.into_iter()));
        self.engine.finish(finished);
    }
}

impl<R: Reply, B: Backend> Drop for Batch<R, B> {
    fn drop(&mut self) {
        let left = self.take_all();
        if !left.is_empty() {
            // Only a panic, or the store's end, drops jobs that are not done.
            let lost = if self.engine.cut_off.is_cancelled() {
                Err(Failure::interrupted())
            } else {
                Err(Failure::lost())
            };
            let mut answers = Vec::new();
            for carried in &left {
                carried.answer(lost.clone(), &mut answers);
            }
            self.engine
                .deliver(self.engine.callers.answer(answers.into_iter()));
            self.engine.finish(left);
        }
    }
}

impl Carried {
    /// Whether it is for a caller, and not only for an errand of the engine.
    pub fn is_called(&self) -> bool {
        !self.job.step.callers.is_empty()
    }

    /// The answers of its callers: of several sets that were stored as one, only the first can have created it.
    fn answer(&self, answer: Answer, answers: &mut Vec<(Key, Answer)>) {
        let step = &self.job.step;
        for errand in &step.errands {
            errand.answer(&answer);
        }
        let is_set = matches!(step.action, Action::Write(Write::Set { .. }));
        let (first, later) = match answer {
            Ok(Outcome::Done(created)) if is_set => (
                Ok(Outcome::Done(created || self.created)),
                Ok(Outcome::Done(false)),
            ),
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
