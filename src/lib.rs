//! The native half of connect-mongo-native: sessions of express-session in `MongoDB`.

mod cipher;
mod completion;
mod connection;
mod crypto;
mod describe;
mod document;
mod engine;
mod error;
mod expiry;
mod options;
mod roots;
mod runtime;
mod statistics;
mod store;
