//! The faults of a run, and when they occur.

use std::time::Duration;

use fastrand::Rng;

use super::deployment::Deployment;

/// A way in which servers or the network fail for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Requests take long. Their times differ, so they overtake each other.
    Slow,
    /// Some requests and some replies don't arrive. The connection breaks or stays silent.
    Lossy,
    /// Nothing moves for a while, and then everything continues where it stopped. Some connections break meanwhile.
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
    /// Some requests, or some statements of a write, are more than the account pays for.
    Throttling,
}

const FAULTS: [Fault; 12] = [
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
    Fault::Throttling,
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
    let possible: Vec<Fault> = FAULTS.into_iter().filter(|fault| deployment.can_fail(*fault)).collect();
    let count = random.usize(0..6);
    let windows = (0..count).filter_map(|_| {
        let fault = *random.choice(&possible)?;
        let from = Duration::from_millis(random.u64(0..4_000));
        Some(Window {
            fault,
            from,
            to: from + Duration::from_millis(random.u64(10..6_000)),
            share: random.f64(),
        })
    });
    windows.collect()
}
