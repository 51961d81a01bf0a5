//! Faults that a test plants in the engine to check that the simulation finds them. A build without tests has
//! none.

use super::Engine;
use super::backend::Backend;
use super::batch::Batch;
use super::operation::{Answer, Reply};
use super::queue::Class;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// No fault.
    Nothing,
    /// An attempt is dropped at the first deadline of its callers, and started again for the others.
    CutAtFirstDeadline,
    /// Different statements reuse the number of the previous ones.
    ReusedNumber,
    /// Writes have no transaction number.
    MissingNumber,
    /// A caller gets a session that has expired by its own clock, but not by another caller's.
    OneClock,
    /// A session is released before its removal is answered.
    #[cfg(test)]
    OvertakenDelete,
    /// A caller is answered twice.
    #[cfg(test)]
    TwoAnswers,
    /// The earlier callers of merged sets are answered before the session of the last set is stored.
    #[cfg(test)]
    EarlyMerge,
    /// A save brings back a session that was destroyed after it was read.
    Upsert,
    /// A session is released before the outcome of a late write is known.
    EarlyRelease,
}

#[cfg(test)]
impl<R: Reply, B: Backend> Engine<R, B> {
    /// Whether this engine has the fault.
    pub(super) fn has(&self, planted: Planted) -> bool {
        self.planted == planted
    }

    /// Applies the faults that take effect before a batch is sent.
    pub(super) fn plant_before(self: &std::sync::Arc<Self>, batch: &Batch<R, B>, class: Class) {
        let jobs = batch.jobs().iter().map(|carried| &carried.job);
        if self.has(Planted::EarlyMerge) {
            let merged = jobs.clone().filter_map(|job| job.step.callers.split_last());
            let earlier = merged.flat_map(|(_, earlier)| earlier);
            let answers: Vec<_> = earlier
                .map(|key| (*key, Ok(super::operation::Outcome::Done(false))))
                .collect();
            self.deliver(self.callers.answer(answers.into_iter()));
        }
        if self.has(Planted::OvertakenDelete) && class == Class::Delete {
            self.finish(jobs.cloned().collect::<Vec<_>>());
        }
    }

    /// Applies the fault that takes effect before answers are delivered.
    pub(super) fn plant_twins(&self, answers: &[(R, Answer)]) {
        if self.has(Planted::TwoAnswers) {
            let twins = answers
                .iter()
                .filter_map(|(reply, answer)| Some((reply.twin()?, answer.clone())));
            R::send_all(twins.collect());
        }
    }
}

#[cfg(not(test))]
#[expect(clippy::unused_self, reason = "the tests have a variant that uses self")]
impl<R: Reply, B: Backend> Engine<R, B> {
    pub(super) const fn has(&self, _planted: Planted) -> bool {
        false
    }

    pub(super) const fn plant_before(&self, _batch: &Batch<R, B>, _class: Class) {}

    pub(super) const fn plant_twins(&self, _answers: &[(R, Answer)]) {}
}
