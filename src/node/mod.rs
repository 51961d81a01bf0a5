//! Everything that knows JavaScript: the classes that it calls, and the results on their way back.

mod cipher;
mod completion;
mod describe;
mod handover;
mod profile;
mod settings;
mod statistics;
mod store;
