//! Where long texts are encrypted and decrypted: on the thread that has them, which hands its other tasks over first.

use tokio::task::block_in_place;

/// Over so many bytes, handing over takes less time than the work.
const LONG: usize = 128 * 1024;

/// Does work on so many bytes. On a runtime, it must be one of several threads.
pub fn work<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    if bytes > LONG {
        block_in_place(work)
    } else {
        work()
    }
}
