#![no_main]
//! Checks that no text makes the decoder of the `encryption` format panic.

use connect_mongo_native_fuzz::{Format, read};

libfuzzer_sys::fuzz_target!(|input: &[u8]| read(&Format::Envelope, input));
