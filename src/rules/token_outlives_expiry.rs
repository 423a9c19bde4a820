//! `token-outlives-expiry`: a token that ends by itself is obtained once, and used for longer.

use std::collections::BTreeSet;

use super::{
    Check, Rule,
    story::{kind_name, push, way},
};
use crate::finding::{Confidence, Finding, Findings, Level, Step};
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
    check: Check::Program(check),
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    let mut refusals: Option<BTreeSet<FileId>> = None;
    let mut is_asked =
        |file| refusals.get_or_insert_with(|| program.files_that_ask_for_refusals()).contains(&file);
    for it in program.outlived() {
        if is_stale(program, it) && !is_asked(it.endless.file) && told.insert(it.credential) {
            findings.push(in_loop(program, it));
        }
    }
    for (def, name, kept) in program.kept() {
        let Some((id, trace, used)) = ask(program, (def, name), kept) else { continue };
        if !is_asked(used.0.file) && !is_asked(program.name_place(def).file) && told.insert(id) {
            findings.push(in_struct(program, (def, name), id, trace, used));
        }
    }
    for it in program.kept_from_first_use() {
        if told.insert(it.credential) {
            findings.push(from_first_use(program, &it));
        }
    }
}

/// Whether nobody renews the token of a loop: neither what holds it, nor whoever enters the loop again.
fn is_stale(program: &Program<'_>, it: &Outlived) -> bool {
    let is_entered_again = program.phases().is_looped(it.def);
    !program.is_example(it.def) && !is_entered_again && !program.looks_after_age(&it.ty)
}

/// The token in a struct that was obtained when the process started, and where it is used later.
fn ask<'p>(
    program: &Program<'_>,
    (def, name): (DefId, &str),
    kept: &'p Kept,
) -> Option<(CredentialId, &'p Trace, (Place, DefId))> {
    const EARLY: [Phase; 2] = [Phase::Startup, Phase::Head];
    const LATE: [Phase; 3] = [Phase::Request, Phase::Worker, Phase::Loop];
    let is_in =
        |phases: &[Phase], def| phases.iter().any(|phase| program.phases().reach(def, *phase).is_some());
    let is_once = program.fillers(def, name).all(|filler| is_in(&EARLY, filler) && !is_in(&LATE, filler));
    if program.is_example(def) || program.is_answer(def) || !is_once || program.struct_looks_after_age(def) {
        return None;
    }
    kept.iter().find_map(|(id, trace)| {
        let used = program.senders(*id).into_iter().find(|(_, sender)| is_in(&LATE, *sender))?;
        Some((*id, trace, used))
    })
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

fn in_struct(
    program: &Program<'_>,
    (def, name): (DefId, &str),
    id: CredentialId,
    trace: &Trace,
    (place, _): (Place, DefId),
) -> Finding {
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
