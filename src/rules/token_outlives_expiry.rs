//! `token-outlives-expiry`: a token that ends by itself is obtained once, and used for longer.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::{
    Check, Rule,
    story::{kind_name, push, way},
};
use crate::finding::{Confidence, Finding, Findings, Guard, Level, Step};
use crate::link::{
    DefId, FirstUse, Program,
    outlived::{Kept, Outlived},
    phases::Phase,
    value::{CredentialId, Trace},
};
use crate::source::{FileId, Place};

pub(super) static RULE: Rule = Rule {
    id: "token-outlives-expiry",
    summary: "a token that ends by itself is obtained once, and what uses it lives longer",
    level: Level::Warn,
    since: "0.1.0",
    page: include_str!("../../rules/token-outlives-expiry.md"),
    check: Check::Program {
        of: "tokens that end by themselves and are used in a loop or kept in a field, and none is here",
        check,
    },
};

/// Why rules are silent about what tests have.
const EXAMPLE: &str = "only tests, examples or benches have it";
/// Why a token that is looked after is no subject.
const LOOKED_AFTER: &str = "what holds it knows when it ends, or renews it";

fn check(program: &Program<'_>, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    let refusals = Refusals { program, files: OnceCell::new() };
    for it in program.outlived() {
        let fresh = stale(program, it).and_then(|()| refusals.unhandled_in(it.endless.file));
        if fresh.is_ok() && !told.insert(it.credential) {
            continue;
        }
        let kind = kind_name(program.credential(it.credential).kind);
        let subject = || Step { place: it.used, label: format!("the {kind} in a loop that never ends") };
        findings.judged(RULE.id, subject, fresh.map(|()| in_loop(program, it)));
    }
    for (def, name, kept) in program.kept() {
        let place = program.name_place(def);
        let used = used_late(program, (def, name), kept).and_then(|used| {
            refusals.unhandled_in(used.at.file)?;
            refusals.unhandled_in(place.file)?;
            Ok(used)
        });
        if used.as_ref().is_ok_and(|used| !told.insert(used.id)) {
            continue;
        }
        let subject = || Step {
            place: program.field_place(def, name).unwrap_or(place),
            label: format!("the field `{name}` of `{}`", program.name(def)),
        };
        findings.judged(RULE.id, subject, used.map(|used| in_struct(program, (def, name), &used)));
    }
    for it in program.kept_from_first_use() {
        if told.insert(it.credential) {
            findings.push(from_first_use(program, &it));
        }
    }
}

/// The files in which somebody asks whether a credential was refused, once that matters.
struct Refusals<'p, 'a> {
    program: &'p Program<'a>,
    files: OnceCell<BTreeSet<FileId>>,
}

impl Refusals<'_, '_> {
    /// Refuses what is in a file where refusals are handled.
    fn unhandled_in(&self, file: FileId) -> Result<(), Guard> {
        if self.files.get_or_init(|| self.program.files_that_ask_for_refusals()).contains(&file) {
            return Err(Guard::new("the code there asks whether a server refused it"));
        }
        Ok(())
    }
}

/// Refuses the token of a loop that somebody renews: what holds it, or whoever enters the loop again.
fn stale(program: &Program<'_>, it: &Outlived) -> Result<(), Guard> {
    if program.is_example(it.def) {
        return Err(Guard::new(EXAMPLE));
    }
    if program.is_renewed_in_loop(it) {
        return Err(Guard::new("another is obtained in the loop"));
    }
    if program.phases().is_looped(it.def) {
        return Err(Guard::new("the loop is entered again, and may get another then"));
    }
    if program.looks_after_age(&it.ty) {
        return Err(Guard::new(LOOKED_AFTER));
    }
    Ok(())
}

/// A token in a struct, and where it is used when the process is at work.
struct Used<'p> {
    id: CredentialId,
    trace: &'p Trace,
    at: Place,
}

/// The token in a struct that was obtained when the process started, and where it is used later.
fn used_late<'p>(
    program: &Program<'_>,
    (def, name): (DefId, &str),
    kept: &'p Kept,
) -> Result<Used<'p>, Guard> {
    const EARLY: [Phase; 2] = [Phase::Startup, Phase::Head];
    const LATE: [Phase; 3] = [Phase::Request, Phase::Worker, Phase::Loop];
    let is_in =
        |phases: &[Phase], def| phases.iter().any(|phase| program.phases().reach(def, *phase).is_some());
    let is_once = program.fillers(def, name).all(|filler| is_in(&EARLY, filler) && !is_in(&LATE, filler));
    if program.is_example(def) {
        return Err(Guard::new(EXAMPLE));
    }
    if program.is_answer(def) {
        return Err(Guard::new("answers are read into it, and it lives no longer than they"));
    }
    if program.is_refilled(def, name) {
        return Err(Guard::new("it is filled again and again, in a loop"));
    }
    if !is_once {
        return Err(Guard::new("it is not filled when the program starts alone"));
    }
    if program.struct_looks_after_age(def) {
        return Err(Guard::new(LOOKED_AFTER));
    }
    let used = kept.iter().find_map(|(id, trace)| {
        let mut senders = program.senders(*id).into_iter();
        let (at, _) = senders.find(|(_, sender)| is_in(&LATE, *sender))?;
        Some(Used { id: *id, trace, at })
    });
    used.ok_or_else(|| Guard::new("what it holds is not seen to be sent when the program is at work"))
}

fn in_loop(program: &Program<'_>, it: &Outlived) -> Finding {
    let kind = kind_name(program.credential(it.credential).kind);
    let message = format!(
        "the {kind} is obtained once, before a loop that never ends, and ends while the loop goes on"
    );
    let mut steps = way(program, it.credential, &it.trace);
    // Where the looping function gets it is what its author looks for.
    let whole = program.whole_place(it.def);
    let is_own = |step: &Step| step.place.file == whole.file && whole.span.contains(step.place.span);
    let at = steps.iter().position(is_own);
    let primary = match at {
        Some(at) => Step { label: format!("the {kind} is obtained here, once"), ..steps.remove(at) },
        None => {
            Step { place: it.used, label: format!("the {kind} is used here as long as the loop goes on") }
        }
    };
    if primary.place != it.used {
        steps.push(Step { place: it.used, label: "it is used here as long as the loop goes on".to_owned() });
    }
    finding(message, primary, steps, kind)
}

fn in_struct(program: &Program<'_>, (def, name): (DefId, &str), used: &Used<'_>) -> Finding {
    let Used { id, trace, at: place } = *used;
    let kind = kind_name(program.credential(id).kind);
    let owner = program.name(def);
    let message = format!("`{owner}` keeps the {kind} it was made with for as long as the process lives");
    let mut steps = way(program, id, trace);
    let primary = steps.pop().unwrap_or_else(|| Step { place, label: String::new() });
    let primary =
        Step { label: format!("the {kind} is kept in `{name}` here, and nothing renews it"), ..primary };
    steps.push(Step { place, label: "it is sent here, however old it is".to_owned() });
    finding(message, primary, steps, kind)
}

fn from_first_use(program: &Program<'_>, it: &FirstUse) -> Finding {
    let kind = kind_name(program.credential(it.credential).kind);
    let (owner, filler) = (program.name(it.def), program.name(it.filler));
    let message =
        format!("`{owner}` obtains the {kind} at its first use, and keeps it for as long as it lives itself");
    let label = format!("the {kind} is kept in `{}`, and nothing renews it", it.name);
    let primary = Step { place: it.field, label };
    let mut steps = way(program, it.credential, &it.trace);
    let label = format!("`{filler}` obtains one only where there is none yet, however old that is");
    push(&mut steps, Step { place: it.asked, label });
    finding(message, primary, steps, kind)
}

fn finding(message: String, primary: Step, steps: Vec<Step>, kind: &str) -> Finding {
    let mut finding = Finding::new(RULE.id, Level::Warn, Confidence::Medium, message, primary);
    finding.steps = steps;
    finding.help = vec![
        format!("keep when the {kind} ends beside it, and obtain a new one before it does"),
        "or obtain a new one and try again where the server answers 401".to_owned(),
    ];
    finding
}
