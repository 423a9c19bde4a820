//! `shared-mutable-auth`: whoever comes last decides as whom everybody goes on.

use super::{
    Check, Rule,
    story::{kind_name, shared, way},
};
use crate::catalog::schema::CellKind;
use crate::finding::{Confidence, Finding, Findings, Level, Step};
use crate::link::{
    Caller, Program,
    cells::{Cell, CellKey, FillKind},
    value::{CredentialId, Mark, What},
};
use crate::source::Place;

pub(super) static RULE: Rule = Rule {
    id: "shared-mutable-auth",
    summary: "a caller's own credential is set on what all callers share",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/shared-mutable-auth.md"),
    check: Check::Program(check),
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    for cell in program.cells().into_iter().filter(|cell| is_asked(program, cell)) {
        let stored = ask(program, cell);
        let by_method = || {
            let (setter, id) = program.set_by_users(cell).into_iter().next()?;
            Some((program.name_place(setter), id, Caller::User))
        };
        if let Some((place, id, caller)) = stored.or_else(by_method) {
            findings.push(tell(program, cell, place, id, caller));
        }
    }
}

/// Whether a cell is one for all, and can be set again.
fn is_asked(program: &Program<'_>, cell: &Cell) -> bool {
    let is_settable = matches!(cell.kind, None | Some(CellKind::Lock | CellKind::Swap | CellKind::Lazy));
    let is_static = matches!(cell.key, CellKey::Static(_));
    is_static && is_settable && cell.is_writable && !cell.is_example && !program.is_store_of_many(cell)
}

/// The credential of somebody else that is stored, and where; requests' come first.
fn ask(program: &Program<'_>, cell: &Cell) -> Option<(Place, CredentialId, Caller)> {
    let place = cell.fills.iter().find(|(_, fill)| fill.how == FillKind::Store).map(|(place, _)| *place)?;
    let marks = cell.content.all_marks();
    let ids = marks.iter().filter_map(|mark| match mark.what {
        What::Built(id, _) => Some(id),
        // What is made with a credential, and is no client, does not go on as anybody.
        What::Credential(id) => program.may_hold_token(cell).then_some(id),
        _ => None,
    });
    let theirs = ids.filter_map(|id| Some((place, id, program.caller(id)?)));
    theirs.min_by_key(|(.., caller)| *caller == Caller::User)
}

fn tell(program: &Program<'_>, cell: &Cell, place: Place, id: CredentialId, caller: Caller) -> Finding {
    let kind = kind_name(program.credential(id).kind);
    let name = &cell.name;
    let (message, confidence) = match caller {
        Caller::Request => (
            format!("a request's own {kind} is kept in `{name}`, and every other request goes on with it"),
            Confidence::High,
        ),
        Caller::User => (
            format!("whoever sets the {kind} in `{name}` last decides as whom the whole process goes on"),
            Confidence::Medium,
        ),
    };
    let primary = Step { place: cell.place, label: "all callers in the process share this one".to_owned() };
    let mut finding = Finding::new(RULE.id, Level::Deny, confidence, message, primary);
    let is_it = |mark: &&Mark| matches!(mark.what, What::Credential(it) | What::Built(it, _) if it == id);
    let marks = cell.content.all_marks();
    finding.steps = marks.iter().find(is_it).map(|mark| way(program, id, &mark.trace)).unwrap_or_default();
    if !finding.steps.iter().any(|step| step.place == place) {
        finding.steps.push(Step { place, label: "it takes the place of the one before here".to_owned() });
    }
    for step in shared(program, cell) {
        if !finding.steps.iter().any(|known| known.place == step.place) {
            finding.steps.push(step);
        }
    }
    finding.help = vec![
        format!("give each caller an object of its own with its {kind}, around a transport that all share"),
        format!("or pass the {kind} along with each call"),
    ];
    finding
}
