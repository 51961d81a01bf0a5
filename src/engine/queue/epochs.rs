//! Which steps were called before a sweep of the collection, and so must be done before it.

use std::collections::VecDeque;

use tokio::sync::oneshot;

/// Steps that were called between two sweeps.
#[derive(Default)]
struct Epoch {
    open: usize,
    waiting: Vec<oneshot::Sender<()>>,
}

/// The epochs that are not over, the current one last.
pub struct Epochs {
    /// The number of the first epoch in `list`.
    first: u64,
    list: VecDeque<Epoch>,
}

impl Epochs {
    /// The first epoch.
    pub fn new() -> Self {
        Self {
            first: 0,
            list: VecDeque::from([Epoch::default()]),
        }
    }

    /// A step begins. It has the number of its epoch until it leaves.
    pub fn enter(&mut self) -> u64 {
        if let Some(current) = self.list.back_mut() {
            current.open += 1;
        }
        self.first + self.list.len() as u64 - 1
    }

    /// A step of this epoch is done.
    pub fn leave(&mut self, epoch: u64) {
        let position = usize::try_from(epoch.saturating_sub(self.first)).unwrap_or(usize::MAX);
        if let Some(epoch) = self.list.get_mut(position) {
            epoch.open = epoch.open.saturating_sub(1);
        }
        self.end();
    }

    /// Resolves when all steps that began before are done.
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
                // Who waited may have given up.
                let _ = waiting.send(());
            }
        }
    }

    /// Whether no step is under way, and nobody waits.
    #[cfg(test)]
    pub fn are_over(&self) -> bool {
        self.list.len() == 1 && self.list.iter().all(|epoch| epoch.open == 0)
    }
}
