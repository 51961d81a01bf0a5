//! Steps that the engine itself asks for, and that are waited for together: the removals of a `clear`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::callers::Key;
use super::operation::Answer;
use crate::model::Failure;

/// Steps of one errand that are not done yet.
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
    /// An errand for a caller, as long as that one waits.
    pub fn new(caller: Key) -> Arc<Self> {
        Arc::new(Self {
            caller,
            state: Mutex::default(),
            done: Notify::new(),
        })
    }

    /// Who waits for it.
    pub fn caller(&self) -> Key {
        self.caller
    }

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
