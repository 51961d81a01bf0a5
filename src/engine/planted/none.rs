//! No faults.

use super::super::Engine;
use super::super::backend::{Attempt, Backend};
use super::super::batch::Batch;
use super::super::operation::{Answer, Reply};
use super::super::queue::Class;
use super::Planted;

#[expect(clippy::unused_self, reason = "the tests have a variant that uses self")]
impl<R: Reply, B: Backend> Engine<R, B> {
    pub(in super::super) const fn has(&self, _planted: Planted) -> bool {
        false
    }

    pub(in super::super) const fn plant_before(&self, _batch: &Batch<R, B>, _class: Class) {}

    pub(in super::super) const fn plant_saves(&self, _batch: &mut Batch<R, B>) {}

    pub(in super::super) const fn plant_failure(&self, _attempt: &mut Attempt) {}

    pub(in super::super) const fn plant_twins(&self, _answers: &[(R, Answer)]) {}
}
