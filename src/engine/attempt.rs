//! What one attempt to carry out a batch comes to.

use super::operation::{Answer, Outcome};
use crate::error::Failure;

/// The answers that an attempt gave, one for each job of the batch.
pub struct Attempt {
    /// `None` for a job of which nothing is known.
    pub answers: Vec<Option<Answer>>,
    /// Why nothing is known of these.
    pub failure: Option<Failure>,
}

impl Attempt {
    /// An attempt of which nothing is known for any of `jobs` jobs.
    pub fn failed(jobs: usize, failure: Failure) -> Self {
        Self {
            answers: vec![None; jobs],
            failure: Some(failure),
        }
    }

    /// An attempt that gave the same outcome for each of `jobs` jobs, but for those that are set after.
    pub fn succeeded(jobs: usize, outcome: &Outcome) -> Self {
        Self {
            answers: vec![Some(Ok(outcome.clone())); jobs],
            failure: None,
        }
    }

    /// Sets the answer of one job.
    pub fn set(&mut self, job: usize, answer: Answer) {
        if let Some(place) = self.answers.get_mut(job) {
            *place = Some(answer);
        }
    }
}
