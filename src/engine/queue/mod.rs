//! The operations that wait and those in flight. The operations on one session form a train, which is worked
//! off in order, one step at a time. Steps of different sessions may overtake each other and travel together.
//! The queue knows callers only by their keys, and nothing about `MongoDB`.

mod class;
mod clearings;
mod epochs;
mod sizes;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

pub use class::Class;

use super::callers::Key;
use super::errand::Errand;
use super::operation::{Action, Write};
use crate::model::Field;
use crate::sync::{AtomicBool, Mutex, MutexGuard};
use class::{BULKY_BYTES, FAR, FAR_LANES, LANES};
use clearings::Clearings;
use epochs::Epochs;
use sizes::Sizes;

/// The maximum number of bytes of ids and sessions that may wait to be sent. An operation that would exceed
/// it fails at once.
pub const MAX_QUEUED_BYTES: usize = 512 * 1024 * 1024;
/// The maximum number of steps that travel together.
pub const MAX_STEPS: usize = 512;
/// The maximum number of large sessions that are read together. Their current sizes are not known before.
const MAX_BULKY_STEPS: usize = 16;
/// The maximum number of bytes that travel together, unless a single step has more.
const MAX_BATCH_BYTES: usize = 2 * 1024 * 1024;

/// One action on one session, for one or more callers.
#[derive(Clone, Debug)]
pub struct Step {
    /// The action.
    pub action: Action,
    /// The callers, in the order of their calls. The action is that of the last one.
    pub callers: Vec<Key>,
    /// When the last caller called.
    pub newest: Instant,
    /// The engine's own errands that want the action, too.
    pub errands: Vec<Arc<Errand>>,
    bytes: usize,
    epoch: u64,
}

impl Step {
    /// Whether an operation can join this step, even if others have joined it already. An operation replaces
    /// an earlier one of the same kind that has not been sent.
    fn takes(&self, action: &Action, bytes: usize) -> bool {
        self.action.takes(action) && (self.bytes > BULKY_BYTES) == (bytes > BULKY_BYTES)
    }

    /// The callers that wait for the step, including those of the engine's errands.
    pub fn waiting(&self) -> impl Iterator<Item = Key> {
        let errands = self.errands.iter().map(|errand| errand.caller());
        self.callers.iter().copied().chain(errands)
    }
}

/// A step in flight.
#[derive(Clone, Debug)]
pub struct Job {
    /// The session's `_id`.
    pub id: Field,
    /// What is done to the session.
    pub step: Step,
}

#[derive(Default)]
struct Train {
    under_way: bool,
    steps: VecDeque<Step>,
}

struct State {
    trains: HashMap<Field, Train>,
    ready: [VecDeque<Field>; LANES.len()],
    /// How many lanes of each class carry a batch or were started to carry one.
    busy: [usize; LANES.len()],
    /// The maximum number of lanes of each class.
    lanes: [usize; LANES.len()],
    bulky: Sizes,
    bytes: usize,
    epochs: Epochs,
    clearings: Clearings,
}

/// The error when too many bytes wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFull;

/// The queue of one store.
pub struct Queue {
    state: Mutex<State>,
    /// Whether any large session is known.
    knows_bulky: AtomicBool,
    /// Whether the servers are far away.
    is_far: AtomicBool,
}

impl Queue {
    /// An empty queue. All lanes are idle.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                trains: HashMap::new(),
                ready: Default::default(),
                busy: [0; LANES.len()],
                lanes: LANES,
                bulky: Sizes::default(),
                bytes: 0,
                epochs: Epochs::new(),
                clearings: Clearings::default(),
            }),
            knows_bulky: AtomicBool::new(false),
            is_far: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change leaves the state consistent, even if another thread panicked while it held the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an operation. Returns the class of a lane that must be started for it.
    ///
    /// # Errors
    /// When too many bytes wait.
    pub fn push(&self, id: Field, action: Action, caller: Key, since: Instant) -> Result<Option<Class>, QueueFull> {
        let mut state = self.lock();
        if state.bytes + id.len() + action.len() > MAX_QUEUED_BYTES {
            return Err(QueueFull);
        }
        let mut start = None;
        if !state.clearings.is_empty() {
            let errands = state.clearings.spare(&id);
            if !errands.is_empty() {
                start = state.enqueue(id.clone(), Action::Write(Write::Destroy), None, since, errands);
            }
        }
        let more = state.enqueue(id, action, Some(caller), since, Vec::new());
        Ok(start.or(more))
    }

    /// The next batch of a class. The steps that have waited longest come first. An empty batch makes the
    /// lane that asks idle.
    pub fn take(&self, class: Class) -> Vec<Job> {
        let mut state = self.lock();
        let mut jobs = Vec::new();
        let mut bytes = 0;
        let limit = if class == Class::BulkyRead {
            MAX_BULKY_STEPS
        } else {
            MAX_STEPS
        };
        while jobs.len() < limit {
            let Some(id) = state.ready_of(class).pop_front() else {
                break;
            };
            let Some(train) = state.trains.get_mut(&id) else {
                continue;
            };
            let Some(next) = train.steps.front() else { continue };
            if !jobs.is_empty() && bytes + next.bytes > MAX_BATCH_BYTES {
                state.ready_of(class).push_front(id);
                break;
            }
            bytes += next.bytes;
            if let Some(step) = train.steps.pop_front() {
                train.under_way = true;
                jobs.push(Job { id, step });
            }
        }
        state.bytes = state.bytes.saturating_sub(bytes);
        if jobs.is_empty() {
            let busy = state.busy_of(class);
            *busy = busy.saturating_sub(1);
        }
        jobs
    }

    /// Notes that steps are done. Returns the classes in which a lane must be started.
    pub fn finish(&self, done: impl Iterator<Item = Job>) -> Vec<Class> {
        let mut state = self.lock();
        let mut start = Vec::new();
        for Job { id, step } in done {
            state.epochs.leave(step.epoch);
            start.extend(state.next_step(id));
        }
        start
    }

    /// Drops the steps that nobody waits for.
    pub fn forget_unwanted(&self, is_wanted: impl Fn(&Step) -> bool) {
        let mut state = self.lock();
        let State {
            trains, epochs, bytes, ..
        } = &mut *state;
        for train in trains.values_mut() {
            // The first step of a train with nothing in flight is announced to a lane, which drops it by
            // itself.
            let announced = usize::from(!train.under_way);
            let mut position = 0;
            train.steps.retain(|step| {
                position += 1;
                let keeps = position <= announced || is_wanted(step);
                if !keeps {
                    *bytes = bytes.saturating_sub(step.bytes);
                    epochs.leave(step.epoch);
                }
                keeps
            });
        }
    }

    /// Adapts the number of lanes to the round trip to the servers.
    pub fn note_distance(&self, distance: Duration) {
        let is_far = distance > FAR;
        if self.is_far.load(Ordering::Relaxed) != is_far {
            // Both change under the lock: of two lanes that note different distances, one decides both.
            let mut state = self.lock();
            state.lanes = if is_far { FAR_LANES } else { LANES };
            self.is_far.store(is_far, Ordering::Relaxed);
        }
    }

    /// Remembers whether a session is large.
    pub fn note_size(&self, id: &Field, bytes: usize) {
        // Most stores have no large sessions at all. In that case, small ones don't need the lock.
        if bytes <= BULKY_BYTES && !self.knows_bulky.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.lock();
        state.bulky.note(id, bytes);
        self.knows_bulky.store(!state.bulky.is_empty(), Ordering::Relaxed);
    }

    /// Resolves when everything that was pushed before is done.
    pub fn settled(&self) -> oneshot::Receiver<()> {
        self.lock().epochs.settled()
    }

    /// Begins a clear, whose removals belong to `errand`. Returns its number, and a receiver that resolves
    /// when everything that was pushed before is done. The clear itself counts as pushed until it ends.
    pub fn begin_clear(&self, errand: &Arc<Errand>) -> (u64, oneshot::Receiver<()>) {
        let mut state = self.lock();
        let settled = state.epochs.settled();
        let epoch = state.epochs.enter();
        (state.clearings.begin(epoch, Arc::clone(errand)), settled)
    }

    /// Pushes the removals of a clear, except for the sessions that it must spare.
    pub fn clear(&self, number: u64, ids: Vec<Field>, errand: &Arc<Errand>) -> Vec<Class> {
        let mut state = self.lock();
        let now = Instant::now();
        let mut start = Vec::new();
        for id in ids {
            if !state.clearings.spares(number, &id) {
                let errands = vec![errand.step()];
                start.extend(state.enqueue(id, Action::Write(Write::Destroy), None, now, errands));
            }
        }
        start
    }

    /// Ends a clear.
    pub fn end_clear(&self, number: u64) {
        let mut state = self.lock();
        if let Some(epoch) = state.clearings.end(number) {
            state.epochs.leave(epoch);
        }
    }

    /// Removes everything that waits. Steps in flight stay.
    pub fn drain(&self) {
        let mut state = self.lock();
        let State { trains, epochs, .. } = &mut *state;
        for step in trains.values_mut().flat_map(|train| train.steps.drain(..)) {
            epochs.leave(step.epoch);
            for errand in step.errands {
                errand.answer(&Err(crate::model::Failure::interrupted()));
            }
        }
        trains.retain(|_, train| train.under_way);
        for ready in &mut state.ready {
            ready.clear();
        }
        state.bytes = 0;
    }

    /// Handles a lane that ended without asking for another batch. Returns its class if another one must be
    /// started in its place.
    pub fn lane_lost(&self, class: Class) -> Option<Class> {
        let mut state = self.lock();
        if state.ready_of(class).is_empty() {
            let busy = state.busy_of(class);
            *busy = busy.saturating_sub(1);
            return None;
        }
        Some(class)
    }

    /// The number of callers whose steps wait to be sent, as `waiting` counts them.
    pub fn queued(&self, waiting: impl Fn(&[Key]) -> usize) -> usize {
        let state = self.lock();
        let steps = state.trains.values().flat_map(|train| &train.steps);
        steps.map(|step| waiting(&step.callers)).sum()
    }

    #[cfg(test)]
    /// How many sessions have steps that wait or are in flight.
    pub fn sessions(&self) -> usize {
        self.lock().trains.len()
    }
}

impl State {
    fn ready_of(&mut self, class: Class) -> &mut VecDeque<Field> {
        #[expect(clippy::indexing_slicing, reason = "each class has a list")]
        &mut self.ready[class as usize]
    }

    fn busy_of(&mut self, class: Class) -> &mut usize {
        #[expect(clippy::indexing_slicing, reason = "each class has lanes")]
        &mut self.busy[class as usize]
    }

    fn enqueue(
        &mut self,
        id: Field,
        action: Action,
        caller: Option<Key>,
        newest: Instant,
        errands: Vec<Arc<Errand>>,
    ) -> Option<Class> {
        let bytes = id.len() + action.len();
        self.bytes += bytes;
        let known = self.trains.get_mut(&id);
        if let Some(last) = known.and_then(|train| train.steps.back_mut())
            && last.takes(&action, bytes)
        {
            self.bytes = self.bytes.saturating_sub(last.bytes);
            last.action.become_later(action);
            last.bytes = bytes;
            last.newest = newest;
            last.callers.extend(caller);
            last.errands.extend(errands);
            return None;
        }
        let step = Step {
            action,
            callers: caller.into_iter().collect(),
            newest,
            errands,
            bytes,
            epoch: self.epochs.enter(),
        };
        if let Some(train) = self.trains.get_mut(&id) {
            train.steps.push_back(step);
            return None;
        }
        let train = Train {
            under_way: false,
            steps: VecDeque::from([step]),
        };
        self.trains.insert(id.clone(), train);
        self.make_ready(id)
    }

    /// Offers the first step of a train to the lanes. Claims an idle lane for it, if there is one.
    fn make_ready(&mut self, id: Field) -> Option<Class> {
        let step = self.trains.get(&id)?.steps.front()?;
        let class = Class::of(&step.action, step.bytes, self.bulky.is_bulky(&id));
        self.ready_of(class).push_back(id);
        let lanes = self.lanes.get(class as usize).copied().unwrap_or(1);
        let busy = self.busy_of(class);
        let claimed = *busy < lanes;
        *busy += usize::from(claimed);
        claimed.then_some(class)
    }

    fn next_step(&mut self, id: Field) -> Option<Class> {
        let train = self.trains.get_mut(&id)?;
        train.under_way = false;
        if train.steps.is_empty() {
            self.trains.remove(&id);
            return None;
        }
        self.make_ready(id)
    }
}

#[cfg(test)]
mod limit_tests;
#[cfg(all(test, feature = "loom"))]
mod models;
#[cfg(test)]
mod tests;
