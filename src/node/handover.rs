//! What threads hand over to JavaScript: it gathers until JavaScript takes all of it at once.

use std::mem;
use std::sync::PoisonError;

use crate::sync::{Mutex, MutexGuard};

/// Things that were handed over and are not taken yet.
pub struct Handover<T>(Mutex<Vec<T>>);

impl<T> Handover<T> {
    /// Nothing is handed over yet.
    pub fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        // The list is consistent after each push or take, even if the thread that made it panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands things over. Returns whether JavaScript must be woken: it takes everything that has arrived by the
    /// time it runs, so only whoever finds nothing there wakes it.
    pub fn push(&self, things: impl Iterator<Item = T>) -> bool {
        let mut waiting = self.lock();
        let wakes = waiting.is_empty();
        waiting.extend(things);
        wakes
    }

    /// Takes everything.
    pub fn take(&self) -> Vec<T> {
        mem::take(&mut *self.lock())
    }
}

#[cfg(all(test, feature = "loom"))]
mod models;
