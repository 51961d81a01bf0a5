//! Everything that knows JavaScript: the classes that it calls, and the results on their way back.

mod cipher;
mod completion;
mod describe;
#[cfg_attr(test, expect(dead_code, reason = "called by JavaScript alone"))]
mod profile;
mod settings;
mod statistics;
mod store;
