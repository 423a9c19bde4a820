//! authlint finds authentication state that is shared in a way that breaks once a program scales: clients that were
//! authenticated once in a global, tokens that are cached past their life, clients and runtimes that are carried over a fork.
//! This page is the architecture. How a rule's page and a catalog entry are written stands in `rules/README.md`.
//!
//! # Floors
//!
//! One package, a library and the binary `cargo-authlint`. A file uses its own floor and those below it, never one above.
//!
//! | floor | what it is | what it may do |
//! |---|---|---|
//! | 7 [`cli`] | arguments, levels, exit code | print, and give up |
//! | 6 [`report`] | one file a format; masks, fingerprints; which fixes are made together, and diffs | write into what it is given |
//! | 5 [`rules`] | one question each; the fixes of what was found | pure: program to findings |
//! | 4 [`finding`] | findings, fixes, levels, confidence, suppression | plain data |
//! | 3 [`link`] | names, types, value flow, call order | pure: facts to [`link::Program`] |
//! | 2 [`catalog`] | what the ecosystem looks like, from `rules/catalog` and files of the project | data with types |
//! | 1 [`facts`] | a file's syntax as plain data | name syn |
//! | 0 [`source`] | files, spans, manifests, configuration, suppression comments | read the disk, and replace a file |
//!
//! # What flows where
//!
//! 1. [`cli`] makes a [`source::Request`] of the arguments.
//! 2. [`source::discover`] finds packages, targets and loose files, and gives a [`source::Project`]. It reads manifests itself and
//!    never runs cargo. [`cli`] reads the settings of the workspace that this led to, and the catalog files they name.
//! 3. [`facts::load`] reads the roots of all targets and every module file that they lead to, many at a time. Each text is lexed,
//!    parsed, lowered to [`facts::FileFacts`] and dropped on one thread, because trees and spans of syn cannot leave it, and with
//!    as much stack as its nesting needs. An item that syn refuses costs that item and not the file.
//! 4. [`link::link`] reads the facts of all files beside the [`catalog::Catalog`] into a [`link::Program`]: which path means what,
//!    which values carry a credential, which cells hold them, and what happens before and after each fork. Functions are read
//!    into summaries, again and again until nothing new is learned.
//! 5. Each of [`rules::RULES`] asks the program one question and adds to [`finding::Findings`]. A rule sees neither syntax
//!    nor text. [`rules::suggest`] then looks for fixes at the places that were found: with the text and the facts, in a room of
//!    its own (`rules/fix`), where new code is built from tokens and what is moved keeps its text.
//! 6. [`finding::suppress`] takes out what comments cover, and adds what is wrong with comments; [`cli`] sets levels and leaves out
//!    what is not sure enough, what a baseline names ([`report::Baseline`]), and what touches no line that changed
//!    ([`source::ChangedLines`]).
//! 7. [`report::write`] turns findings into bytes of one format. Secrets are masked, and characters that command a terminal are
//!    replaced, in one place that every format passes through. [`report::Fingerprints`] names findings so that the names stay
//!    when lines move.
//!
//! With `--fix`, [`cli`] goes through 3 to 6 again with [`report::chosen`] fixes made in memory, until none is left; [`source::replace`]
//! then writes each file as a whole.
//!
//! Packages around what was selected are read too: a credential crosses the borders of crates. What is reported on is decided
//! at the end.
//!
//! # Invariants
//!
//! Each is an absence, and `tests/suite/house.rs` looks for it.
//!
//! - No file names a floor above its own.
//! - Only [`facts`] names `syn`; it and `rules/fix`, which builds new code, name `proc_macro2` and `quote`. It names no crate of the ecosystem, so that facts stay true whatever is
//!   learned later.
//! - Only [`source`] reads the disk: regular files below what was asked for, each once; and only it writes: reports that are
//!   files, and with `replace` what was fixed.
//! - Only [`report`] names `codespan_reporting`.
//! - Only [`cli`] names `clap`, prints, looks at the environment, or decides on an exit code.
//! - Below [`cli`], bad input is a [`source::Problem`] beside the results, and no error and no panic.
//! - Nothing starts a program (`clippy.toml`) but two flags that ask for it: `--since` reads objects with `git`, and `--with` runs
//!   cargo. So nothing of the project that is looked at is run unless somebody says so.
//! - The same input gives the same bytes, whatever the number of threads and the order of directories.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | credential | what proves identity: a key, token, password, session cookie, client secret |
//! | lifetime | `expiring`: stops working by itself; `rotatable`: works until someone rotates it; `refreshing`: a provider renews it |
//! | client | a value that sends requests or holds connections; *authenticated* when a credential is built into it |
//! | cell | anything process-wide that holds a value: a `static` with `LazyLock`, `OnceLock` or `Mutex`, `lazy_static!`, a memoised function |
//! | fork | a call after which a copy of the process goes on |
//! | finding | one report: rule, level, confidence, primary place, steps (labelled places), help, fixes |
//!
//! Facts are *gathered*, programs *linked*, rules *asked*, findings *reported*.

pub mod catalog;
pub mod cli;
pub mod facts;
pub mod finding;
pub mod link;
pub mod report;
pub mod rules;
pub mod source;
