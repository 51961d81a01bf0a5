//! The model of servers, as the backend of the engine of one process.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use super::super::backend::{Attempt, Backend, Ids, Reach, Retries, Statement, Wanted};
use super::super::operation::Answer;
use super::deployment::Deployment;
use super::faults::Window;
use super::network::{Network, World, refused};
use super::process::{Lent, Process};
use super::reply::{self, Part};
use super::shard::{Document, Owned, Shard, stored};
use super::writes::{Sent, names};
use crate::model::{Failure, Field, StoredSession};
use crate::mongo;

/// The servers of one run, as one process sees them.
#[derive(Clone)]
pub struct Servers {
    network: Arc<Network>,
    process: Arc<Process>,
}

impl Servers {
    /// Creates servers that fail as the windows say, starting now.
    pub fn new(
        mut random: Rng,
        deployment: Deployment,
        retries: Retries,
        windows: Vec<Window>,
        selection: Duration,
    ) -> Self {
        let network = Arc::new(Network {
            deployment,
            windows,
            start: Instant::now(),
            selection,
            world: Mutex::new(World::new(random.fork(), deployment.shards())),
            freed: Notify::new(),
            reach: watch::Sender::new(Reach::Unheard),
            reached: Notify::new(),
            next_session: AtomicU64::new(0),
        });
        tokio::spawn(Arc::clone(&network).watch(random));
        Self {
            process: Arc::new(Process::new(deployment, retries, true)),
            network,
        }
    }

    /// The same servers, as another process sees them.
    pub fn of_another_process(&self, random: &mut Rng) -> Self {
        Self {
            network: Arc::clone(&self.network),
            process: Arc::new(Process::new(
                self.network.deployment,
                self.process.retries,
                random.bool(),
            )),
        }
    }

    /// The texts of all documents that there have ever been.
    pub fn stored(&self) -> HashSet<String> {
        let world = self.network.lock();
        let all = world.shards.iter().flat_map(|shard| shard.stored.clone());
        all.collect()
    }

    /// The existing documents.
    pub fn documents(&self) -> Vec<(String, Document)> {
        let world = self.network.lock();
        let all = world.shards.iter().flat_map(|shard| shard.documents.clone());
        all.collect()
    }

    /// Sends a write to the shards of its statements.
    async fn send(
        &self,
        statements: Vec<Owned>,
        number: Option<(u64, i64)>,
        until: Instant,
    ) -> Result<Vec<Part>, Failure> {
        self.network.select().await?;
        let course = Arc::new(self.network.course(number.is_some()));
        self.network
            .tell(|| format!("sent {number:?} {} {course:?}", names(&statements)));
        let needs_client = !self.process.numbers_writes().await;
        let mut parts: Vec<Vec<Owned>> = vec![Vec::new(); self.network.deployment.shards()];
        for statement in statements {
            let shard = self.network.shard_of(&statement.id);
            parts.get_mut(shard).unwrap().push(statement);
        }
        let (network, met) = (Arc::clone(&self.network), Arc::clone(&course));
        let work = async move |client: Arc<AtomicBool>| {
            let sent = Arc::new(Sent {
                number,
                until,
                course: met,
                client,
                needs_client,
            });
            let parts = parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty());
            let arriving = parts.map(|(shard, part)| {
                let network = Arc::clone(&network);
                tokio::spawn(network.arrive(shard, part, Arc::clone(&sent)))
            });
            let mut parts = Vec::new();
            for part in arriving.collect::<Vec<_>>() {
                parts.push(part.await.unwrap());
            }
            parts
        };
        let replied = self.network.ask(&course, work).await;
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
        let course = Arc::new(self.network.course(false));
        let (network, met) = (Arc::clone(&self.network), Arc::clone(&course));
        let work = async move |_: Arc<AtomicBool>| {
            if let Some((time, _)) = met.block {
                sleep_until((Instant::now() + time).min(until)).await;
            }
            let world = network.lock();
            match (met.refusal, &met.throttled) {
                _ if world.term != met.term => Err(refused(11602)),
                (Some(code), _) => Err(refused(code)),
                (None, Some((error, _))) => Err(mongo::of_command(error)),
                (None, None) => Ok(look(&world.shards)),
            }
        };
        self.network.ask(&course, work).await?
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
        let numbers = self.process.numbers_writes().await;
        Ok(numbers.then(|| self.process.take_session(&self.network.next_session)))
    }

    fn return_session(&self, session: Lent) {
        self.process.return_session(&session);
    }

    async fn write(&self, statements: &[Statement<'_>], number: Option<(&Lent, i64)>, until: Instant) -> Attempt {
        let number = number.map(|(session, number)| (session.0, number));
        let attempt = match self.send(Owned::all(statements), number, until).await {
            Ok(parts) => reply::read(&parts, statements),
            Err(failure) => Attempt::failed(statements.len(), failure),
        };
        self.process.note_failure(attempt.failure.as_ref());
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
            servers: self.clone(),
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
        self.process.retries
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
