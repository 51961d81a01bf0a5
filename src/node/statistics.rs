//! The statistics of a store, in the form in which they cross to JavaScript. `lib/connection/stats.js` gives
//! them their final shape.

use napi_derive::napi;

use crate::engine::{Backend, Engine, Reply};

/// What a store has done so far.
#[napi(object, object_from_js = false)]
pub struct Statistics {
    /// The number of batches sent.
    pub batches: f64,
    /// The number of steps in them, each for one session.
    pub steps: f64,
    /// The number of retries.
    pub retries: f64,
    /// The number of waiting operations.
    pub waiting: u32,
    /// The number of operations in flight.
    pub in_flight: u32,
    /// The latencies of each kind of operation.
    pub latencies: Vec<Latency>,
    /// The number of errors, by name.
    pub errors: Vec<ErrorCount>,
}

/// The latencies of one kind of operation, in microseconds.
#[napi(object, object_from_js = false)]
pub struct Latency {
    /// The method's name.
    pub operation: &'static str,
    /// The number of answered operations.
    pub count: f64,
    /// The mean latency.
    pub mean: f64,
    /// The median: half of the operations took no longer.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The 99.9th percentile.
    pub p999: f64,
    /// The longest latency.
    pub max: f64,
}

/// How often an error was given to a caller.
#[napi(object, object_from_js = false)]
pub struct ErrorCount {
    /// The error's name.
    pub name: &'static str,
    /// How often it was given to a caller.
    pub count: f64,
}

#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^53")]
impl Statistics {
    /// The statistics of an engine.
    pub fn of<R: Reply, B: Backend>(engine: &Engine<R, B>) -> Self {
        let (batches, steps, retries) = engine.stats().counts();
        let (waiting, in_flight) = engine.load();
        let latencies = engine.stats().latencies().into_iter().map(|latency| Latency {
            operation: latency.kind.name(),
            count: latency.count as f64,
            mean: latency.mean,
            p50: latency.p50 as f64,
            p99: latency.p99 as f64,
            p999: latency.p999 as f64,
            max: latency.max as f64,
        });
        let errors = engine.stats().errors().into_iter().map(|(name, count)| ErrorCount {
            name,
            count: count as f64,
        });
        Self {
            batches: batches as f64,
            steps: steps as f64,
            retries: retries as f64,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            in_flight: u32::try_from(in_flight).unwrap_or(u32::MAX),
            latencies: latencies.collect(),
            errors: errors.collect(),
        }
    }
}
