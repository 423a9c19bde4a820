//! Text to facts: lexed, parsed, lowered and dropped on one thread, many files at a time.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use rayon::prelude::*;

use super::{FactProblem, FileFacts, blank::blank, lower::Lower, recover};
use crate::source::{SourceFile, Span};

/// Stack of the threads that read ordinary files. It is address space, not memory, until it is used.
const STACK: usize = 64 << 20;
/// Stack that any file needs.
const STACK_BASE: usize = 256 << 10;
/// Stack that a token of depth needs: syn's measured worst case in each kind of build.
const STACK_PER_TOKEN: usize = if cfg!(debug_assertions) { 48 << 10 } else { 8 << 10 };
/// The depth beyond which a file is refused; real code stays below half of it.
const DEPTH: usize = 100_000;

/// The facts of each file, in order, gathered by this many threads (0: one a core). The same for any number of threads.
#[must_use]
pub fn gather(files: &[&SourceFile], threads: usize) -> Vec<FileFacts> {
    let read = || files.par_iter().map(|file| gather_text(&file.text)).collect();
    match rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build() {
        Ok(pool) => pool.install(read),
        // Without threads of its own the run goes on in the one it has; deep files still get theirs.
        Err(_) => files.iter().map(|file| on_thread(&file.text, STACK)).collect(),
    }
}

/// The facts of a text. The calling thread needs [`STACK`] of stack for ordinary files.
fn gather_text(text: &str) -> FileFacts {
    let blanked = blank(text);
    let stream = match TokenStream::from_str(&blanked) {
        Ok(stream) => stream,
        Err(error) => return not_lexed(text, &error),
    };
    let depth = depth(&stream);
    if depth > DEPTH {
        let message = format!(
            "code nests {depth} tokens deep, more than the {DEPTH} that are followed; split the expression or generated code"
        );
        return whole_file(text, message);
    }
    let needed = STACK_BASE + depth * STACK_PER_TOKEN;
    if needed > STACK {
        drop(stream);
        return on_thread(text, needed);
    }
    finish(stream, text)
}

/// Reads a text on a thread of its own with this much stack, in bytes.
pub(super) fn on_thread(text: &str, stack: usize) -> FileFacts {
    let read = || {
        let blanked = blank(text);
        match TokenStream::from_str(&blanked) {
            Ok(stream) if STACK_BASE + depth(&stream) * STACK_PER_TOKEN <= stack => finish(stream, text),
            Ok(_) => whole_file(text, "code nests deeper than this thread can follow".to_owned()),
            Err(error) => not_lexed(text, &error),
        }
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, read);
        thread.ok().and_then(|thread| thread.join().ok())
    })
    .unwrap_or_else(|| whole_file(text, "no thread with enough stack could be started".to_owned()))
}

fn finish(stream: TokenStream, text: &str) -> FileFacts {
    let facts = {
        let mut lower = Lower::new(text);
        recover::file(&mut lower, stream);
        lower.finish()
    };
    // Every span of this file is gone by now; proc-macro2 would keep the text for ever.
    proc_macro2::extra::invalidate_current_thread_spans();
    facts
}

/// How deep a parser may have to go: for each group the longest stretch between separators, plus the deepest group.
fn depth(stream: &TokenStream) -> usize {
    struct Open {
        tokens: proc_macro2::token_stream::IntoIter,
        segment: usize,
        longest: usize,
        deepest: usize,
    }
    let open = |stream: TokenStream| Open { tokens: stream.into_iter(), segment: 0, longest: 0, deepest: 0 };
    let mut stack = vec![open(stream.clone())];
    loop {
        let Some(top) = stack.last_mut() else { return 0 };
        match top.tokens.next() {
            Some(TokenTree::Group(group)) => {
                top.segment += 1;
                let is_end = group.delimiter() == Delimiter::Brace;
                if is_end {
                    top.longest = top.longest.max(top.segment);
                    top.segment = 0;
                }
                stack.push(open(group.stream()));
            }
            Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), ';' | ',') => {
                top.longest = top.longest.max(top.segment);
                top.segment = 0;
            }
            Some(_) => top.segment += 1,
            None => {
                let bound = top.longest.max(top.segment) + top.deepest;
                stack.pop();
                match stack.last_mut() {
                    Some(outer) => outer.deepest = outer.deepest.max(bound),
                    None => return bound,
                }
            }
        }
    }
}

fn not_lexed(text: &str, error: &proc_macro2::LexError) -> FileFacts {
    let mut facts = whole_file(text, format!("cannot be read as Rust: {error}"));
    let range = error.span().byte_range();
    if let Some(problem) = facts.problems.first_mut()
        && range.end <= text.len()
    {
        problem.span = Span::new(offset(range.start), offset(range.end));
    }
    proc_macro2::extra::invalidate_current_thread_spans();
    facts
}

fn whole_file(text: &str, message: String) -> FileFacts {
    let span = Span::new(0, offset(text.len()));
    FileFacts { problems: vec![FactProblem { span, message, is_whole_file: true }], ..FileFacts::default() }
}

pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
