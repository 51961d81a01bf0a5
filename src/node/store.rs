//! The class that JavaScript calls: arguments in, one operation of the engine out. It decides nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use napi::bindgen_prelude::{Either, Function, Uint8Array};
use napi::{Env, Error};
use napi_derive::napi;
use tokio::time::Instant;

use super::cipher::NativeCipher;
use super::completion::{Completions, Finished, SlotReply};
use super::settings::Settings;
use super::statistics::Statistics;
use crate::engine::{Action, Condition, Engine, Outcome, Reply, Sweep, Write};
use crate::model::{Failure, Field};
use crate::mongo::Mongo;
use crate::runtime;

/// A session id or a session from JavaScript: a string, or the bytes of a BSON document with one field.
pub type Given = Either<String, Uint8Array>;

/// The native half of one store. Each operation has a slot, a number with which its result comes back. The
/// methods for one session return whether the operation waits for `flush`. `deliver` must not refer to this
/// object: the garbage collector can't see that circle.
#[napi]
pub struct NativeStore {
    engine: Arc<Engine<SlotReply, Mongo>>,
    completions: Arc<Completions>,
    /// How many microseconds ago the next operation was called.
    age: AtomicU64,
}

#[expect(clippy::too_many_arguments, reason = "an operation crosses once, as primitives")]
#[napi]
impl NativeStore {
    /// Creates a store that hands its results to `deliver(list)` and encrypts with `cipher`. It connects in
    /// the background.
    #[napi(constructor)]
    pub fn new(
        settings: Settings,
        deliver: Function<'_, Finished, ()>,
        cipher: Option<&NativeCipher>,
    ) -> napi::Result<Self> {
        let runtime = runtime::handle().map_err(|error| Error::from_reason(error.to_string()))?;
        let engine = Engine::new(
            runtime,
            Mongo::new(settings.place()),
            cipher.map(NativeCipher::share),
            settings.time_limit(),
            fastrand::Rng::new(),
        );
        let completions = Completions::new(deliver)?;
        // The engine reports events until the store is gone, and must not keep it alive.
        let teller = Arc::downgrade(&completions);
        engine.start(move |event| {
            if let Some(completions) = teller.upgrade() {
                completions.tell(event);
            }
        });
        Ok(Self {
            engine,
            completions,
            age: AtomicU64::new(0),
        })
    }

    /// Sets whether this store keeps the process alive.
    #[napi]
    pub fn hold(&self, env: Env, alive: bool) {
        self.completions.hold(&env, alive);
    }

    /// Drops `deliver`. No operation may be started any more, and no answer may be missing.
    #[napi]
    pub fn release(&self) {
        self.completions.release();
    }

    /// Tells how many milliseconds ago the next operation was called. Its deadline counts from then.
    #[napi]
    pub fn backdate(&self, milliseconds: f64) {
        let age = Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default();
        let age = u64::try_from(age.as_micros()).unwrap_or_default();
        self.age.store(age, Ordering::Relaxed);
    }

    /// Reads a session. `now` is the caller's clock in milliseconds since 1970, as for all methods.
    #[napi]
    pub fn get(&self, slot: u32, id: Given, now: f64) -> bool {
        self.submit(slot, id, Ok(Action::Get { now: to_date(now) }))
    }

    /// Stores a session. `expires` and `last_modified` are milliseconds since 1970. A `known` session is stored
    /// only if it still exists, and with `record`, only if that still is what is stored.
    #[napi]
    pub fn set(
        &self,
        slot: u32,
        id: Given,
        now: f64,
        session: Given,
        expires: f64,
        last_modified: Option<f64>,
        known: bool,
        record: Option<Given>,
    ) -> bool {
        let condition = match record {
            Some(record) => to_field(record).map(Condition::IsStill),
            None if known => Ok(Condition::Exists),
            None => Ok(Condition::None),
        };
        let write = to_field(session).and_then(|session| {
            Ok(Write::Set {
                session,
                expires: to_date(expires),
                last_modified: last_modified.map(to_date),
                condition: condition?,
                now: to_date(now),
            })
        });
        self.submit(slot, id, write.map(Action::Write))
    }

    /// Moves the expiry of a session. `known_live` promises that the session exists unless it was removed.
    #[napi]
    pub fn touch(
        &self,
        slot: u32,
        id: Given,
        now: f64,
        expires: f64,
        last_modified: Option<f64>,
        known_live: bool,
    ) -> bool {
        let write = Write::Touch {
            expires: to_date(expires),
            last_modified: last_modified.map(to_date),
            known_live,
            now: to_date(now),
        };
        self.submit(slot, id, Ok(Action::Write(write)))
    }

    /// Removes a session.
    #[napi]
    pub fn destroy(&self, slot: u32, id: Given) -> bool {
        self.submit(slot, id, Ok(Action::Write(Write::Destroy)))
    }

    /// Sends the operations that wait for it.
    #[napi]
    pub fn flush(&self) {
        self.engine.flush();
    }

    /// Reads all live sessions.
    #[napi]
    pub fn all(&self, slot: u32, now: f64) {
        self.sweep(slot, Sweep::All(to_date(now)));
    }

    /// Counts the documents.
    #[napi]
    pub fn length(&self, slot: u32) {
        self.sweep(slot, Sweep::Length);
    }

    /// Removes all documents.
    #[napi]
    pub fn clear(&self, slot: u32) {
        self.sweep(slot, Sweep::Clear);
    }

    /// Removes the expired documents.
    #[napi]
    pub fn remove_expired(&self, slot: u32, now: f64) {
        self.sweep(slot, Sweep::RemoveExpired(to_date(now)));
    }

    /// What the store has done so far.
    #[napi]
    pub fn stats(&self) -> Statistics {
        Statistics::of(&self.engine)
    }

    /// Closes the store. Operations in flight are answered first.
    #[napi]
    pub fn close(&self, slot: u32) {
        let reply = self.completions.reply(slot);
        self.engine
            .close(move || Reply::send_all(vec![(reply, Ok(Outcome::Done(true)))]));
    }

    fn submit(&self, slot: u32, id: Given, action: Result<Action, Failure>) -> bool {
        let reply = self.completions.reply(slot);
        let since = self.since();
        match to_field(id).and_then(|id| Ok((id, action?))) {
            Ok((id, action)) => self.engine.submit(id, action, since, reply),
            Err(failure) => {
                Reply::send_all(vec![(reply, Err(failure))]);
                false
            }
        }
    }

    fn sweep(&self, slot: u32, sweep: Sweep) {
        self.engine.sweep(sweep, self.since(), self.completions.reply(slot));
    }

    /// When the operation that is being submitted was called.
    fn since(&self) -> Instant {
        let now = Instant::now();
        let age = Duration::from_micros(self.age.swap(0, Ordering::Relaxed));
        // The clock may have started later than that.
        now.checked_sub(age).unwrap_or(now)
    }
}

impl Drop for NativeStore {
    /// Runs when the store was garbage-collected, or when its Node thread ends.
    fn drop(&mut self) {
        self.engine.abandon();
    }
}

/// Converts an argument of a method of the store.
///
/// # Errors
/// When the bytes are not a BSON document.
pub fn to_field(given: Given) -> Result<Field, Failure> {
    match given {
        Either::A(text) => Ok(Field::Text(text)),
        Either::B(bytes) => Ok(Field::wrapped(bytes.to_vec())?),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a JavaScript date is a whole number within ±8.64e15"
)]
fn to_date(milliseconds: f64) -> i64 {
    milliseconds as i64
}
