//! Where sessions are encrypted and decrypted: after a batch was taken from the queue and before its command is built, and
//! after its reply has come. What waits for a key waits alone, and keeps the order of its session.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio::time::timeout_at;

use super::Engine;
use super::attempt::Attempt;
use super::batch::Batch;
use super::lane::Lane;
use super::operation::{Action, Answer, Outcome, Reply};
use super::queue::Job;
use crate::crypto::{Cipher, Sealer, Stop};
use crate::document::{self, Field, StoredSession};
use crate::error::Failure;

/// Over so many bytes, the thread of the runtime hands its other tasks over before it works.
const LONG_WORK: usize = 128 * 1024;

fn work<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    if bytes > LONG_WORK {
        block_in_place(work)
    } else {
        work()
    }
}

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
        let sealer = loop {
            let Some(deadline) = batch.deadline() else { return };
            let ready = cipher.ready_sealer(sets, &self.engine.runtime);
            tokio::select! {
                sealer = timeout_at(deadline.into(), ready) => match sealer {
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
                .collect::<Vec<bool>>()
        });
        if waiting.contains(&true) {
            for (job, session) in batch.take_out(&mut attempt, &waiting) {
                let engine = Arc::clone(&self.engine);
                let alone = Batch::new(Arc::clone(&engine), vec![job]);
                self.engine.tasks.spawn_on(
                    open_later(engine, Arc::clone(&cipher), alone, session),
                    &self.engine.runtime,
                );
            }
        }
        attempt
    }
}

fn seal<R>(sealer: &Result<Sealer<'_>, Failure>, job: &mut Job<R>) -> Result<(), Failure> {
    if let Action::Set { session, .. } = &mut job.step.action {
        let record = sealer.as_ref().map_err(Clone::clone)?.seal(&job.id, session)?;
        document::check_size(&job.id, &record)?;
        *session = record;
    }
    Ok(())
}

/// Decrypts one session, if it was found, and tells whether a key must be derived first.
fn open<R>(cipher: &Cipher, job: &Job<R>, answer: &mut Option<Answer>) -> bool {
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

/// Decrypts one session as soon as its key is derived.
async fn open_later<R: Reply>(
    engine: Arc<Engine<R>>,
    cipher: Arc<Cipher>,
    mut batch: Batch<R>,
    mut session: StoredSession,
) {
    let value = session.value.take();
    while let (Some(deadline), Some(id)) = (batch.deadline(), batch.jobs.first().map(|job| job.id.clone())) {
        let opened = tokio::select! {
            opened = timeout_at(deadline.into(), cipher.open_patiently(&id, value.as_ref(), &engine.runtime)) => opened,
            () = engine.cut_off.cancelled() => return batch.answer_all(&Err(Failure::interrupted())),
        };
        match opened {
            Ok(Ok(value)) => {
                session.value = Some(value);
                return batch.answer_all(&Ok(Outcome::Found(session)));
            }
            Ok(Err(failure)) => return batch.answer_all(&refusal(&cipher, failure)),
            Err(_) => batch.fail_late(None),
        }
    }
}

/// Decrypts the sessions of a whole collection; `None` for one that can't be read.
pub async fn open_all(
    cipher: &Cipher,
    runtime: &Handle,
    found: Vec<Option<(Field, StoredSession)>>,
) -> Vec<Option<StoredSession>> {
    let bytes = found
        .iter()
        .flatten()
        .filter_map(|(_, session)| session.value.as_ref());
    let orders: Vec<_> = work(bytes.map(Field::len).sum(), || {
        let stops = found
            .iter()
            .flatten()
            .filter_map(|(id, session)| cipher.open(id, session.value.as_ref()).err());
        stops
            .filter_map(|stop| match stop {
                Stop::Needs(keys, name) => Some(keys.order(name, runtime)),
                Stop::Refused(_) => None,
            })
            .collect()
    });
    for order in orders {
        // Without its key the session can't be read, which the next step finds by itself.
        let _ = order.await;
    }
    let mut sessions = Vec::with_capacity(found.len());
    for entry in found {
        let Some((id, mut session)) = entry else {
            sessions.push(None);
            continue;
        };
        let opened = cipher.open_patiently(&id, session.value.as_ref(), runtime).await;
        sessions.push(opened.ok().map(|value| {
            session.value = Some(value);
            session
        }));
    }
    sessions
}
