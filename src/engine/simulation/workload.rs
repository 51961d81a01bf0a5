//! The stores of a run, and who calls them.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, sleep};

use super::super::Engine;
use super::super::operation::{Action, Answer, Condition, Outcome, Sweep, Write};
use super::call::Call;
use super::log::{Log, Slot};
use super::servers::Servers;
use super::shard::{self, POISON, REFUSED};
use crate::model::Field;

/// How long an operation waits for hooks of the application, in milliseconds: less than any deadline.
const LONGEST_HOOK: u64 = 100;
/// The first date at which a session may expire, in milliseconds since 1970.
pub const EXPIRES: i64 = 4_000_000_000_000;
/// The time in which sessions expire.
const SPAN: i64 = 1_000;
/// The clock of most callers.
pub const NOW: i64 = EXPIRES - SPAN;

/// The store of one process, and the log of all.
#[derive(Clone)]
pub struct Store {
    /// The number of the process.
    pub process: usize,
    /// The engine of the process.
    pub engine: Arc<Engine<Slot, Servers>>,
    /// The calls of all processes.
    pub log: Log,
}

impl Store {
    /// Calls an operation, and returns its place in the log.
    pub fn call(&self, call: Call) -> usize {
        self.submit_late(call, Duration::ZERO)
    }

    /// Submits an operation that was called some time ago, and waited for a hook of the application since then.
    fn submit_late(&self, call: Call, age: Duration) -> usize {
        let since = Instant::now() - age;
        let slot = self.log.add(self.process, call.clone(), since);
        let place = slot.place;
        match call {
            Call::Get(id, now) => self.submit(&id, Action::Get { now }, since, slot),
            Call::Set(id, text, expires) => self.submit(&id, set(text, expires, Condition::None), since, slot),
            Call::Save(id, text, expires) => self.submit(&id, set(text, expires, Condition::Exists), since, slot),
            Call::Compare(id, text, expires, read) => {
                let condition = Condition::IsStill(Field::Text(read));
                self.submit(&id, set(text, expires, condition), since, slot);
            }
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

    /// Resolves with the answer to the call at a place, some time after it came.
    async fn answer(&self, place: usize, random: &mut Rng) -> Answer {
        loop {
            if let Some(answer) = self.log.answer(place) {
                return answer;
            }
            sleep(Duration::from_millis(random.u64(1..20))).await;
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

fn any_id(random: &mut Rng, sessions: usize) -> String {
    format!("s{}", random.usize(0..sessions))
}

/// A caller that calls any operations, one after the other or many at once.
pub async fn caller(store: Store, mut random: Rng, number: usize, sessions: usize, until: Instant) {
    let pace = random.u64(1..200);
    let many = random.usize(1..12);
    let has_hooks = random.u8(0..4) == 0;
    for round in 0.. {
        if Instant::now() >= until {
            return;
        }
        let mut places = Vec::new();
        for count in 0..random.usize(1..=many) {
            let id = any_id(&mut random, sessions);
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
        if random.bool() {
            for place in places {
                // Any answer will do.
                let _ = store.answer(place, &mut random).await;
            }
        }
        sleep(Duration::from_millis(random.u64(0..pace))).await;
    }
}

/// A visitor, whose requests read a session and then save, renew or destroy it, as express-session does. Requests
/// of other visitors on the same session, in this process or another, may come between.
pub async fn visitor(store: Store, mut random: Rng, number: usize, sessions: usize, until: Instant) {
    let pace = random.u64(1..200);
    for round in 0.. {
        if Instant::now() >= until {
            return;
        }
        let id = any_id(&mut random, sessions);
        let text = format!("{id} by visitor {number} in {round}");
        let expires = EXPIRES + random.i64(0..SPAN);
        let read = store.call(Call::Get(id.clone(), NOW));
        match store.answer(read, &mut random).await {
            Ok(Outcome::Found(session)) => {
                sleep(Duration::from_millis(random.u64(0..pace))).await;
                match random.u8(0..10) {
                    0..3 => {
                        store.call(Call::Save(id, text, expires));
                    }
                    3..6 => {
                        store.call(Call::Compare(
                            id,
                            text,
                            expires,
                            session.value.as_ref().map(shard::text).unwrap_or_default(),
                        ));
                    }
                    6 => {
                        store.call(Call::Touch(id, NOW + SPAN, NOW));
                    }
                    7..9 => {
                        store.call(Call::Destroy(id));
                    }
                    _ => {
                        // A login: the session gets another id, and the old one must be gone for good.
                        store.call(Call::Destroy(id));
                        let id = any_id(&mut random, sessions);
                        store.call(Call::Set(id.clone(), format!("{id} from {text}"), expires));
                    }
                }
            }
            Ok(_) => {
                store.call(Call::Set(id, text, expires));
            }
            Err(_) => {}
        }
        sleep(Duration::from_millis(random.u64(0..pace))).await;
    }
}
