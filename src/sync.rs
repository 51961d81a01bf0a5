//! The locks and atomics of whatever the models check. In a build with the feature `loom`, they are those of loom, which tries
//! every order in which threads can reach them.

#[cfg(not(all(test, feature = "loom")))]
pub use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64},
    },
    thread,
};

#[cfg(all(test, feature = "loom"))]
pub use loom::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64},
    },
    thread,
};
