//! What waits and what is under way. Operations on one session form a train that is worked off in order, one step at a
//! time; steps of different sessions overtake each other freely and travel together. Knows nothing of `MongoDB`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::operation::Action;
use super::stats::Kind;
use crate::document::Field;

/// The operations that one store may have waiting and under way. One more fails at once.
pub const MAX_OPERATIONS: usize = 65_536;
/// The bytes of sessions that wait to be stored, likewise.
pub const MAX_QUEUED_BYTES: usize = 512 * 1024 * 1024;
/// A session over this size travels apart, so that small ones don't wait for it.
const BULKY_BYTES: usize = 64 * 1024;
/// The ids of large sessions that are remembered, so that reading them doesn't hold up others either.
const MAX_BULKY_IDS: usize = 4_096;
/// The steps that travel together, at the most.
const MAX_STEPS: usize = 512;
/// The large sessions that are read together: what each of them has is not known before.
const MAX_BULKY_STEPS: usize = 16;
/// The bytes that travel together, unless one step alone has more.
const MAX_BATCH_BYTES: usize = 2 * 1024 * 1024;

/// Steps of one class travel together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Reads.
    Read,
    /// Writes by the `update` command.
    Update,
    /// Writes by the `delete` command.
    Delete,
    /// Reads of large sessions.
    BulkyRead,
    /// Writes of large sessions.
    BulkyUpdate,
}

/// How many batches of each class are under way at a time, in the order of [`Class`].
pub const LANES: [usize; 5] = [2, 2, 1, 1, 1];

/// One caller of a step.
#[derive(Debug)]
pub struct Ticket<R> {
    /// Where the answer goes.
    pub reply: R,
    /// When the operation was called.
    pub since: Instant,
    epoch: u64,
}

/// What is to be done to one session for one or more callers.
#[derive(Debug)]
pub struct Step<R> {
    /// What is done.
    pub action: Action,
    /// For whom, in the order of their calls. The action is the last one's.
    pub tickets: Vec<Ticket<R>>,
    bytes: usize,
}

impl<R> Step<R> {
    /// When the first caller began to wait.
    pub fn since(&self) -> Instant {
        self.tickets
            .first()
            .map_or_else(Instant::now, |ticket| ticket.since)
    }

    /// Whether an operation can have the same step, although others are in it already. A later one of the same kind
    /// takes the place of an earlier one that has not been sent.
    fn takes(&self, action: &Action) -> bool {
        mem::discriminant(&self.action) == mem::discriminant(action)
            && (self.bytes > BULKY_BYTES) == (bytes_of(action) > BULKY_BYTES)
    }
}

/// A step that is under way.
#[derive(Debug)]
pub struct Job<R> {
    /// The session's `_id`.
    pub id: Field,
    /// What is done to it.
    pub step: Step<R>,
}

struct Train<R> {
    under_way: bool,
    steps: VecDeque<Step<R>>,
}

/// Operations that were called between two sweeps of the collection.
#[derive(Default)]
struct Epoch {
    open: usize,
    waiting: Vec<oneshot::Sender<()>>,
}

struct State<R> {
    trains: HashMap<Field, Train<R>>,
    ready: [VecDeque<Field>; LANES.len()],
    idle: [usize; LANES.len()],
    bulky: HashSet<Field>,
    operations: usize,
    bytes: usize,
    /// The number of the first epoch in `epochs`; the last one is the current one.
    first_epoch: u64,
    epochs: VecDeque<Epoch>,
    /// The epochs that were ended by a sweep which later operations must wait for.
    holds: VecDeque<u64>,
    held: VecDeque<(Field, Action, Ticket<R>)>,
}

/// The queue of one store.
pub struct Queue<R> {
    state: Mutex<State<R>>,
    /// Whether `bulky` has ids.
    knows_bulky: AtomicBool,
}

/// What became of a pushed operation.
#[derive(Debug)]
pub enum Pushed<R> {
    /// It waits. A lane of the class must be started for it, if one is given.
    Queued(Option<Class>),
    /// The queue is full.
    Full(R),
}

impl<R> Queue<R> {
    /// An empty queue, all of whose lanes are idle.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                trains: HashMap::new(),
                ready: Default::default(),
                idle: LANES,
                bulky: HashSet::new(),
                operations: 0,
                bytes: 0,
                first_epoch: 0,
                epochs: VecDeque::from([Epoch::default()]),
                holds: VecDeque::new(),
                held: VecDeque::new(),
            }),
            knows_bulky: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        // Each change leaves the state whole, so that a panic of another thread did no harm to it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an operation.
    pub fn push(&self, id: Field, action: Action, reply: R) -> Pushed<R> {
        let mut state = self.lock();
        let bytes = bytes_of(&action);
        if state.operations >= MAX_OPERATIONS || state.bytes + bytes > MAX_QUEUED_BYTES {
            return Pushed::Full(reply);
        }
        state.operations += 1;
        let epoch = state.first_epoch + state.epochs.len() as u64 - 1;
        if let Some(current) = state.epochs.back_mut() {
            current.open += 1;
        }
        let ticket = Ticket {
            reply,
            since: Instant::now(),
            epoch,
        };
        if state.holds.is_empty() {
            Pushed::Queued(state.enqueue(id, action, ticket))
        } else {
            state.bytes += bytes;
            state.held.push_back((id, action, ticket));
            Pushed::Queued(None)
        }
    }

    /// The next batch of a class, the longest waiting steps first. When there is none, the lane that asks is idle.
    pub fn take(&self, class: Class) -> Vec<Job<R>> {
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
            *state.idle_of(class) += 1;
        }
        jobs
    }

    /// The steps of these ids are done, for callers of these epochs. Gives the classes of which a lane must be started.
    pub fn finish(&self, done: impl Iterator<Item = (Field, Vec<u64>)>) -> Vec<Class> {
        let mut state = self.lock();
        let mut start = Vec::new();
        for (id, epochs) in done {
            for epoch in epochs {
                state.leave(epoch);
            }
            start.extend(state.next_step(id));
        }
        state.end_epochs();
        start
    }

    /// Some callers of a step that is still under way were answered already.
    pub fn leave(&self, epochs: impl Iterator<Item = u64>) {
        let mut state = self.lock();
        for epoch in epochs {
            state.leave(epoch);
        }
        state.end_epochs();
    }

    /// Remembers whether a session is large.
    pub fn note_size(&self, id: &Field, bytes: usize) {
        // Most stores have no large session at all: reading small ones costs no lock then.
        if bytes <= BULKY_BYTES && !self.knows_bulky.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.lock();
        if bytes <= BULKY_BYTES {
            state.bulky.remove(id);
        } else if state.bulky.len() < MAX_BULKY_IDS && !state.bulky.contains(id) {
            state.bulky.insert(id.clone());
        }
        self.knows_bulky.store(!state.bulky.is_empty(), Ordering::Relaxed);
    }

    /// Resolves when everything that was pushed before is done. With `hold`, what is pushed from now on waits until
    /// [`Self::release`] is called.
    pub fn settled(&self, hold: bool) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.lock();
        if let Some(current) = state.epochs.back_mut() {
            current.waiting.push(sender);
        }
        if hold {
            let ended = state.first_epoch + state.epochs.len() as u64 - 1;
            state.holds.push_back(ended);
        }
        // What holds others back is itself not done: the next epoch has it open until it is released.
        state.epochs.push_back(Epoch {
            open: usize::from(hold),
            waiting: Vec::new(),
        });
        state.end_epochs();
        receiver
    }

    /// Lets go what waits for the first hold. Gives the classes of which a lane must be started.
    pub fn release(&self) -> Vec<Class> {
        let mut state = self.lock();
        if let Some(ended) = state.holds.pop_front() {
            state.leave_epoch(ended + 1);
        }
        let until = state.holds.front().copied().unwrap_or(u64::MAX);
        let mut start = Vec::new();
        while state
            .held
            .front()
            .is_some_and(|(_, _, ticket)| ticket.epoch <= until)
        {
            if let Some((id, action, ticket)) = state.held.pop_front() {
                state.bytes = state.bytes.saturating_sub(bytes_of(&action));
                start.extend(state.enqueue(id, action, ticket));
            }
        }
        state.end_epochs();
        start
    }

    /// Takes out everything that waits; what is under way stays.
    pub fn drain(&self) -> Vec<(Kind, R)> {
        let mut state = self.lock();
        let mut tickets: Vec<(Kind, Ticket<R>)> = Vec::new();
        for step in state.trains.values_mut().flat_map(|train| train.steps.drain(..)) {
            let kind = Kind::from(&step.action);
            tickets.extend(step.tickets.into_iter().map(|ticket| (kind, ticket)));
        }
        state.trains.retain(|_, train| train.under_way);
        for ready in &mut state.ready {
            ready.clear();
        }
        let held = mem::take(&mut state.held);
        tickets.extend(
            held.into_iter()
                .map(|(_, action, ticket)| (Kind::from(&action), ticket)),
        );
        for (_, ticket) in &tickets {
            state.leave(ticket.epoch);
        }
        state.bytes = 0;
        state.end_epochs();
        tickets
            .into_iter()
            .map(|(kind, ticket)| (kind, ticket.reply))
            .collect()
    }

    /// A lane ended without asking for another batch. Gives its class if another one must be started in its place.
    pub fn lane_lost(&self, class: Class) -> Option<Class> {
        let mut state = self.lock();
        if state.ready_of(class).is_empty() {
            *state.idle_of(class) += 1;
            return None;
        }
        Some(class)
    }

    /// The operations that wait, and those that are under way.
    pub fn load(&self) -> (usize, usize) {
        let state = self.lock();
        let waiting = state
            .trains
            .values()
            .flat_map(|train| &train.steps)
            .map(|step| step.tickets.len())
            .sum::<usize>()
            + state.held.len();
        (waiting, state.operations.saturating_sub(waiting))
    }
}

impl<R> State<R> {
    fn ready_of(&mut self, class: Class) -> &mut VecDeque<Field> {
        #[expect(clippy::indexing_slicing, reason = "there is a list for each class")]
        &mut self.ready[class as usize]
    }

    fn idle_of(&mut self, class: Class) -> &mut usize {
        #[expect(clippy::indexing_slicing, reason = "there is a number for each class")]
        &mut self.idle[class as usize]
    }

    fn enqueue(&mut self, id: Field, action: Action, ticket: Ticket<R>) -> Option<Class> {
        let bytes = bytes_of(&action);
        self.bytes += bytes;
        if let Some(train) = self.trains.get_mut(&id) {
            match train.steps.back_mut() {
                Some(last) if last.takes(&action) => {
                    self.bytes = self.bytes.saturating_sub(last.bytes);
                    last.action = action;
                    last.bytes = bytes;
                    last.tickets.push(ticket);
                }
                _ => train.steps.push_back(Step {
                    action,
                    tickets: vec![ticket],
                    bytes,
                }),
            }
            return None;
        }
        let step = Step {
            action,
            tickets: vec![ticket],
            bytes,
        };
        self.trains.insert(
            id.clone(),
            Train {
                under_way: false,
                steps: VecDeque::from([step]),
            },
        );
        self.make_ready(id)
    }

    /// Puts a train's first step up for the lanes, and claims an idle lane for it.
    fn make_ready(&mut self, id: Field) -> Option<Class> {
        let step = self.trains.get(&id)?.steps.front()?;
        let class = match &step.action {
            Action::Get if self.bulky.contains(&id) => Class::BulkyRead,
            Action::Get => Class::Read,
            Action::Destroy => Class::Delete,
            Action::Set { .. } if step.bytes > BULKY_BYTES => Class::BulkyUpdate,
            Action::Set { .. } | Action::Touch { .. } => Class::Update,
        };
        self.ready_of(class).push_back(id);
        let idle = self.idle_of(class);
        let claimed = *idle > 0;
        *idle = idle.saturating_sub(1);
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

    fn leave(&mut self, epoch: u64) {
        self.operations = self.operations.saturating_sub(1);
        self.leave_epoch(epoch);
    }

    fn leave_epoch(&mut self, epoch: u64) {
        let position = usize::try_from(epoch.saturating_sub(self.first_epoch)).unwrap_or(usize::MAX);
        if let Some(epoch) = self.epochs.get_mut(position) {
            epoch.open = epoch.open.saturating_sub(1);
        }
    }

    fn end_epochs(&mut self) {
        while self.epochs.len() > 1 && self.epochs.front().is_some_and(|epoch| epoch.open == 0) {
            self.first_epoch += 1;
            for waiting in self
                .epochs
                .pop_front()
                .into_iter()
                .flat_map(|epoch| epoch.waiting)
            {
                // Who waited may have given up.
                let _ = waiting.send(());
            }
        }
    }
}

impl<R> Ticket<R> {
    /// The epoch in which the operation was called, for [`Queue::finish`].
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether the caller has waited for `limit` or longer.
    pub fn is_late(&self, now: Instant, limit: Duration) -> bool {
        now.duration_since(self.since) >= limit
    }
}

fn bytes_of(action: &Action) -> usize {
    match action {
        Action::Set { session, .. } => session.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod limit_tests;
#[cfg(test)]
mod tests;
