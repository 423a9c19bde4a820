//! A deployment manifest of any text, as each of the kinds that are read.
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
        let all = targets::MANIFESTS.map(|name| (name, text));
        room.look(&all);
    });
});
