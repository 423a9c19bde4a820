//! A `Cargo.toml`, a catalog file, a baseline and a configuration of any text.
#![no_main]
#![allow(dead_code, reason = "each target calls its part of what must hold")]

#[path = "../targets.rs"]
mod targets;

thread_local! {
    static DIR: tempfile::TempDir = tempfile::tempdir().expect("a directory can be made");
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    DIR.with(|dir| targets::manifest_of_cargo(dir.path(), text));
    targets::catalog(text);
    targets::baseline(text);
    DIR.with(|dir| targets::settings(dir.path(), text));
});
