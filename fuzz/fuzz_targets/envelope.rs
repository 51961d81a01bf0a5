#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| connect_mongo_native_fuzz::fuzzing::envelope(input));
