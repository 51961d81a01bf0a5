//! What a store has done so far: counters, and the latencies of operations.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::model::Kind;

/// The significant digits of a recorded latency, which keep it within 1 % of its value.
const DIGITS: u8 = 2;

/// The latencies of one kind of operation, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    /// The kind of operation.
    pub kind: Kind,
    /// The number of answered operations.
    pub count: u64,
    /// The mean latency.
    pub mean: f64,
    /// The median: half of the operations took no longer.
    pub p50: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The 99.9th percentile.
    pub p999: u64,
    /// The longest latency.
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
    /// Statistics of a new store, all zero.
    pub fn new() -> Self {
        // A histogram can only fail for more than 5 digits.
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

    /// Counts a batch, which has this many steps with callers of the store.
    pub fn batch(&self, steps: usize) {
        if steps == 0 {
            return;
        }
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.steps.fetch_add(steps as u64, Ordering::Relaxed);
    }

    /// Counts a retry of a batch.
    pub fn retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts answered operations: the kind, the latency, and the name of the error if any.
    pub fn answered(&self, operations: impl Iterator<Item = (Kind, Duration, Option<&'static str>)>) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, duration, error) in operations {
            if let Some((_, histogram)) = taken.latencies.get_mut(kind as usize) {
                // A histogram that resizes itself takes any duration.
                let _ = histogram.record(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
            }
            if let Some(name) = error {
                *taken.errors.entry(name).or_default() += 1;
            }
        }
    }

    /// The number of batches sent, of the steps in them, and of retries.
    pub fn counts(&self) -> (u64, u64, u64) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (read(&self.batches), read(&self.steps), read(&self.retries))
    }

    /// The latencies of every kind that was answered at least once.
    pub fn latencies(&self) -> Vec<Latency> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = taken.latencies.iter().filter(|(_, histogram)| !histogram.is_empty());
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

    /// The number of errors, by name.
    pub fn errors(&self) -> Vec<(&'static str, u64)> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.errors.iter().map(|(name, count)| (*name, *count)).collect()
    }
}
