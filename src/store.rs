//! The class that the shim calls: arguments in, one operation of the engine out. It decides nothing.

use std::sync::Arc;

use mongodb::bson::{Bson, DateTime};
use napi::bindgen_prelude::{Either, Function, Uint8Array};
use napi::{Env, Error};
use napi_derive::napi;

use crate::completion::{Completions, Finished};
use crate::document::unwrap_value;
use crate::engine::{Engine, Operation, Outcome, Reply};
use crate::error::Failure;
use crate::options::Settings;
use crate::runtime;

/// A session id or a session as the shim gives it: a string, or the bytes of a BSON document with one field.
type Given = Either<String, Uint8Array>;

/// The native half of one store. Each operation has a slot, a number by which its result comes back.
#[napi]
pub struct NativeStore {
    engine: Arc<Engine>,
    completions: Arc<Completions>,
}

#[napi]
impl NativeStore {
    /// A store that hands its results to `deliver(list)`. It connects in the background.
    #[napi(constructor)]
    pub fn new(settings: Settings, deliver: Function<'_, Finished, ()>) -> napi::Result<Self> {
        let runtime = runtime::handle().map_err(|error| Error::from_reason(error.to_string()))?;
        let engine = Engine::new(runtime, &settings);
        let completions = Completions::new(deliver)?;
        let teller = Arc::clone(&completions);
        engine.start(move |event| teller.tell(event));
        Ok(Self { engine, completions })
    }

    /// Whether this store keeps the process alive.
    #[napi]
    pub fn hold(&self, env: Env, alive: bool) {
        self.completions.hold(&env, alive);
    }

    /// Reads a session.
    #[napi]
    pub fn get(&self, slot: u32, id: Given) {
        self.submit(slot, to_bson(id).map(|id| Operation::Get { id }));
    }

    /// Stores a session. `expires` and `last_modified` are milliseconds since 1970.
    #[napi]
    pub fn set(&self, slot: u32, id: Given, session: Given, expires: f64, last_modified: Option<f64>) {
        let operation = to_bson(id).and_then(|id| {
            let session = to_bson(session)?;
            Ok(Operation::Set {
                id,
                session,
                expires: to_date(expires),
                last_modified: last_modified.map(to_date),
            })
        });
        self.submit(slot, operation);
    }

    /// Moves the expiry of a session.
    #[napi]
    pub fn touch(&self, slot: u32, id: Given, expires: f64, last_modified: Option<f64>) {
        let operation = to_bson(id).map(|id| Operation::Touch {
            id,
            expires: to_date(expires),
            last_modified: last_modified.map(to_date),
        });
        self.submit(slot, operation);
    }

    /// Removes a session.
    #[napi]
    pub fn destroy(&self, slot: u32, id: Given) {
        self.submit(slot, to_bson(id).map(|id| Operation::Destroy { id }));
    }

    /// Reads all live sessions.
    #[napi]
    pub fn all(&self, slot: u32) {
        self.submit(slot, Ok(Operation::All));
    }

    /// Counts the documents.
    #[napi]
    pub fn length(&self, slot: u32) {
        self.submit(slot, Ok(Operation::Length));
    }

    /// Removes all documents.
    #[napi]
    pub fn clear(&self, slot: u32) {
        self.submit(slot, Ok(Operation::Clear));
    }

    /// Removes the expired documents.
    #[napi]
    pub fn remove_expired(&self, slot: u32) {
        self.submit(slot, Ok(Operation::RemoveExpired));
    }

    /// Ends the store: operations in flight are answered first.
    #[napi]
    pub fn close(&self, slot: u32) {
        let reply = self.completions.reply(slot);
        self.engine.close(move || reply.send(Ok(Outcome::Done(true))));
    }

    fn submit(&self, slot: u32, operation: Result<Operation, Failure>) {
        let reply = self.completions.reply(slot);
        match operation {
            Ok(operation) => self.engine.submit(operation, reply),
            Err(failure) => reply.send(Err(failure)),
        }
    }
}

impl Drop for NativeStore {
    /// The store was collected, or its thread of Node ends.
    fn drop(&mut self) {
        self.engine.abandon();
    }
}

fn to_bson(given: Given) -> Result<Bson, Failure> {
    match given {
        Either::A(text) => Ok(Bson::String(text)),
        Either::B(bytes) => unwrap_value(bytes.to_vec()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a JavaScript date is a whole number within ±8.64e15"
)]
fn to_date(milliseconds: f64) -> DateTime {
    DateTime::from_millis(milliseconds as i64)
}
