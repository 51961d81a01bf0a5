//! The limits of the queue, and what travels apart from what.

use super::tests::{id, set};
use super::*;

fn is_full(pushed: Pushed<usize>) -> bool {
    matches!(pushed, Pushed::Full(_))
}

#[test]
fn one_operation_over_the_limit_is_given_back() {
    let queue = Queue::new();
    for number in 0..MAX_OPERATIONS {
        assert!(!is_full(queue.push(
            Field::Text(number.to_string()),
            Action::Get,
            number
        )));
    }
    assert!(matches!(queue.push(id(0), Action::Get, 7), Pushed::Full(7)));
    let jobs = queue.take(Class::Read);
    assert_eq!(jobs.len(), MAX_STEPS);
    assert!(
        is_full(queue.push(id(0), Action::Get, 0)),
        "those under way count"
    );
    queue.finish(jobs.into_iter().map(|job| (job.id, vec![0])));
    for number in 0..MAX_STEPS {
        assert!(!is_full(queue.push(id(0), Action::Get, number)));
    }
    assert!(is_full(queue.push(id(0), Action::Get, 0)));
}

#[test]
fn a_step_of_many_callers_counts_as_many_operations() {
    let queue = Queue::new();
    for number in 0..MAX_OPERATIONS {
        assert!(!is_full(queue.push(id(0), Action::Get, number)));
    }
    assert!(is_full(queue.push(id(0), Action::Get, 0)));
}

const LARGE: usize = 16 * 1024 * 1024;

#[test]
fn sessions_over_the_limit_of_bytes_are_given_back() {
    let queue = Queue::new();
    let many = MAX_QUEUED_BYTES / LARGE;
    let push = |number: usize| queue.push(Field::Text(number.to_string()), set(LARGE), number);
    assert!((0..many).all(|number| !is_full(push(number))));
    assert!(is_full(push(many)));
    assert!(
        !is_full(queue.push(id(0), Action::Get, 0)),
        "what has no bytes goes on"
    );
    queue.take(Class::BulkyUpdate);
    assert!(!is_full(push(many)));
    queue.drain();
    assert!((0..many).all(|number| !is_full(push(many + number))));
}

#[test]
fn a_session_that_takes_the_place_of_another_one_frees_its_bytes() {
    let queue = Queue::new();
    for number in 0..4 * MAX_QUEUED_BYTES / LARGE {
        assert!(!is_full(queue.push(id(0), set(LARGE), number)));
    }
}

#[test]
fn sessions_that_are_held_back_count_as_bytes() {
    let queue = Queue::new();
    let _settled = queue.settled(true);
    let many = MAX_QUEUED_BYTES / LARGE;
    let push = |number: usize| queue.push(Field::Text(number.to_string()), set(LARGE), number);
    assert!((0..many).all(|number| !is_full(push(number))));
    assert!(is_full(push(many)));
    queue.release();
    assert!(is_full(push(many)), "once each");
    queue.drain();
    assert!(!is_full(push(many)));
}

#[test]
fn nothing_is_settled_before_an_earlier_hold_is_released() {
    let queue: Queue<usize> = Queue::new();
    let mut clear = queue.settled(true);
    assert!(clear.try_recv().is_ok());
    let mut length = queue.settled(false);
    let mut second_clear = queue.settled(true);
    assert!(length.try_recv().is_err());
    assert!(second_clear.try_recv().is_err());
    queue.release();
    assert!(length.try_recv().is_ok());
    assert!(second_clear.try_recv().is_ok());
}

#[test]
fn a_large_session_has_a_lane_of_its_own_also_when_a_small_one_waits_for_the_same_id() {
    let queue = Queue::new();
    queue.push(id(0), set(10), 0);
    queue.push(id(0), set(LARGE), 1);
    queue.push(id(1), set(10), 2);
    let small = queue.take(Class::Update);
    assert!(small.iter().all(|job| job.step.bytes <= BULKY_BYTES));
    queue.finish(small.into_iter().map(|job| (job.id, vec![0])));
    assert_eq!(queue.take(Class::BulkyUpdate).len(), 1);
}

#[test]
fn a_session_that_was_read_as_a_large_one_is_read_apart_until_it_is_small_again() {
    let queue = Queue::new();
    for (number, (bytes, class)) in [
        (BULKY_BYTES, Class::Read),
        (BULKY_BYTES + 1, Class::BulkyRead),
        (BULKY_BYTES, Class::Read),
    ]
    .into_iter()
    .enumerate()
    {
        queue.note_size(&id(0), bytes);
        queue.push(id(0), Action::Get, number);
        let jobs = queue.take(class);
        assert_eq!(jobs.len(), 1);
        queue.finish(jobs.into_iter().map(|job| (job.id, vec![0])));
    }
}

#[test]
fn a_batch_ends_before_its_bytes_exceed_the_limit() {
    let queue = Queue::new();
    for number in 0..10 {
        queue.push(id(number), set(MAX_BATCH_BYTES / 2), number);
    }
    assert!((0..5).all(|_| queue.take(Class::BulkyUpdate).len() == 2));
    assert!(queue.take(Class::BulkyUpdate).is_empty());
}
