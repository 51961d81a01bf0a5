//! Measures how fast the server itself carries out the commands that the store's batches become, without
//! Node.js and without the store. This is the physical limit that `docs/performance.md` quotes. One task for
//! each connection sends one command after the other.
//!
//! `cargo run --release --example limit -- mongodb://127.0.0.1:27017 [seconds] [tasks] [batch]`

use std::time::{Duration, Instant};

use mongodb::bson::raw::RawDocumentBuf;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::{Client, Collection, Database};

const SESSIONS: u64 = 10_000;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let uri = arguments.next().ok_or("usage: limit URI [seconds] [tasks] [batch]")?;
    let seconds = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let tasks: u64 = arguments.next().map_or(Ok(2), |text| text.parse())?;
    let batch: u64 = arguments.next().map_or(Ok(64), |text| text.parse())?;

    let client = Client::with_uri_str(&uri).await?;
    let database = client.database("connect-mongo-native-limit");
    database.drop().await?;
    let collection: Collection<RawDocumentBuf> = database.collection("sessions");
    let all: Vec<Document> = (0..SESSIONS).map(|n| set(n, &text(n))).collect();
    for statements in all.chunks(500) {
        database
            .run_command(doc! { "update": "sessions", "updates": statements })
            .await?;
    }

    println!("{tasks} connections, {batch} sessions of 1 KB in each command:");
    for kind in ["get", "touch", "touch if live", "set"] {
        let started = Instant::now();
        let limit = Duration::from_secs(seconds);
        let running: Vec<_> = (0..tasks)
            .map(|task| tokio::spawn(work(kind, database.clone(), collection.clone(), task, batch, limit)))
            .collect();
        let mut done = 0;
        for task in running {
            done += task.await??;
        }
        #[expect(clippy::cast_precision_loss, reason = "it is printed in whole sessions")]
        let speed = done as f64 / started.elapsed().as_secs_f64();
        println!("{kind:14} {speed:.0} sessions/s");
    }
    database.drop().await?;
    Ok(())
}

async fn work(
    kind: &'static str,
    database: Database,
    collection: Collection<RawDocumentBuf>,
    task: u64,
    batch: u64,
    limit: Duration,
) -> Result<u64, Failure> {
    let started = Instant::now();
    let mut next = task * 7_919;
    let mut done = 0;
    while started.elapsed() < limit {
        let sids = (0..batch).map(|_| {
            // A fixed walk over all sessions, so that every run does the same.
            next = (next + 6_151) % SESSIONS;
            next
        });
        match kind {
            "get" => {
                let ids: Vec<String> = sids.map(sid).collect();
                let size = u32::try_from(batch)? + 1;
                let mut cursor = collection.find(doc! { "_id": { "$in": ids } }).batch_size(size).await?;
                while cursor.advance().await? {
                    done += u64::from(!cursor.current().as_bytes().is_empty());
                }
            }
            "touch" | "touch if live" => {
                let expires = DateTime::from_millis(4_102_444_800_000);
                let live =
                    doc! { "$or": [{ "expires": { "$exists": false } }, { "expires": { "$gt": DateTime::now() } }] };
                let updates: Vec<Document> = sids
                    .map(|n| {
                        let mut filter = doc! { "_id": sid(n) };
                        if kind == "touch if live" {
                            filter.extend(live.clone());
                        }
                        doc! { "q": filter, "u": { "$set": { "expires": expires, "lastModified": DateTime::now() } } }
                    })
                    .collect();
                database
                    .run_command(doc! { "update": "sessions", "updates": updates, "ordered": false })
                    .await?;
                done += batch;
            }
            _ => {
                let updates: Vec<Document> = sids.map(|n| set(n, &text(done + n))).collect();
                database
                    .run_command(doc! { "update": "sessions", "updates": updates, "ordered": false })
                    .await?;
                done += batch;
            }
        }
    }
    Ok(done)
}

fn sid(n: u64) -> String {
    format!("session-{n:024}")
}

/// 1 KB of JSON, like a session, different each time.
fn text(seed: u64) -> String {
    format!(
        r#"{{"cookie":{{"originalMaxAge":60000,"path":"/"}},"n":{seed},"data":"{}"}}"#,
        "x".repeat(940)
    )
}

fn set(n: u64, session: &str) -> Document {
    let stored = doc! { "_id": sid(n), "session": session, "expires": DateTime::from_millis(4_102_444_800_000) };
    doc! { "q": { "_id": sid(n) }, "u": { "$set": stored }, "upsert": true }
}
