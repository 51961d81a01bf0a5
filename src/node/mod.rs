//! All that knows JavaScript: classes that the shim calls, and results on their way back.

mod cipher;
mod completion;
mod describe;
mod settings;
mod statistics;
mod store;
