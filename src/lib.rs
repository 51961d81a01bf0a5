//! The native half of connect-mongo-native: sessions of express-session in `MongoDB`.

mod crypto;
mod engine;
mod model;
mod mongo;
mod node;
mod runtime;
