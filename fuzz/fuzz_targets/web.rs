#![no_main]
//! No text makes this decoder panic.

use connect_mongo_native_fuzz::{Format, read};

libfuzzer_sys::fuzz_target!(|input: &[u8]| read(&Format::Web, input));
