//! Runs random operations through the engine against a real server. Each answer must be one that a store
//! could give which does one thing at a time, in the order of the calls. `TEST_MONGO_URL` names the server;
//! `npm test` sets it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::env;
use std::process;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use zeroize::Zeroizing;

use super::*;
use crate::crypto::{Algorithm, Encoding, Envelope, Hash, Kruptein, KrupteinOptions, Legacy, Release, system_random};
use crate::model::StoredSession;
use crate::mongo::{Mongo, Place};

/// The callers' clock, in milliseconds since 1970. No test reaches its own dates of expiry.
pub(super) const NOW: i64 = 1_000_000_000_000;
/// The number of sessions that all tasks use.
const SHARED: u8 = 3;
/// The number of sessions that only one task uses. Only for these is the order of the calls known.
const OWN: u8 = 3;
const TASKS: u8 = 4;

/// Receives an answer for a test, at most once. A slot that is dropped without an answer fails the test that
/// waits for it.
pub(super) struct Slot {
    pub(super) answers: oneshot::Sender<Answer>,
}

impl Reply for Slot {
    fn send_all(answers: Vec<(Self, Answer)>) {
        for (slot, answer) in answers {
            // The receiver may have failed meanwhile.
            let _ = slot.answers.send(answer);
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Get,
    Set { large: bool },
    Touch,
    Destroy,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// An operation on one of the task's own sessions.
    Own(u8, Operation),
    /// An operation on a session that all tasks use.
    Shared(u8, Operation),
    Length,
    All,
    /// Waits for the answers to all calls so far, as the two above also do.
    Wait,
}

/// One run: the steps of each task, which run at the same time, and whether the collection is cleared after
/// them.
type Run = Vec<(Vec<Vec<Step>>, bool)>;

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => Just(Operation::Get),
        4 => (0..10_u8).prop_map(|n| Operation::Set { large: n == 0 }),
        3 => Just(Operation::Touch),
        2 => Just(Operation::Destroy),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (0..OWN, operation()).prop_map(|(id, operation)| Step::Own(id, operation)),
        6 => (0..SHARED, operation()).prop_map(|(id, operation)| Step::Shared(id, operation)),
        1 => Just(Step::Length),
        1 => Just(Step::All),
        2 => Just(Step::Wait),
    ]
}

fn run() -> impl Strategy<Value = Run> {
    vec((vec(vec(step(), 0..40), usize::from(TASKS)), any::<bool>()), 1..4)
}

/// The answer that the test expects.
#[derive(Debug)]
enum Expected {
    Exactly(Outcome),
    /// The session with this text, or none.
    Session(Option<String>),
    AnySession,
    Any,
    Between(u64, u64),
}

fn text_of(value: Option<&Field>) -> Option<String> {
    match value {
        Some(Field::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn is_as(outcome: &Outcome, expected: &Expected, prefix: &str) -> bool {
    let own = |session: &StoredSession| text_of(session.value.as_ref()).is_some_and(|text| text.starts_with(prefix));
    match expected {
        Expected::Exactly(exactly) => outcome == exactly,
        Expected::Session(None) => *outcome == Outcome::Missing,
        Expected::Session(Some(text)) => {
            matches!(outcome, Outcome::Found(found) if text_of(found.value.as_ref()).as_ref() == Some(text))
        }
        Expected::AnySession => match outcome {
            Outcome::Missing => true,
            Outcome::Found(found) => own(found),
            _ => false,
        },
        Expected::Any => matches!(outcome, Outcome::Done(_)),
        Expected::Between(least, most) => match outcome {
            Outcome::Count(count) => (least..=most).contains(&count),
            Outcome::Sessions(sessions) => (least..=most).contains(&&(sessions.len() as u64)),
            _ => false,
        },
    }
}

/// One task: its calls, and the contents of its own sessions.
struct Caller {
    engine: Arc<Engine<Slot, Mongo>>,
    task: u8,
    /// The stored texts of the sessions that exist.
    stored: HashMap<u8, String>,
    waiting: Vec<(Expected, String, oneshot::Receiver<Answer>)>,
    counter: Arc<AtomicUsize>,
}

impl Caller {
    fn slot(&mut self, expected: Expected, prefix: String) -> Slot {
        let (answers, receiver) = oneshot::channel();
        self.counter.fetch_add(1, Ordering::Relaxed);
        self.waiting.push((expected, prefix, receiver));
        Slot { answers }
    }

    fn own(&mut self, number: u8, operation: Operation) {
        let id = format!("own {} {number} ", self.task);
        let text = session(&id, self.counter.load(Ordering::Relaxed), operation);
        let there = self.stored.get(&number).cloned();
        let expected = match operation {
            Operation::Get => Expected::Session(there),
            Operation::Set { .. } => {
                self.stored.insert(number, text.clone());
                Expected::Exactly(Outcome::Done(there.is_none()))
            }
            Operation::Touch => Expected::Exactly(Outcome::Done(there.is_some())),
            Operation::Destroy => {
                self.stored.remove(&number);
                Expected::Exactly(Outcome::Done(true))
            }
        };
        self.submit(id, text, operation, expected);
    }

    fn shared(&mut self, number: u8, operation: Operation) {
        let id = format!("shared {number} ");
        let text = session(&id, self.counter.load(Ordering::Relaxed), operation);
        let expected = match operation {
            Operation::Get => Expected::AnySession,
            Operation::Set { .. } | Operation::Touch => Expected::Any,
            Operation::Destroy => Expected::Exactly(Outcome::Done(true)),
        };
        self.submit(id, text, operation, expected);
    }

    fn submit(&mut self, id: String, text: String, operation: Operation, expected: Expected) {
        let expires = IN_AN_HOUR;
        let action = match operation {
            Operation::Get => Action::Get { now: NOW },
            Operation::Set { .. } => Action::Write(Write::Set {
                session: Field::Text(text),
                expires,
                last_modified: None,
                condition: Condition::None,
                now: NOW,
            }),
            Operation::Touch => Action::Write(Write::Touch {
                expires,
                last_modified: None,
                known_live: false,
                now: NOW,
            }),
            Operation::Destroy => Action::Write(Write::Destroy),
        };
        let slot = self.slot(expected, id.clone());
        if self.engine.submit(Field::Text(id), action, Instant::now(), slot) {
            self.engine.flush();
        }
    }

    fn count(&mut self, sweep: Sweep) {
        let own = self.stored.len() as u64;
        let others = u64::from((TASKS - 1) * OWN + SHARED);
        let slot = self.slot(Expected::Between(own, own + others), String::new());
        self.engine.sweep(sweep, Instant::now(), slot);
    }

    async fn wait(&mut self) -> Result<(), TestCaseError> {
        for (expected, prefix, receiver) in self.waiting.drain(..) {
            let answer = receiver
                .await
                .map_err(|_| TestCaseError::fail(format!("no answer: {expected:?}")))?;
            let outcome = answer.map_err(|failure| TestCaseError::fail(format!("{failure:?}")))?;
            prop_assert!(
                is_as(&outcome, &expected, &prefix),
                "{prefix}: {outcome:.200?} instead of {expected:.200?}"
            );
        }
        Ok(())
    }

    async fn work(mut self, steps: Vec<Step>) -> Result<HashMap<u8, String>, TestCaseError> {
        for step in steps {
            match step {
                Step::Own(number, operation) => self.own(number, operation),
                Step::Shared(number, operation) => self.shared(number, operation),
                Step::Length => self.count(Sweep::Length),
                Step::All => self.count(Sweep::All(NOW)),
                Step::Wait => {}
            }
            if matches!(step, Step::Length | Step::All | Step::Wait) {
                self.wait().await?;
            }
            if self.counter.load(Ordering::Relaxed).is_multiple_of(7) {
                tokio::task::yield_now().await;
            }
        }
        self.wait().await?;
        Ok(self.stored)
    }
}

/// The text of a session. It starts with the session's id and is unique.
fn session(id: &str, number: usize, operation: Operation) -> String {
    let rest = match operation {
        Operation::Set { large: true } => "x".repeat(70_000),
        _ => String::new(),
    };
    format!("{id}{number} {rest}")
}

/// When the sessions expire, in milliseconds since 1970. Nothing but the callers' clock says that it is not
/// over, so the server's and the system's clocks must not matter.
pub(super) const IN_AN_HOUR: i64 = NOW + 3_600_000;

/// Tests run at the same time. Each has its own database, so that none drops another's.
pub(super) fn database(collection: &str) -> String {
    format!(
        "test-engine-{}-{}",
        process::id(),
        collection.trim_end_matches(char::is_numeric)
    )
}

/// An engine on a collection. Two of three engines encrypt.
pub(super) fn engine(
    runtime: &Runtime,
    uri: &str,
    collection: &str,
    number: usize,
    time_limit: Duration,
) -> Arc<Engine<Slot, Mongo>> {
    let place = Place {
        uri: uri.to_owned(),
        database: Some(database(collection)),
        collection: collection.to_owned(),
        selection_limit: Duration::from_secs(30),
        ttl_index: false,
        timestamps: false,
        write_concern: None,
    };
    Engine::new(
        runtime.handle().clone(),
        Mongo::new(place),
        cipher(number),
        time_limit,
        fastrand::Rng::new(),
    )
}

pub(super) fn close(runtime: &Runtime, engine: &Arc<Engine<Slot, Mongo>>) {
    let (done, closed) = oneshot::channel();
    engine.close(|| {
        let _ = done.send(());
    });
    runtime.block_on(closed).unwrap();
}

async fn carry_out(engine: &Arc<Engine<Slot, Mongo>>, run: Run) -> Result<(), TestCaseError> {
    let counter = Arc::new(AtomicUsize::new(0));
    let mut stored: Vec<HashMap<u8, String>> = vec![HashMap::new(); usize::from(TASKS)];
    for (tasks, clear) in run {
        let callers = tasks
            .into_iter()
            .zip(&mut stored)
            .zip(0..)
            .map(|((steps, stored), task)| {
                let caller = Caller {
                    engine: Arc::clone(engine),
                    task,
                    stored: mem::take(stored),
                    waiting: Vec::new(),
                    counter: Arc::clone(&counter),
                };
                tokio::spawn(caller.work(steps))
            });
        let callers: Vec<_> = callers.collect();
        for (caller, stored) in callers.into_iter().zip(&mut stored) {
            *stored = caller.await.map_err(|panic| TestCaseError::fail(panic.to_string()))??;
        }
        if clear {
            let (answers, cleared) = oneshot::channel();
            engine.sweep(Sweep::Clear, Instant::now(), Slot { answers });
            // These are called before the clear is answered, and carried out after it.
            for task in 0..TASKS {
                let mut caller = Caller {
                    engine: Arc::clone(engine),
                    task,
                    stored: HashMap::new(),
                    waiting: Vec::new(),
                    counter: Arc::clone(&counter),
                };
                caller.own(0, Operation::Get);
                caller.own(1, Operation::Set { large: false });
                caller.own(1, Operation::Get);
                caller.wait().await?;
                *stored.get_mut(usize::from(task)).unwrap() = caller.stored;
            }
            prop_assert_eq!(cleared.await.unwrap().unwrap(), Outcome::Done(true));
        }
    }
    // The queue hears of the end of a step a moment after the callers.
    for _ in 0..1_000 {
        if engine.load() == (0, 0) {
            return Ok(());
        }
        sleep(Duration::from_millis(10)).await;
    }
    Err(TestCaseError::fail("some operations are left over"))
}

/// One of three engines encrypts with a key at hand, another with a key that must be derived first.
fn cipher(number: usize) -> Option<Arc<Cipher>> {
    let secret = Zeroizing::new(b"squirrel".to_vec());
    let mut cipher = Cipher::default();
    match number % 3 {
        0 => return None,
        1 => cipher.envelope = Some(Envelope::new([("a".to_owned(), secret)], system_random).unwrap()),
        _ => {
            let options = KrupteinOptions {
                algorithm: Algorithm::named("aes-256-gcm").unwrap(),
                hash: Hash::Sha512,
                encoding: Encoding::Base64,
                iv_len: 12,
                release: Release::V3_0,
            };
            let kruptein = Kruptein::new(secret, options, system_random);
            cipher.legacy = Some(Legacy::Kruptein(kruptein));
        }
    }
    Some(Arc::new(cipher))
}

#[test]
fn random_operations_get_the_answers_of_a_sequential_store() {
    let Ok(uri) = env::var("TEST_MONGO_URL") else {
        println!("skipped: TEST_MONGO_URL names no server");
        return;
    };
    let runtime = Runtime::new().unwrap();
    let engines: Mutex<usize> = Mutex::new(0);
    let cases = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::with_cases(48)
    };
    TestRunner::new(cases)
        .run(&run(), |run| {
            let number = {
                let mut number = engines.lock().unwrap();
                *number += 1;
                *number
            };
            let engine = engine(
                &runtime,
                &uri,
                &format!("sessions{number}"),
                number,
                Duration::from_secs(60),
            );
            let result = runtime.block_on(carry_out(&engine, run));
            close(&runtime, &engine);
            result
        })
        .unwrap();
    runtime.block_on(async {
        let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
        client.database(&database("sessions")).drop().await.unwrap();
    });
}
