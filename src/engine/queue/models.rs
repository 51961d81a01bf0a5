//! Whatever the order in which threads get to the queue, every step is carried out, and those of one session
//! one after the other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use loom::thread;

use super::tests::{GET, Keys, id, set};
use super::*;

/// Removals have a single lane: if it comes to rest too early, no other one takes what it leaves behind.
const DESTROY: Action = Action::Write(Write::Destroy);
const FAR_AWAY: Duration = Duration::from_secs(1);

/// A queue whose steps are carried out by threads of the model. What the model notes is in locks that loom does not know: they
/// would only multiply the orders that it tries.
struct Carried {
    queue: Queue,
    callers: std::sync::Mutex<Vec<Key>>,
    under_way: std::sync::Mutex<Vec<Field>>,
    answered: std::sync::Mutex<Vec<Key>>,
    carrying: AtomicBool,
}

impl Carried {
    /// A queue for this many operations.
    fn new(operations: usize) -> Arc<Self> {
        let keys = Keys::new();
        Arc::new(Self {
            queue: Queue::new(),
            callers: std::sync::Mutex::new((0..operations).map(|number| keys.next(number)).collect()),
            under_way: std::sync::Mutex::default(),
            answered: std::sync::Mutex::default(),
            carrying: AtomicBool::new(false),
        })
    }

    /// Pushes an operation. Returns the class of the lane that it claimed.
    fn push(&self, session: u8, action: Action) -> Option<Class> {
        let caller = self.callers.lock().unwrap().pop().unwrap();
        self.queue.push(id(session), action, caller, Instant::now()).unwrap()
    }

    /// Carries batches until nothing waits, as a lane does, and the lanes that it must start.
    fn run(&self, class: Class) {
        loop {
            let jobs = self.queue.take(class);
            if jobs.is_empty() {
                return;
            }
            self.start(self.carry(jobs));
        }
    }

    fn start(&self, classes: impl IntoIterator<Item = Class>) {
        for class in classes {
            self.run(class);
        }
    }

    /// Carries a batch out. Returns the classes of the lanes that must be started.
    fn carry(&self, jobs: Vec<Job>) -> Vec<Class> {
        for job in &jobs {
            let mut under_way = self.under_way.lock().unwrap();
            assert!(!under_way.contains(&job.id), "two steps of a session are under way");
            under_way.push(job.id.clone());
        }
        // Loom may switch to another thread here.
        self.carrying.store(true, Ordering::SeqCst);
        for job in &jobs {
            self.under_way.lock().unwrap().retain(|id| *id != job.id);
            self.answered.lock().unwrap().extend(&job.step.callers);
        }
        self.queue.finish(jobs.into_iter())
    }

    /// Requires that this many callers are answered, every step is done, and every lane idle.
    fn assert_done(&self, callers: usize) {
        assert_eq!(self.answered.lock().unwrap().len(), callers);
        assert_eq!(self.queue.sessions(), 0);
        let state = self.queue.lock();
        assert_eq!(state.busy, [0; LANES.len()]);
        assert!(state.epochs.are_over());
    }
}

#[test]
fn no_step_is_forgotten_while_a_lane_comes_to_rest() {
    loom::model(|| {
        let carried = Carried::new(3);
        let class = carried.push(0, DESTROY).unwrap();
        let lane = {
            let carried = Arc::clone(&carried);
            thread::spawn(move || carried.run(class))
        };
        let first = carried.push(0, set(1));
        let second = carried.push(1, DESTROY);
        carried.start(first.into_iter().chain(second));
        lane.join().unwrap();
        carried.assert_done(3);
    });
}

#[test]
fn no_step_is_forgotten_when_a_lane_is_lost() {
    loom::model(|| {
        let carried = Carried::new(2);
        let class = carried.push(0, DESTROY).unwrap();
        let lane = {
            let carried = Arc::clone(&carried);
            thread::spawn(move || {
                let jobs = carried.queue.take(class);
                carried.start(carried.carry(jobs));
                // As if a panic had ended the lane here.
                carried.start(carried.queue.lane_lost(class));
            })
        };
        carried.start(carried.push(1, DESTROY));
        lane.join().unwrap();
        carried.assert_done(2);
    });
}

#[test]
fn what_waits_for_earlier_steps_goes_on_when_they_are_done() {
    loom::model(|| {
        let carried = Carried::new(1);
        let class = carried.push(0, GET).unwrap();
        let lane = {
            let carried = Arc::clone(&carried);
            thread::spawn(move || carried.run(class))
        };
        let settled = carried.queue.settled();
        assert!(loom::future::block_on(settled).is_ok());
        assert_eq!(carried.answered.lock().unwrap().len(), 1);
        lane.join().unwrap();
        carried.assert_done(1);
    });
}

#[test]
fn the_number_of_lanes_agrees_with_the_distance_that_was_noted_last() {
    loom::model(|| {
        let queue = Arc::new(Queue::new());
        let other = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.note_distance(FAR_AWAY))
        };
        queue.note_distance(FAR_AWAY);
        queue.note_distance(Duration::ZERO);
        other.join().unwrap();
        let is_far = queue.is_far.load(Ordering::Relaxed);
        assert_eq!(queue.lock().lanes, if is_far { FAR_LANES } else { LANES });
    });
}

#[test]
fn a_session_that_was_noted_as_large_stays_so() {
    loom::model(|| {
        let queue = Arc::new(Queue::new());
        let other = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.note_size(&id(0), BULKY_BYTES + 1))
        };
        queue.note_size(&id(1), BULKY_BYTES + 1);
        queue.note_size(&id(1), 1);
        other.join().unwrap();
        queue.note_size(&id(2), 1);
        assert!(queue.knows_bulky.load(Ordering::Relaxed));
        let state = queue.lock();
        assert!(state.bulky.is_bulky(&id(0)));
        assert!(!state.bulky.is_bulky(&id(1)));
    });
}
