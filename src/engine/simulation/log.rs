//! The log of the calls of a run, with their answers.

use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use super::super::operation::{Answer, Reply};
use super::call::Call;

/// One call in the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The process that called.
    pub process: usize,
    /// What was called.
    pub call: Call,
    /// When it was called.
    pub called: Instant,
    /// Its answers. There should be exactly one.
    pub answers: Vec<(Instant, Answer)>,
}

impl Entry {
    /// Whether the call has seen nothing and changed nothing, since it is a read that failed.
    pub fn is_void(&self) -> bool {
        let is_read = matches!(self.call, Call::Get(..) | Call::All(_) | Call::Length);
        is_read && matches!(self.answers.first(), Some((_, Err(_))))
    }
}

/// All calls of a run, in order.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Entry>>>);

impl Log {
    /// Notes a call of a process, and when it was called.
    pub fn add(&self, process: usize, call: Call, called: Instant) -> Slot {
        let mut entries = self.0.lock().unwrap();
        entries.push(Entry {
            process,
            call,
            called,
            answers: Vec::new(),
        });
        Slot {
            log: self.clone(),
            place: entries.len() - 1,
        }
    }

    /// All calls so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap().clone()
    }

    /// The answer to the call at a place, once there is one.
    pub fn answer(&self, place: usize) -> Option<Answer> {
        let entries = self.0.lock().unwrap();
        let (_, answer) = entries.get(place).unwrap().answers.first()?;
        Some(answer.clone())
    }
}

/// Records the answer to a call in the log.
pub struct Slot {
    log: Log,
    /// The place of the call.
    pub place: usize,
}

impl Reply for Slot {
    fn send_all(answers: Vec<(Self, Answer)>) {
        for (slot, answer) in answers {
            let mut entries = slot.log.0.lock().unwrap();
            let entry = entries.get_mut(slot.place).unwrap();
            entry.answers.push((Instant::now(), answer));
        }
    }

    fn twin(&self) -> Option<Self> {
        Some(Self {
            log: self.log.clone(),
            place: self.place,
        })
    }
}
