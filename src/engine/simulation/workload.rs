//! The callers of a run, and the log of their calls that is checked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, sleep_until};

use super::super::Engine;
use super::super::operation::{Action, Answer, Condition, Outcome, Reply, Sweep, Write};
use super::super::planted::Planted;
use super::check::{self, Call, Violation};
use super::faults::{self, Deployment};
use super::servers::Servers;
use super::shard::{POISON, REFUSED};
use crate::model::Field;

/// The time after the last fault by which the store must work again, and the time in which it must end what
/// nobody waits for.
const RECOVERY: Duration = Duration::from_secs(20);
const QUIET: Duration = Duration::from_secs(60);
/// How late an answer may be, since timers have a resolution of milliseconds.
const SLACK: Duration = Duration::from_millis(20);
/// How long an operation waits for hooks of the application, in milliseconds: less than any deadline.
const LONGEST_HOOK: u64 = 100;
/// The first date at which a session may expire, in milliseconds since 1970.
const EXPIRES: i64 = 4_000_000_000_000;
/// The time in which sessions expire.
const SPAN: i64 = 1_000;
/// The clock of most callers.
const NOW: i64 = EXPIRES - SPAN;

/// One call in the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was called.
    pub call: Call,
    /// When it was called.
    pub called: Instant,
    /// Its answers. There should be exactly one.
    pub answers: Vec<(Instant, Answer)>,
}

/// All calls of a run, in order.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Entry>>>);

impl Log {
    fn add(&self, call: Call, called: Instant) -> Slot {
        let mut entries = self.0.lock().unwrap();
        entries.push(Entry {
            call,
            called,
            answers: Vec::new(),
        });
        Slot {
            log: self.clone(),
            place: entries.len() - 1,
        }
    }

    fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap().clone()
    }

    fn is_answered(&self, place: usize) -> bool {
        !self.0.lock().unwrap().get(place).unwrap().answers.is_empty()
    }
}

/// Records the answer to a call in the log.
struct Slot {
    log: Log,
    place: usize,
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

/// The engine and its log.
#[derive(Clone)]
struct Store {
    engine: Arc<Engine<Slot, Servers>>,
    log: Log,
}

impl Store {
    /// Calls an operation, and returns its place in the log.
    fn call(&self, call: Call) -> usize {
        self.submit_late(call, Duration::ZERO)
    }

    /// Submits an operation that was called some time ago, and waited for a hook of the application since then.
    fn submit_late(&self, call: Call, age: Duration) -> usize {
        let since = Instant::now() - age;
        let slot = self.log.add(call.clone(), since);
        let place = slot.place;
        match call {
            Call::Get(id, now) => self.submit(&id, Action::Get { now }, since, slot),
            Call::Set(id, text, expires) => self.submit(&id, set(text, expires, Condition::None), since, slot),
            Call::Save(id, text, expires) => self.submit(&id, set(text, expires, Condition::Exists), since, slot),
            Call::Touch(id, expires, now) => {
                let write = Write::Touch {
                    expires,
                    last_modified: None,
                    known_live: false,
                    now,
                };
                self.submit(&id, Action::Write(write), since, slot);
            }
            Call::Destroy(id) => self.submit(&id, Action::Write(Write::Destroy), since, slot),
            Call::All(now) => self.engine.sweep(Sweep::All(now), since, slot),
            Call::Length => self.engine.sweep(Sweep::Length, since, slot),
            Call::Clear => self.engine.sweep(Sweep::Clear, since, slot),
        }
        place
    }

    fn submit(&self, id: &str, action: Action, since: Instant, slot: Slot) {
        if self.engine.submit(Field::Text(id.to_owned()), action, since, slot) {
            self.engine.flush();
        }
    }
}

fn set(text: String, expires: i64, condition: Condition) -> Action {
    Action::Write(Write::Set {
        session: Field::Text(text),
        expires,
        last_modified: None,
        condition,
        now: NOW,
    })
}

/// A caller that calls operations, one after the other or many at once.
async fn caller(store: Store, mut random: Rng, number: usize, sessions: usize, until: Instant) {
    let pace = random.u64(1..200);
    let many = random.usize(1..12);
    let has_hooks = random.u8(0..4) == 0;
    for round in 0.. {
        if Instant::now() >= until {
            return;
        }
        let mut places = Vec::new();
        for count in 0..random.usize(1..=many) {
            let id = format!("s{}", random.usize(0..sessions));
            // Some clocks are ahead of others, by more than some sessions live.
            let now = if random.u8(0..5) == 0 {
                EXPIRES + random.i64(0..SPAN)
            } else {
                NOW
            };
            let expires = EXPIRES + random.i64(0..SPAN);
            let text = format!("{id} by {number} in {round}, {count}");
            let call = match random.u8(0..100) {
                0..35 => Call::Get(id, now),
                35..55 => Call::Set(id, text, expires),
                55..65 => Call::Save(id, text, expires),
                65..80 => Call::Touch(id, now + SPAN, now),
                80..92 => Call::Destroy(id),
                92..94 => Call::Set(id, format!("{REFUSED}{text}"), expires),
                94 => Call::Set(id, format!("{POISON}{text}"), expires),
                95 => Call::Clear,
                96..98 => Call::All(now),
                _ => Call::Length,
            };
            let age = if has_hooks { random.u64(0..LONGEST_HOOK) } else { 0 };
            places.push(store.submit_late(call, Duration::from_millis(age)));
        }
        // Some rounds wait for their answers, and some don't.
        let patient = random.bool();
        while patient && !places.iter().all(|place| store.log.is_answered(*place)) {
            sleep(Duration::from_millis(random.u64(1..20))).await;
        }
        sleep(Duration::from_millis(random.u64(0..pace))).await;
    }
}

/// One run, from the first call until everything is quiet. Returns the calls with the times and texts of
/// their answers.
pub async fn simulate(mut random: Rng, planted: Planted) -> Result<String, Violation> {
    let deployment = *random
        .choice(&[Deployment::Standalone, Deployment::ReplicaSet, Deployment::Mongos])
        .unwrap();
    let windows = faults::windows(&mut random, deployment);
    let limit = Duration::from_millis(random.u64(100..3_000));
    let selection = Duration::from_millis(random.u64(100..4_000));
    let servers = Servers::new(random.fork(), deployment, windows.clone(), selection);
    let engine = Engine::with(Handle::current(), servers.share(), None, limit, random.fork(), planted);
    engine.start(|_| {});
    let store = Store {
        engine,
        log: Log::default(),
    };
    let start = Instant::now();
    let sessions = random.usize(1..20);
    let busy = start + Duration::from_millis(random.u64(1_000..8_000));
    let callers: Vec<_> = (0..random.usize(1..6))
        .map(|number| tokio::spawn(caller(store.clone(), random.fork(), number, sessions, busy)))
        .collect();
    for caller in callers {
        caller.await.map_err(|panic| Violation(panic.to_string()))?;
    }
    let healthy = windows.iter().map(|window| start + window.to).max().unwrap_or(start);
    sleep_until(healthy + RECOVERY).await;
    works_again(&store, sessions, limit).await?;
    falls_quiet(&store).await?;
    let entries = store.log.entries();
    check::answers(&entries, limit + SLACK)?;
    let documents: HashMap<_, _> = servers.documents().into_iter().collect();
    check::order(&entries, &documents, sessions, deployment != Deployment::Standalone)?;
    store.engine.abandon();
    Ok(check::history(&entries, start))
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

/// The text and expiry of the document in an answer, if it has one.
pub fn found(answer: &Answer) -> Option<(String, i64)> {
    match answer {
        Ok(Outcome::Found(session)) => match &session.value {
            Some(Field::Text(text)) => Some((text.clone(), session.expires.unwrap_or_default())),
            _ => None,
        },
        _ => None,
    }
}
