//! See `ottl_fuzz::print_parse`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ottl_fuzz::print_parse(data));
