//! The one tokio runtime of the process, shared by all stores and all worker threads of Node.
//! It is never dropped: the process may exit at any moment, and its threads go with it.

use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// One thread carries everything: an operation that travels alone is not handed from thread to thread (which took more
/// time than the server did), and batches are large enough that a second thread gained nothing for many at once.
const WORKERS: usize = 1;

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// A handle on the runtime, which the first call starts.
///
/// # Errors
/// The operating system's, when it has no thread left to give.
pub fn handle() -> io::Result<Handle> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle().clone());
    }
    let started = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("mongo-sessions")
        .enable_all()
        .build()?;
    // Two threads of Node may come here at once: the second one's runtime is dropped, unused.
    Ok(RUNTIME.get_or_init(|| started).handle().clone())
}
