//! Tracks which steps were called before a sweep of the collection and so must be done before it.

use std::collections::VecDeque;

use tokio::sync::oneshot;

/// The steps that were called between two sweeps.
#[derive(Default)]
struct Epoch {
    open: usize,
    waiting: Vec<oneshot::Sender<()>>,
}

/// The unfinished epochs. The current one is the last.
pub struct Epochs {
    /// The number of the first epoch in `list`.
    first: u64,
    list: VecDeque<Epoch>,
}

impl Epochs {
    /// Starts with one empty epoch.
    pub fn new() -> Self {
        Self {
            first: 0,
            list: VecDeque::from([Epoch::default()]),
        }
    }

    /// Adds a step to the current epoch. Returns the number of the epoch, which the step hands back when it
    /// leaves.
    pub fn enter(&mut self) -> u64 {
        if let Some(current) = self.list.back_mut() {
            current.open += 1;
        }
        self.first + self.list.len() as u64 - 1
    }

    /// Notes that a step of this epoch is done.
    pub fn leave(&mut self, epoch: u64) {
        let position = usize::try_from(epoch.saturating_sub(self.first)).unwrap_or(usize::MAX);
        if let Some(epoch) = self.list.get_mut(position) {
            epoch.open = epoch.open.saturating_sub(1);
        }
        self.end();
    }

    /// Resolves when all steps that were added before are done.
    pub fn settled(&mut self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        if let Some(current) = self.list.back_mut() {
            current.waiting.push(sender);
        }
        self.list.push_back(Epoch::default());
        self.end();
        receiver
    }

    fn end(&mut self) {
        while self.list.len() > 1 && self.list.front().is_some_and(|epoch| epoch.open == 0) {
            self.first += 1;
            for waiting in self.list.pop_front().into_iter().flat_map(|epoch| epoch.waiting) {
                // The receiver may have given up.
                let _ = waiting.send(());
            }
        }
    }

    /// Whether no step is unfinished and nobody waits.
    #[cfg(test)]
    pub fn are_over(&self) -> bool {
        self.list.len() == 1 && self.list.iter().all(|epoch| epoch.open == 0)
    }
}
