//! Steps that the engine itself asks for, and that are waited for together: the removals of a `clear`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::operation::Answer;
use crate::model::Failure;

/// Steps of one errand that are not done yet.
#[derive(Debug, Default)]
pub struct Errand {
    state: Mutex<State>,
    done: Notify,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    failure: Option<Failure>,
    given_up: bool,
}

impl Errand {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step more of this errand.
    pub fn step(self: &Arc<Self>) -> Arc<Self> {
        self.lock().open += 1;
        Arc::clone(self)
    }

    /// One step is done, or can't be.
    pub fn answer(&self, answer: &Answer) {
        let mut state = self.lock();
        state.open = state.open.saturating_sub(1);
        if let Err(failure) = answer {
            state.failure.get_or_insert_with(|| failure.clone());
        }
        drop(state);
        self.done.notify_waiters();
    }

    /// Whether somebody waits for its steps.
    pub fn is_wanted(&self) -> bool {
        !self.lock().given_up
    }

    /// Nobody waits for its steps any more: those that were not sent need not be.
    pub fn give_up(&self) {
        self.lock().given_up = true;
    }

    /// Resolves when all its steps are done.
    ///
    /// # Errors
    /// The first failure of a step.
    pub async fn settled(&self) -> Result<(), Failure> {
        loop {
            let done = self.done.notified();
            tokio::pin!(done);
            done.as_mut().enable();
            {
                let mut state = self.lock();
                if let Some(failure) = state.failure.take() {
                    return Err(failure);
                }
                if state.open == 0 {
                    return Ok(());
                }
            }
            done.await;
        }
    }
}
