//! The model of servers, as the backend of the engine.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::super::backend::{Attempt, Backend, Ids, Reach, Retries, Statement, Wanted};
use super::super::operation::Answer;
use super::faults::{Deployment, Window};
use super::network::{Network, World, refused};
use super::shard::{Document, Owned, Shard, stored};
use super::writes::{Part, names};
use crate::model::{Failure, Field, StoredSession};

/// The servers of one run.
pub struct Servers {
    network: Arc<Network>,
}

/// A server session that is in use.
pub struct Lent(u64);

impl Servers {
    /// Creates servers that fail as the windows say, starting now.
    pub fn new(mut random: Rng, deployment: Deployment, windows: Vec<Window>, selection: Duration) -> Self {
        let shards = if deployment == Deployment::Mongos { 2 } else { 1 };
        let network = Arc::new(Network {
            deployment,
            windows,
            start: Instant::now(),
            selection,
            world: Mutex::new(World {
                random: random.fork(),
                shards: (0..shards).map(|_| Shard::default()).collect(),
                term: 0,
            }),
            freed: Notify::new(),
            reach: watch::Sender::new(Reach::Unheard),
            reached: Notify::new(),
            next_session: AtomicU64::new(0),
            free: Mutex::default(),
        });
        tokio::spawn(Arc::clone(&network).watch(random));
        Self { network }
    }

    /// Another handle to the same servers.
    pub fn share(&self) -> Self {
        Self {
            network: Arc::clone(&self.network),
        }
    }

    /// The existing documents.
    pub fn documents(&self) -> Vec<(String, Document)> {
        let world = self.network.lock();
        let all = world.shards.iter().flat_map(|shard| shard.documents.clone());
        all.collect()
    }
}

impl Servers {
    /// Sends a write to the shards of its statements.
    async fn send(
        &self,
        statements: Vec<Owned>,
        number: Option<(u64, i64)>,
        until: Instant,
    ) -> Result<Vec<Part>, Failure> {
        self.network.select().await?;
        let course = self.network.course(number.is_some());
        self.network
            .tell(|| format!("sent {number:?} {} {course:?}", names(&statements)));
        let network = Arc::clone(&self.network);
        let mut parts: Vec<Vec<Owned>> = vec![Vec::new(); 2];
        for statement in statements {
            let shard = network.shard_of(&statement.id);
            parts.get_mut(shard).unwrap().push(statement);
        }
        let work = async move |client: Arc<AtomicBool>| {
            let mut tasks = Vec::new();
            for (shard, statements) in parts.into_iter().enumerate() {
                if statements.is_empty() {
                    continue;
                }
                let write = {
                    let (network, client) = (Arc::clone(&network), Arc::clone(&client));
                    move |statements| {
                        Arc::clone(&network).write_part(shard, statements, number, until, course, Arc::clone(&client))
                    }
                };
                let refused = Arc::new(AtomicBool::new(false));
                if let Some(later) = course.twice {
                    let (write, refused, statements) = (write.clone(), Arc::clone(&refused), statements.clone());
                    tokio::spawn(async move {
                        sleep(later).await;
                        // A sender repeats a write only if it got no answer or lost a successful one, never
                        // after a refusal.
                        if !refused.load(Ordering::Relaxed) {
                            write(statements).await;
                        }
                    });
                }
                tasks.push(tokio::spawn(async move {
                    let part = write(statements).await;
                    refused.store(part.refuses(), Ordering::Relaxed);
                    part
                }));
            }
            let mut parts = Vec::new();
            for task in tasks {
                parts.push(task.await.unwrap());
            }
            parts
        };
        let replied = self.network.ask(course, work).await;
        self.network
            .tell(|| format!("heard {number:?} {:?}", replied.as_ref().err()));
        replied
    }

    /// Reads from all shards at once.
    async fn look<T: Send + 'static>(
        &self,
        until: Instant,
        look: impl FnOnce(&[Shard]) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.network.select().await?;
        let course = self.network.course(false);
        let network = Arc::clone(&self.network);
        let work = async move |_: Arc<AtomicBool>| {
            if let Some((time, _)) = course.block {
                sleep_until((Instant::now() + time).min(until)).await;
            }
            let world = network.lock();
            match course.refusal {
                _ if world.term != course.term => Err(refused(11602)),
                Some(code) => Err(refused(code)),
                None => Ok(look(&world.shards)),
            }
        };
        self.network.ask(course, work).await?
    }
}

impl Backend for Servers {
    type Session = Lent;
    type Ids = Listing;

    async fn read(&self, wanted: &[Wanted<'_>], until: Instant) -> Attempt {
        let asked: Vec<(usize, Field, i64)> = wanted
            .iter()
            .map(|Wanted { id, now }| (self.network.shard_of(id), (*id).clone(), *now))
            .collect();
        let found = self.look(until, move |shards| {
            let found = asked
                .iter()
                .map(|(shard, id, now)| shards.get(*shard).unwrap().read(id, *now));
            found.collect::<Vec<_>>()
        });
        match found.await {
            Ok(found) => {
                let mut answers: Vec<Option<Answer>> = found.into_iter().map(|found| Some(Ok(found))).collect();
                // Replies are limited in size, so now and then the last id must be asked for again.
                if answers.len() > 1 && self.network.lock().random.u8(0..10) == 0 {
                    *answers.last_mut().unwrap() = None;
                }
                Attempt::answered(answers)
            }
            Err(failure) => Attempt::failed(wanted.len(), failure),
        }
    }

    async fn session(&self) -> Result<Option<Lent>, Failure> {
        self.network.select().await?;
        if self.network.deployment == Deployment::Standalone {
            return Ok(None);
        }
        // Use the last session first, so that a write still in flight in it meets the next one.
        let free = self.network.free.lock().unwrap().pop();
        let new = || self.network.next_session.fetch_add(1, Ordering::Relaxed);
        Ok(Some(Lent(free.unwrap_or_else(new))))
    }

    fn return_session(&self, session: Lent) {
        self.network.free.lock().unwrap().push(session.0);
    }

    async fn write(&self, statements: &[Statement<'_>], number: Option<(&Lent, i64)>, until: Instant) -> Attempt {
        let number = number.map(|(session, number)| (session.0, number));
        let parts = match self.send(Owned::all(statements), number, until).await {
            Ok(parts) => parts,
            Err(failure) => return Attempt::failed(statements.len(), failure),
        };
        // A router that loses a shard gives no answer for the whole command.
        let lost = parts
            .iter()
            .filter_map(|part| part.failure.clone())
            .find(|failure| failure.unanswered);
        if let Some(failure) = lost {
            return Attempt::failed(statements.len(), failure);
        }
        let mut attempt = Attempt::answered(vec![None; statements.len()]);
        for part in parts {
            for (place, answer) in part.answers {
                *attempt.answers.get_mut(place).unwrap() = answer;
            }
            attempt.created.extend(part.created);
            attempt.failure = attempt.failure.or(part.failure);
        }
        attempt
    }

    async fn fence(&self, ids: &[Field], number: (&Lent, i64), until: Instant) -> Result<(), Failure> {
        let statements = ids.iter().enumerate().map(|(place, id)| Owned {
            place,
            id: id.clone(),
            write: None,
        });
        let parts = self
            .send(statements.collect(), Some((number.0.0, number.1)), until)
            .await?;
        match parts.into_iter().find_map(|part| part.failure) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    async fn list(&self, now: i64, until: Instant) -> Result<Vec<Option<(Field, StoredSession)>>, Failure> {
        self.look(until, move |shards| {
            let documents = shards.iter().flat_map(|shard| &shard.documents);
            let live = documents.filter(|(_, document)| document.expires > now);
            let all = live.map(|(id, document)| Some((Field::Text(id.clone()), stored(document))));
            all.collect()
        })
        .await
    }

    async fn count(&self, until: Instant) -> Result<u64, Failure> {
        self.look(until, |shards| {
            shards.iter().map(|shard| shard.documents.len() as u64).sum()
        })
        .await
    }

    fn ids(&self) -> Listing {
        Listing {
            servers: self.share(),
            left: None,
        }
    }

    async fn remove_expired(&self, _now: i64, _until: Instant) -> Result<u64, Failure> {
        Ok(0)
    }

    async fn prepare(&self) -> Result<(), Failure> {
        self.network.select().await
    }

    fn reach(&self) -> watch::Receiver<Reach> {
        self.network.reach.subscribe()
    }

    fn servers(&self) -> String {
        "a:1".into()
    }

    fn selection_limit(&self) -> Duration {
        self.network.selection
    }

    fn retries(&self) -> Retries {
        Retries {
            reads: true,
            writes: true,
        }
    }

    fn distance(&self) -> Duration {
        match self.network.deployment {
            Deployment::Standalone => Duration::ZERO,
            _ => Duration::from_millis(2),
        }
    }

    async fn shut_down(&self) {}
}

/// The ids, in pages of two.
pub struct Listing {
    servers: Servers,
    left: Option<Vec<Field>>,
}

impl Ids for Listing {
    async fn next(&mut self, until: Instant) -> Result<Option<Vec<Field>>, Failure> {
        if self.left.is_none() {
            let ids = self.servers.look(until, |shards| {
                let ids = shards.iter().flat_map(|shard| shard.documents.keys());
                ids.map(|id| Field::Text(id.clone())).collect::<Vec<_>>()
            });
            self.left = Some(ids.await?);
        }
        let left = self.left.as_mut().unwrap();
        let page: Vec<Field> = left.drain(..left.len().min(2)).collect();
        Ok((!page.is_empty()).then_some(page))
    }
}
