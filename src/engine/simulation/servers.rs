//! A model of servers and of the network to them. What was sent goes on there, whatever becomes of who sent it.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::super::backend::{Attempt, Backend, Ids, Reach, Retries, Statement};
use super::super::operation::{Answer, Outcome, Write};
use super::faults::{Deployment, Fault, Window};
use super::shard::{Document, Owned, Shard, stored, text};
use crate::model::{Failure, FailureKind, Field, StoredSession};

/// How long a server that is cut off holds a command which nobody waits for, where nothing else ends it.
const LONGEST_BLOCK: u64 = 4_000;

struct World {
    random: Rng,
    shards: Vec<Shard>,
    /// Elections so far.
    term: u64,
}

/// The servers of one run.
pub struct Servers {
    inner: Arc<Inner>,
}

struct Inner {
    deployment: Deployment,
    windows: Vec<Window>,
    start: Instant,
    selection: Duration,
    world: Mutex<World>,
    /// A session has become free.
    freed: Notify,
    reach: watch::Sender<Reach>,
    /// It has changed. Those who wait for a watched value are woken in an order that is not the seed's.
    reached: Notify,
    next_session: AtomicU64,
    /// Sessions that were given back, the last one first.
    free: Mutex<Vec<u64>>,
}

/// How one request goes.
#[derive(Clone, Copy, Debug)]
struct Course {
    there: Duration,
    back: Duration,
    arrives: bool,
    replies: bool,
    /// When the connection breaks for the client, if it does.
    breaks: Option<Duration>,
    refusal: Option<i32>,
    block: Option<(Duration, bool)>,
    conflicts: bool,
    unconfirmed: bool,
    overloaded: bool,
    twice: Option<Duration>,
    /// The statements after which the server is lost.
    dies_after: Option<usize>,
    term: u64,
}

/// A session of a server.
pub struct Lent(u64);

fn lost(unanswered: bool) -> Failure {
    Failure {
        unanswered,
        ..Failure::new("MongoNetworkError", "connection lost").of_kind(FailureKind::Passing)
    }
}

fn refused(code: i32) -> Failure {
    Failure::server("not now", code, "").of_kind(FailureKind::Passing)
}

impl Servers {
    /// Servers that fail as the windows say, from now on.
    pub fn new(mut random: Rng, deployment: Deployment, windows: Vec<Window>, selection: Duration) -> Self {
        let shards = if deployment == Deployment::Mongos { 2 } else { 1 };
        let inner = Arc::new(Inner {
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
        tokio::spawn(Arc::clone(&inner).watch(random));
        Self { inner }
    }

    /// Another handle on the same servers.
    pub fn share(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }

    /// The documents that are there.
    pub fn documents(&self) -> Vec<(String, Document)> {
        let world = self.inner.lock();
        let all = world.shards.iter().flat_map(|shard| shard.documents.clone());
        all.collect()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Tells what happens at the servers, where one seed alone is run.
    fn tell(&self, what: impl FnOnce() -> String) {
        if super::number("SIMULATION_SEED").is_some() {
            println!("{:>12?} {}", self.start.elapsed(), what());
        }
    }

    fn active(&self, fault: Fault) -> Option<&Window> {
        let now = self.start.elapsed();
        self.windows
            .iter()
            .find(|window| window.fault == fault && window.from <= now && now < window.to)
    }

    /// Tells the engine which servers answer, a little after that has changed; and holds elections.
    async fn watch(self: Arc<Self>, mut random: Rng) {
        let mut elected = true;
        loop {
            let no_primary = self.active(Fault::Election).is_some();
            if no_primary && elected {
                let mut world = self.lock();
                world.term += 1;
                for shard in &mut world.shards {
                    shard.fail_over();
                }
                drop(world);
                self.freed.notify_waiters();
            }
            elected = !no_primary;
            let reach = if self.active(Fault::Cut).is_some() {
                Reach::Unreachable("connect ECONNREFUSED".into())
            } else {
                Reach::Reachable {
                    reads: !no_primary,
                    writes: !no_primary,
                }
            };
            self.reach
                .send_if_modified(|known| std::mem::replace(known, reach.clone()) != reach);
            self.reached.notify_waiters();
            sleep(Duration::from_millis(random.u64(5..100))).await;
        }
    }

    async fn select(&self) -> Result<(), Failure> {
        let until = Instant::now() + self.selection;
        loop {
            let reached = self.reached.notified();
            if self.reach.borrow().allows(true) {
                return Ok(());
            }
            if timeout_at(until, reached).await.is_err() {
                return Err(Failure::no_server("no primary"));
            }
        }
    }

    async fn while_stalled(&self) {
        while let Some(window) = self.active(Fault::Stall) {
            sleep_until(self.start + window.to).await;
        }
    }

    fn course(&self, numbered: bool) -> Course {
        let mut world = self.lock();
        let term = world.term;
        let random = &mut world.random;
        let mut meets = |fault: Fault| {
            self.active(fault)
                .is_some_and(|window| random.f64() < window.share)
        };
        let (slow, lossy, refusing, blocking) = (
            meets(Fault::Slow),
            meets(Fault::Lossy),
            meets(Fault::Refusing),
            meets(Fault::Blocking),
        );
        let (conflicts, unconfirmed, overloaded, twice) = (
            meets(Fault::Conflicts),
            meets(Fault::Unconfirmed),
            meets(Fault::Overload),
            meets(Fault::Twice),
        );
        let cut = self.active(Fault::Cut).is_some();
        let mut way = || {
            Duration::from_micros(if slow {
                random.u64(100..2_000_000)
            } else {
                random.u64(100..3_000)
            })
        };
        let (there, back) = (way(), way());
        let loses = if lossy || cut { random.u8(0..4) } else { u8::MAX };
        Course {
            there,
            back,
            arrives: loses != 0,
            replies: loses != 1,
            breaks: (loses < 3 && random.bool()).then(|| Duration::from_millis(random.u64(0..1_000))),
            refusal: refusing.then(|| *random.choice(&[91, 10107, 11600, 189, 262, 6]).unwrap()),
            block: blocking.then(|| {
                // A standalone server that holds a command beyond all limits is the documented gap.
                (Duration::from_millis(random.u64(1..LONGEST_BLOCK)), random.bool())
            }),
            conflicts,
            unconfirmed,
            overloaded,
            twice: (twice && numbered).then(|| Duration::from_millis(random.u64(0..3_000))),
            dies_after: (loses == 3).then(|| random.usize(0..4)),
            term,
        }
    }

    fn shard_of(&self, id: &Field) -> usize {
        if self.deployment != Deployment::Mongos {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        text(id).hash(&mut hasher);
        usize::from(hasher.finish() % 2 == 1)
    }

    /// Does something at the servers that a request asks for, and gives its reply as the network lets it.
    ///
    /// A standalone server may carry out what it holds of a connection that is gone. That is documented; here it does not,
    /// so that all else can be checked: `work` is told whether the client is there.
    async fn ask<T: Send + 'static, F: Future<Output = T> + Send>(
        self: &Arc<Self>,
        course: Course,
        work: impl FnOnce(Arc<AtomicBool>) -> F + Send + 'static,
    ) -> Result<T, Failure> {
        let (reply, replied) = oneshot::channel();
        let inner = Arc::clone(self);
        let here = Arc::new(AtomicBool::new(true));
        let there = Arc::clone(&here);
        tokio::spawn(async move {
            sleep(course.there).await;
            inner.while_stalled().await;
            if !course.arrives {
                return std::future::pending().await;
            }
            let result = work(there).await;
            sleep(course.back).await;
            inner.while_stalled().await;
            if course.replies {
                let _ = reply.send(result);
            } else {
                // The connection is silent.
                std::future::pending::<()>().await;
            }
        });
        let _gone = Gone(here);
        let broken = async {
            match course.breaks {
                Some(breaks) => sleep(course.there + breaks).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            result = replied => result.map_err(|_| lost(true)),
            () = broken => Err(lost(true)),
        }
    }
}

/// Tells the server that the client has left.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

fn names(statements: &[Owned]) -> String {
    let names = statements.iter().map(|statement| {
        let what = match &statement.write {
            Some(Write::Set { session, .. }) => format!("= {}", text(session)),
            Some(Write::Touch { .. }) => "touched".into(),
            Some(Write::Destroy) => "removed".into(),
            None => "fenced".into(),
        };
        format!("{} {what}", text(&statement.id))
    });
    names.collect::<Vec<_>>().join("; ")
}

/// What came of a command at one shard: the answers by their places, and what failed.
struct Part {
    answers: Vec<(usize, Option<Answer>)>,
    created: Vec<usize>,
    failure: Option<Failure>,
}

impl Inner {
    /// A write at one shard.
    async fn write_part(
        self: Arc<Self>,
        shard: usize,
        statements: Vec<Owned>,
        number: Option<(u64, i64)>,
        until: Instant,
        course: Course,
        client: Arc<AtomicBool>,
    ) -> Part {
        let failed = |failure: Failure| {
            self.tell(|| format!("refused {number:?} {}", failure.message));
            Part {
                answers: statements
                    .iter()
                    .map(|statement| (statement.place, None))
                    .collect(),
                created: Vec::new(),
                failure: Some(failure),
            }
        };
        let out_of_time = || {
            Failure::server("operation exceeded time limit", 50, "MaxTimeMSExpired")
                .of_kind(FailureKind::OutOfTime)
        };
        if let Some((session, value)) = number {
            loop {
                let freed = self.freed.notified();
                tokio::pin!(freed);
                freed.as_mut().enable();
                {
                    let mut world = self.lock();
                    if world.term != course.term {
                        return failed(refused(11602));
                    }
                    let shard = world.shards.get_mut(shard).unwrap();
                    if !shard.sessions.get(&session).is_some_and(|session| session.busy) {
                        if let Some(failure) = shard.begin(session, value) {
                            return failed(failure);
                        }
                        break;
                    }
                }
                if timeout_at(until, freed).await.is_err() {
                    return failed(out_of_time());
                }
            }
        }
        let _busy = Busy {
            inner: Arc::clone(&self),
            shard,
            session: number.map(|(session, _)| session),
            term: course.term,
        };
        if let Some((time, honours_limit)) = course.block {
            let end = Instant::now() + time;
            if honours_limit && end > until {
                sleep_until(until).await;
                return failed(out_of_time());
            }
            sleep_until(end).await;
        }
        if self.deployment == Deployment::Standalone && !client.load(Ordering::Relaxed) {
            return failed(lost(true));
        }
        let mut world = self.lock();
        if world.term != course.term {
            return failed(refused(11602));
        }
        if let Some(code) = course.refusal {
            return failed(refused(code));
        }
        if course.overloaded {
            return failed(Failure::server("too much to do", 462, "").of_kind(FailureKind::Overload));
        }
        if let Some(failure) = Shard::refuses(&statements) {
            return failed(failure);
        }
        let mut part = Part {
            answers: Vec::new(),
            created: Vec::new(),
            failure: None,
        };
        for (count, statement) in statements.iter().enumerate() {
            if course.dies_after == Some(count) {
                drop(world);
                return failed(lost(true));
            }
            if course.conflicts && statement.write.is_some() && world.random.bool() {
                let conflict = Failure::server("write conflict", 112, "").of_kind(FailureKind::Conflict);
                part.answers.push((statement.place, Some(Err(conflict))));
                continue;
            }
            let answer = world.shards.get_mut(shard).unwrap().carry_out(statement, number);
            let is_new = matches!(answer, Ok(Outcome::Done(true)))
                && matches!(statement.write, Some(Write::Set { .. }));
            if is_new {
                part.created.push(statement.place);
            }
            part.answers.push((statement.place, Some(answer)));
        }
        if course.unconfirmed {
            for (_, answer) in &mut part.answers {
                if matches!(answer, Some(Ok(_))) {
                    *answer = None;
                }
            }
            part.failure = Some(refused(91));
        } else {
            part.created.clear();
        }
        drop(world);
        self.tell(|| format!("written {number:?} {}", names(&statements)));
        part
    }
}

/// A command under way in a session.
struct Busy {
    inner: Arc<Inner>,
    shard: usize,
    session: Option<u64>,
    term: u64,
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(session) = self.session {
            let mut world = self.inner.world.lock().unwrap();
            // After an election, it is another server's.
            if world.term == self.term
                && let Some(shard) = world.shards.get_mut(self.shard)
            {
                shard.end(session);
            }
            drop(world);
            self.inner.freed.notify_waiters();
        }
    }
}

impl Servers {
    /// Sends a write to the shards of its statements.
    async fn send(
        &self,
        statements: Vec<Owned>,
        number: Option<(u64, i64)>,
        within: Duration,
    ) -> Result<Vec<Part>, Failure> {
        self.inner.select().await?;
        let course = self.inner.course(number.is_some());
        self.inner
            .tell(|| format!("sent {number:?} {} {course:?}", names(&statements)));
        let until = Instant::now() + within;
        let inner = Arc::clone(&self.inner);
        let mut parts: Vec<Vec<Owned>> = vec![Vec::new(); 2];
        for statement in statements {
            let shard = inner.shard_of(&statement.id);
            parts.get_mut(shard).unwrap().push(statement);
        }
        let work = async move |client: Arc<AtomicBool>| {
            let mut tasks = Vec::new();
            for (shard, statements) in parts.into_iter().enumerate() {
                if statements.is_empty() {
                    continue;
                }
                if let Some(later) = course.twice {
                    let (inner, statements) = (Arc::clone(&inner), statements.clone());
                    let client = Arc::clone(&client);
                    tokio::spawn(async move {
                        sleep(later).await;
                        inner
                            .write_part(shard, statements, number, until, course, client)
                            .await
                    });
                }
                tasks.push(tokio::spawn(Arc::clone(&inner).write_part(
                    shard,
                    statements,
                    number,
                    until,
                    course,
                    Arc::clone(&client),
                )));
            }
            let mut parts = Vec::new();
            for task in tasks {
                parts.push(task.await.unwrap());
            }
            parts
        };
        let replied = self.inner.ask(course, work).await;
        self.inner
            .tell(|| format!("heard {number:?} {:?}", replied.as_ref().err()));
        replied
    }

    /// Reads something from all shards at once.
    async fn look<T: Send + 'static>(
        &self,
        within: Duration,
        look: impl FnOnce(&[Shard]) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.inner.select().await?;
        let course = self.inner.course(false);
        let until = Instant::now() + within;
        let inner = Arc::clone(&self.inner);
        let work = async move |_: Arc<AtomicBool>| {
            if let Some((time, _)) = course.block {
                sleep_until((Instant::now() + time).min(until)).await;
            }
            let world = inner.lock();
            match course.refusal {
                _ if world.term != course.term => Err(refused(11602)),
                Some(code) => Err(refused(code)),
                None => Ok(look(&world.shards)),
            }
        };
        self.inner.ask(course, work).await?
    }
}

impl Backend for Servers {
    type Session = Lent;
    type Ids = Listing;

    async fn read(&self, ids: &[Field], within: Duration) -> Attempt {
        let asked: Vec<(usize, Field)> = ids
            .iter()
            .map(|id| (self.inner.shard_of(id), id.clone()))
            .collect();
        let found = self.look(within, move |shards| {
            let found = asked
                .iter()
                .map(|(shard, id)| shards.get(*shard).unwrap().read(id));
            found.collect::<Vec<_>>()
        });
        match found.await {
            Ok(found) => {
                let mut answers: Vec<Option<Answer>> =
                    found.into_iter().map(|found| Some(Ok(found))).collect();
                // Replies are bounded: now and then the last ones are to be asked for again.
                if answers.len() > 1 && self.inner.lock().random.u8(0..10) == 0 {
                    *answers.last_mut().unwrap() = None;
                }
                Attempt::answered(answers)
            }
            Err(failure) => Attempt::failed(ids.len(), failure),
        }
    }

    async fn session(&self) -> Result<Option<Lent>, Failure> {
        self.inner.select().await?;
        if self.inner.deployment == Deployment::Standalone {
            return Ok(None);
        }
        // The last one first, so that what is still under way in it meets the next write.
        let free = self.inner.free.lock().unwrap().pop();
        let new = || self.inner.next_session.fetch_add(1, Ordering::Relaxed);
        Ok(Some(Lent(free.unwrap_or_else(new))))
    }

    fn return_session(&self, session: Lent) {
        self.inner.free.lock().unwrap().push(session.0);
    }

    async fn write(
        &self,
        statements: &[Statement<'_>],
        number: Option<(&Lent, i64)>,
        within: Duration,
    ) -> Attempt {
        let number = number.map(|(session, number)| (session.0, number));
        let parts = match self.send(Owned::all(statements), number, within).await {
            Ok(parts) => parts,
            Err(failure) => return Attempt::failed(statements.len(), failure),
        };
        // A router that has lost a shard has no answer for any of it.
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

    async fn fence(&self, ids: &[Field], number: (&Lent, i64), within: Duration) -> Result<(), Failure> {
        let statements = ids.iter().enumerate().map(|(place, id)| Owned {
            place,
            id: id.clone(),
            write: None,
        });
        let parts = self
            .send(statements.collect(), Some((number.0.0, number.1)), within)
            .await?;
        match parts.into_iter().find_map(|part| part.failure) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    async fn list(&self, within: Duration) -> Result<Vec<Option<(Field, StoredSession)>>, Failure> {
        self.look(within, |shards| {
            let documents = shards.iter().flat_map(|shard| &shard.documents);
            let all = documents.map(|(id, document)| Some((Field::Text(id.clone()), stored(document))));
            all.collect()
        })
        .await
    }

    async fn count(&self, within: Duration) -> Result<u64, Failure> {
        self.look(within, |shards| {
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

    async fn remove_expired(&self, _within: Duration) -> Result<u64, Failure> {
        Ok(0)
    }

    async fn prepare(&self) -> Result<(), Failure> {
        self.inner.select().await
    }

    fn reach(&self) -> watch::Receiver<Reach> {
        self.inner.reach.subscribe()
    }

    fn servers(&self) -> String {
        "a:1".into()
    }

    fn selection_limit(&self) -> Duration {
        self.inner.selection
    }

    fn retries(&self) -> Retries {
        Retries {
            reads: true,
            writes: true,
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
    async fn next(&mut self, within: Duration) -> Result<Option<Vec<Field>>, Failure> {
        if self.left.is_none() {
            let ids = self.servers.look(within, |shards| {
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
