//! An errand groups steps that the engine itself orders and waits for together: the removals of a `clear`.

use std::sync::{Arc, PoisonError};

use super::callers::Key;
use super::operation::Answer;
use crate::model::Failure;
use crate::sync::{Mutex, MutexGuard, Notify};

/// The state of one errand: its unfinished steps and their first failure.
#[derive(Debug)]
pub struct Errand {
    caller: Key,
    state: Mutex<State>,
    done: Notify,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    failure: Option<Failure>,
}

impl Errand {
    /// Creates an errand for a caller. It matters only while that caller waits.
    pub fn new(caller: Key) -> Arc<Self> {
        Arc::new(Self {
            caller,
            state: Mutex::default(),
            done: Notify::new(),
        })
    }

    /// The caller that waits for the errand.
    pub fn caller(&self) -> Key {
        self.caller
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the state consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a step to this errand.
    pub fn step(self: &Arc<Self>) -> Arc<Self> {
        self.lock().open += 1;
        Arc::clone(self)
    }

    /// Reports that one step succeeded or failed.
    pub fn answer(&self, answer: &Answer) {
        let mut state = self.lock();
        state.open = state.open.saturating_sub(1);
        if let Err(failure) = answer {
            state.failure.get_or_insert_with(|| failure.clone());
        }
        drop(state);
        self.done.notify_waiters();
    }

    /// Resolves when all steps are done.
    ///
    /// # Errors
    /// The first failure among the steps.
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
