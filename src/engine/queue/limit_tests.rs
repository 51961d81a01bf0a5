//! Tests of the queue's limits, and of which steps travel separately.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::tests::{GET, Keys, id, set};
use super::*;

const LARGE: usize = 16 * 1024 * 1024;

/// A queue with keys for the callers.
struct Pushed {
    queue: Queue,
    keys: Keys,
}

impl Pushed {
    fn new() -> Self {
        Self {
            queue: Queue::new(),
            keys: Keys::new(),
        }
    }

    fn push(&self, id: Field, action: Action) -> Result<Option<Class>, QueueFull> {
        self.queue.push(id, action, self.keys.next(0), Instant::now())
    }

    fn push_large(&self, number: usize) -> bool {
        self.push(Field::Text(number.to_string()), set(LARGE)).is_ok()
    }
}

#[test]
fn sessions_over_the_limit_of_bytes_are_rejected() {
    let pushed = Pushed::new();
    // One less, since ids count, too.
    let many = MAX_QUEUED_BYTES / LARGE - 1;
    assert!((0..many).all(|number| pushed.push_large(number)));
    assert!(!pushed.push_large(many));
    assert!(pushed.push(id(0), GET).is_ok(), "a small operation still fits");
    pushed.queue.take(Class::BulkyUpdate);
    assert!(pushed.push_large(many));
    pushed.queue.drain();
    assert!((0..many).all(|number| pushed.push_large(many + 1 + number)));
}

#[test]
fn ids_count_as_bytes() {
    let pushed = Pushed::new();
    let long = |number: usize| {
        let mut bytes = vec![0; LARGE];
        bytes.extend(number.to_le_bytes());
        Field::Wrapped(bytes)
    };
    let many = MAX_QUEUED_BYTES / LARGE - 1;
    assert!((0..many).all(|number| pushed.push(long(number), GET).is_ok()));
    assert!(pushed.push(long(many), GET).is_err());
}

#[test]
fn a_session_that_replaces_another_one_frees_its_bytes() {
    let pushed = Pushed::new();
    for _ in 0..4 * MAX_QUEUED_BYTES / LARGE {
        assert!(pushed.push(id(0), set(LARGE)).is_ok());
    }
}

#[test]
fn steps_that_nobody_waits_for_free_their_bytes() {
    let pushed = Pushed::new();
    let many = MAX_QUEUED_BYTES / LARGE - 1;
    pushed.push(id(0), GET).unwrap();
    for _ in 0..many {
        // These are not merged, since their kinds differ.
        pushed.push(id(0), set(LARGE)).unwrap();
        pushed.push(id(0), GET).unwrap();
    }
    assert!(pushed.push(id(1), set(2 * LARGE)).is_err());
    pushed.queue.forget_unwanted(|_| false);
    assert!(pushed.push(id(1), set(2 * LARGE)).is_ok());
    assert_eq!(
        pushed.queue.take(Class::Read).len(),
        1,
        "the step that was announced to a lane stays"
    );
}

#[test]
fn a_batch_has_a_maximum_number_of_steps() {
    let pushed = Pushed::new();
    for number in 0..=MAX_STEPS {
        pushed.push(Field::Text(number.to_string()), GET).unwrap();
    }
    assert_eq!(pushed.queue.take(Class::Read).len(), MAX_STEPS);
    assert_eq!(pushed.queue.take(Class::Read).len(), 1);
}

#[test]
fn a_large_session_has_its_own_lane_even_if_a_small_one_waits_for_the_same_id() {
    let pushed = Pushed::new();
    pushed.push(id(0), set(10)).unwrap();
    pushed.push(id(0), set(LARGE)).unwrap();
    pushed.push(id(1), set(10)).unwrap();
    let small = pushed.queue.take(Class::Update);
    assert!(small.iter().all(|job| job.step.bytes <= BULKY_BYTES));
    pushed.queue.finish(small.into_iter());
    assert_eq!(pushed.queue.take(Class::BulkyUpdate).len(), 1);
}

#[test]
fn a_session_known_to_be_large_is_read_separately_until_it_is_small_again() {
    let pushed = Pushed::new();
    for (bytes, class) in [
        (BULKY_BYTES, Class::Read),
        (BULKY_BYTES + 1, Class::BulkyRead),
        (BULKY_BYTES, Class::Read),
    ] {
        pushed.queue.note_size(&id(0), bytes);
        pushed.push(id(0), GET).unwrap();
        let jobs = pushed.queue.take(class);
        assert_eq!(jobs.len(), 1);
        pushed.queue.finish(jobs.into_iter());
    }
}

#[test]
fn a_batch_ends_before_its_bytes_exceed_the_limit() {
    let pushed = Pushed::new();
    for number in 0..10 {
        pushed.push(id(number), set(MAX_BATCH_BYTES / 2 - 10)).unwrap();
    }
    assert!((0..5).all(|_| pushed.queue.take(Class::BulkyUpdate).len() == 2));
    assert!(pushed.queue.take(Class::BulkyUpdate).is_empty());
}

#[test]
fn reads_have_one_more_lane_while_the_servers_are_far_away() {
    let pushed = Pushed::new();
    let lanes_of = |distance: u64, first: u8| {
        pushed.queue.note_distance(Duration::from_millis(distance));
        let ids = first..first + 5;
        let claimed = ids.filter_map(|number| pushed.push(id(number), GET).unwrap());
        let claimed = claimed.count();
        let jobs = pushed.queue.take(Class::Read);
        assert_eq!(jobs.len(), 5);
        pushed.queue.finish(jobs.into_iter());
        // Each of the lanes becomes idle.
        assert!((0..claimed).all(|_| pushed.queue.take(Class::Read).is_empty()));
        claimed
    };
    assert_eq!([lanes_of(0, 0), lanes_of(5, 5), lanes_of(1, 10)], [2, 3, 2]);
}
