//! `shared-mutable-auth`: whoever comes last decides as whom everybody goes on.

use super::{
    Rule,
    story::{kind_name, shared, way},
};
use crate::catalog::schema::CellKind;
use crate::finding::{Confidence, Finding, Findings, Level, Step};
use crate::link::{
    Caller, Program,
    cells::{Cell, CellKey, Fill, FillKind},
    value::{CredentialId, Mark, What},
};
use crate::source::Place;

pub(super) static RULE: Rule = Rule {
    id: "shared-mutable-auth",
    summary: "a caller's own credential is set on what all callers share",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/shared-mutable-auth.md"),
    check,
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    for cell in program.cells().into_iter().filter(|cell| is_asked(program, cell)) {
        let fills = cell.fills.iter().filter(|(_, fill)| fill.how == FillKind::Store);
        let stored = fills.filter_map(|(place, fill)| ask(program, *place, fill)).min_by_key(|it| it.1);
        let by_method = || {
            let (setter, id) = program.set_by_users(cell).into_iter().next()?;
            Some((program.name_place(setter), true, id, Caller::User))
        };
        if let Some((place, _, id, caller)) = stored.or_else(by_method) {
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

/// The credential of somebody else that is stored; requests' come first.
fn ask(program: &Program<'_>, place: Place, fill: &Fill) -> Option<(Place, bool, CredentialId, Caller)> {
    let theirs = fill.credentials.iter().filter_map(|id| Some((*id, program.caller(*id)?)));
    theirs.map(|(id, caller)| (place, caller == Caller::User, id, caller)).min_by_key(|it| it.1)
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
