//! What threads share in the parts that models check. In a build with the feature `loom`, it is of loom, which tries every order
//! in which threads can reach it.

#[cfg(not(all(test, feature = "loom")))]
pub use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64},
    },
    thread,
};
#[cfg(not(all(test, feature = "loom")))]
pub use tokio::sync::Notify;

#[cfg(all(test, feature = "loom"))]
pub use loom::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64},
    },
    thread,
};
#[cfg(all(test, feature = "loom"))]
pub use modelled::Notify;

#[cfg(all(test, feature = "loom"))]
mod modelled {
    use std::sync::atomic::Ordering;

    use tokio::sync::futures::Notified;

    use super::AtomicBool;

    /// That of tokio, which loom does not know. Writing the flag is where loom may switch to another thread.
    #[derive(Debug)]
    pub struct Notify {
        notify: tokio::sync::Notify,
        reached: AtomicBool,
    }

    impl Notify {
        pub fn new() -> Self {
            Self {
                notify: tokio::sync::Notify::new(),
                reached: AtomicBool::new(false),
            }
        }

        pub fn notified(&self) -> Notified<'_> {
            self.reached.store(true, Ordering::SeqCst);
            self.notify.notified()
        }

        pub fn notify_waiters(&self) {
            self.reached.store(true, Ordering::SeqCst);
            self.notify.notify_waiters();
        }
    }
}
