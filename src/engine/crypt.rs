//! Where sessions are encrypted and decrypted: after a batch was taken from the queue and before its command is built, and
//! after its reply has come. What waits for a key waits alone, and keeps the order of its session.

use std::pin::pin;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::Engine;
use super::attempt::Attempt;
use super::batch::Batch;
use super::lane::Lane;
use super::operation::{Action, Answer, Outcome, Reply};
use super::queue::Job;
use crate::crypto::{Cipher, CryptoError, Opened, Pending, Sealer, work};
use crate::document::{self, Field, StoredSession};
use crate::error::Failure;

impl<R: Reply> Lane<R> {
    /// Encrypts the sessions of a batch.
    pub async fn seal(&self, batch: &mut Batch<R>) {
        let Some(cipher) = self.engine.cipher.clone() else {
            return;
        };
        let sizes = batch.jobs.iter().filter_map(|job| match &job.step.action {
            Action::Set { session, .. } => Some(session.len()),
            _ => None,
        });
        let (sets, bytes) = sizes.fold((0, 0), |(sets, bytes), size| (sets + 1, bytes + size));
        if sets == 0 {
            return;
        }
        let mut ready = pin!(cipher.ready_sealer(sets));
        let sealer = loop {
            let Some(deadline) = batch.deadline() else { return };
            tokio::select! {
                sealer = timeout_at(deadline.into(), &mut ready) => match sealer {
                    Ok(sealer) => break sealer,
                    Err(_) => batch.fail_late(None),
                },
                () = self.engine.cut_off.cancelled() => return batch.answer_all(&Err(Failure::interrupted())),
            }
        };
        let answers: Vec<Option<Answer>> = work(bytes, || {
            let failures = batch.jobs.iter_mut().map(|job| seal(&sealer, job).err().map(Err));
            failures.collect()
        });
        if answers.iter().any(Option::is_some) {
            batch.answer_known(Attempt {
                answers,
                failure: None,
            });
        }
    }

    /// Decrypts the sessions that an attempt found. Those that need a key leave the batch.
    pub fn open(&self, batch: &mut Batch<R>, mut attempt: Attempt) -> Attempt {
        let Some(cipher) = self.engine.cipher.clone() else {
            return attempt;
        };
        let bytes = attempt.answers.iter().map(|answer| match answer {
            Some(Ok(Outcome::Found(session))) => session.value.as_ref().map_or(0, Field::len),
            _ => 0,
        });
        let waiting = work(bytes.sum(), || {
            let answers = batch.jobs.iter().zip(&mut attempt.answers);
            answers
                .map(|(job, answer)| open(&cipher, job, answer))
                .collect::<Vec<Option<Pending>>>()
        });
        let marked: Vec<bool> = waiting.iter().map(Option::is_some).collect();
        if marked.contains(&true) {
            let taken = batch.take_out(&mut attempt, &marked);
            for ((job, session), pending) in taken.into_iter().zip(waiting.into_iter().flatten()) {
                let engine = Arc::clone(&self.engine);
                let alone = Batch::new(Arc::clone(&engine), vec![job]);
                self.engine.tasks.spawn_on(
                    open_later(engine, Arc::clone(&cipher), alone, session, pending),
                    &self.engine.runtime,
                );
            }
        }
        attempt
    }
}

fn seal<R>(sealer: &Result<Sealer<'_>, CryptoError>, job: &mut Job<R>) -> Result<(), Failure> {
    if let Action::Set { session, .. } = &mut job.step.action {
        let record = sealer.as_ref().map_err(|error| *error)?.seal(&job.id, session)?;
        document::check_size(&job.id, &record)?;
        *session = record;
    }
    Ok(())
}

/// Decrypts one session, if it was found, or gives what waits for a key that must be derived first.
fn open<R>(cipher: &Cipher, job: &Job<R>, answer: &mut Option<Answer>) -> Option<Pending> {
    let Some(Ok(Outcome::Found(session))) = answer else {
        return None;
    };
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

/// Decrypts one session as soon as its key is derived.
async fn open_later<R: Reply>(
    engine: Arc<Engine<R>>,
    cipher: Arc<Cipher>,
    mut batch: Batch<R>,
    mut session: StoredSession,
    pending: Pending,
) {
    let mut opening = pin!(pending.finish());
    // When no caller is left, nobody waits for the key any more.
    while let Some(deadline) = batch.deadline() {
        let opened = tokio::select! {
            opened = timeout_at(deadline.into(), &mut opening) => opened,
            () = engine.cut_off.cancelled() => return batch.answer_all(&Err(Failure::interrupted())),
        };
        match opened {
            Ok(Ok(value)) => {
                session.value = Some(value);
                return batch.answer_all(&Ok(Outcome::Found(session)));
            }
            Ok(Err(error)) => return batch.answer_all(&refusal(&cipher, error.into())),
            Err(_) => batch.fail_late(None),
        }
    }
}

/// Decrypts the sessions of a whole collection; `None` for one that can't be read.
///
/// # Errors
/// When a key could not be derived: its session is not one that can't be read.
pub async fn open_all(
    cipher: &Cipher,
    runtime: &Handle,
    found: Vec<Option<(Field, StoredSession)>>,
) -> Result<Vec<Option<StoredSession>>, Failure> {
    let values = found
        .iter()
        .flatten()
        .filter_map(|(_, session)| session.value.as_ref());
    let bytes = values.map(Field::len).sum();
    // Tasks of this set end when the caller gives up.
    let mut waiting = JoinSet::new();
    let mut sessions: Vec<_> = work(bytes, || {
        let sessions = found.into_iter().enumerate().map(|(position, entry)| {
            let (id, mut session) = entry?;
            match cipher.open(&id, session.value.as_ref()).ok()? {
                Opened::Value(value) => session.value = Some(value),
                Opened::Waits(pending) => {
                    session.value = None;
                    waiting.spawn_on(async move { (position, pending.finish_in_turn().await) }, runtime);
                }
            }
            Some(session)
        });
        sessions.collect()
    });
    while let Some(done) = waiting.join_next().await {
        let (position, opened) = done.map_err(|_| Failure::lost())?;
        let Some(entry) = sessions.get_mut(position) else {
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
