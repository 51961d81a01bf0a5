//! Encrypts and decrypts long texts on the current thread, which hands its other tasks over first.

use tokio::task::block_in_place;

/// Above this size, handing tasks over takes less time than the work itself.
const LONG: usize = 128 * 1024;

/// Does work on this many bytes. On a tokio runtime, it must be a multi-threaded one.
pub fn work<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    if bytes > LONG { block_in_place(work) } else { work() }
}
