//! The fault of an engine in a test.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::Engine;
use super::super::backend::{Attempt, Backend};
use super::super::batch::{Batch, Carried};
use super::super::operation::{Action, Answer, Condition, Outcome, Reply, Write};
use super::super::queue::{Class, Job};
use super::Planted;
use crate::model::{FailureKind, Field};

/// The fault of one engine.
pub struct Plant {
    planted: Planted,
    /// The sessions that this process has stored and not destroyed itself.
    own: Mutex<HashSet<Field>>,
}

impl From<Planted> for Plant {
    fn from(planted: Planted) -> Self {
        Self {
            planted,
            own: Mutex::default(),
        }
    }
}

impl Plant {
    /// Whether a save is sent as if it might create the session.
    fn upserts(&self, carried: &Carried) -> bool {
        match self.planted {
            Planted::Upsert => true,
            Planted::MergedUpsert => carried.job.step.callers.len() > 1,
            Planted::RetriedUpsert => carried.in_doubt,
            Planted::OneProcess => self.owns(&carried.job),
            _ => false,
        }
    }

    /// Whether this process has stored the session and not destroyed it itself, by the time of this job.
    fn owns(&self, Job { id, step }: &Job) -> bool {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        match step.action {
            Action::Write(Write::Set {
                condition: Condition::None,
                ..
            }) => {
                own.insert(id.clone());
            }
            Action::Write(Write::Destroy) => {
                own.remove(id);
            }
            _ => {}
        }
        own.contains(id)
    }
}

impl<R: Reply, B: Backend> Engine<R, B> {
    /// Whether this engine has the fault.
    pub(in super::super) fn has(&self, planted: Planted) -> bool {
        self.plant.planted == planted
    }

    /// Applies the faults that take effect before a batch is sent.
    pub(in super::super) fn plant_before(self: &Arc<Self>, batch: &Batch<R, B>, class: Class) {
        let jobs = batch.jobs().iter().map(|carried| &carried.job);
        if self.has(Planted::EarlyMerge) {
            let merged = jobs.clone().filter_map(|job| job.step.callers.split_last());
            let earlier = merged.flat_map(|(_, earlier)| earlier);
            let answers: Vec<_> = earlier.map(|key| (*key, Ok(Outcome::Done(false)))).collect();
            self.deliver(self.callers.answer(answers.into_iter()));
        }
        if self.has(Planted::OvertakenDelete) && class == Class::Delete {
            self.finish(jobs.cloned().collect::<Vec<_>>());
        }
    }

    /// Applies the faults of saves, before each attempt.
    pub(in super::super) fn plant_saves(&self, batch: &mut Batch<R, B>) {
        for carried in batch.jobs_mut() {
            let upserts = self.plant.upserts(carried);
            if let Action::Write(Write::Set { condition, .. }) = &mut carried.job.step.action {
                if upserts {
                    *condition = Condition::None;
                } else if self.has(Planted::Overwrite) && *condition != Condition::None {
                    *condition = Condition::Exists;
                }
            }
        }
    }

    /// Applies the fault that misreads a failure.
    pub(in super::super) fn plant_failure(&self, attempt: &mut Attempt) {
        if let Some(failure) = &mut attempt.failure
            && self.has(Planted::RefusedNumber)
            && failure.kind == FailureKind::Unnumbered
        {
            failure.kind = FailureKind::Final;
        }
    }

    /// Applies the fault that takes effect before answers are delivered.
    pub(in super::super) fn plant_twins(&self, answers: &[(R, Answer)]) {
        if self.has(Planted::TwoAnswers) {
            let twins = answers
                .iter()
                .filter_map(|(reply, answer)| Some((reply.twin()?, answer.clone())));
            R::send_all(twins.collect());
        }
    }
}
