//! A Rust file of any bytes: what is read of it, facts, program, findings, comments, fixes and every format.
#![no_main]
#![allow(dead_code, reason = "each target calls its part of what must hold")]

#[path = "../targets.rs"]
mod targets;

use std::cell::RefCell;

thread_local! {
    static DIR: tempfile::TempDir = tempfile::tempdir().expect("a directory can be made");
    static ROOM: RefCell<targets::Room> = RefCell::new(targets::Room::new(1));
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    DIR.with(|dir| targets::bytes(dir.path(), bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    ROOM.with_borrow_mut(|room| {
        let name = room.sources[0].clone();
        room.look(&[(&name, text)]);
    });
});
