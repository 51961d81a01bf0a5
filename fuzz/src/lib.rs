//! The addon without Node.js, compiled from its own files, for the fuzz targets.

#![expect(dead_code, reason = "fuzzing uses some of it")]
#![expect(unused_imports, reason = "fuzzing uses some of it")]
#![expect(unexpected_cfgs, reason = "models and planted faults have features of their own")]

#[path = "../../src/crypto/mod.rs"]
mod crypto;
#[path = "../../src/engine/mod.rs"]
mod engine;
#[path = "../../src/fuzzing.rs"]
pub mod fuzzing;
#[path = "../../src/model/mod.rs"]
mod model;
#[path = "../../src/mongo/mod.rs"]
mod mongo;
#[path = "../../src/sync.rs"]
mod sync;
