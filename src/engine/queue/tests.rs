//! The promises of the queue, under random calls: the order on one session, one answer for each caller, no lane that
//! is forgotten, and the limits.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;

use mongodb::bson::DateTime;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const CLASSES: [Class; 5] = [
    Class::Read,
    Class::Update,
    Class::Delete,
    Class::BulkyRead,
    Class::BulkyUpdate,
];
const IDS: u8 = 4;

/// What a test does to a queue. Numbers choose among what there is, whatever that is.
#[derive(Clone, Debug)]
enum Call {
    Push(u8, Action),
    Take(usize),
    Finish(usize, bool),
    Leave(usize),
    NoteSize(u8, usize),
    Settled(bool),
    Release,
    Drain,
}

pub(super) fn id(number: u8) -> Field {
    Field::Text(format!("id {number}"))
}

pub(super) fn set(bytes: usize) -> Action {
    Action::Set {
        // The queue never looks into it. Zeros take no memory until they are written.
        session: Field::Wrapped(vec![0; bytes]),
        expires: DateTime::from_millis(0),
        last_modified: None,
    }
}

fn touch(millis: i64) -> Action {
    Action::Touch {
        expires: DateTime::from_millis(millis),
        last_modified: None,
        known_live: false,
    }
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => Just(Action::Get),
        3 => (0_usize..100).prop_map(set),
        1 => (BULKY_BYTES - 1..BULKY_BYTES + 2).prop_map(set),
        1 => (MAX_BATCH_BYTES / 2..MAX_BATCH_BYTES + 2).prop_map(set),
        2 => (0_i64..100).prop_map(touch),
        2 => Just(Action::Destroy),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        30 => (0..IDS, action()).prop_map(|(id, action)| Call::Push(id, action)),
        20 => any::<usize>().prop_map(Call::Take),
        20 => (any::<usize>(), any::<bool>()).prop_map(|(batch, backwards)| Call::Finish(batch, backwards)),
        3 => any::<usize>().prop_map(Call::Leave),
        2 => (0..IDS, 0..2 * BULKY_BYTES).prop_map(|(id, bytes)| Call::NoteSize(id, bytes)),
        4 => any::<bool>().prop_map(Call::Settled),
        5 => Just(Call::Release),
        1 => Just(Call::Drain),
    ]
}

/// One pushed operation, as the test knows it.
struct Pending {
    number: usize,
    action: Action,
    /// How many holds must be released before it can start.
    after_holds: usize,
}

struct Settling {
    receiver: oneshot::Receiver<()>,
    pushed: usize,
    resolved: bool,
    hold: bool,
}

/// A queue, and what it should have in it.
struct Model {
    queue: Queue<usize>,
    pending: Vec<(Field, VecDeque<Pending>)>,
    pushed: usize,
    answered: HashSet<usize>,
    /// Lanes that were started and have no batch just now.
    lanes: [usize; LANES.len()],
    under_way: Vec<(Class, Vec<Job<usize>>)>,
    settling: Vec<Settling>,
    holds: usize,
    released: usize,
}

impl Model {
    fn new() -> Self {
        Self {
            queue: Queue::new(),
            pending: (0..IDS).map(|number| (id(number), VecDeque::new())).collect(),
            pushed: 0,
            answered: HashSet::new(),
            lanes: [0; LANES.len()],
            under_way: Vec::new(),
            settling: Vec::new(),
            holds: 0,
            released: 0,
        }
    }

    fn pending_of(&mut self, id: &Field) -> &mut VecDeque<Pending> {
        let place = self.pending.iter_mut().find(|(other, _)| other == id);
        &mut place.unwrap().1
    }

    fn start(&mut self, classes: impl IntoIterator<Item = Class>) {
        for class in classes {
            *self.lanes.get_mut(class as usize).unwrap() += 1;
            let busy = self.under_way.iter().filter(|(other, _)| *other == class).count();
            let lanes = self.lanes.get(class as usize).unwrap() + busy;
            assert!(
                lanes <= *LANES.get(class as usize).unwrap(),
                "{lanes} lanes of {class:?}"
            );
        }
    }

    fn call(&mut self, call: Call) {
        match call {
            Call::Push(number, action) => self.push(id(number), action),
            Call::Take(class) => {
                let class = *CLASSES.get(class % CLASSES.len()).unwrap();
                if *self.lanes.get(class as usize).unwrap() > 0 {
                    self.take(class);
                }
            }
            Call::Finish(batch, backwards) => self.finish(batch, backwards),
            Call::Leave(batch) => self.leave(batch),
            Call::NoteSize(number, bytes) => self.queue.note_size(&id(number), bytes),
            Call::Settled(hold) => {
                self.holds += usize::from(hold);
                self.settling.push(Settling {
                    receiver: self.queue.settled(hold),
                    pushed: self.pushed,
                    resolved: false,
                    hold,
                });
            }
            Call::Release => self.release(),
            Call::Drain => self.drain(),
        }
        self.check();
    }

    fn push(&mut self, id: Field, action: Action) {
        let number = self.pushed;
        self.pushed += 1;
        let after_holds = self.holds;
        self.pending_of(&id).push_back(Pending {
            number,
            action: action.clone(),
            after_holds,
        });
        let Pushed::Queued(start) = self.queue.push(id, action, number) else {
            unreachable!("nothing here fills the queue");
        };
        self.start(start);
    }

    fn take(&mut self, class: Class) {
        *self.lanes.get_mut(class as usize).unwrap() -= 1;
        let jobs = self.queue.take(class);
        assert!(jobs.len() <= MAX_STEPS);
        let bytes: usize = jobs.iter().map(|job| job.step.bytes).sum();
        assert!(
            jobs.len() <= 1 || bytes <= MAX_BATCH_BYTES,
            "{bytes} bytes in a batch"
        );
        for job in &jobs {
            self.check_job(class, job);
        }
        if !jobs.is_empty() {
            self.under_way.push((class, jobs));
        }
    }

    /// The job has the operations that are next in the order of their calls, and all of them that fit.
    fn check_job(&mut self, class: Class, job: &Job<usize>) {
        let ids = self.under_way.iter().flat_map(|(_, jobs)| jobs);
        assert!(
            !ids.into_iter().any(|other| other.id == job.id),
            "two steps at once"
        );
        let classes: &[Class] = match job.step.action {
            Action::Get => &[Class::Read, Class::BulkyRead],
            Action::Destroy => &[Class::Delete],
            Action::Set { .. } => &[Class::Update, Class::BulkyUpdate],
            Action::Touch { .. } => &[Class::Update],
        };
        assert!(
            classes.contains(&class),
            "{:?} in a lane of {class:?}",
            job.step.action
        );
        assert_eq!(job.step.bytes, bytes_of(&job.step.action));
        let released = self.released;
        let pending = self.pending_of(&job.id);
        let mut last = None;
        for ticket in &job.step.tickets {
            let next = pending.pop_front().unwrap();
            assert_eq!(ticket.reply, next.number, "out of order");
            assert!(next.after_holds <= released, "held back, and yet taken");
            assert!(job.step.takes(&next.action));
            last = Some(next.action);
        }
        assert_eq!(last.as_ref(), Some(&job.step.action));
        if let Some(next) = pending.front() {
            assert!(
                next.after_holds > released
                    || !job.step.takes(&next.action)
                    || (bytes_of(&next.action) > BULKY_BYTES) != (job.step.bytes > BULKY_BYTES),
                "not merged"
            );
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
        // Some jobs are often answered before the rest of their batch.
        let later = jobs.split_off(jobs.len().div_ceil(2));
        if later.is_empty() {
            *self.lanes.get_mut(class as usize).unwrap() += 1;
        } else {
            self.under_way.push((class, later));
        }
        let mut done = Vec::new();
        for Job { id, step } in jobs {
            self.answer(step.tickets.iter().map(|ticket| ticket.reply));
            done.push((id, step.tickets.iter().map(Ticket::epoch).collect()));
        }
        let start = self.queue.finish(done.into_iter());
        self.start(start);
    }

    /// The first caller of a batch has waited too long; its job goes on for the others, if there are any.
    fn leave(&mut self, batch: usize) {
        if self.under_way.is_empty() {
            return;
        }
        let batch = batch % self.under_way.len();
        let (_, jobs) = self.under_way.get_mut(batch).unwrap();
        if let Some(job) = jobs.iter_mut().find(|job| job.step.tickets.len() > 1) {
            let ticket = job.step.tickets.remove(0);
            self.queue.leave([ticket.epoch()].into_iter());
            self.answer([ticket.reply]);
        }
    }

    fn release(&mut self) {
        let resolved = self
            .settling
            .iter()
            .filter(|settling| settling.hold && settling.resolved);
        if resolved.count() > self.released {
            self.released += 1;
            let start = self.queue.release();
            self.start(start);
        }
    }

    fn drain(&mut self) {
        let drained = self.queue.drain();
        let expected = self.pending.iter_mut().flat_map(|(_, pending)| pending.drain(..));
        let mut expected: Vec<_> = expected
            .map(|operation| (operation.number, Kind::from(&operation.action)))
            .collect();
        let mut got: Vec<_> = drained.iter().map(|(kind, number)| (*number, *kind)).collect();
        expected.sort_unstable_by_key(|(number, _)| *number);
        got.sort_unstable_by_key(|(number, _)| *number);
        assert_eq!(got, expected);
        self.answer(drained.into_iter().map(|(_, number)| number));
    }

    fn answer(&mut self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            assert!(
                self.answered.insert(number),
                "operation {number} came out more than once"
            );
        }
    }

    fn check(&mut self) {
        let waiting: usize = self.pending.iter().map(|(_, pending)| pending.len()).sum();
        let under_way = self.under_way.iter().flat_map(|(_, jobs)| jobs);
        let under_way: usize = under_way.map(|job| job.step.tickets.len()).sum();
        assert_eq!(self.queue.load(), (waiting, under_way));
        let mut holds = 0;
        for settling in &mut self.settling {
            let done = (0..settling.pushed).all(|number| self.answered.contains(&number));
            settling.resolved = settling.resolved || settling.receiver.try_recv().is_ok();
            assert!(
                done || !settling.resolved,
                "settled before what was pushed before"
            );
            assert!(
                !done || holds > self.released || settling.resolved,
                "not settled, though nothing is left"
            );
            holds += usize::from(settling.hold);
        }
    }

    /// Lets the lanes that were started go on, as long as they have work.
    fn run_to_the_end(&mut self) {
        loop {
            self.release();
            self.check();
            if let Some(class) = CLASSES
                .into_iter()
                .find(|class| *self.lanes.get(*class as usize).unwrap() > 0)
            {
                self.take(class);
            } else if !self.under_way.is_empty() {
                self.finish(0, false);
            } else if self.released == self.holds {
                break;
            }
        }
        self.check();
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
        prop_assert_eq!(model.answered.len(), model.pushed);
        prop_assert_eq!(model.queue.load(), (0, 0));
        prop_assert!(model.settling.iter().all(|settling| settling.resolved));
        let state = model.queue.lock();
        prop_assert_eq!(state.idle, LANES);
        prop_assert_eq!((state.trains.len(), state.operations, state.bytes), (0, 0, 0));
        prop_assert_eq!((state.epochs.len(), state.holds.len(), state.held.len()), (1, 0, 0));
    }
}
