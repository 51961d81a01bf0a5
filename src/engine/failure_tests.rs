//! Runs the engine against a real server that fails in every way it can. Each operation is answered exactly
//! once, each answer is true, and an error leaves a session either unchanged or as the operation would have
//! made it. `TEST_MONGO_URL` names the server, which must have test commands (`--setParameter
//! enableTestCommands=1`); `npm test` sees to both.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::env;
use std::sync::atomic::AtomicUsize;

use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::tests::{IN_AN_HOUR, NOW, Slot, close, database, engine};
use super::*;
use crate::mongo::Mongo;

/// Fail points apply only to connections with this name, since other tests use the server, too.
const APP_NAME: &str = "engine-failure-tests";
const IDS: usize = 12;

#[derive(Clone, Copy, Debug)]
enum Call {
    Get,
    Set,
    Touch,
    Destroy,
}

/// One operation on each of some sessions, all at once, and the fail point that is active meanwhile, if any.
type Round = (Vec<Option<Call>>, Option<Document>);

fn call() -> impl Strategy<Value = Option<Call>> {
    prop_oneof![
        3 => Just(Some(Call::Get)),
        3 => Just(Some(Call::Set)),
        2 => Just(Some(Call::Touch)),
        1 => Just(Some(Call::Destroy)),
        1 => Just(None),
    ]
}

/// The effect of a fail point on a command.
fn harm() -> impl Strategy<Value = Document> {
    prop_oneof![
        3 => Just(doc! { "closeConnection": true }),
        // Shutting down, not primary, interrupted, out of time, write conflict, bad value, refused by a
        // validator, unknown.
        6 => prop::sample::select(vec![91, 10_107, 11_600, 50, 112, 2, 121, 8])
            .prop_map(|code| doc! { "errorCode": code }),
        2 => prop::sample::select(vec![64, 91])
            .prop_map(|code| doc! { "writeConcernError": { "code": code, "errmsg": "not enough nodes" } }),
        1 => Just(doc! { "blockConnection": true, "blockTimeMS": 30 }),
    ]
}

fn round() -> impl Strategy<Value = Round> {
    let commands = prop::sample::subsequence(vec!["find", "update", "delete", "getMore"], 1..=4);
    let mode = prop_oneof![
        (1..5).prop_map(|times| doc! { "times": times }),
        Just(doc! { "activationProbability": 0.4 }),
    ];
    let failing = (commands, harm(), mode).prop_map(|(commands, mut data, mode)| {
        data.insert("failCommands", commands);
        data.insert("appName", APP_NAME);
        doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data }
    });
    (vec(call(), IDS), prop::option::weighted(0.8, failing))
}

/// The texts that a session may have. `None` means that there is no session. After a failed operation there
/// can be more than one.
type Possible = HashSet<Option<String>>;

/// Checks that an answer is true, and narrows down what is possible after it.
fn check(call: Call, answer: &Answer, new: String, possible: &mut Possible) -> Result<(), TestCaseError> {
    let was_there = possible.iter().any(Option::is_some);
    let was_missing = possible.contains(&None);
    match (call, answer) {
        (Call::Get | Call::Touch, Err(_)) => {}
        (Call::Get, Ok(outcome)) => {
            let found = match outcome {
                Outcome::Found(session) => match &session.value {
                    Some(Field::Text(text)) => Some(text.clone()),
                    _ => return Err(TestCaseError::fail("a session without text was read")),
                },
                _ => None,
            };
            prop_assert!(
                possible.contains(&found),
                "{found:?} was read, but only {possible:?} is possible"
            );
            *possible = HashSet::from([found]);
        }
        (Call::Set, Ok(Outcome::Done(created))) => {
            prop_assert!(!created || was_missing, "an existing session was reported as created");
            *possible = HashSet::from([Some(new)]);
        }
        (Call::Set, _) => {
            possible.insert(Some(new));
        }
        (Call::Touch, Ok(outcome)) => {
            let found = *outcome == Outcome::Done(true);
            prop_assert!(
                if found { was_there } else { was_missing },
                "a touch gave a wrong answer"
            );
            possible.retain(|text| text.is_some() == found);
        }
        (Call::Destroy, Ok(_)) => *possible = HashSet::from([None]),
        (Call::Destroy, Err(_)) => {
            possible.insert(None);
        }
    }
    Ok(())
}

fn action(call: Call, text: &str) -> Action {
    let expires = IN_AN_HOUR;
    match call {
        Call::Get => Action::Get { now: NOW },
        Call::Set => Action::Write(Write::Set {
            session: Field::Text(text.to_owned()),
            expires,
            last_modified: None,
            condition: Condition::None,
            now: NOW,
        }),
        Call::Touch => Action::Write(Write::Touch {
            expires,
            last_modified: None,
            known_live: false,
            now: NOW,
        }),
        Call::Destroy => Action::Write(Write::Destroy),
    }
}

/// Calls all operations of `calls` at once, and returns their answers.
async fn ask(
    engine: &Arc<Engine<Slot, Mongo>>,
    calls: &[Option<Call>],
    round: usize,
) -> Result<Vec<Option<Answer>>, TestCaseError> {
    let mut waiting = Vec::new();
    for (id, call) in calls.iter().enumerate() {
        waiting.push(call.map(|call| {
            let (answers, receiver) = oneshot::channel();
            engine.submit(
                Field::Text(format!("s{id}")),
                action(call, &text(id, round)),
                Instant::now(),
                Slot { answers },
            );
            receiver
        }));
    }
    engine.flush();
    let mut answers = Vec::new();
    for receiver in waiting {
        answers.push(match receiver {
            Some(receiver) => Some(
                receiver
                    .await
                    .map_err(|_| TestCaseError::fail("an operation had no answer"))?,
            ),
            None => None,
        });
    }
    Ok(answers)
}

fn text(id: usize, round: usize) -> String {
    format!("{id} {round}")
}

async fn carry_out(
    engine: &Arc<Engine<Slot, Mongo>>,
    admin: &Database,
    rounds: Vec<Round>,
) -> Result<(), TestCaseError> {
    let mut possible: Vec<Possible> = vec![HashSet::from([None]); IDS];
    let last = rounds.len();
    for (number, (calls, failing)) in rounds.into_iter().enumerate() {
        if let Some(command) = failing {
            admin.run_command(command).await.unwrap();
        }
        let answers = ask(engine, &calls, number).await?;
        for (id, ((call, answer), possible)) in calls.iter().zip(&answers).zip(&mut possible).enumerate() {
            if let (Some(call), Some(answer)) = (call, answer) {
                check(*call, answer, text(id, number), possible)?;
            }
        }
    }
    mend(admin).await;
    read_all(engine, last, &mut possible).await?;
    // The queue hears of the end of a step a moment after the callers.
    for _ in 0..1_000 {
        if engine.load() == (0, 0) {
            return Ok(());
        }
        sleep(Duration::from_millis(10)).await;
    }
    Err(TestCaseError::fail("some operations are left over"))
}

/// Reads all sessions when nothing fails any more. A slow machine may miss the time limit of a read.
async fn read_all(
    engine: &Arc<Engine<Slot, Mongo>>,
    round: usize,
    possible: &mut [Possible],
) -> Result<(), TestCaseError> {
    let mut unread: Vec<Option<Call>> = vec![Some(Call::Get); IDS];
    for _ in 0..20 {
        let answers = ask(engine, &unread, round).await?;
        for ((answer, unread), possible) in answers.iter().zip(&mut unread).zip(&mut *possible) {
            match answer {
                None => {}
                Some(Err(failure)) if failure.name == "MongoOperationTimeoutError" => {}
                Some(answer) => {
                    prop_assert!(answer.is_ok(), "{answer:?}, although nothing fails any more");
                    check(Call::Get, answer, String::new(), possible)?;
                    *unread = None;
                }
            }
        }
        if unread.iter().all(Option::is_none) {
            return Ok(());
        }
    }
    Err(TestCaseError::fail("some reads are never in time"))
}

async fn mend(admin: &Database) {
    admin
        .run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" })
        .await
        .unwrap();
}

#[test]
fn whatever_fails_each_operation_gets_one_true_answer() {
    let Ok(uri) = env::var("TEST_MONGO_URL") else {
        println!("skipped: TEST_MONGO_URL names no server");
        return;
    };
    let runtime = Runtime::new().unwrap();
    let client = runtime.block_on(Client::with_uri_str(&uri)).unwrap();
    let separator = if uri.contains('?') { '&' } else { '?' };
    // An error from a fail point doesn't tell clients about the server's state, as a real one does. So let
    // them check it every half second.
    let failing = format!("{uri}{separator}appName={APP_NAME}&heartbeatFrequencyMS=500");
    let cases = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 20,
        ..ProptestConfig::with_cases(24)
    };
    let number = AtomicUsize::new(0);
    TestRunner::new(cases)
        .run(&vec(round(), 1..6), |rounds| {
            let number = number.fetch_add(1, Ordering::Relaxed);
            let limit = Duration::from_secs(3);
            let engine = engine(&runtime, &failing, &format!("failing{number}"), number, limit);
            let result = runtime.block_on(carry_out(&engine, &client.database("admin"), rounds));
            runtime.block_on(mend(&client.database("admin")));
            close(&runtime, &engine);
            result
        })
        .unwrap();
    runtime.block_on(async { client.database(&database("failing")).drop().await.unwrap() });
}
