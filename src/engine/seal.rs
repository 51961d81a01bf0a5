//! Where sessions are encrypted and decrypted: after a batch was taken from the queue and before its command is built, and
//! after its reply has come. What waits for a key waits alone, and keeps the order of its session.

use std::sync::Arc;

use tokio::task::block_in_place;

use super::Engine;
use super::backend::Backend;
use super::batch::Batch;
use super::operation::{Action, Answer, Outcome, Reply, Write};
use super::queue::Job;
use crate::crypto::{Cipher, Sealer, Stop};
use crate::model::{Failure, Field, StoredSession, check_size};

/// Over so many bytes, the thread of the runtime hands its other tasks over before it works.
const LONG_WORK: usize = 128 * 1024;

fn work<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    if bytes > LONG_WORK {
        block_in_place(work)
    } else {
        work()
    }
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Encrypts the sessions of a batch.
    pub(super) async fn seal(&self, batch: &mut Batch<R, B>) {
        let Some(cipher) = self.cipher.clone() else { return };
        let sizes = batch
            .jobs()
            .iter()
            .filter_map(|carried| match &carried.job.step.action {
                Action::Write(Write::Set { session, .. }) => Some(session.len()),
                _ => None,
            });
        let (sets, bytes) = sizes.fold((0, 0), |(sets, bytes), size| (sets + 1, bytes + size));
        if sets == 0 {
            return;
        }
        let sealer = tokio::select! {
            biased;
            sealer = cipher.ready_sealer(sets, &self.runtime) => sealer,
            () = self.callers.all_left(|| batch.callers()) => return batch.drop_unwanted(),
            () = self.cut_off.cancelled() => return batch.answer_all(&Err(Failure::interrupted())),
        };
        let answers: Vec<Option<Answer>> = work(bytes, || {
            let jobs = batch.jobs_mut().iter_mut();
            jobs.map(|carried| seal(&sealer, &mut carried.job).err().map(Err))
                .collect()
        });
        if answers.iter().any(Option::is_some) {
            batch.answer(answers);
        }
    }

    /// Decrypts the sessions that an attempt found. Those that need a key leave the batch.
    pub(super) fn open(
        self: &Arc<Self>,
        batch: &mut Batch<R, B>,
        mut answers: Vec<Option<Answer>>,
    ) -> Vec<Option<Answer>> {
        let Some(cipher) = self.cipher.clone() else {
            return answers;
        };
        let bytes = answers.iter().map(|answer| match answer {
            Some(Ok(Outcome::Found(session))) => session.value.as_ref().map_or(0, Field::len),
            _ => 0,
        });
        let waiting: Vec<bool> = work(bytes.sum(), || {
            let answers = batch.jobs().iter().zip(&mut answers);
            answers
                .map(|(carried, answer)| open(&cipher, &carried.job, answer))
                .collect()
        });
        if !waiting.contains(&true) {
            return answers;
        }
        let is_waiting = |place: usize| waiting.get(place).copied().unwrap_or(false);
        let jobs = batch.take_out(is_waiting);
        let (left, found): (Vec<_>, Vec<_>) = answers
            .into_iter()
            .enumerate()
            .partition(|(place, _)| !is_waiting(*place));
        for (job, (_, answer)) in jobs.into_iter().zip(found) {
            if let Some(Ok(Outcome::Found(session))) = answer {
                let alone = Batch::new(Arc::clone(self), vec![job]);
                let opening = Arc::clone(self).open_later(Arc::clone(&cipher), alone, session);
                self.tasks.spawn_on(opening, &self.runtime);
            }
        }
        left.into_iter().map(|(_, answer)| answer).collect()
    }

    /// Decrypts one session as soon as its key is derived.
    async fn open_later(
        self: Arc<Self>,
        cipher: Arc<Cipher>,
        mut batch: Batch<R, B>,
        mut session: StoredSession,
    ) {
        let value = session.value.take();
        let Some(id) = batch.jobs().first().map(|carried| carried.job.id.clone()) else {
            return;
        };
        let opened = tokio::select! {
            biased;
            opened = cipher.open_patiently(&id, value.as_ref(), &self.runtime) => opened,
            () = self.callers.all_left(|| batch.callers()) => return batch.drop_unwanted(),
            () = self.cut_off.cancelled() => Err(Failure::interrupted()),
        };
        batch.answer_all(&match opened {
            Ok(value) => {
                session.value = Some(value);
                Ok(Outcome::Found(session))
            }
            Err(failure) => refusal(&cipher, failure),
        });
    }

    /// Decrypts the sessions of a whole collection; `None` for one that can't be read.
    pub(super) async fn open_all(
        &self,
        found: Vec<Option<(Field, StoredSession)>>,
    ) -> Vec<Option<StoredSession>> {
        let Some(cipher) = self.cipher.as_deref() else {
            return found
                .into_iter()
                .map(|found| found.map(|(_, session)| session))
                .collect();
        };
        let mut sessions = Vec::with_capacity(found.len());
        for entry in found {
            let Some((id, mut session)) = entry else {
                sessions.push(None);
                continue;
            };
            let opened = cipher
                .open_patiently(&id, session.value.as_ref(), &self.runtime)
                .await;
            sessions.push(opened.ok().map(|value| {
                session.value = Some(value);
                session
            }));
        }
        sessions
    }
}

fn seal(sealer: &Result<Sealer<'_>, Failure>, job: &mut Job) -> Result<(), Failure> {
    if let Action::Write(Write::Set { session, .. }) = &mut job.step.action {
        let record = sealer.as_ref().map_err(Clone::clone)?.seal(&job.id, session)?;
        check_size(&job.id, &record)?;
        *session = record;
    }
    Ok(())
}

/// Decrypts one session, if it was found, and tells whether a key must be derived first.
fn open(cipher: &Cipher, job: &Job, answer: &mut Option<Answer>) -> bool {
    if let Some(Ok(Outcome::Found(session))) = answer {
        match cipher.open(&job.id, session.value.as_ref()) {
            Ok(value) => session.value = Some(value),
            Err(Stop::Needs(..)) => return true,
            Err(Stop::Refused(error)) => *answer = Some(refusal(cipher, error.into())),
        }
    }
    false
}

fn refusal(cipher: &Cipher, failure: Failure) -> Answer {
    if cipher.forgets && failure.is_of_crypto() {
        Ok(Outcome::Missing)
    } else {
        Err(failure)
    }
}
