//! Links the files and asks the rules, on a thread with room for deep code.

use std::collections::BTreeSet;
use std::io;
use std::thread;

use crate::catalog::Catalog;
use crate::facts::Loaded;
use crate::finding::{Finding, Findings, Seen, Silence};
use crate::link::link;
use crate::rules::{self, Rule};
use crate::source::{FileId, Files, Place, Project};

/// Stack sizes to try, in bytes. Address space only: pages are used as the stack grows. The smaller ones are for
/// machines that limit it.
const STACKS: [usize; 3] = [1 << 30, 1 << 28, 1 << 26];

/// What linking and the rules gave, free of the program itself, which cannot leave its thread.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The findings, in the order of reports.
    pub(super) findings: Vec<Finding>,
    /// The literals that are secrets.
    pub(super) secrets: Vec<Place>,
    /// The items that are test code.
    pub(super) tests: Vec<Place>,
    /// How many expressions were read until nothing new was learned.
    pub(super) steps: u64,
    /// What is known of some files, where it was asked for.
    pub(super) dump: Option<String>,
    /// What there is in a file, and what rules do not report, where that was asked for.
    pub(super) reasons: Reasons,
}

/// What `why` asks for.
#[derive(Debug, Default)]
pub(super) struct Reasons {
    /// What the program has in the file.
    pub(super) seen: Vec<Seen>,
    /// What the rules are silent about, anywhere.
    pub(super) silences: Vec<Silence>,
}

/// What is asked for beside findings.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    /// Nothing.
    Findings,
    /// What is known of these files, as text.
    Dump(&'a BTreeSet<FileId>),
    /// What there is in a file, and why rules are silent.
    Reasons(FileId),
}

/// What the process does once it has an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// It reports, and ends.
    Ends,
    /// It goes on, and may ask again.
    GoesOn,
}

/// Links, and asks the rules `asked`.
///
/// # Errors
/// No thread could be started, or it ended by a panic, which is a defect of authlint.
pub(super) fn answer(
    project: &Project,
    (loaded, files): (&Loaded, &Files),
    catalog: &Catalog,
    asked: &[&Rule],
    wanted: Wanted<'_>,
    afterwards: Afterwards,
) -> Result<Answer, String> {
    on_deep_stack(|| {
        let program = link(project, &loaded.facts, &loaded.submodules, &loaded.roots, catalog);
        let mut findings = if matches!(wanted, Wanted::Reasons(_)) {
            Findings::with_silences()
        } else {
            Findings::default()
        };
        for rule in asked {
            rule.ask(&program, &mut findings);
        }
        let reasons = match wanted {
            Wanted::Reasons(file) => {
                Reasons { seen: rules::seen(&program, file), silences: findings.take_silences() }
            }
            _ => Reasons::default(),
        };
        let mut findings = findings.into_sorted();
        rules::suggest(&program, files, &mut findings);
        let answer = Answer {
            findings,
            secrets: program.secrets(),
            tests: program.test_places(),
            steps: program.steps(),
            dump: match wanted {
                Wanted::Dump(of) => Some(program.dump(project, files, of)),
                _ => None,
            },
            reasons,
        };
        if afterwards == Afterwards::Ends {
            // To take it apart piece by piece takes as long as a rule does, and the process gives it back at once.
            std::mem::forget(program);
        }
        answer
    })
}

fn on_deep_stack<T: Send>(work: impl Fn() -> T + Sync) -> Result<T, String> {
    let mut refusal = io::Error::other("no stack size was tried");
    for size in STACKS {
        let outcome = thread::scope(|scope| {
            let builder = thread::Builder::new().name("link".to_owned()).stack_size(size);
            builder.spawn_scoped(scope, &work).map(thread::ScopedJoinHandle::join)
        });
        match outcome {
            Ok(joined) => return joined.map_err(|_| super::DEFECT.to_owned()),
            Err(error) => refusal = error,
        }
    }
    Err(format!("no thread could be started: {refusal}; raise the limit on memory or processes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_room_for_deep_recursion() {
        fn depth(left: u32) -> u32 {
            let frame = std::hint::black_box([left; 1024]);
            if left == 0 { 0 } else { depth(left - 1) + frame[0] / frame[1] }
        }
        assert_eq!(on_deep_stack(|| depth(10_000)), Ok(10_000));
    }

    #[test]
    fn a_panic_is_a_message() {
        let outcome: Result<(), String> = on_deep_stack(|| panic!("on purpose"));
        assert_eq!(outcome, Err(super::super::DEFECT.to_owned()));
    }
}
