//! What goes wrong in a run, and when.

use std::time::Duration;

use fastrand::Rng;

/// What the servers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// One server, which does not number writes.
    Standalone,
    /// Servers that elect a primary.
    ReplicaSet,
    /// A router before two shards.
    Mongos,
}

/// A way in which servers or the network fail for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Requests take long, each another time, and so overtake each other.
    Slow,
    /// Some requests do not arrive, and some replies. The connection breaks, or is silent.
    Lossy,
    /// Nothing moves, and goes on where it was.
    Stall,
    /// There is no primary, and then another one.
    Election,
    /// Some commands are refused, by codes that pass.
    Refusing,
    /// Some commands are held by the server.
    Blocking,
    /// Nobody can be reached.
    Cut,
    /// Some statements run into others' writes.
    Conflicts,
    /// Some writes are carried out, and not confirmed by enough members.
    Unconfirmed,
    /// The server has too much to do.
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

/// A fault from one moment to another, from the beginning of the run.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The fault.
    pub fault: Fault,
    /// When it begins.
    pub from: Duration,
    /// When it ends.
    pub to: Duration,
    /// How likely a request is to meet it.
    pub share: f64,
}

/// The faults of a run: some at a time, some alone.
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
