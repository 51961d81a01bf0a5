//! The only tokio runtime of the process, shared by all stores and all worker threads of Node. It is never
//! dropped: the process may exit at any moment, and its threads end with it.

use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// One thread does everything. So an operation that travels alone is not handed from thread to thread, which
/// took longer than the server. Batches are large enough that a second thread gained nothing for many
/// operations at once.
const WORKERS: usize = 1;

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// A handle to the runtime. The first call starts it.
///
/// # Errors
/// The operating system's error, when no thread can be started.
pub fn handle() -> io::Result<Handle> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle().clone());
    }
    let started = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("mongo-sessions")
        .enable_all()
        .build()?;
    // Two threads of Node may get here at once. The runtime of the second one is dropped, unused.
    Ok(RUNTIME.get_or_init(|| started).handle().clone())
}
