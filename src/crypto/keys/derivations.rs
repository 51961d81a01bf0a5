//! The queue of keys to be derived, for all stores and adapters in the process. A derivation keeps a
//! processor busy for milliseconds. So none is done for callers that have given up, and the newest callers,
//! who have the most time left, are served first.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, PoisonError, Weak};
use std::thread::available_parallelism;

use tokio::sync::oneshot;

use super::key::{KeyName, SecretKey};
use crate::crypto::error::CryptoError;
use crate::sync::{Mutex, MutexGuard, thread};

/// The maximum number of waiting keys. One more pushes out the oldest.
pub const MAX_WAITING: usize = 4_096;

/// One processor is left for the event loop and the driver.
static OF_PROCESS: LazyLock<Arc<Derivations>> = LazyLock::new(|| {
    let processors = available_parallelism().map_or(1, usize::from);
    Derivations::new(processors.saturating_sub(1).max(1), MAX_WAITING)
});

/// Derives keys.
pub trait Derive: Send + Sync {
    /// Derives a key on this thread, which it blocks.
    fn derive(&self, name: &KeyName) -> Arc<SecretKey>;
}

/// The priority of a key. The greater is derived first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The key of one record, or of a few.
    Record,
    /// A key that all writes wait for. A flood of reads must not hold it up.
    Shared,
}

/// Receives the key or its error. A caller gives up by dropping it.
pub type Derived = oneshot::Receiver<Result<Arc<SecretKey>, CryptoError>>;
type Waiter = oneshot::Sender<Result<Arc<SecretKey>, CryptoError>>;

/// The waiting keys, and the threads that derive them.
pub struct Derivations {
    at_once: usize,
    max_waiting: usize,
    state: Mutex<State>,
}

/// Each key is in `orders` until it is derived, and in `waiting` until a thread takes it. While keys wait, at
/// least one thread runs.
#[derive(Default)]
struct State {
    orders: HashMap<KeyId, Order>,
    waiting: BTreeMap<Rank, KeyId>,
    threads: usize,
    count: u64,
}

/// Identifies a key among those of all secrets.
#[derive(Clone, PartialEq, Eq, Hash)]
struct KeyId {
    /// The address of its source.
    source: usize,
    name: KeyName,
}

/// The place in the queue. The greatest is derived first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    urgency: Urgency,
    /// A counter of orders, so that the newest has the greatest number.
    number: u64,
}

struct Order {
    source: Weak<dyn Derive>,
    /// `None` while the key is being derived.
    rank: Option<Rank>,
    /// Whether the key is wanted although nobody waits for it, as long as its source exists.
    ahead: bool,
    waiters: Vec<Waiter>,
}

impl Order {
    /// The source of the key, if anybody still wants the key.
    fn wanted_from(&self) -> Option<Arc<dyn Derive>> {
        let wanted = self.ahead || self.waiters.iter().any(|waiter| !waiter.is_closed());
        self.source.upgrade().filter(|_| wanted)
    }

    fn answer(self, derived: &Result<Arc<SecretKey>, CryptoError>) {
        for waiter in self.waiters {
            // The receiver may have given up.
            let _ = waiter.send(derived.clone());
        }
    }
}

impl State {
    /// The order for a key. Creates it if there is none yet.
    fn order(&mut self, id: KeyId, source: &Arc<dyn Derive>, urgency: Urgency) -> &mut Order {
        self.count += 1;
        let mut rank = Rank {
            urgency,
            number: self.count,
        };
        let order = self.orders.entry(id.clone()).or_insert_with(|| Order {
            source: Arc::downgrade(source),
            rank: Some(rank),
            ahead: false,
            waiters: Vec::new(),
        });
        if let Some(before) = order.rank {
            // A key is as new as its newest caller.
            rank.urgency = rank.urgency.max(before.urgency);
            order.rank = Some(rank);
            self.waiting.remove(&before);
            self.waiting.insert(rank, id);
        }
        order
    }

    /// The next key to derive. Forgets the keys that nobody wants any more.
    fn next(&mut self) -> Option<(KeyId, Arc<dyn Derive>)> {
        while let Some((_, id)) = self.waiting.pop_last() {
            let Some(order) = self.orders.get_mut(&id) else {
                continue;
            };
            if let Some(source) = order.wanted_from() {
                order.rank = None;
                return Some((id, source));
            }
            self.orders.remove(&id);
        }
        None
    }

    /// Removes the oldest key if too many wait. All callers of that key get the error together.
    fn excess(&mut self, max_waiting: usize) -> Option<Order> {
        if self.waiting.len() <= max_waiting {
            return None;
        }
        let (_, id) = self.waiting.pop_first()?;
        self.orders.remove(&id)
    }

    fn drain(&mut self) -> Vec<Order> {
        let waiting = mem::take(&mut self.waiting);
        waiting.into_values().filter_map(|id| self.orders.remove(&id)).collect()
    }
}

impl Derivations {
    /// An empty queue, which derives at most `at_once` keys at a time.
    pub fn new(at_once: usize, max_waiting: usize) -> Arc<Self> {
        Arc::new(Self {
            at_once,
            max_waiting,
            state: Mutex::default(),
        })
    }

    /// The queue of the process.
    pub fn of_process() -> Arc<Self> {
        Arc::clone(&OF_PROCESS)
    }

    /// The number of threads that derive keys at the moment.
    #[cfg(test)]
    pub fn threads(&self) -> usize {
        self.lock().threads
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the state consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Orders a key for a caller. It is derived once for all callers that wait for it.
    pub fn order(self: &Arc<Self>, source: &Arc<dyn Derive>, name: KeyName, urgency: Urgency) -> Derived {
        let (waiter, derived) = oneshot::channel();
        self.place(source, name, urgency, |order| order.waiters.push(waiter));
        derived
    }

    /// Orders a key for future callers.
    pub fn order_ahead(self: &Arc<Self>, source: &Arc<dyn Derive>, name: KeyName) {
        self.place(source, name, Urgency::Shared, |order| order.ahead = true);
    }

    fn place(
        self: &Arc<Self>,
        source: &Arc<dyn Derive>,
        name: KeyName,
        urgency: Urgency,
        join: impl FnOnce(&mut Order),
    ) {
        let id = KeyId {
            // The weak reference in an order keeps the memory of the source allocated, so no other source can
            // have the same address.
            source: Arc::as_ptr(source).cast::<()>().addr(),
            name,
        };
        let (excess, lacks_thread) = {
            let mut state = self.lock();
            join(state.order(id, source, urgency));
            let excess = state.excess(self.max_waiting);
            let lacks_thread = !state.waiting.is_empty() && state.threads < self.at_once;
            state.threads += usize::from(lacks_thread);
            (excess, lacks_thread)
        };
        if let Some(order) = excess {
            order.answer(&Err(CryptoError::Overloaded));
        }
        if lacks_thread {
            self.start_thread();
        }
    }

    fn start_thread(self: &Arc<Self>) {
        let queue = Arc::clone(self);
        let started = thread::Builder::new()
            .name("session-keys".to_owned())
            .spawn(move || queue.derive_all());
        if started.is_err() {
            let stranded = {
                let mut state = self.lock();
                state.threads -= 1;
                if state.threads == 0 { state.drain() } else { Vec::new() }
            };
            for order in stranded {
                order.answer(&Err(CryptoError::Lost));
            }
        }
    }

    /// Derives keys until none waits.
    fn derive_all(&self) {
        loop {
            let next = {
                let mut state = self.lock();
                let next = state.next();
                if next.is_none() {
                    state.threads -= 1;
                }
                next
            };
            let Some((id, source)) = next else { return };
            // A panic fails only this order. The next caller of the key tries again, and the thread goes on
            // with the next key.
            let derived = catch_unwind(AssertUnwindSafe(|| source.derive(&id.name))).map_err(|_| CryptoError::Lost);
            let order = self.lock().orders.remove(&id);
            if let Some(order) = order {
                order.answer(&derived);
            }
        }
    }
}

#[cfg(all(test, feature = "loom"))]
mod models;
