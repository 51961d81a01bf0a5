//! The clears in progress. A clear removes what exists when it is called. The first later operation on a
//! session gets a removal of that session before it, and the clear then leaves that session alone. So no
//! operation waits for the whole clear.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::errand::Errand;
use crate::model::Field;

/// One clear.
struct Clearing {
    number: u64,
    /// The epoch that keeps later sweeps waiting for the clear.
    epoch: u64,
    spared: HashSet<Field>,
    errand: Arc<Errand>,
}

/// The clears in progress, in the order of their calls.
#[derive(Default)]
pub struct Clearings {
    list: Vec<Clearing>,
    next: u64,
}

impl Clearings {
    /// Begins a clear in this epoch. Its removals belong to `errand`.
    pub fn begin(&mut self, epoch: u64, errand: Arc<Errand>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.list.push(Clearing {
            number,
            epoch,
            spared: HashSet::new(),
            errand,
        });
        number
    }

    /// Ends a clear and returns its epoch.
    pub fn end(&mut self, number: u64) -> Option<u64> {
        let place = self.list.iter().position(|clearing| clearing.number == number)?;
        Some(self.list.remove(place).epoch)
    }

    /// Spares a session that is about to be used. Returns the errands for which it must be removed first.
    pub fn spare(&mut self, id: &Field) -> Vec<Arc<Errand>> {
        let clearings = self.list.iter_mut();
        clearings
            .filter_map(|clearing| clearing.spared.insert(id.clone()).then(|| clearing.errand.step()))
            .collect()
    }

    /// Whether a clear must spare a session.
    pub fn spares(&self, number: u64, id: &Field) -> bool {
        let mut clearings = self.list.iter();
        clearings.any(|clearing| clearing.number == number && clearing.spared.contains(id))
    }

    /// Whether no clear is in progress.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
