//! Encrypts and decrypts sessions: after a batch was taken from the queue and before its command is built,
//! and after its reply has arrived. A session that needs a key waits for it alone, and keeps its place in the
//! order of its session.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::Engine;
use super::backend::Backend;
use super::batch::Batch;
use super::operation::{Action, Answer, Outcome, Reply, Write};
use super::queue::Job;
use crate::crypto::{Cipher, CryptoError, Opened, Pending, Sealer, work};
use crate::model::{Failure, Field, StoredSession, check_size};

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
            sealer = cipher.ready_sealer(sets) => sealer,
            () = self.callers.all_left(|| batch.waiting()) => return batch.drop_unwanted(),
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

    /// Decrypts the sessions that an attempt found. Sessions whose key is not derived yet leave the batch.
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
        let waiting: Vec<Option<Pending>> = work(bytes.sum(), || {
            let answers = batch.jobs().iter().zip(&mut answers);
            answers
                .map(|(carried, answer)| open(&cipher, &carried.job, answer))
                .collect()
        });
        let marked: Vec<bool> = waiting.iter().map(Option::is_some).collect();
        if !marked.contains(&true) {
            return answers;
        }
        let is_waiting = |place: usize| marked.get(place).copied().unwrap_or(false);
        let jobs = batch.take_out(|place, _| is_waiting(place));
        let places = answers.into_iter().enumerate();
        let (found, left): (Vec<_>, Vec<_>) = places.partition(|(place, _)| is_waiting(*place));
        let found = found.into_iter().filter_map(|(_, answer)| match answer {
            Some(Ok(Outcome::Found(session))) => Some(session),
            _ => None,
        });
        for ((job, session), pending) in jobs.into_iter().zip(found).zip(waiting.into_iter().flatten()) {
            let alone = Batch::new(Arc::clone(self), vec![job]);
            let opening = Arc::clone(self).open_later(Arc::clone(&cipher), alone, session, pending);
            self.tasks.spawn_on(opening, &self.runtime);
        }
        left.into_iter().map(|(_, answer)| answer).collect()
    }

    /// Decrypts one session as soon as its key is derived. When no caller is left, it stops waiting for the
    /// key.
    async fn open_later(
        self: Arc<Self>,
        cipher: Arc<Cipher>,
        mut batch: Batch<R, B>,
        mut session: StoredSession,
        pending: Pending,
    ) {
        let opened = tokio::select! {
            biased;
            opened = pending.finish() => opened.map_err(Failure::from),
            () = self.callers.all_left(|| batch.waiting()) => return batch.drop_unwanted(),
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

    /// Decrypts the sessions of a whole collection. `None` stands for a session that can't be decrypted.
    ///
    /// # Errors
    /// When a key could not be derived. That doesn't mean that its session can't be decrypted.
    pub(super) async fn open_all(
        &self,
        found: Vec<Option<(Field, StoredSession)>>,
    ) -> Result<Vec<Option<StoredSession>>, Failure> {
        let Some(cipher) = self.cipher.as_deref() else {
            let sessions = found.into_iter().map(|found| found.map(|(_, session)| session));
            return Ok(sessions.collect());
        };
        let values = found.iter().flatten().filter_map(|(_, session)| session.value.as_ref());
        let bytes = values.map(Field::len).sum();
        // Dropping the set, when the caller gives up, ends its tasks.
        let mut waiting = JoinSet::new();
        let mut sessions: Vec<_> = work(bytes, || {
            let sessions = found.into_iter().enumerate().map(|(place, entry)| {
                let (id, mut session) = entry?;
                match cipher.open(&id, session.value.as_ref()).ok()? {
                    Opened::Value(value) => session.value = Some(value),
                    Opened::Waits(pending) => {
                        session.value = None;
                        let opening = async move { (place, pending.finish_in_turn().await) };
                        waiting.spawn_on(opening, &self.runtime);
                    }
                }
                Some(session)
            });
            sessions.collect()
        });
        while let Some(done) = waiting.join_next().await {
            let (place, opened) = done.map_err(|_| Failure::lost())?;
            let Some(entry) = sessions.get_mut(place) else {
                continue;
            };
            match opened.map_err(Failure::from) {
                Ok(value) => {
                    if let Some(session) = entry {
                        session.value = Some(value);
                    }
                }
                Err(failure) if failure.is_of_crypto() => *entry = None,
                Err(failure) => return Err(failure),
            }
        }
        Ok(sessions)
    }
}

fn seal(sealer: &Result<Sealer<'_>, CryptoError>, job: &mut Job) -> Result<(), Failure> {
    if let Action::Write(Write::Set { session, .. }) = &mut job.step.action {
        let record = sealer.as_ref().map_err(|error| *error)?.seal(&job.id, session)?;
        check_size(&job.id, &record)?;
        *session = record;
    }
    Ok(())
}

/// Decrypts one session, if it was found. If its key must be derived first, returns what waits for the key.
fn open(cipher: &Cipher, job: &Job, answer: &mut Option<Answer>) -> Option<Pending> {
    let Some(Ok(Outcome::Found(session))) = answer else {
        return None;
    };
    if cipher.keeps_records {
        session.record.clone_from(&session.value);
    }
    match cipher.open(&job.id, session.value.as_ref()) {
        Ok(Opened::Value(value)) => session.value = Some(value),
        Ok(Opened::Waits(pending)) => {
            session.value = None;
            return Some(pending);
        }
        Err(error) => *answer = Some(refusal(cipher, error.into())),
    }
    None
}

fn refusal(cipher: &Cipher, failure: Failure) -> Answer {
    if cipher.forgets && failure.is_of_crypto() {
        Ok(Outcome::Missing)
    } else {
        Err(failure)
    }
}
