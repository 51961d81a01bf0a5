//! The network of a run, and its faults. What was sent continues at the servers, even if the sender gives up.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use mongodb::bson::{Document, doc};
use mongodb::error::{Error, ErrorKind};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::super::backend::Reach;
use super::deployment::{Deployment, throttled};
use super::faults::{Fault, Window};
use super::shard::{Shard, text};
use crate::model::{Failure, Field};
use crate::mongo;

/// The longest time that a server holds a command, in milliseconds.
const LONGEST_BLOCK: u64 = 4_000;

/// The state of the servers.
pub struct World {
    pub random: Rng,
    pub shards: Vec<Shard>,
    /// The number of elections so far.
    pub term: u64,
    /// A second since the start, and the number of requests in it.
    spent: (u64, u32),
}

impl World {
    /// Servers with this many shards.
    pub fn new(random: Rng, shards: usize) -> Self {
        Self {
            random,
            shards: (0..shards).map(|_| Shard::default()).collect(),
            term: 0,
            spent: (0, 0),
        }
    }

    /// Counts a request at a time after the start. If there were more in this second than the account pays for,
    /// returns the error.
    fn spend(&mut self, now: Duration, paid: f64) -> Option<Document> {
        let (second, spent) = &mut self.spent;
        if *second != now.as_secs() {
            self.spent = (now.as_secs(), 1);
            return None;
        }
        *spent += 1;
        let is_over = f64::from(*spent) > paid;
        let is_named = is_over && self.random.u8(0..4) > 0;
        is_over.then(|| throttled(is_named.then(|| 1_000 - u64::from(now.subsec_millis()))))
    }
}

/// The servers, and the connection to them.
pub struct Network {
    pub deployment: Deployment,
    pub windows: Vec<Window>,
    pub start: Instant,
    pub selection: Duration,
    pub world: Mutex<World>,
    /// Wakes those who wait for a server session to become free.
    pub freed: Notify,
    pub reach: watch::Sender<Reach>,
    /// Wakes those who wait for a change of `reach`. The watch channel itself would wake them in an order
    /// that the seed doesn't determine.
    pub reached: Notify,
    pub next_session: AtomicU64,
}

/// What happens to one request.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate fault")]
pub struct Course {
    pub there: Duration,
    pub back: Duration,
    pub arrives: bool,
    pub replies: bool,
    /// How long after the sending the connection breaks for the client, if it does. The request may arrive later.
    pub breaks: Option<Duration>,
    pub refusal: Option<i32>,
    pub block: Option<(Duration, bool)>,
    pub conflicts: bool,
    /// Whether not enough members confirm the write, and whether it may be sent again.
    pub unconfirmed: Option<bool>,
    pub overloaded: bool,
    /// The error of a throttled request, and whether its statements are throttled one by one.
    pub throttled: Option<(Document, bool)>,
    pub twice: Option<Duration>,
    /// The number of statements after which the server is lost.
    pub dies_after: Option<usize>,
    pub term: u64,
}

/// The failure of a connection that broke while a request waited for its answer.
pub fn lost() -> Failure {
    let broken = io::Error::new(io::ErrorKind::ConnectionReset, "connection lost");
    Error::from(ErrorKind::Io(Arc::new(broken))).into()
}

/// A refusal with this code.
pub fn refused(code: i32) -> Failure {
    mongo::of_command(&doc! { "code": code, "errmsg": "not now" })
}

impl Network {
    pub fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Prints what happens at the servers if only one seed is run.
    pub fn tell(&self, what: impl FnOnce() -> String) {
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

    /// Tells the engine which servers answer, a little after that changes. Also holds the elections.
    pub async fn watch(self: Arc<Self>, mut random: Rng) {
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
                Reach::Unreachable {
                    causes: "connect ECONNREFUSED".into(),
                    all: true,
                }
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

    pub async fn select(&self) -> Result<(), Failure> {
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

    pub fn course(&self, numbered: bool) -> Course {
        let mut world = self.lock();
        let term = world.term;
        let paid = self.active(Fault::Throttling).map(|window| window.share * 20.0);
        let throttled = paid.and_then(|paid| world.spend(self.start.elapsed(), paid));
        let random = &mut world.random;
        let throttled = throttled.map(|error| (error, random.bool()));
        let mut meets = |fault: Fault| self.active(fault).is_some_and(|window| random.f64() < window.share);
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
        let stalled = self.active(Fault::Stall).is_some();
        let mut way = || {
            Duration::from_micros(if slow {
                random.u64(100..2_000_000)
            } else {
                random.u64(100..3_000)
            })
        };
        let (mut there, back) = (way(), way());
        let loses = if lossy || cut { random.u8(0..6) } else { u8::MAX };
        let mut breaks = ((loses < 3 || stalled) && random.bool()).then(|| Duration::from_millis(random.u64(0..1_000)));
        if loses == 4 || loses == 5 {
            // The connection breaks before the server reads the request, which it does later all the same.
            there += Duration::from_millis(random.u64(0..2_000));
            breaks = Some(there.mul_f64(random.f64()));
        }
        Course {
            there,
            back,
            arrives: loses != 0,
            replies: loses != 1,
            breaks,
            refusal: refusing.then(|| *random.choice(&[91, 10107, 11600, 189, 262, 6]).unwrap()),
            block: blocking.then(|| {
                // Longer blocks of writes without a number are a documented gap of the store, so they are not
                // simulated.
                (Duration::from_millis(random.u64(1..LONGEST_BLOCK)), random.bool())
            }),
            conflicts,
            unconfirmed: unconfirmed.then(|| random.bool()),
            overloaded,
            throttled,
            twice: (twice && numbered).then(|| Duration::from_millis(random.u64(0..3_000))),
            dies_after: (loses == 3).then(|| random.usize(0..4)),
            term,
        }
    }

    pub fn shard_of(&self, id: &Field) -> usize {
        let mut hasher = DefaultHasher::new();
        text(id).hash(&mut hasher);
        usize::from(hasher.finish() % 2 == 1) % self.deployment.shards()
    }

    /// Carries out a request at the servers, and returns its reply if the network delivers it.
    ///
    /// A server may carry out a write without a number although its connection is gone, which is a documented
    /// gap. The model doesn't, so that everything else can be checked: it tells `work` whether the client is
    /// still there.
    pub async fn ask<T: Send + 'static, F: Future<Output = T> + Send>(
        self: &Arc<Self>,
        course: &Arc<Course>,
        work: impl FnOnce(Arc<AtomicBool>) -> F + Send + 'static,
    ) -> Result<T, Failure> {
        let (reply, replied) = oneshot::channel();
        let (inner, met) = (Arc::clone(self), Arc::clone(course));
        let here = Arc::new(AtomicBool::new(true));
        let there = Arc::clone(&here);
        tokio::spawn(async move {
            // What a server reads when it goes on, it may carry out in another order.
            inner.while_stalled().await;
            sleep(met.there).await;
            inner.while_stalled().await;
            if !met.arrives {
                return std::future::pending().await;
            }
            let result = work(there).await;
            sleep(met.back).await;
            inner.while_stalled().await;
            if met.replies {
                let _ = reply.send(result);
            } else {
                // The connection stays silent.
                std::future::pending::<()>().await;
            }
        });
        let _gone = Gone(here);
        let broken = async {
            match course.breaks {
                Some(breaks) => sleep(breaks).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            result = replied => result.map_err(|_| lost()),
            () = broken => Err(lost()),
        }
    }
}

/// Tells the server that the client is gone.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
