//! The callers that still wait for an answer, whatever happens to their operations. Whoever answers a caller,
//! the attempt or the deadline, takes it out of the list, so each caller is answered once.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use slab::Slab;
use tokio::time::Instant;

use super::operation::{Answer, Outcome};
use crate::model::{Failure, Kind};
use crate::sync::{AtomicU64, Mutex, MutexGuard, Notify};

/// The maximum number of waiting callers in one store. One more fails at once.
pub const MAX_CALLERS: usize = 65_536;

/// A caller that came this long after its call may be the next to be late.
const LATE: Duration = Duration::from_millis(1);

/// The handle by which an operation refers to its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    slot: usize,
    number: u64,
}

/// A waiting caller.
struct Caller<R> {
    number: u64,
    kind: Kind,
    since: Instant,
    /// The date that a session must outlive for this caller to get it, in milliseconds since 1970.
    live_at: Option<i64>,
    reply: R,
    /// The failure that has kept its operation from succeeding so far.
    cause: Option<Arc<Failure>>,
}

/// A caller with its answer.
pub struct Answered<R> {
    /// The kind of operation.
    pub kind: Kind,
    /// When it was called.
    pub since: Instant,
    /// Where the answer goes.
    pub reply: R,
    /// The answer.
    pub answer: Answer,
}

struct State<R> {
    waiting: Slab<Caller<R>>,
    /// The callers of reads and of writes, in the order of the times of their calls, which is also the order
    /// of their deadlines. Answered callers are removed when they reach the front, or when they outnumber the waiting
    /// ones.
    by_age: [VecDeque<(Instant, Key)>; 2],
    next: u64,
}

/// The callers of one store.
pub struct Callers<R> {
    state: Mutex<State<R>>,
    expired: AtomicU64,
    left: Notify,
    came_late: Notify,
}

impl<R> Callers<R> {
    /// An empty list.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                waiting: Slab::new(),
                by_age: Default::default(),
                next: 0,
            }),
            expired: AtomicU64::new(0),
            left: Notify::new(),
            came_late: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        // Each change leaves the state consistent, even if another thread panicked while it held the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a caller.
    ///
    /// # Errors
    /// Returns `reply` when too many callers wait.
    pub fn enter(&self, kind: Kind, since: Instant, live_at: Option<i64>, reply: R) -> Result<Key, R> {
        let mut state = self.lock();
        if state.waiting.len() >= MAX_CALLERS {
            return Err(reply);
        }
        let number = state.next;
        state.next += 1;
        let slot = state.waiting.insert(Caller {
            number,
            kind,
            since,
            live_at,
            reply,
            cause: None,
        });
        let key = Key { slot, number };
        state.keep_order_short(kind);
        let order = state.order(kind.writes());
        // A caller that waited for a hook of the application comes late, and stands before younger ones.
        let younger = order.iter().rev().take_while(|(other, _)| *other > since).count();
        let place = order.len() - younger;
        order.insert(place, (since, key));
        drop(state);
        if place == 0 && since.elapsed() > LATE {
            self.came_late.notify_one();
        }
        Ok(key)
    }

    /// Removes callers and returns them with their answers. Skips callers that were answered before.
    pub fn answer(&self, answers: impl Iterator<Item = (Key, Answer)>) -> Vec<Answered<R>> {
        let mut state = self.lock();
        answers
            .filter_map(|(key, answer)| {
                let caller = state.remove(key)?;
                Some(caller.answered(answer))
            })
            .collect()
    }

    /// Removes the callers of reads, or of writes, that have waited since `until` or longer. `answer` gets
    /// the cause that is known for the caller.
    pub fn expire(
        &self,
        writes: bool,
        until: Instant,
        answer: impl Fn(Option<&Failure>) -> Failure,
    ) -> Vec<Answered<R>> {
        let mut state = self.lock();
        let mut late = Vec::new();
        while let Some((since, key)) = state.order(writes).front().copied()
            && since <= until
        {
            state.order(writes).pop_front();
            if let Some(caller) = state.remove(key) {
                let failure = answer(caller.cause.as_deref());
                late.push(caller.answered(Err(failure)));
            }
        }
        drop(state);
        if !late.is_empty() {
            self.expired.fetch_add(late.len() as u64, Ordering::Release);
            self.left.notify_waiters();
        }
        late
    }

    /// Removes all callers.
    pub fn drain(&self, answer: &Answer) -> Vec<Answered<R>> {
        let mut state = self.lock();
        for order in &mut state.by_age {
            order.clear();
        }
        let mut all: Vec<Caller<R>> = state.waiting.drain().collect();
        all.sort_unstable_by_key(|caller| caller.number);
        all.into_iter().map(|caller| caller.answered(answer.clone())).collect()
    }

    /// When the caller that has waited longest for a read, or for a write, called.
    pub fn oldest(&self, writes: bool) -> Option<Instant> {
        let mut state = self.lock();
        loop {
            let (since, key) = *state.order(writes).front()?;
            if state.is_waiting(key) {
                return Some(since);
            }
            state.order(writes).pop_front();
        }
    }

    /// Whether any of these callers still waits.
    pub fn any_waits(&self, mut keys: impl Iterator<Item = Key>) -> bool {
        let state = self.lock();
        keys.any(|key| state.is_waiting(key))
    }

    /// How many of these callers still wait.
    pub fn count_waiting(&self, keys: impl Iterator<Item = Key>) -> usize {
        let state = self.lock();
        keys.filter(|key| state.is_waiting(*key)).count()
    }

    /// Remembers the failure that keeps the operations of these callers from succeeding.
    pub fn note_cause(&self, keys: impl Iterator<Item = Key>, cause: &Arc<Failure>) {
        let mut state = self.lock();
        for key in keys {
            if let Some(caller) = state.waiting.get_mut(key.slot)
                && caller.number == key.number
            {
                caller.cause = Some(Arc::clone(cause));
            }
        }
    }

    /// The number of waiting callers.
    pub fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// The number of entries in the order of deadlines.
    #[cfg(test)]
    pub fn kept(&self) -> usize {
        self.lock().by_age.iter().map(VecDeque::len).sum()
    }

    /// How many callers have been answered by their deadlines so far.
    pub fn expired(&self) -> u64 {
        self.expired.load(Ordering::Acquire)
    }

    /// Resolves when none of these callers waits any more.
    pub async fn all_left<K: Iterator<Item = Key>>(&self, keys: impl Fn() -> K) {
        loop {
            let left = self.left.notified();
            tokio::pin!(left);
            left.as_mut().enable();
            if !self.any_waits(keys()) {
                return;
            }
            left.await;
        }
    }

    /// Resolves when a caller has come whose deadline may be earlier than all that were known.
    pub async fn one_comes_late(&self) {
        self.came_late.notified().await;
    }

    /// Resolves when a deadline answers some caller.
    pub async fn one_leaves(&self) {
        self.left.notified().await;
    }
}

impl<R> Caller<R> {
    /// One reply may answer callers whose clocks differ: each compares the session's expiry with its own.
    fn answered(self, answer: Answer) -> Answered<R> {
        let has_expired = |expires: i64| self.live_at.is_some_and(|now| expires <= now);
        let answer = match answer {
            Ok(Outcome::Found(session)) if session.expires.is_some_and(has_expired) => Ok(Outcome::Missing),
            answer => answer,
        };
        Answered {
            kind: self.kind,
            since: self.since,
            reply: self.reply,
            answer,
        }
    }
}

impl<R> State<R> {
    fn order(&mut self, writes: bool) -> &mut VecDeque<(Instant, Key)> {
        let [reads, others] = &mut self.by_age;
        if writes { others } else { reads }
    }

    fn is_waiting(&self, key: Key) -> bool {
        self.waiting
            .get(key.slot)
            .is_some_and(|caller| caller.number == key.number)
    }

    fn remove(&mut self, key: Key) -> Option<Caller<R>> {
        self.is_waiting(key)
            .then(|| self.waiting.try_remove(key.slot))
            .flatten()
    }

    /// Compacts the order, so that one long wait at the front can't retain entries of answered callers behind
    /// it.
    fn keep_order_short(&mut self, kind: Kind) {
        const SLACK: usize = 1_024;
        let waiting = self.waiting.len();
        if self.order(kind.writes()).len() > 2 * waiting + SLACK {
            let mut order = std::mem::take(self.order(kind.writes()));
            order.retain(|(_, key)| self.is_waiting(*key));
            *self.order(kind.writes()) = order;
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const DONE: Answer = Ok(Outcome::Done(true));

    #[test]
    fn a_caller_is_answered_once_and_its_slot_is_reused() {
        let callers = Callers::new();
        let now = Instant::now();
        let first = callers.enter(Kind::Get, now, None, 1).unwrap();
        assert_eq!(callers.answer([(first, DONE)].into_iter()).len(), 1);
        let second = callers.enter(Kind::Get, now, None, 2).unwrap();
        assert!(callers.answer([(first, DONE)].into_iter()).is_empty());
        assert!(callers.any_waits([second].into_iter()));
        let late = callers.expire(false, now, |_| Failure::lost());
        assert_eq!(late.iter().map(|late| late.reply).collect::<Vec<_>>(), [2]);
        assert!(callers.answer([(second, DONE)].into_iter()).is_empty());
    }

    #[test]
    fn the_longest_waiting_callers_expire_first_and_reads_apart_from_writes() {
        let callers = Callers::new();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for seconds in 0..10 {
            let kind = if seconds % 2 == 0 { Kind::Get } else { Kind::Set };
            callers.enter(kind, at(seconds), None, seconds).unwrap();
        }
        let late = callers.expire(false, at(5), |_| Failure::lost());
        assert_eq!(late.iter().map(|late| late.reply).collect::<Vec<_>>(), [0, 2, 4]);
        assert_eq!(callers.oldest(false), Some(at(6)));
        assert_eq!(callers.oldest(true), Some(at(1)));
        assert_eq!(callers.len(), 7);
    }

    #[test]
    fn callers_that_come_late_expire_in_the_order_of_their_calls() {
        let callers = Callers::new();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for seconds in [3, 5, 1, 4, 1, 6, 0] {
            callers.enter(Kind::Get, at(seconds), None, seconds).unwrap();
        }
        let late = callers.expire(false, at(4), |_| Failure::lost());
        assert_eq!(late.iter().map(|late| late.reply).collect::<Vec<_>>(), [0, 1, 1, 3, 4]);
        assert_eq!(callers.oldest(false), Some(at(5)));
    }

    #[test]
    fn a_long_wait_does_not_retain_answered_callers() {
        let callers = Callers::new();
        let now = Instant::now();
        callers.enter(Kind::Get, now, None, 0).unwrap();
        for number in 1..100_000 {
            let key = callers.enter(Kind::Get, now, None, number).unwrap();
            callers.answer([(key, DONE)].into_iter());
        }
        assert!(callers.kept() < 2_000);
        assert_eq!(callers.expire(false, now, |_| Failure::lost()).len(), 1);
    }

    #[test]
    fn a_caller_over_the_limit_is_rejected() {
        let callers = Callers::new();
        for number in 0..MAX_CALLERS {
            callers.enter(Kind::Get, Instant::now(), None, number).unwrap();
        }
        assert_eq!(callers.enter(Kind::Get, Instant::now(), None, 7), Err(7));
        assert_eq!(callers.drain(&DONE).len(), MAX_CALLERS);
        assert!(callers.enter(Kind::Get, Instant::now(), None, 7).is_ok());
    }
}
