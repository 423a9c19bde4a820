//! A Rust file of any text: facts, program, findings, comments, fixes and every format.
#![no_main]
#![allow(dead_code, reason = "each target calls its part of what must hold")]

#[path = "../targets.rs"]
mod targets;

use std::cell::RefCell;

thread_local! {
    static ROOM: RefCell<targets::Room> = RefCell::new(targets::Room::new(1));
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    ROOM.with_borrow_mut(|room| {
        let name = room.sources[0].clone();
        room.look(&[(&name, text)]);
    });
});
