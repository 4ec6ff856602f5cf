//! See `ottl_fuzz::blocks_vs_lanes`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ottl_fuzz::blocks_vs_lanes(data));
