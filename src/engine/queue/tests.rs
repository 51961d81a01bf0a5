//! Checks the promises of the queue under random calls: the order on one session, each caller in exactly one
//! step, no forgotten lane, and the limits.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::callers::Callers;
use super::super::operation::Condition;
use super::*;
use crate::model::Kind;

const CLASSES: [Class; 5] = [
    Class::Read,
    Class::Update,
    Class::Delete,
    Class::BulkyRead,
    Class::BulkyUpdate,
];
const IDS: u8 = 4;

/// A call on the queue. Its numbers select among what exists at that moment, modulo how many there are.
#[derive(Clone, Debug)]
enum Call {
    Push(u8, Action),
    Take(usize),
    Finish(usize, bool),
    NoteSize(u8, usize),
    NoteDistance(u64),
    Settled,
    BeginClear,
    Clear(usize, Vec<u8>),
    EndClear(usize),
    Forget(u8),
    Drain,
}

pub(super) const GET: Action = Action::Get { now: 0 };

pub(super) fn id(number: u8) -> Field {
    Field::Text(format!("id {number}"))
}

pub(super) fn set(bytes: usize) -> Action {
    Action::Write(Write::Set {
        // The queue never looks into the value. Zeros take no memory until they are written.
        session: Field::Wrapped(vec![0; bytes]),
        expires: 0,
        last_modified: None,
        condition: Condition::None,
        now: 0,
    })
}

fn get(now: i64) -> Action {
    Action::Get { now }
}

fn touch((expires, now, known_live): (i64, i64, bool)) -> Action {
    Action::Write(Write::Touch {
        expires,
        last_modified: None,
        known_live,
        now,
    })
}

/// Creates keys of callers.
pub(super) struct Keys(Callers<usize>);

impl Keys {
    pub(super) fn new() -> Self {
        Self(Callers::new())
    }

    pub(super) fn next(&self, number: usize) -> Key {
        self.0.enter(Kind::Get, Instant::now(), None, number).unwrap()
    }
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (0_i64..3).prop_map(get),
        3 => (0_usize..100).prop_map(set),
        1 => (BULKY_BYTES - 1..BULKY_BYTES + 2).prop_map(set),
        1 => (MAX_BATCH_BYTES / 2..MAX_BATCH_BYTES + 2).prop_map(set),
        2 => (0_i64..6, 0_i64..4, any::<bool>()).prop_map(touch),
        2 => Just(Action::Write(Write::Destroy)),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        30 => (0..IDS, action()).prop_map(|(id, action)| Call::Push(id, action)),
        20 => any::<usize>().prop_map(Call::Take),
        20 => (any::<usize>(), any::<bool>()).prop_map(|(batch, backwards)| Call::Finish(batch, backwards)),
        2 => (0..IDS, 0..2 * BULKY_BYTES).prop_map(|(id, bytes)| Call::NoteSize(id, bytes)),
        1 => (0_u64..5).prop_map(Call::NoteDistance),
        4 => Just(Call::Settled),
        2 => Just(Call::BeginClear),
        4 => (any::<usize>(), vec(0..IDS, 0..4)).prop_map(|(clear, ids)| Call::Clear(clear, ids)),
        2 => any::<usize>().prop_map(Call::EndClear),
        1 => (0..IDS).prop_map(Call::Forget),
        1 => Just(Call::Drain),
    ]
}

/// One pushed operation, as the model knows it.
struct Pending {
    key: Key,
    action: Action,
    /// Whether a removal of a clear stands between this operation and the previous one.
    behind_removal: bool,
}

struct Settling {
    receiver: oneshot::Receiver<()>,
    pushed: usize,
    clears: Vec<u64>,
}

/// A queue, and a model of its contents.
struct Model {
    queue: Queue,
    keys: Keys,
    pending: BTreeMap<u8, VecDeque<Pending>>,
    /// The keys that were pushed and are not done, with their numbers.
    open: Vec<(Key, usize)>,
    pushed: usize,
    done: HashSet<usize>,
    /// Lanes that were started and carry no batch at the moment.
    lanes: [usize; LANES.len()],
    under_way: Vec<(Class, Vec<Job>)>,
    settling: Vec<Settling>,
    clears: Vec<(u64, Arc<Errand>, HashSet<u8>)>,
}

impl Model {
    fn new() -> Self {
        Self {
            queue: Queue::new(),
            keys: Keys::new(),
            pending: (0..IDS).map(|number| (number, VecDeque::new())).collect(),
            open: Vec::new(),
            pushed: 0,
            done: HashSet::new(),
            lanes: [0; LANES.len()],
            under_way: Vec::new(),
            settling: Vec::new(),
            clears: Vec::new(),
        }
    }

    fn start(&mut self, classes: impl IntoIterator<Item = Class>) {
        for class in classes {
            *self.lanes.get_mut(class as usize).unwrap() += 1;
            let busy = self.under_way.iter().filter(|(other, _)| *other == class).count();
            let lanes = self.lanes.get(class as usize).unwrap() + busy;
            assert!(
                lanes <= *FAR_LANES.get(class as usize).unwrap(),
                "{lanes} lanes of {class:?}"
            );
        }
    }

    fn call(&mut self, call: Call) {
        match call {
            Call::Push(number, action) => self.push(number, action),
            Call::Take(class) => {
                let class = *CLASSES.get(class % CLASSES.len()).unwrap();
                if *self.lanes.get(class as usize).unwrap() > 0 {
                    self.take(class);
                }
            }
            Call::Finish(batch, backwards) => self.finish(batch, backwards),
            Call::NoteSize(number, bytes) => self.queue.note_size(&id(number), bytes),
            Call::NoteDistance(distance) => self.queue.note_distance(Duration::from_millis(distance)),
            Call::Settled => {
                let receiver = self.queue.settled();
                self.settle(receiver);
            }
            Call::BeginClear => {
                let errand = Errand::new(self.keys.next(usize::MAX));
                let (number, receiver) = self.queue.begin_clear(&errand);
                self.settle(receiver);
                self.clears.push((number, errand, HashSet::new()));
            }
            Call::Clear(clear, ids) => self.clear(clear, ids),
            Call::EndClear(clear) => self.end_clear(clear),
            Call::Forget(number) => self.forget(number),
            Call::Drain => {
                self.queue.drain();
                for pending in self.pending.values_mut().flat_map(|pending| pending.drain(..)) {
                    let place = self.open.iter().position(|(key, _)| *key == pending.key).unwrap();
                    self.done.insert(self.open.swap_remove(place).1);
                }
            }
        }
        self.check();
    }

    fn settle(&mut self, receiver: oneshot::Receiver<()>) {
        self.settling.push(Settling {
            receiver,
            pushed: self.pushed,
            clears: self.clears.iter().map(|(number, ..)| *number).collect(),
        });
    }

    fn push(&mut self, number: u8, action: Action) {
        let key = self.keys.next(self.pushed);
        self.open.push((key, self.pushed));
        self.pushed += 1;
        let mut behind_removal = false;
        for (_, _, spared) in &mut self.clears {
            behind_removal |= spared.insert(number);
        }
        self.pending.get_mut(&number).unwrap().push_back(Pending {
            key,
            action: action.clone(),
            behind_removal,
        });
        let start = self.queue.push(id(number), action, key, Instant::now()).unwrap();
        self.start(start);
    }

    fn clear(&mut self, clear: usize, ids: Vec<u8>) {
        if self.clears.is_empty() {
            return;
        }
        let (number, errand, _) = self.clears.get(clear % self.clears.len()).unwrap();
        let start = self
            .queue
            .clear(*number, ids.into_iter().map(id).collect(), &Arc::clone(errand));
        self.start(start);
    }

    fn end_clear(&mut self, clear: usize) {
        if !self.clears.is_empty() {
            let (number, ..) = self.clears.remove(clear % self.clears.len());
            self.queue.end_clear(number);
        }
    }

    fn take(&mut self, class: Class) {
        *self.lanes.get_mut(class as usize).unwrap() -= 1;
        let jobs = self.queue.take(class);
        assert!(jobs.len() <= MAX_STEPS);
        let bytes: usize = jobs.iter().map(|job| job.step.bytes).sum();
        assert!(jobs.len() <= 1 || bytes <= MAX_BATCH_BYTES, "{bytes} bytes in a batch");
        for job in &jobs {
            self.check_job(class, job);
        }
        if !jobs.is_empty() {
            self.under_way.push((class, jobs));
        }
    }

    /// Checks that the job has the next operations in the order of their calls, and all of them that fit.
    fn check_job(&mut self, class: Class, job: &Job) {
        let mut ids = self.under_way.iter().flat_map(|(_, jobs)| jobs);
        assert!(!ids.any(|other| other.id == job.id), "two steps at once");
        let classes: &[Class] = match job.step.action {
            Action::Get { .. } => &[Class::Read, Class::BulkyRead],
            Action::Write(Write::Destroy) => &[Class::Delete],
            Action::Write(Write::Set { .. }) => &[Class::Update, Class::BulkyUpdate],
            Action::Write(Write::Touch { .. }) => &[Class::Update],
        };
        assert!(classes.contains(&class), "{:?} in a lane of {class:?}", job.step.action);
        assert_eq!(job.step.bytes, job.id.len() + job.step.action.len());
        let number = (0..IDS).find(|number| id(*number) == job.id).unwrap();
        let pending = self.pending.get_mut(&number).unwrap();
        let mut done: Option<Action> = None;
        for caller in &job.step.callers {
            let next = pending.pop_front().unwrap();
            assert_eq!(*caller, next.key, "out of order");
            assert!(
                done.is_none() || !next.behind_removal || !job.step.errands.is_empty(),
                "merged over a removal"
            );
            done = Some(match done {
                None => next.action,
                Some(mut done) => {
                    assert!(done.takes(&next.action), "merged although the results differ");
                    done.become_later(next.action);
                    done
                }
            });
        }
        match done {
            Some(done) => assert_eq!(done, job.step.action),
            None => assert!(!job.step.errands.is_empty(), "a step without a caller"),
        }
    }

    fn finish(&mut self, batch: usize, backwards: bool) {
        if self.under_way.is_empty() {
            return;
        }
        let (class, mut jobs) = self.under_way.swap_remove(batch % self.under_way.len());
        if backwards {
            jobs.reverse();
        }
        // Often, some jobs are done before the rest of their batch.
        let later = jobs.split_off(jobs.len().div_ceil(2));
        if later.is_empty() {
            *self.lanes.get_mut(class as usize).unwrap() += 1;
        } else {
            self.under_way.push((class, later));
        }
        for job in &jobs {
            for caller in &job.step.callers {
                let place = self.open.iter().position(|(key, _)| key == caller).unwrap();
                let (_, number) = self.open.swap_remove(place);
                assert!(self.done.insert(number), "operation {number} came out more than once");
            }
        }
        let start = self.queue.finish(jobs.into_iter());
        self.start(start);
    }

    /// Makes callers leave: nobody waits any more for the operations on one session, except for the first of
    /// its train.
    fn forget(&mut self, number: u8) {
        let gone: Vec<Key> = self
            .pending
            .get(&number)
            .unwrap()
            .iter()
            .map(|pending| pending.key)
            .collect();
        self.queue
            .forget_unwanted(|step| !step.waiting().all(|caller| gone.contains(&caller)));
        let state = self.queue.lock();
        let left: HashSet<usize> = state
            .trains
            .get(&id(number))
            .into_iter()
            .flat_map(|train| &train.steps)
            .flat_map(|step| &step.callers)
            .map(|caller| self.open.iter().find(|(key, _)| key == caller).unwrap().1)
            .collect();
        drop(state);
        let (open, done) = (&mut self.open, &mut self.done);
        self.pending.get_mut(&number).unwrap().retain(|pending| {
            let place = open.iter().position(|(key, _)| *key == pending.key).unwrap();
            let keeps = left.contains(&open.get(place).unwrap().1);
            if !keeps {
                done.insert(open.swap_remove(place).1);
            }
            keeps
        });
    }

    fn check(&mut self) {
        let waiting: usize = self.pending.values().map(VecDeque::len).sum();
        assert_eq!(self.queue.queued(<[Key]>::len), waiting);
        let clears: HashSet<u64> = self.clears.iter().map(|(number, ..)| *number).collect();
        let done = &self.done;
        self.settling.retain_mut(|settling| {
            let resolved = settling.receiver.try_recv().is_ok();
            let over = (0..settling.pushed).all(|number| done.contains(&number))
                && settling.clears.iter().all(|number| !clears.contains(number));
            assert!(over || !resolved, "settled before what was pushed before");
            !resolved
        });
    }

    /// Runs the lanes that were started, as long as they have work.
    fn run_to_the_end(&mut self) {
        while !self.clears.is_empty() {
            self.end_clear(0);
        }
        loop {
            self.check();
            let started = |class: &Class| *self.lanes.get(*class as usize).unwrap() > 0;
            if let Some(class) = CLASSES.into_iter().find(started) {
                self.take(class);
            } else if self.under_way.is_empty() {
                break;
            } else {
                self.finish(0, false);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn whatever_is_called_each_operation_comes_out_once_and_in_order(calls in vec(call(), 1..200)) {
        let mut model = Model::new();
        for call in calls {
            model.call(call);
        }
        model.run_to_the_end();
        prop_assert_eq!(model.done.len(), model.pushed);
        prop_assert!(model.settling.is_empty(), "not settled, although nothing is left");
        let state = model.queue.lock();
        prop_assert!(state.busy.iter().all(|busy| *busy == 0));
        prop_assert_eq!((state.trains.len(), state.bytes), (0, 0));
        prop_assert!(state.epochs.are_over() && state.clearings.is_empty());
    }
}

#[tokio::test]
async fn a_session_used_during_a_clear_is_removed_first_and_then_left_alone() {
    let (queue, keys) = (Queue::new(), Keys::new());
    let errand = Errand::new(keys.next(usize::MAX));
    let (clear, settled) = queue.begin_clear(&errand);
    settled.await.unwrap();
    queue.push(id(0), set(10), keys.next(0), Instant::now()).unwrap();
    assert!(queue.clear(clear, vec![id(0)], &errand).is_empty());
    let removal = queue.take(Class::Delete);
    assert_eq!(removal.len(), 1);
    assert!(queue.take(Class::Update).is_empty(), "the set waits for the removal");
    for errand in removal.iter().flat_map(|job| &job.step.errands) {
        errand.answer(&Ok(super::super::operation::Outcome::Done(true)));
    }
    queue.finish(removal.into_iter());
    assert_eq!(queue.take(Class::Update).len(), 1);
    tokio::time::timeout(Duration::from_secs(1), errand.settled())
        .await
        .unwrap()
        .unwrap();
    let mut later = queue.settled();
    assert!(later.try_recv().is_err(), "the clear is not over");
    queue.end_clear(clear);
}
