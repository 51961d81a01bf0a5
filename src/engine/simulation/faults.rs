//! The faults of a run, and when they occur.

use std::time::Duration;

use fastrand::Rng;

/// The kind of deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// One server, which doesn't support transaction numbers.
    Standalone,
    /// Servers that elect a primary.
    ReplicaSet,
    /// A router in front of two shards.
    Mongos,
}

/// A way in which servers or the network fail for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Requests take long. Their times differ, so they overtake each other.
    Slow,
    /// Some requests and some replies don't arrive. The connection breaks or stays silent.
    Lossy,
    /// Nothing moves for a while, and then everything continues where it stopped.
    Stall,
    /// There is no primary for a while, and then a new one.
    Election,
    /// Some commands are refused with codes of a passing state.
    Refusing,
    /// The server holds back some commands.
    Blocking,
    /// No server can be reached.
    Cut,
    /// Some statements conflict with other writes.
    Conflicts,
    /// Some writes are carried out, but not confirmed by enough members.
    Unconfirmed,
    /// The server is overloaded.
    Overload,
    /// Some requests arrive twice.
    Twice,
}

const FAULTS: [Fault; 11] = [
    Fault::Slow,
    Fault::Lossy,
    Fault::Stall,
    Fault::Election,
    Fault::Refusing,
    Fault::Blocking,
    Fault::Cut,
    Fault::Conflicts,
    Fault::Unconfirmed,
    Fault::Overload,
    Fault::Twice,
];

/// A fault and the time in which it is active, counted from the start of the run.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The fault.
    pub fault: Fault,
    /// When it begins.
    pub from: Duration,
    /// When it ends.
    pub to: Duration,
    /// The probability that a request is affected.
    pub share: f64,
}

/// The faults of a run. They may overlap.
pub fn windows(random: &mut Rng, deployment: Deployment) -> Vec<Window> {
    let possible = |fault: Fault| match fault {
        Fault::Election | Fault::Unconfirmed | Fault::Twice => deployment != Deployment::Standalone,
        _ => true,
    };
    let count = random.usize(0..6);
    let windows = (0..count).filter_map(|_| {
        let fault = *random.choice(&FAULTS)?;
        let from = Duration::from_millis(random.u64(0..4_000));
        Some(Window {
            fault,
            from,
            to: from + Duration::from_millis(random.u64(10..6_000)),
            share: random.f64(),
        })
    });
    windows
        .collect::<Vec<_>>()
        .into_iter()
        .filter(|window| possible(window.fault))
        .collect()
}
