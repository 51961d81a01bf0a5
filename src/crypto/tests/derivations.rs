//! Tests the queue of keys with a derivation that each test controls.

use crate::model::FailureKind;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, Weak};
use std::thread;

use tokio::sync::oneshot;

use super::super::keys::{Derivations, Derive, MAX_WAITING, SecretKey, Urgency};
use super::*;

type Derived = oneshot::Receiver<Result<Arc<SecretKey>, CryptoError>>;

/// Derives nothing, but records the names of the keys. The key named 0 waits for the gate; the key named 255
/// panics.
struct Counting {
    derived: Mutex<Vec<u8>>,
    began: Sender<()>,
    gate: Mutex<Receiver<()>>,
}

impl Derive for Counting {
    fn derive(&self, name: &KeyName) -> Arc<SecretKey> {
        self.derived.lock().unwrap().push(name.salt[0]);
        if name.salt == [0] {
            self.began.send(()).unwrap();
            self.gate.lock().unwrap().recv().unwrap();
        }
        assert_ne!(name.salt, [255], "on purpose");
        Arc::new(Zeroizing::new(name.salt.clone()).into())
    }
}

/// A queue with one thread, which is busy with the key named 0 until the gate opens.
struct Busy {
    queue: Arc<Derivations>,
    source: Arc<Counting>,
    open: Sender<()>,
    first: Derived,
}

fn name(number: u8) -> KeyName {
    KeyName {
        salt: vec![number],
        rounds: 1,
    }
}

impl Busy {
    fn new(max_waiting: usize) -> Self {
        let (began, has_begun) = channel();
        let (open, gate) = channel();
        let source = Arc::new(Counting {
            derived: Mutex::default(),
            began,
            gate: Mutex::new(gate),
        });
        let queue = Derivations::new(1, max_waiting);
        let first = queue.order(&as_source(&source), name(0), Urgency::Record);
        has_begun.recv().unwrap();
        Self {
            queue,
            source,
            open,
            first,
        }
    }

    fn order(&self, number: u8) -> Derived {
        self.queue
            .order(&as_source(&self.source), name(number), Urgency::Record)
    }

    /// Lets the thread go on. Returns the keys that were derived after the first one, once all are done.
    fn derived(self) -> Vec<u8> {
        self.open.send(()).unwrap();
        self.first.blocking_recv().unwrap().unwrap();
        // The thread ends when no key waits, and releases the source.
        while self.queue.threads() > 0 {
            thread::yield_now();
        }
        self.source.derived.lock().unwrap()[1..].to_vec()
    }
}

fn as_source(source: &Arc<Counting>) -> Arc<dyn Derive> {
    Arc::clone(source) as Arc<dyn Derive>
}

fn bytes_of(derived: Derived) -> Result<Vec<u8>, CryptoError> {
    derived.blocking_recv().unwrap().map(|key| key.bytes().to_vec())
}

#[test]
fn the_newest_key_is_derived_first() {
    let busy = Busy::new(MAX_WAITING);
    let waiting = [1, 2, 3].map(|number| busy.order(number));
    assert_eq!(busy.derived(), [3, 2, 1]);
    assert_eq!(waiting.map(bytes_of), [Ok(vec![1]), Ok(vec![2]), Ok(vec![3])]);
}

#[test]
fn a_key_is_as_new_as_its_newest_caller() {
    let busy = Busy::new(MAX_WAITING);
    let _waiting = [1, 2, 1].map(|number| busy.order(number));
    assert_eq!(busy.derived(), [1, 2]);
}

#[test]
fn a_key_that_nobody_waits_for_any_more_is_not_derived() {
    let busy = Busy::new(MAX_WAITING);
    let abandoned: Vec<_> = (1..=100).map(|number| busy.order(number)).collect();
    let wanted = busy.order(101);
    // One caller of two is enough.
    let other = busy.order(50);
    drop(abandoned);
    assert_eq!(busy.derived(), [50, 101]);
    assert_eq!([bytes_of(wanted), bytes_of(other)], [Ok(vec![101]), Ok(vec![50])]);
}

#[test]
fn a_key_that_was_ordered_ahead_is_derived_although_nobody_waits() {
    let busy = Busy::new(MAX_WAITING);
    busy.queue.order_ahead(&as_source(&busy.source), name(1));
    drop(busy.order(2));
    assert_eq!(busy.derived(), [1]);
}

#[test]
fn a_key_that_was_ordered_ahead_is_dropped_with_its_secret() {
    let busy = Busy::new(MAX_WAITING);
    let (began, _) = channel();
    let gone = Arc::new(Counting {
        derived: Mutex::default(),
        began,
        gate: Mutex::new(channel().1),
    });
    busy.queue.order_ahead(&as_source(&gone), name(1));
    let left: Weak<Counting> = Arc::downgrade(&gone);
    drop(gone);
    assert_eq!(left.strong_count(), 0);
    assert_eq!(busy.derived(), [0; 0]);
}

#[test]
fn the_key_of_all_writes_is_not_held_up_by_newer_reads() {
    let busy = Busy::new(MAX_WAITING);
    let _write = busy.queue.order(&as_source(&busy.source), name(1), Urgency::Shared);
    let _reads = [2, 3].map(|number| busy.order(number));
    assert_eq!(busy.derived(), [1, 3, 2]);
}

#[test]
fn one_key_too_many_pushes_out_the_oldest_with_an_error() {
    let busy = Busy::new(2);
    let [oldest, abandoned] = [1, 2].map(|number| busy.order(number));
    drop(abandoned);
    // Each new key takes the place of an old one.
    let [newer, newest] = [3, 4].map(|number| busy.order(number));
    let failure = Failure::from(bytes_of(oldest).unwrap_err());
    assert_eq!(
        (failure.name, failure.kind),
        (Failure::overloaded().name, FailureKind::Overload)
    );
    assert!(failure.message.contains("Too many keys"), "{}", failure.message);
    assert!(!failure.is_of_crypto(), "no session is discarded because of that");
    assert_eq!(busy.derived(), [4, 3]);
    assert_eq!([bytes_of(newer), bytes_of(newest)], [Ok(vec![3]), Ok(vec![4])]);
}

#[test]
fn a_key_is_derived_once_for_all_waiting_callers() {
    let busy = Busy::new(MAX_WAITING);
    let before: Vec<_> = (0..100).map(|_| busy.order(1)).collect();
    // Callers that come during the derivation get the key, too.
    let during: Vec<_> = (0..100).map(|_| busy.order(0)).collect();
    assert_eq!(busy.derived(), [1]);
    for (waiting, key) in [(before, 1), (during, 0)] {
        for derived in waiting {
            assert_eq!(bytes_of(derived), Ok(vec![key]));
        }
    }
}

#[test]
fn two_secrets_have_two_keys_of_the_same_name() {
    let (one, other) = (Busy::new(MAX_WAITING), Busy::new(MAX_WAITING));
    let waiting = [
        one.order(1),
        one.queue.order(&as_source(&other.source), name(1), Urgency::Record),
    ];
    let both = Arc::clone(&other.source);
    assert_eq!(one.derived(), [1]);
    assert_eq!(waiting.map(bytes_of), [Ok(vec![1]), Ok(vec![1])]);
    assert_eq!(*both.derived.lock().unwrap(), [0, 1]);
    other.derived();
}

#[test]
fn a_panic_is_an_error_of_its_key_and_the_thread_goes_on() {
    let busy = Busy::new(MAX_WAITING);
    let [after, failing] = [1, 255].map(|number| busy.order(number));
    let queue = Arc::clone(&busy.queue);
    let source = Arc::clone(&busy.source);
    assert_eq!(busy.derived(), [255, 1]);
    assert_eq!(bytes_of(failing), Err(CryptoError::Lost));
    assert_eq!(bytes_of(after), Ok(vec![1]));
    // The same key may be requested again, and there is still a thread for it.
    let again = queue.order(&as_source(&source), name(255), Urgency::Record);
    assert_eq!(bytes_of(again), Err(CryptoError::Lost));
    let other = queue.order(&as_source(&source), name(2), Urgency::Record);
    assert_eq!(bytes_of(other), Ok(vec![2]));
}

/// This many records of connect-mongo, each with its own salt.
fn records(count: usize) -> Vec<Field> {
    (0..count)
        .map(|_| {
            let writer = kruptein_with(system_random);
            seal(&of_kruptein(writer), &text(PLAIN))
        })
        .collect()
}

fn kruptein_with(random: primitives::Random) -> Kruptein {
    let options = KrupteinOptions {
        algorithm: Algorithm::named("aes-256-gcm").unwrap(),
        hash: Hash::Sha512,
        encoding: Encoding::Base64,
        iv_len: 12,
        release: Release::V3_3,
    };
    Kruptein::new(secret("squirrel"), options, random)
}

#[tokio::test]
async fn a_pending_record_continues_without_being_parsed_again_even_to_a_second_key() {
    let stored = records(1).remove(0);
    let cipher = of_kruptein(kruptein_with(system_random));
    let Opened::Waits(pending) = cipher.open(&text("s"), Some(&stored)).unwrap() else {
        panic!("the key is not at hand");
    };
    // A pending record owns everything that it needs.
    drop((cipher, stored));
    let first = pending.needed().derive();
    let pending = match pending.resume(&first).unwrap() {
        Opened::Waits(pending) => pending,
        Opened::Value(_) => panic!("release 3.3 has more rounds than the key that is tried first"),
    };
    assert_eq!(pending.finish().await, Ok(text(PLAIN)));
}

#[tokio::test]
async fn pending_records_are_decrypted_and_a_sealer_waits_for_its_key() {
    let cipher = of_kruptein(kruptein_with(system_random));
    let (id, session) = (text("s"), text(PLAIN));
    let own = cipher.seal(&id, &session).await.unwrap();
    assert_eq!(cipher.open_patiently(&id, Some(&own)).await, Ok(session.clone()));
    for stored in records(2) {
        assert_eq!(cipher.open_patiently(&id, Some(&stored)).await, Ok(session.clone()));
    }
    let record = cipher.encrypt(PLAIN).await.unwrap();
    assert_eq!(cipher.decrypt(&record).await, Ok(serde_json::to_string(PLAIN).unwrap()));
}
