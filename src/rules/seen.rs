//! What the program has, in words, rule or no rule.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    guard::renewal,
    story::{article, enters, kind_name, push, way},
};
use crate::catalog::schema::{CellKind, ForkReturns, Lifetime, Starts};
use crate::finding::{Seen, Step};
use crate::link::{
    Program,
    cells::{Cell, CellKey, FillKind},
    value::{Credential, CredentialId, ForkId, Hazard, HazardId, HazardKind, Mark, What},
};
use crate::source::{FileId, Place};

/// Everything that the program has in a file, or that has a place in it: cells, credentials, what forks do not copy, forks.
/// In the order of places.
#[must_use]
pub fn seen(program: &Program<'_>, file: FileId) -> Vec<Seen> {
    let cells = program.cells().into_iter().map(|it| cell(program, it));
    let all = cells.chain(credentials(program)).chain(hazards(program)).chain(forks(program));
    let is_here =
        |it: &Seen| it.subject.place.file == file || it.steps.iter().any(|step| step.place.file == file);
    let mut seen: Vec<Seen> = all.filter(is_here).collect();
    seen.sort_unstable();
    seen.dedup();
    seen
}

fn cell(program: &Program<'_>, cell: &Cell) -> Seen {
    let ty = program.shown_type(&cell.ty);
    let what = match (&cell.key, cell.kind) {
        (CellKey::Memo(_), _) => "the memoised function",
        (CellKey::Global(_), _) => "the library's own global",
        (CellKey::Static(_), None) if cell.is_writable => "the mutable static",
        (CellKey::Static(_), None) => "the static",
        (_, Some(CellKind::ThreadLocal)) => "the cell of each thread",
        (_, Some(_)) => "the cell",
    };
    let label = format!("{what} `{}` of {} `{ty}`", cell.name, article(&ty));
    let mut steps = ways(program, &cell.content.all_marks());
    for (place, fill) in &cell.fills {
        let label = match fill.how {
            FillKind::Initialiser => "its initialiser fills it here",
            FillKind::FirstCaller => "whoever comes first fills it here",
            FillKind::Store => "it is set here",
        };
        push(&mut steps, Step { place: *place, label: label.to_owned() });
    }
    for (place, how) in &cell.renewals {
        push(&mut steps, Step { place: *place, label: renewal(*how).to_owned() });
    }
    let told: BTreeSet<Place> = steps.iter().map(|step| step.place).collect();
    for (place, def) in cell.reads.iter().filter(|(place, _)| !told.contains(*place)) {
        steps.push(Step { place: *place, label: format!("`{}` reads it here", program.name(*def)) });
    }
    Seen { subject: Step { place: cell.place, label }, holds: holds(program, cell), steps }
}

/// What a cell holds, a line each.
fn holds(program: &Program<'_>, cell: &Cell) -> Vec<String> {
    let mut held: Vec<String> = Vec::new();
    for mark in cell.content.all_marks().iter() {
        let line = match mark.what {
            What::Credential(id) => credential(program, program.credential(id)),
            What::Built(id, build) => {
                let inner = credential(program, program.credential(id));
                format!("{inner}, built into `{}`", program.build(build).client)
            }
            What::Hazard(id) => hazard(program.hazard(id)),
            What::Refreshing => "a provider that renews its credentials by itself".to_owned(),
            What::Input(_) | What::MixedInputs => {
                "something from outside of which nothing says that it is a credential".to_owned()
            }
            What::ProcessId => "a process id".to_owned(),
            _ => continue,
        };
        if !held.contains(&line) {
            held.push(line);
        }
    }
    if held.is_empty() {
        held.push("nothing that rules ask about".to_owned());
    }
    held
}

fn ways(program: &Program<'_>, marks: &[Mark]) -> Vec<Step> {
    let mut steps = Vec::new();
    for mark in marks {
        let way = match mark.what {
            What::Credential(id) | What::Built(id, _) => way(program, id, &mark.trace),
            What::Input(id) => {
                vec![Step {
                    place: program.origin(id).place,
                    label: "something from outside enters here".to_owned(),
                }]
            }
            What::Hazard(id) => vec![made(program.hazard(id))],
            _ => continue,
        };
        for step in way {
            push(&mut steps, step);
        }
    }
    steps
}

/// A credential in one line: what, which, how long, whose.
fn credential(program: &Program<'_>, credential: &Credential) -> String {
    let name = &program.origin(credential.origin).name;
    let named = if name.is_empty() { String::new() } else { format!(" `{name}`") };
    let lifetime = match credential.lifetime {
        Lifetime::Expiring => "ends by itself",
        Lifetime::Rotatable => "works until someone rotates it",
        Lifetime::Refreshing => "is renewed by its provider",
    };
    let whose = credential.provider.as_ref().map(|it| format!(", of `{it}`")).unwrap_or_default();
    let kind = kind_name(credential.kind);
    format!("{} {kind}{named}, which {lifetime}{whose}", article(kind))
}

fn hazard(hazard: &Hazard) -> String {
    let what = match hazard.kind {
        HazardKind::Runtime => "an async runtime",
        HazardKind::Threads => "a thread",
        HazardKind::Tasks => "a task",
        HazardKind::Workers => "background workers",
        HazardKind::Client => "a client",
        HazardKind::Pool => "a pool",
    };
    let starts = match hazard.starts {
        Starts::Nothing => "",
        Starts::Threads => " that starts threads",
        Starts::Tasks => " that starts tasks",
        Starts::Connections => " that connects",
    };
    let starts =
        if hazard.kind == HazardKind::Threads || hazard.kind == HazardKind::Tasks { "" } else { starts };
    format!("{what}{starts} (`{}`), which a fork does not copy", hazard.name)
}

fn made(hazard: &Hazard) -> Step {
    Step { place: hazard.place, label: format!("`{}` is made here", hazard.name) }
}

fn credentials(program: &Program<'_>) -> Vec<Seen> {
    let sent = sent(program);
    let one = |(id, entry): (CredentialId, &Credential)| {
        let origin = program.origin(entry.origin);
        let label = enters(entry, origin.source, &origin.name);
        let steps = sent.get(&id).into_iter().flatten();
        let steps = steps.map(|place| Step { place: *place, label: "it is sent here".to_owned() });
        Seen {
            subject: Step { place: origin.place, label },
            holds: vec![credential(program, entry)],
            steps: steps.collect(),
        }
    };
    program.credentials().map(one).collect()
}

/// Where each credential in the raw is sent.
fn sent(program: &Program<'_>) -> BTreeMap<CredentialId, Vec<Place>> {
    let mut sent: BTreeMap<CredentialId, Vec<Place>> = BTreeMap::new();
    for (place, id) in program.sent_credentials() {
        let known = sent.entry(id).or_default();
        if known.last() != Some(&place) {
            known.push(place);
        }
    }
    sent
}

fn hazards(program: &Program<'_>) -> Vec<Seen> {
    let one =
        |(_, it): (HazardId, &Hazard)| Seen { subject: made(it), holds: vec![hazard(it)], steps: Vec::new() };
    program.hazards().map(one).collect()
}

fn forks(program: &Program<'_>) -> Vec<Seen> {
    let mut inherited: BTreeMap<ForkId, Vec<Step>> = BTreeMap::new();
    for it in program.inherited() {
        let steps = inherited.entry(it.fork).or_default();
        for step in super::inherited::steps(program, it) {
            push(steps, step);
        }
    }
    let mut seen = Vec::new();
    for (id, fork) in program.forks() {
        let who = match fork.returns {
            ForkReturns::Child => "only the child goes on",
            ForkReturns::Both => "both processes go on",
            ForkReturns::Parent => "the parent goes on, and the child runs what it was given",
        };
        let label = format!("the process forks here (`{}`), and {who}", fork.name);
        let steps = inherited.remove(&id).unwrap_or_default();
        seen.push(Seen { subject: Step { place: fork.place, label }, holds: Vec::new(), steps });
    }
    seen
}
