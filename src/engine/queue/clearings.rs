//! The clears that are under way. A clear removes what is there when it is called: the first operation on a session that
//! is called later has the session removed before it, and the clear leaves that session alone from then on. So nobody
//! waits for the whole of it.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::errand::Errand;
use crate::model::Field;

/// One clear.
struct Clearing {
    number: u64,
    /// The epoch in which later sweeps find it.
    epoch: u64,
    spared: HashSet<Field>,
    errand: Arc<Errand>,
}

/// The clears under way, in the order of their calls.
#[derive(Default)]
pub struct Clearings {
    list: Vec<Clearing>,
    next: u64,
}

impl Clearings {
    /// A clear begins in this epoch, whose removals are of `errand`.
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

    /// A clear is over. Gives its epoch.
    pub fn end(&mut self, number: u64) -> Option<u64> {
        let place = self.list.iter().position(|clearing| clearing.number == number)?;
        Some(self.list.remove(place).epoch)
    }

    /// A session is used: gives the errands for which it must be removed before.
    pub fn spare(&mut self, id: &Field) -> Vec<Arc<Errand>> {
        let clearings = self.list.iter_mut();
        clearings
            .filter_map(|clearing| clearing.spared.insert(id.clone()).then(|| clearing.errand.step()))
            .collect()
    }

    /// Whether a clear must leave a session alone.
    pub fn spares(&self, number: u64, id: &Field) -> bool {
        let mut clearings = self.list.iter();
        clearings.any(|clearing| clearing.number == number && clearing.spared.contains(id))
    }

    /// Whether none is under way.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
