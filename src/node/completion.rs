//! Results on their way back to JavaScript. Finished operations gather in a list, and one call of one
//! thread-safe function carries the whole list across. No promise, closure or object is made for a single
//! operation.

use std::iter;
use std::ptr;
use std::sync::Arc;

use napi::bindgen_prelude::{Array, Buffer, Function, Null, ToNapiValue};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, check_status, sys};

use super::handover::Handover;
use crate::engine::{Answer, Event, Outcome, Reply};
use crate::model::Failure;
use crate::model::{Field, StoredSession};

/// The slot of the store's own events. Operations have the slots from 1.
const EVENTS: u32 = 0;
/// The number of elements for each completion in the flat array given to JavaScript: slot, kind, and two
/// values.
const STRIDE: u32 = 4;

/// The kinds of completions. `lib/connection/addon.js` has the same numbers.
mod kind {
    pub const DONE: u32 = 0;
    pub const MISSING: u32 = 1;
    pub const FOUND: u32 = 2;
    pub const COUNT: u32 = 3;
    pub const SESSIONS: u32 = 4;
    pub const FAILED: u32 = 5;
    pub const READY: u32 = 6;
    pub const UNAVAILABLE: u32 = 7;
    pub const LOST: u32 = 8;
    pub const BACK: u32 = 9;
}

enum Message {
    Answer(Answer),
    Event(Event),
}

/// Finished operations with their slots. In JavaScript, they are a flat array with [`STRIDE`] elements each.
pub struct Finished(Vec<(u32, Message)>);

type Wake = ThreadsafeFunction<(), (), Finished, Status, false, true>;

/// The finished operations of one store that JavaScript has not taken yet.
pub struct Completions {
    finished: Arc<Handover<(u32, Message)>>,
    wake: Wake,
}

impl Completions {
    /// Creates completions that are handed to `deliver(list)`, a function that takes the flat array.
    ///
    /// # Errors
    /// Those of Node-API.
    pub fn new(deliver: Function<'_, Finished, ()>) -> napi::Result<Arc<Self>> {
        let finished = Arc::new(Handover::new());
        let taken = Arc::clone(&finished);
        let wake = deliver
            .build_threadsafe_function::<()>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(move |_| Ok(Finished(taken.take())))?;
        Ok(Arc::new(Self { finished, wake }))
    }

    fn push(&self, messages: impl Iterator<Item = (u32, Message)>) {
        if self.finished.push(messages) {
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Reports an event of the store's connection.
    pub fn tell(&self, event: Event) {
        self.push(iter::once((EVENTS, Message::Event(event))));
    }

    /// The reply for the operation of one slot.
    pub fn reply(self: &Arc<Self>, slot: u32) -> SlotReply {
        SlotReply {
            slot,
            completions: Some(Arc::clone(self)),
        }
    }

    /// Sets whether this store keeps the event loop alive. Must be called on the thread that owns `env`.
    pub fn hold(&self, env: &Env, alive: bool) {
        self.wake.handle.with_read_aborted(|aborted| {
            if aborted {
                return;
            }
            // SAFETY: the function is not aborted while the guard is held. `env` is the environment that made
            // it, and this is its thread, as Node-API requires. The status can be ignored, since neither call
            // can fail then.
            unsafe {
                if alive {
                    sys::napi_ref_threadsafe_function(env.raw(), self.wake.raw());
                } else {
                    sys::napi_unref_threadsafe_function(env.raw(), self.wake.raw());
                }
            }
        });
    }

    /// Drops `deliver` and wakes JavaScript no more. Must be called on the thread of JavaScript.
    pub fn release(&self) {
        self.wake.handle.with_write_aborted(|mut aborted| {
            if *aborted {
                return;
            }
            // SAFETY: the function is not aborted, and nobody uses it while the guard is held. After this, the
            // flag keeps everybody from using it. The status can be ignored: the call only fails for a function
            // that has been released already.
            unsafe {
                sys::napi_release_threadsafe_function(self.wake.raw(), sys::ThreadsafeFunctionReleaseMode::abort);
            }
            *aborted = true;
        });
    }
}

/// The reply for one operation. It answers exactly once.
pub struct SlotReply {
    slot: u32,
    completions: Option<Arc<Completions>>,
}

impl Reply for SlotReply {
    fn send_all(mut answers: Vec<(Self, Answer)>) {
        // All replies belong to one store, since they come from one engine.
        let Some(completions) = answers.first().and_then(|(reply, _)| reply.completions.clone()) else {
            return;
        };
        completions.push(answers.drain(..).map(|(mut reply, answer)| {
            reply.completions = None;
            (reply.slot, Message::Answer(answer))
        }));
    }
}

impl Drop for SlotReply {
    fn drop(&mut self) {
        if let Some(completions) = self.completions.take() {
            completions.push(iter::once((self.slot, Message::Answer(Err(Failure::lost())))));
        }
    }
}

impl ToNapiValue for Finished {
    unsafe fn to_napi_value(env: sys::napi_env, finished: Self) -> napi::Result<sys::napi_value> {
        let scope = Env::from_raw(env);
        let list = to_array(&scope, finished)?;
        // SAFETY: `env` is the caller's, and the array was made in it.
        unsafe { Array::to_napi_value(env, list) }
    }
}

fn to_array(env: &Env, Finished(finished): Finished) -> napi::Result<Array<'_>> {
    let length = u32::try_from(finished.len())
        .unwrap_or(u32::MAX / STRIDE)
        .saturating_mul(STRIDE);
    let mut list = env.create_array(length)?;
    for (position, (slot, message)) in (0..length).step_by(STRIDE as usize).zip(finished) {
        list.set(position, slot)?;
        let (kind_at, first, second) = (position + 1, position + 2, position + 3);
        let kind = match message {
            Message::Answer(Ok(Outcome::Missing)) => kind::MISSING,
            Message::Answer(Ok(Outcome::Done(yes))) => {
                list.set(first, yes)?;
                kind::DONE
            }
            #[expect(clippy::cast_precision_loss, reason = "a collection has fewer documents than 2^53")]
            Message::Answer(Ok(Outcome::Count(count))) => {
                list.set(first, count as f64)?;
                kind::COUNT
            }
            Message::Answer(Ok(Outcome::Found(session))) => {
                set_value(&mut list, first, session.value)?;
                list.set(
                    second,
                    beside(env, session.expires, session.last_modified, session.record)?,
                )?;
                kind::FOUND
            }
            Message::Answer(Ok(Outcome::Sessions(sessions))) => {
                list.set(first, sessions_to_array(env, sessions)?)?;
                kind::SESSIONS
            }
            Message::Answer(Err(failure)) => {
                list.set(first, failure_to_array(env, failure)?)?;
                kind::FAILED
            }
            Message::Event(Event::Ready) => kind::READY,
            Message::Event(Event::ReadyWithoutIndex(failure)) => {
                list.set(first, failure_to_array(env, failure)?)?;
                kind::READY
            }
            Message::Event(Event::Unavailable(failure)) => {
                list.set(first, failure_to_array(env, failure)?)?;
                kind::UNAVAILABLE
            }
            Message::Event(Event::Lost(failure)) => {
                list.set(first, failure_to_array(env, failure)?)?;
                kind::LOST
            }
            Message::Event(Event::Back) => kind::BACK,
        };
        list.set(kind_at, kind)?;
    }
    Ok(list)
}

fn set_value(list: &mut Array<'_>, position: u32, value: Option<Field>) -> napi::Result<()> {
    match value {
        Some(Field::Text(text)) if text.is_ascii() => list.set(position, Latin1(text)),
        Some(Field::Text(text)) => list.set(position, text),
        Some(Field::Wrapped(bytes)) => list.set(position, Buffer::from(bytes)),
        None => Ok(()),
    }
}

/// Text with one byte per character, which JavaScript copies as it is without looking for longer characters.
struct Latin1(String);

impl ToNapiValue for Latin1 {
    unsafe fn to_napi_value(env: sys::napi_env, Self(text): Self) -> napi::Result<sys::napi_value> {
        let mut value = ptr::null_mut();
        let length = isize::try_from(text.len()).unwrap_or(isize::MAX);
        // SAFETY: `env` is the caller's. The pointer and the length are those of `text`, which outlives the
        // call. `value` is written before it is read.
        let status = unsafe { sys::napi_create_string_latin1(env, text.as_ptr().cast(), length, &raw mut value) };
        check_status!(status).map(|()| value)
    }
}

/// `[expires, lastModified, record]`, the dates in milliseconds. What is missing is `undefined`.
#[expect(clippy::cast_precision_loss, reason = "JavaScript represents dates as such numbers")]
fn beside(
    env: &Env,
    expires: Option<i64>,
    last_modified: Option<i64>,
    record: Option<Field>,
) -> napi::Result<Array<'_>> {
    let mut values = env.create_array(if record.is_some() { 3 } else { 2 })?;
    if let Some(expires) = expires {
        values.set(0, expires as f64)?;
    }
    if let Some(last_modified) = last_modified {
        values.set(1, last_modified as f64)?;
    }
    set_value(&mut values, 2, record)?;
    Ok(values)
}

/// The values of all sessions, in order. `null` stands for a session that can't be read.
fn sessions_to_array(env: &Env, sessions: Vec<Option<StoredSession>>) -> napi::Result<Array<'_>> {
    let mut list = env.create_array(u32::try_from(sessions.len()).unwrap_or(u32::MAX))?;
    for (position, session) in (0..u32::MAX).zip(sessions) {
        match session {
            Some(session) => set_value(&mut list, position, session.value)?,
            None => list.set(position, Null)?,
        }
    }
    Ok(list)
}

/// `[name, message, code, codeName, labels]`, from which `lib/common/errors.js` makes the error.
fn failure_to_array(env: &Env, failure: Failure) -> napi::Result<Array<'_>> {
    let mut parts = env.create_array(5)?;
    parts.set(0, failure.name)?;
    parts.set(1, failure.message)?;
    if let Some(code) = failure.code {
        parts.set(2, code)?;
    }
    if let Some(code_name) = failure.code_name {
        parts.set(3, code_name)?;
    }
    parts.set(4, failure.labels)?;
    Ok(parts)
}
