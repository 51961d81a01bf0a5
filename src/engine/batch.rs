//! The jobs of a batch that have no answer yet. The queue is told of each that leaves, also of those that are dropped
//! without an answer: the next operation on the same session must not wait for ever.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use super::attempt::Attempt;
use super::operation::{Action, Answer, Outcome, Reply};
use super::queue::{Job, Ticket};
use super::{Engine, Kind};
use crate::document::StoredSession;
use crate::error::Failure;

/// The jobs of a batch that have no answer yet.
pub struct Batch<R: Reply> {
    engine: Arc<Engine<R>>,
    /// The jobs, in the order of their statements.
    pub jobs: Vec<Job<R>>,
}

impl<R: Reply> Batch<R> {
    /// A batch that was taken from the engine's queue.
    pub fn new(engine: Arc<Engine<R>>, jobs: Vec<Job<R>>) -> Self {
        Self { engine, jobs }
    }

    /// The second half of the jobs, which leaves this batch.
    pub fn split(&mut self) -> Self {
        let rest = self.jobs.split_off(self.jobs.len() / 2);
        Self {
            engine: Arc::clone(&self.engine),
            jobs: rest,
        }
    }

    /// When the first caller of the batch will have waited too long; `None` when nobody is left.
    pub fn deadline(&self) -> Option<Instant> {
        self.jobs
            .iter()
            .map(|job| job.step.since() + self.engine.time_limit)
            .min()
    }

    /// Answers the callers that have waited too long. `cause` is what kept them waiting, where that is known.
    pub fn fail_late(&mut self, cause: Option<&Failure>) {
        let (now, limit) = (Instant::now(), self.engine.time_limit);
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return;
        }
        let failure = Failure::late(limit, cause);
        let mut answers = Vec::new();
        let mut epochs = Vec::new();
        for job in &mut self.jobs {
            let kind = Kind::from(&job.step.action);
            for ticket in job
                .step
                .tickets
                .extract_if(.., |ticket| ticket.is_late(now, limit))
            {
                epochs.push(ticket.epoch());
                answers.push((kind, ticket.since, ticket.reply, Err(failure.clone())));
            }
        }
        self.engine.answer(answers);
        self.engine.queue.leave(epochs.into_iter());
        let (left, done) = mem::take(&mut self.jobs)
            .into_iter()
            .partition(|job| !job.step.tickets.is_empty());
        self.jobs = left;
        self.finish(done);
    }

    /// Answers the jobs whose answer an attempt gave.
    pub fn answer_known(&mut self, attempt: Attempt) {
        let mut done = Vec::with_capacity(self.jobs.len());
        for (job, answer) in mem::take(&mut self.jobs).into_iter().zip(attempt.answers) {
            match answer {
                Some(answer) => done.push((job, answer)),
                None => self.jobs.push(job),
            }
        }
        self.answer(done);
    }

    /// Takes out the jobs at the marked places, with the sessions that an attempt found for them.
    pub fn take_out(&mut self, attempt: &mut Attempt, marked: &[bool]) -> Vec<(Job<R>, StoredSession)> {
        let mut taken = Vec::new();
        let answers = mem::take(&mut attempt.answers);
        for ((job, answer), marked) in mem::take(&mut self.jobs).into_iter().zip(answers).zip(marked) {
            match answer {
                Some(Ok(Outcome::Found(session))) if *marked => taken.push((job, session)),
                answer => {
                    self.jobs.push(job);
                    attempt.answers.push(answer);
                }
            }
        }
        taken
    }

    /// Answers all jobs alike.
    pub fn answer_all(&mut self, answer: &Answer) {
        let done = mem::take(&mut self.jobs)
            .into_iter()
            .map(|job| (job, answer.clone()))
            .collect();
        self.answer(done);
    }

    fn answer(&self, done: Vec<(Job<R>, Answer)>) {
        let mut answers = Vec::with_capacity(done.len());
        let mut finished = Vec::with_capacity(done.len());
        for (Job { id, step }, answer) in done {
            let kind = Kind::from(&step.action);
            finished.push((id, step.tickets.iter().map(Ticket::epoch).collect()));
            let each = answers_of(answer, step.tickets.len(), &step.action);
            answers.extend(
                step.tickets
                    .into_iter()
                    .zip(each)
                    .map(|(ticket, answer)| (kind, ticket.since, ticket.reply, answer)),
            );
        }
        self.engine.answer(answers);
        self.engine
            .start_lanes(self.engine.queue.finish(finished.into_iter()));
    }

    fn finish(&self, jobs: Vec<Job<R>>) {
        let done = jobs
            .into_iter()
            .map(|Job { id, step }| (id, step.tickets.iter().map(Ticket::epoch).collect()));
        self.engine.start_lanes(self.engine.queue.finish(done));
    }
}

impl<R: Reply> Drop for Batch<R> {
    fn drop(&mut self) {
        let left = mem::take(&mut self.jobs);
        if !left.is_empty() {
            self.finish(left);
        }
    }
}

/// The answers of a step's callers: of several sets that were stored as one, only the first can have created it.
fn answers_of(answer: Answer, callers: usize, action: &Action) -> Vec<Answer> {
    let later = match &answer {
        Ok(Outcome::Done(true)) if matches!(action, Action::Set { .. }) => Ok(Outcome::Done(false)),
        _ if callers > 1 => answer.clone(),
        _ => return vec![answer],
    };
    let mut answers = vec![later; callers];
    if let Some(first) = answers.first_mut() {
        *first = answer;
    }
    answers
}
