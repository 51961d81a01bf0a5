//! What a store has done so far: counts, and how long operations took.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::model::Kind;

/// Digits of a latency that are kept: 1 % of the value.
const DIGITS: u8 = 2;

/// How long the operations of one kind took, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    /// The kind.
    pub kind: Kind,
    /// How many were answered.
    pub count: u64,
    /// The mean.
    pub mean: f64,
    /// Half of them took no longer than this.
    pub p50: u64,
    /// 99 of 100, likewise.
    pub p99: u64,
    /// 999 of 1,000, likewise.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

/// A store's statistics.
pub struct Stats {
    batches: AtomicU64,
    steps: AtomicU64,
    retries: AtomicU64,
    taken: Mutex<Taken>,
}

struct Taken {
    latencies: Vec<(Kind, Histogram<u64>)>,
    errors: HashMap<&'static str, u64>,
}

impl Stats {
    /// All zero.
    pub fn new() -> Self {
        // The only error is a number of digits over 5.
        let latencies = Kind::ALL
            .iter()
            .filter_map(|kind| Some((*kind, Histogram::new(DIGITS).ok()?)))
            .collect();
        Self {
            batches: AtomicU64::new(0),
            steps: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            taken: Mutex::new(Taken {
                latencies,
                errors: HashMap::new(),
            }),
        }
    }

    /// A batch was sent, with so many steps that were called.
    pub fn batch(&self, steps: usize) {
        if steps == 0 {
            return;
        }
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.steps.fetch_add(steps as u64, Ordering::Relaxed);
    }

    /// A batch is sent again.
    pub fn retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Operations were answered: each one's kind, how long it took, and the name of its error.
    pub fn answered(&self, operations: impl Iterator<Item = (Kind, Duration, Option<&'static str>)>) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, duration, error) in operations {
            if let Some((_, histogram)) = taken.latencies.get_mut(kind as usize) {
                // A histogram that resizes itself refuses nothing that a clock can give.
                let _ = histogram.record(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
            }
            if let Some(name) = error {
                *taken.errors.entry(name).or_default() += 1;
            }
        }
    }

    /// Batches sent, the steps in them, and repeated attempts.
    pub fn counts(&self) -> (u64, u64, u64) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (read(&self.batches), read(&self.steps), read(&self.retries))
    }

    /// The latencies of each kind that was ever answered.
    pub fn latencies(&self) -> Vec<Latency> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = taken
            .latencies
            .iter()
            .filter(|(_, histogram)| !histogram.is_empty());
        answered
            .map(|(kind, histogram)| Latency {
                kind: *kind,
                count: histogram.len(),
                mean: histogram.mean(),
                p50: histogram.value_at_quantile(0.5),
                p99: histogram.value_at_quantile(0.99),
                p999: histogram.value_at_quantile(0.999),
                max: histogram.max(),
            })
            .collect()
    }

    /// The errors by name.
    pub fn errors(&self) -> Vec<(&'static str, u64)> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.errors.iter().map(|(name, count)| (*name, *count)).collect()
    }
}
