//! Text to facts: lexed, parsed, lowered and dropped on one thread, many files at a time.

use std::str::FromStr;

use proc_macro2::TokenStream;
use rayon::prelude::*;

use super::{
    FactProblem, FileFacts,
    lower::Lower,
    recover,
    scan::{Scan, scan},
};
use crate::source::{SourceFile, Span};

/// Stack of the threads that read ordinary files. It is address space, not memory, until it is used.
const STACK: usize = 64 << 20;
/// Stack that any file needs.
const STACK_BASE: usize = 256 << 10;
/// Stack that a token of depth may need in each kind of build, in bytes. Measured over fifty shapes with lowering
/// included, the worst took 5.1 KiB in release (nested blocks) and 36 KiB in debug (`&&&…T`).
const STACK_PER_TOKEN: usize = if cfg!(debug_assertions) { 48 << 10 } else { 8 << 10 };
/// The depth beyond which a file is refused; real code stays below half of it.
const DEPTH: usize = 100_000;

/// The facts of each file, in order, gathered by this many threads (0: one a core). The same for any number of threads.
#[must_use]
pub fn gather(files: &[&SourceFile], threads: usize) -> Vec<FileFacts> {
    let read = || files.par_iter().map(|file| gather_text(&file.text, STACK)).collect();
    match rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build() {
        Ok(pool) => pool.install(read),
        // Without threads of its own the run goes on in the one it has, which has little stack: each file gets its own.
        Err(_) => files.iter().map(|file| gather_text(&file.text, 0)).collect(),
    }
}

/// The facts of a text. The calling thread has this much stack, in bytes; texts that need more get a thread.
pub(super) fn gather_text(text: &str, stack: usize) -> FileFacts {
    let scan = scan(text);
    if scan.depth > DEPTH {
        let depth = scan.depth;
        let message = format!(
            "code nests {depth} tokens deep, more than the {DEPTH} that are followed; split the expression or generated code"
        );
        return whole_file(text, message);
    }
    let needed = STACK_BASE + scan.depth * STACK_PER_TOKEN;
    if needed <= stack { read(text, &scan) } else { on_thread(text, &scan, needed) }
}

/// Reads a text on a thread of its own with this much stack, in bytes.
fn on_thread(text: &str, scan: &Scan, stack: usize) -> FileFacts {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, || read(text, scan));
        let Ok(thread) = thread else {
            let message = format!(
                "no thread with the {} MiB of stack that its nesting needs could be started",
                stack >> 20
            );
            return whole_file(text, message);
        };
        thread.join().unwrap_or_else(|_| whole_file(text, "the parser failed on this file".to_owned()))
    })
}

fn read(text: &str, scan: &Scan) -> FileFacts {
    let facts = match TokenStream::from_str(&scan.code) {
        Ok(stream) => {
            let mut lower = Lower::new(text, scan);
            recover::file(&mut lower, stream);
            lower.finish()
        }
        Err(error) => not_lexed(text, &error),
    };
    // Every span of this file is gone by now; proc-macro2 would keep the text for ever.
    proc_macro2::extra::invalidate_current_thread_spans();
    facts
}

fn not_lexed(text: &str, error: &proc_macro2::LexError) -> FileFacts {
    let at = offset(error.span().byte_range().start.min(text.len()));
    let char = text.get(at as usize..).and_then(|rest| rest.chars().next());
    let message = match char {
        Some(char @ ('(' | '[' | '{')) => format!("this `{char}` is never closed"),
        Some(char @ (')' | ']' | '}')) => format!("this `{char}` does not close what is open before it"),
        _ => "cannot be read as Rust from here on".to_owned(),
    };
    let span = Span::new(at, at + offset(char.map_or(0, char::len_utf8)));
    FileFacts { problems: vec![FactProblem { span, message, is_whole_file: true }], ..FileFacts::default() }
}

fn whole_file(text: &str, message: String) -> FileFacts {
    let span = Span::new(0, offset(text.len()));
    FileFacts { problems: vec![FactProblem { span, message, is_whole_file: true }], ..FileFacts::default() }
}

/// An offset as spans store it. Files are capped far below 4 GiB.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
