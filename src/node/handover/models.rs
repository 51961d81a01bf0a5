//! Whatever the order in which threads hand things over, each of these arrives once.

use std::iter;
use std::sync::Arc;

use loom::sync::mpsc;
use loom::thread;

use super::Handover;

const THINGS: [u32; 4] = [0, 1, 2, 3];

/// A handover, or one that a test makes wrong.
trait Hands: Send + Sync + 'static {
    fn push(&self, thing: u32) -> bool;
    fn take(&self) -> Vec<u32>;
}

impl Hands for Handover<u32> {
    fn push(&self, thing: u32) -> bool {
        Self::push(self, iter::once(thing))
    }

    fn take(&self) -> Vec<u32> {
        Self::take(self)
    }
}

/// Lets go of the lock between the look and the push.
struct Hasty(Handover<u32>);

impl Hands for Hasty {
    fn push(&self, thing: u32) -> bool {
        let wakes = self.0.lock().is_empty();
        self.0.lock().push(thing);
        wakes
    }

    fn take(&self) -> Vec<u32> {
        self.0.take()
    }
}

/// Two threads hand two things over each. The channel stands for the calls of the thread-safe function. If a
/// wake-up is lost, the receiver waits for ever, which loom reports.
fn hand_over<H: Hands>(new: impl Fn() -> H + Send + Sync + 'static) {
    loom::model(move || {
        let hands = Arc::new(new());
        let (wake, woken) = mpsc::channel();
        let threads: Vec<_> = THINGS
            .chunks(2)
            .map(|things| {
                let (hands, wake) = (Arc::clone(&hands), wake.clone());
                thread::spawn(move || {
                    for thing in things {
                        if hands.push(*thing) {
                            let _ = wake.send(());
                        }
                    }
                })
            })
            .collect();
        let mut arrived = Vec::new();
        while arrived.len() < THINGS.len() && woken.recv().is_ok() {
            arrived.extend(hands.take());
        }
        assert!(threads.into_iter().all(|thread| thread.join().is_ok()));
        assert!(hands.take().is_empty());
        arrived.sort_unstable();
        assert_eq!(arrived, THINGS);
    });
}

#[test]
fn each_thing_arrives_once() {
    hand_over(Handover::new);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_lost_wake_up_is_found() {
    hand_over(|| Hasty(Handover::new()));
}
