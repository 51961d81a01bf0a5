//! A lane carries batches of one class, one after the other: it sends what waits, at once and all of it, and while the
//! reply is under way the next batch gathers by itself. It tries again until each caller's deadline.

use std::sync::Arc;

use tokio::time::{sleep, timeout_at};

use super::attempt::Attempt;
use super::batch::Batch;
use super::operation::Reply;
use super::queue::{Class, Job};
use super::write::{self, Retryable, Verb};
use super::{Engine, pause_after, read};
use crate::error::Failure;

/// One lane, from the first batch to the last one that waits.
pub struct Lane<R: Reply> {
    pub(super) engine: Arc<Engine<R>>,
    class: Class,
    retryable: Option<Retryable>,
    resting: bool,
}

impl<R: Reply> Lane<R> {
    /// A lane that was claimed from the queue.
    pub fn new(engine: Arc<Engine<R>>, class: Class) -> Self {
        Self {
            engine,
            class,
            retryable: None,
            resting: false,
        }
    }

    /// Carries batches until none waits.
    pub async fn run(mut self) {
        loop {
            let jobs = self.engine.queue.take(self.class);
            if jobs.is_empty() {
                self.resting = true;
                return;
            }
            self.engine.stats.batch(jobs.len());
            let mut batch = Batch::new(Arc::clone(&self.engine), jobs);
            self.seal(&mut batch).await;
            self.carry_out(&mut batch).await;
        }
    }

    /// Tries until each job of the batch has its answer.
    async fn carry_out(&mut self, batch: &mut Batch<R>) {
        let cut_off = self.engine.cut_off.clone();
        let mut attempts = 0;
        let mut sent = 0;
        let mut cause = None;
        loop {
            batch.fail_late(cause.as_ref());
            let Some(deadline) = batch.deadline() else { return };
            // The number of a retryable write stands for exactly these statements.
            if batch.jobs.len() != sent
                && let Some(retryable) = &mut self.retryable
            {
                retryable.next();
            }
            sent = batch.jobs.len();
            let attempt = tokio::select! {
                attempt = timeout_at(deadline.into(), self.attempt(batch)) => attempt,
                () = cut_off.cancelled() => return batch.answer_all(&Err(Failure::interrupted())),
            };
            // Who is late is answered at the top of the loop; the others go on.
            let Ok(attempt) = attempt else { continue };
            cause.clone_from(&attempt.failure);
            let attempt = self.open(batch, attempt);
            batch.answer_known(attempt);
            match &cause {
                _ if batch.jobs.is_empty() => return,
                Some(failure) if failure.may_be_one_statements() && batch.jobs.len() > 1 => {
                    return Box::pin(self.carry_out_apart(batch)).await;
                }
                Some(failure) if !failure.is_worth_another_attempt() => {
                    return batch.answer_all(&Err(failure.clone()));
                }
                _ => {}
            }
            self.engine.stats.retry();
            tokio::select! {
                () = sleep(pause_after(attempts)) => attempts += 1,
                () = cut_off.cancelled() => return batch.answer_all(&Err(Failure::interrupted())),
            }
        }
    }

    /// One half after the other, since one statement made the whole command fail.
    async fn carry_out_apart(&mut self, batch: &mut Batch<R>) {
        let mut second = batch.split();
        self.carry_out(batch).await;
        self.carry_out(&mut second).await;
    }

    async fn attempt(&mut self, batch: &Batch<R>) -> Attempt {
        let engine = Arc::clone(&self.engine);
        match engine
            .connection
            .unless_refused(self.try_attempt(&batch.jobs))
            .await
        {
            Ok(mut attempt) => {
                attempt.failure = attempt
                    .failure
                    .map(|failure| self.engine.connection.explain(failure));
                attempt
            }
            Err(failure) => Attempt::failed(batch.jobs.len(), self.engine.connection.explain(failure)),
        }
    }

    async fn try_attempt(&mut self, jobs: &[Job<R>]) -> Result<Attempt, Failure> {
        let engine = &self.engine;
        let collection = engine.connection.collection().await?;
        let verb = match self.class {
            Class::Read | Class::BulkyRead => {
                let size = |position: usize, bytes| {
                    if let Some(job) = jobs.get(position) {
                        engine.queue.note_size(&job.id, bytes);
                    }
                };
                return Ok(read::read(&collection, jobs, size).await);
            }
            Class::Update | Class::BulkyUpdate => Verb::Update,
            Class::Delete => Verb::Delete,
        };
        let database = engine.connection.database().await?;
        let _turn = engine.connection.turn_to_write().await;
        if self.retryable.is_none() && engine.connection.retries_writes() {
            self.retryable = Some(Retryable::start(database.client()).await?);
        }
        let command = write::command(
            verb,
            &collection,
            jobs,
            engine.timestamps,
            self.retryable.as_ref(),
        )?;
        Ok(write::write(&database, &collection, command, self.retryable.as_mut(), jobs).await)
    }
}

impl<R: Reply> Drop for Lane<R> {
    fn drop(&mut self) {
        if !self.resting {
            self.engine.start_lanes(self.engine.queue.lane_lost(self.class));
        }
    }
}
