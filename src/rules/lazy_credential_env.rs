//! `lazy-credential-env`: a credential that the program needs is first read when it is at work.

use super::{Check, Rule, story::kind_name};
use crate::finding::{Confidence, Finding, Findings, Guard, Level, Step, Verdict};
use crate::link::{
    DefId, Program,
    phases::{CredentialReads, LateRead, Phase, Timely},
    value::OriginId,
};
use crate::source::Place;

/// How many further places of one variable a finding names.
const OTHERS: usize = 5;

/// How many calls from the entry point to the read a finding names.
const CALLS: usize = 6;

pub(super) static RULE: Rule = Rule {
    id: "lazy-credential-env",
    summary: "a credential that the program needs is first read from the environment when it is at work",
    level: Level::Warn,
    since: "0.1.0",
    page: include_str!("../../rules/lazy-credential-env.md"),
    check: Check::Program {
        of: "credentials that a program reads from its environment, and none is read here",
        check,
    },
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    let CredentialReads { late, timely } = program.credential_reads();
    for late in &late {
        let Some(&(origin, ..)) = late.reads.first() else { continue };
        findings.judged(RULE.id, || subject(program, origin), judge(program, late));
    }
    for (origin, why) in timely {
        findings.judged(RULE.id, || subject(program, origin), Err(Guard::new(in_time(why))));
    }
}

fn subject(program: &Program<'_>, origin: OriginId) -> Step {
    let origin = program.origin(origin);
    Step { place: origin.place, label: format!("`{}`", origin.name) }
}

/// Why a read is in time.
fn in_time(why: Timely) -> &'static str {
    match why {
        Timely::Early => "it is read when the program starts",
        Timely::Unreached => "no program in sight comes to it",
        Timely::Optional => "the program goes on without it",
        Timely::AskedEarlier => "the program asks for it when it starts as well",
        Timely::AskedBeside => "the code asks first whether it is there",
        Timely::Declared => "a configuration that is read elsewhere may ask for it",
    }
}

fn judge(program: &Program<'_>, late: &LateRead) -> Verdict {
    let &(origin, phase, def) =
        late.reads.first().ok_or_else(|| Guard::new("no program in sight comes to it"))?;
    if !program.names_credential(&late.name) {
        return Err(Guard::new("its name does not say that it is a credential"));
    }
    let kind = kind_name(program.credential(late.credential).kind);
    let place = program.origin(origin).place;
    let label = format!("the {kind} is read here, and the program panics where it is not set");
    let message = format!("`{}` is first read {}, and the program panics without it", late.name, when(phase));
    let is_known = program.phases().reach(def, phase).is_some_and(|reach| reach.is_known);
    let confidence = if is_known { Confidence::High } else { Confidence::Medium };
    let mut finding = Finding::new(RULE.id, Level::Warn, confidence, message, Step { place, label });
    finding.steps = steps(program, late, def, phase);
    finding.help = help(program, def, phase, kind);
    Ok(finding)
}

fn when(phase: Phase) -> &'static str {
    match phase {
        Phase::Worker => "in a worker's loop",
        Phase::Library => "deep in a call of this library",
        _ => "when a request comes in",
    }
}

/// The way from the entry point to the read, then the other places that read the same.
fn steps(program: &Program<'_>, late: &LateRead, def: DefId, phase: Phase) -> Vec<Step> {
    let way = program.phases().way(def, phase);
    let mut steps: Vec<Step> = Vec::new();
    if let Some((first, handed)) = way.first() {
        let handed = handed.filter(|_| program.cell_of(*first).is_none());
        let place = handed.unwrap_or_else(|| program.name_place(*first));
        push(&mut steps, place, entered(program, *first, phase));
    }
    for (to, place) in way.iter().skip(1).take(CALLS) {
        let label = match program.cell_of(*to) {
            Some(cell) => format!("whoever comes first to `{}` runs its initialiser", cell.name),
            None => "this call leads to it".to_owned(),
        };
        if let Some(place) = place {
            push(&mut steps, *place, label);
        }
    }
    for (origin, ..) in late.reads.iter().skip(1).take(OTHERS) {
        push(&mut steps, program.origin(*origin).place, "it is read here as well".to_owned());
    }
    steps
}

fn push(steps: &mut Vec<Step>, place: Place, label: String) {
    if !steps.iter().any(|known| known.place == place) {
        steps.push(Step { place, label });
    }
}

fn entered(program: &Program<'_>, def: DefId, phase: Phase) -> String {
    let name = program.name(def);
    match phase {
        Phase::Worker => format!("`{name}` runs in a loop beside `main`"),
        Phase::Library => format!("`{name}` is called from outside"),
        _ => format!("`{name}` runs when a request comes in"),
    }
}

fn help(program: &Program<'_>, def: DefId, phase: Phase, kind: &str) -> Vec<String> {
    if phase == Phase::Library {
        return vec![format!("take the {kind} in the constructor, and give an error where it is not set")];
    }
    let force = program.cell_of(def).and_then(|cell| {
        let function = program.forcing_function(cell)?;
        let short = function.rsplitn(3, "::").take(2).collect::<Vec<_>>();
        let [name, owner] = short.as_slice() else { return None };
        let start = "or force the cell in `main` before the program starts to serve";
        Some(format!("{start}: `{owner}::{name}(&{})`", cell.name))
    });
    let read = format!("read the {kind} in `main` before the program starts to serve, and pass it on");
    std::iter::once(read).chain(force).collect()
}
