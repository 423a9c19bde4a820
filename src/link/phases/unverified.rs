//! What a program has put to the test before it serves: its clients, by the order of what happens from `main` on.
//!
//! Each function is walked once: the serving calls in it, with what was verified before each, and all that it verifies. A
//! callee's serving calls are its caller's, which verified more. Where two ways lead to one, the better verified counts.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Entries, Phase, Phases, Programs};
use crate::catalog::schema::{ClosureRuns, CredentialKind};
use crate::link::{
    cells::CellKey,
    engine::Engine,
    event::{Event, EventArm},
    value::{BuildId, Certainty, CredentialId, Source},
    world::DefId,
};
use crate::source::Place;

/// How deep calls are followed.
const DEPTH: usize = 64;

/// A call by which a program begins to accept requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// The call.
    pub place: Place,
    /// Whose body it stands in.
    pub def: DefId,
    /// The credentials in clients of the program that nothing put to the test before, with the build of each.
    pub unverified: Vec<(CredentialId, BuildId)>,
    /// How many clients with a credential there are, those that are verified too.
    pub clients: usize,
}

/// The types of clients that were verified, as paths that theirs start with.
type Verified = BTreeSet<SmolStr>;

/// What happens in a function.
#[derive(Clone, Default)]
struct Outcome {
    verified: Verified,
    serves: BTreeMap<Place, (DefId, Verified)>,
}

/// The first serving call of each program that leaves a client unverified, or the first at all.
pub(super) fn servings(engine: &Engine<'_>, entries: &Entries<'_, '_>, phases: &Phases) -> Vec<Serving> {
    let mut walk = Walk { engine, outcomes: FxHashMap::default(), open: FxHashSet::default() };
    let mut found: Vec<Serving> = Vec::new();
    for (def, program) in entries.starts().filter(|(def, _)| !entries.is_hosted(*def)) {
        let outcome = walk.function(def);
        if outcome.serves.is_empty() {
            continue;
        }
        let clients = clients(engine, phases, program);
        let all = outcome.serves.iter().map(|(place, (def, verified))| {
            let is_open = |(_, build): &&(CredentialId, BuildId)| {
                let client = &engine.tables.builds.get(build.0).client;
                !verified.iter().any(|of| covers(of, client))
            };
            let unverified = clients.iter().filter(is_open).copied().collect();
            Serving { place: *place, def: *def, unverified, clients: clients.len() }
        });
        let first = all.reduce(|first, next| if first.unverified.is_empty() { next } else { first });
        found.extend(first.filter(|it| !found.iter().any(|known| known.place == it.place)));
    }
    found
}

/// Whether what is verified by this path is a client of this type.
fn covers(of: &str, client: &str) -> bool {
    client.strip_prefix(of).is_some_and(|rest| of.is_empty() || rest.is_empty() || rest.starts_with("::"))
}

/// The clients that a program makes with a credential that whoever runs it gives it.
fn clients(engine: &Engine<'_>, phases: &Phases, program: Programs) -> Vec<(CredentialId, BuildId)> {
    let tables = &engine.tables;
    let is_given = |id: &CredentialId| {
        let credential = tables.credentials.get(id.0);
        let origin = tables.origins.get(credential.origin.0);
        // A client secret is good for nothing but a token, and what opens a proxy is not the service's.
        matches!(origin.source, Source::Env | Source::File | Source::Argument | Source::Field)
            && credential.kind != CredentialKind::ClientSecret
            && !credential.is_own_signing
            && !origin.name.to_ascii_lowercase().split('_').any(|word| word == "proxy")
    };
    let is_reached = |def: DefId| {
        const ALL: [Phase; 5] = [Phase::Startup, Phase::Head, Phase::Loop, Phase::Request, Phase::Worker];
        let mut reaches = ALL.iter().filter_map(|phase| phases.reach(def, *phase));
        reaches.any(|reach| reach.is_known && reach.programs & program != 0)
    };
    // What nobody described and takes a connection string is most often a pool, which may connect when it is made.
    let is_pool = |build: &BuildId, credential: &CredentialId| {
        tables.builds.get(build.0).certainty != Certainty::Known
            && tables.credentials.get(credential.0).kind == CredentialKind::ConnectionString
    };
    let built = tables.built.iter().filter(|(build, credential)| {
        is_given(credential)
            && !is_pool(build, credential)
            && tables.builders.get(build).is_some_and(|def| is_reached(*def))
    });
    let mut found: Vec<_> = built.map(|(build, credential)| (*credential, *build)).collect();
    found.sort_by_key(|(_, build)| tables.builds.get(build.0).place);
    found
}

struct Walk<'e, 'a> {
    engine: &'e Engine<'a>,
    outcomes: FxHashMap<DefId, Rc<Outcome>>,
    open: FxHashSet<DefId>,
}

/// The function whose events are walked.
#[derive(Clone, Copy)]
struct At {
    def: DefId,
    /// Whether it is in a task or thread of its own, whose loops nobody waits for.
    is_beside: bool,
}

impl Walk<'_, '_> {
    fn function(&mut self, def: DefId) -> Rc<Outcome> {
        if let Some(known) = self.outcomes.get(&def) {
            return Rc::clone(known);
        }
        if self.open.len() >= DEPTH || !self.open.insert(def) {
            return Rc::default();
        }
        let mut outcome = Outcome::default();
        if let Some(summary) = self.engine.tables.summaries.get(&def).cloned() {
            self.events(&summary.events, At { def, is_beside: false }, &mut outcome);
        }
        self.open.remove(&def);
        let outcome = Rc::new(outcome);
        self.outcomes.insert(def, Rc::clone(&outcome));
        outcome
    }

    fn events(&mut self, events: &[Event], at: At, out: &mut Outcome) {
        for event in events {
            self.event(event, at, out);
        }
    }

    fn event(&mut self, event: &Event, at: At, out: &mut Outcome) {
        match event {
            Event::Call(def, ..) => {
                if self.engine.inputs().catalog.words().is_check(self.name(*def)) {
                    out.verified.insert(SmolStr::default());
                }
                let inner = self.function(*def);
                out.then(&inner);
            }
            Event::Force(cell, _) => {
                if let CellKey::Static(def) = self.engine.tables.cells[cell.0 as usize].key {
                    let inner = self.function(def);
                    out.then(&inner);
                }
            }
            Event::Verify(of, _) => {
                out.verified.insert(of.clone());
            }
            Event::Serve(place) => out.serve(*place, at.def, out.verified.clone()),
            Event::Branch(arms) => self.branch(arms, at, out),
            Event::Loop(inner) => {
                let is_endless = matches!(inner.first(), Some(Event::Endless(_)));
                if !(is_endless && at.is_beside) {
                    self.events(inner, at, out);
                }
            }
            Event::Closure(ClosureRuns::Request, _) | Event::Handed(_) => {}
            Event::Closure(ClosureRuns::Thread | ClosureRuns::Task, inner) => {
                self.events(inner, At { is_beside: true, ..at }, out);
            }
            Event::Closure(_, inner) => self.events(inner, at, out),
            _ => {}
        }
    }

    /// Each way starts with what was verified before; what any of them verifies counts for what follows.
    fn branch(&mut self, arms: &[EventArm], at: At, out: &mut Outcome) {
        let before = out.verified.clone();
        for arm in arms {
            let after = std::mem::replace(&mut out.verified, before.clone());
            self.events(&arm.events, at, out);
            out.verified.extend(after);
        }
    }

    fn name(&self, def: DefId) -> &str {
        let at = self.engine.types.world.def(def);
        &self.engine.inputs().item(at.file, at.item).name
    }
}

impl Outcome {
    /// What happens in a function that is called at this point.
    fn then(&mut self, inner: &Self) {
        for (place, (def, verified)) in &inner.serves {
            let verified = self.verified.union(verified).cloned().collect();
            self.serve(*place, *def, verified);
        }
        self.verified.extend(inner.verified.iter().cloned());
    }

    fn serve(&mut self, place: Place, def: DefId, verified: Verified) {
        self.serves.entry(place).or_insert((def, Verified::new())).1.extend(verified);
    }
}
