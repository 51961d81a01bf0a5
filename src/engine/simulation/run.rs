//! One run, from the first call until everything is quiet.

use std::collections::HashMap;
use std::time::Duration;

use fastrand::Rng;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, sleep_until};

use super::super::Engine;
use super::super::backend::Retries;
use super::super::planted::Planted;
use super::call::Call;
use super::check::{self, Violation};
use super::deployment::Deployment;
use super::faults::{self, Fault};
use super::history::history;
use super::log::Log;
use super::servers::Servers;
use super::workload::{EXPIRES, NOW, Store, caller, visitor};

/// The time after the last fault by which the store must work again, and the time in which it must end what
/// nobody waits for.
const RECOVERY: Duration = Duration::from_secs(20);
const QUIET: Duration = Duration::from_secs(60);
/// How late an answer may be, since timers have a resolution of milliseconds.
const SLACK: Duration = Duration::from_millis(20);
/// The highest number of processes that share the sessions.
pub const PROCESSES: usize = 2;

/// What a run tells that breaks no promise.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// The calls with the times and texts of their answers.
    pub history: String,
    /// The number of sessions with too many possible orders to look at.
    pub unjudged: usize,
}

/// Runs one seed.
pub async fn simulate(mut random: Rng, planted: Planted) -> Result<Told, Violation> {
    let deployment = Deployment::any(&mut random);
    let windows = faults::windows(&mut random, deployment);
    let limit = Duration::from_millis(random.u64(100..3_000));
    let selection = Duration::from_millis(random.u64(100..4_000));
    let retries = Retries {
        reads: true,
        writes: random.u8(0..8) > 0,
    };
    let servers = Servers::new(random.fork(), deployment, retries, windows.clone(), selection);
    let log = Log::default();
    let stores: Vec<Store> = (0..random.usize(1..=PROCESSES))
        .map(|process| {
            let servers = servers.of_another_process(&mut random);
            let engine = Engine::with(Handle::current(), servers, None, limit, random.fork(), planted);
            engine.start(|_| {});
            Store {
                process,
                engine,
                log: log.clone(),
            }
        })
        .collect();
    let start = Instant::now();
    let sessions = random.usize(1..12);
    let busy = start + Duration::from_millis(random.u64(1_000..8_000));
    let callers: Vec<_> = (0..random.usize(2..7))
        .map(|number| {
            let store = random.choice(&stores).unwrap().clone();
            if random.bool() {
                tokio::spawn(caller(store, random.fork(), number, sessions, busy))
            } else {
                tokio::spawn(visitor(store, random.fork(), number, sessions, busy))
            }
        })
        .collect();
    for caller in callers {
        caller.await.map_err(|panic| Violation(panic.to_string()))?;
    }
    let healthy = windows.iter().map(|window| start + window.to).max().unwrap_or(start);
    sleep_until(healthy + RECOVERY).await;
    for store in &stores {
        works_again(store, sessions, limit).await?;
    }
    for store in &stores {
        falls_quiet(store).await?;
    }
    let entries = log.entries();
    check::answers(&entries, limit + SLACK)?;
    if windows.iter().all(|window| window.fault == Fault::Throttling) {
        check::failures(&entries)?;
    }
    let documents: HashMap<_, _> = servers.documents().into_iter().collect();
    let once = deployment.numbers_writes() && retries.writes;
    let unjudged = check::order(&entries, &documents, &servers.stored(), sessions, once)?;
    for store in &stores {
        store.engine.abandon();
    }
    Ok(Told {
        history: history(&entries, start),
        unjudged,
    })
}

/// Checks that each session can be read and stored once nothing has failed for a while.
async fn works_again(store: &Store, sessions: usize, limit: Duration) -> Result<(), Violation> {
    let mut places = Vec::new();
    for number in 0..sessions {
        let id = format!("s{number}");
        places.push(store.call(Call::Get(id.clone(), NOW)));
        places.push(store.call(Call::Set(id.clone(), format!("{id} at last"), EXPIRES)));
        places.push(store.call(Call::Get(id, NOW)));
    }
    places.push(store.call(Call::Length));
    sleep(limit + SLACK).await;
    let entries = store.log.entries();
    for entry in places.into_iter().filter_map(|place| entries.get(place)) {
        if !matches!(entry.answers.as_slice(), [(_, Ok(_))]) {
            return Err(Violation(format!("after the last fault: {entry:?}")));
        }
    }
    Ok(())
}

/// Checks that nothing is left running that nobody waits for.
async fn falls_quiet(store: &Store) -> Result<(), Violation> {
    let end = Instant::now() + QUIET;
    while store.engine.load() != (0, 0) || store.engine.queue.sessions() > 0 {
        if Instant::now() > end {
            let (load, sessions) = (store.engine.load(), store.engine.queue.sessions());
            return Err(Violation(format!(
                "left over: {load:?} operations, {sessions} sessions"
            )));
        }
        sleep(Duration::from_millis(10)).await;
    }
    if store.engine.callers.kept() > 2_048 {
        return Err(Violation(
            "answered callers are still kept in the order of deadlines".into(),
        ));
    }
    Ok(())
}
