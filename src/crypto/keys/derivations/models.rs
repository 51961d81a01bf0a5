//! Whatever the order of callers and of the threads that derive keys, nobody waits for ever.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use loom::future::block_on;

use super::*;

/// A source whose keys take no time.
struct Source;

impl Derive for Source {
    fn derive(&self, name: &KeyName) -> Arc<SecretKey> {
        assert!(name.rounds > 0, "a derivation that panics");
        Arc::new(SecretKey::from(zeroize::Zeroizing::new(name.salt.clone())))
    }
}

fn name(salt: u8, rounds: u32) -> KeyName {
    KeyName {
        salt: vec![salt],
        rounds,
    }
}

#[test]
fn each_caller_gets_its_key_while_threads_start_and_end() {
    loom::model(|| {
        let queue = Derivations::new(1, MAX_WAITING);
        let source: Arc<dyn Derive> = Arc::new(Source);
        let other = {
            let (queue, source) = (Arc::clone(&queue), Arc::clone(&source));
            thread::spawn(move || block_on(queue.order(&source, name(1, 1), Urgency::Record)))
        };
        let key = block_on(queue.order(&source, name(0, 1), Urgency::Record));
        assert_eq!(key.unwrap().unwrap().bytes(), [0]);
        assert_eq!(other.join().unwrap().unwrap().unwrap().bytes(), [1]);
    });
}

#[test]
fn a_caller_that_gives_up_holds_up_nobody() {
    loom::model(|| {
        let queue = Derivations::new(1, MAX_WAITING);
        let source: Arc<dyn Derive> = Arc::new(Source);
        let other = {
            let (queue, source) = (Arc::clone(&queue), Arc::clone(&source));
            thread::spawn(move || drop(queue.order(&source, name(1, 1), Urgency::Record)))
        };
        let key = block_on(queue.order(&source, name(0, 1), Urgency::Record));
        assert_eq!(key.unwrap().unwrap().bytes(), [0]);
        other.join().unwrap();
    });
}
