//! Phases: what of a program runs when its process starts, for requests, and in workers.
//!
//! Each function is reached at most once in each phase, from the entry points on: the `main` of binaries, what the
//! catalog knows to be handlers, and in packages that serve whatever nobody in sight calls. The events of a function say
//! what it calls and hands on, so the call graph is walked once, and nothing is read again.

mod entries;
mod late;
mod unverified;

use std::collections::{BTreeMap, VecDeque};

use entries::Entries;
pub(super) use late::reads;
pub use late::{CredentialReads, LateRead, Timely};
use rustc_hash::{FxHashMap, FxHashSet};
pub use unverified::Serving;

use super::{
    cells::CellKey,
    engine::Engine,
    event::Event,
    value::{CellId, OriginId},
    world::DefId,
};
use crate::catalog::schema::ClosureRuns;
use crate::source::Place;

/// When something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// When the process starts: `main`, and what it calls.
    Startup,
    /// At the head of a thread or task that is started then, before its loop.
    Head,
    /// In a loop without an end that `main` gets into.
    Loop,
    /// For a request, a message, a command of a user.
    Request,
    /// In the loop of a thread or task.
    Worker,
    /// Whenever a program that is not in sight calls this library.
    Library,
}

/// A set of the programs of a run, a bit each; those beyond the last share it.
pub type Programs = u64;

/// Who reads a variable in a phase first, and in which programs it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The function.
    pub def: DefId,
    /// The programs.
    pub programs: Programs,
}

/// How a function is reached in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Who calls it, and where; `None` for an entry point.
    pub from: Option<(DefId, Phase, Place)>,
    /// The programs in which it is.
    pub programs: Programs,
    /// Whether the entry point is known to be one, and not only called by nobody in sight.
    pub is_known: bool,
}

/// The phases of everything.
#[derive(Debug, Default)]
pub struct Phases {
    reached: FxHashMap<(DefId, Phase), Reach>,
    reads: BTreeMap<OriginId, BTreeMap<Phase, Reader>>,
    forced: BTreeMap<CellId, BTreeMap<Phase, (DefId, Place)>>,
    serves: Vec<(Place, DefId)>,
    looped: FxHashSet<DefId>,
    servings: Vec<Serving>,
}

impl Phases {
    /// How a function is reached in a phase, if it is.
    #[must_use]
    pub fn reach(&self, def: DefId, phase: Phase) -> Option<Reach> {
        self.reached.get(&(def, phase)).copied()
    }

    /// Whether a function runs for requests, in workers or for callers that are not in sight, and never when the process
    /// starts.
    #[must_use]
    pub fn is_late(&self, def: DefId) -> bool {
        let is_reached = |phases: [Phase; 3]| phases.iter().any(|phase| self.reach(def, *phase).is_some());
        is_reached([Phase::Request, Phase::Worker, Phase::Library])
            && !is_reached([Phase::Startup, Phase::Head, Phase::Loop])
    }

    /// The phases in which a variable of the environment is read, each with the function that does it first.
    #[must_use]
    pub fn reads(&self, origin: OriginId) -> Option<&BTreeMap<Phase, Reader>> {
        self.reads.get(&origin)
    }

    /// The variables that are read in any phase, in order.
    pub fn all_reads(&self) -> impl Iterator<Item = (OriginId, &BTreeMap<Phase, Reader>)> {
        self.reads.iter().map(|(origin, phases)| (*origin, phases))
    }

    /// The phases in which a cell's content is asked for, each with its first user.
    #[must_use]
    pub fn forced(&self, cell: CellId) -> Option<&BTreeMap<Phase, (DefId, Place)>> {
        self.forced.get(&cell)
    }

    /// Whether a function is called in a loop somewhere.
    #[must_use]
    pub fn is_looped(&self, def: DefId) -> bool {
        self.looped.contains(&def)
    }

    /// Where the process starts to accept requests on its way from `main`.
    #[must_use]
    pub fn serves(&self) -> &[(Place, DefId)] {
        &self.serves
    }

    /// Where each program that serves begins to, with the clients that it makes.
    #[must_use]
    pub fn servings(&self) -> &[Serving] {
        &self.servings
    }

    /// The calls from the first function of a phase to a function, the first one first; and where that one was handed
    /// to who runs it in this phase, if it was not entered from outside.
    #[must_use]
    pub fn way(&self, def: DefId, phase: Phase) -> Vec<(DefId, Option<Place>)> {
        let (mut at, mut way) = (def, Vec::new());
        while let Some(reach) = self.reached.get(&(at, phase)) {
            way.push((at, reach.from.map(|(.., place)| place)));
            match reach.from {
                Some((from, known, _)) if known == phase => at = from,
                _ => break,
            }
        }
        way.reverse();
        way
    }
}

/// The phases of everything in a program.
pub(super) fn phases(engine: &Engine<'_>) -> Phases {
    let entries = Entries::of(engine);
    let mut walk = Walk { engine, entries: &entries, found: Phases::default(), queue: VecDeque::new() };
    for (def, programs) in entries.starts() {
        walk.enter(def, Phase::Startup, programs, true);
    }
    walk.run();
    for def in entries.handlers() {
        walk.enter(def, Phase::Request, entries.programs_of(def), true);
    }
    walk.run();
    for (def, phase) in entries.uncalled() {
        if !walk.is_reached(def) {
            walk.enter(def, phase, entries.programs_of(def), false);
        }
    }
    walk.run();
    let mut found = walk.found;
    found.servings = unverified::servings(engine, &entries, &found);
    found
}

struct Walk<'e, 'a> {
    engine: &'e Engine<'a>,
    entries: &'e Entries<'e, 'a>,
    found: Phases,
    queue: VecDeque<(DefId, Phase)>,
}

/// The function whose events are walked, and the phase at this point of them.
#[derive(Clone, Copy)]
struct At {
    def: DefId,
    /// The phase in which the function is reached.
    entered: Phase,
    phase: Phase,
    reach: Reach,
}

impl Walk<'_, '_> {
    fn enter(&mut self, def: DefId, phase: Phase, programs: Programs, is_known: bool) {
        self.reach(def, phase, Reach { from: None, programs, is_known });
    }

    fn is_reached(&self, def: DefId) -> bool {
        const ALL: [Phase; 6] =
            [Phase::Loop, Phase::Startup, Phase::Head, Phase::Request, Phase::Worker, Phase::Library];
        ALL.iter().any(|phase| self.found.reached.contains_key(&(def, *phase)))
    }

    fn reach(&mut self, def: DefId, phase: Phase, how: Reach) {
        let known = self.found.reached.get(&(def, phase)).map_or(0, |known| known.programs);
        let is_first = !self.found.reached.contains_key(&(def, phase));
        if is_first || known | how.programs != known {
            self.found.reached.entry((def, phase)).or_insert(how).programs |= how.programs;
            self.queue.push_back((def, phase));
        }
    }

    fn run(&mut self) {
        while let Some((def, phase)) = self.queue.pop_front() {
            let Some(reach) = self.found.reach(def, phase) else { continue };
            if let Some(summary) = self.engine.tables.summaries.get(&def).cloned() {
                self.events(&summary.events, At { def, entered: phase, phase, reach });
            }
        }
    }

    fn events(&mut self, events: &[Event], at: At) {
        for event in events {
            self.event(event, at);
        }
    }

    fn event(&mut self, event: &Event, at: At) {
        match event {
            Event::Call(def, _, place) => self.call(*def, *place, at),
            Event::Branch(arms) => arms.iter().for_each(|arm| self.events(&arm.events, at)),
            Event::Loop(inner) => {
                let is_endless = matches!(inner.first(), Some(Event::Endless(_)));
                let phase = match at.phase {
                    Phase::Head if is_endless => Phase::Worker,
                    Phase::Startup if is_endless => Phase::Loop,
                    other => other,
                };
                self.note_looped(inner);
                self.events(inner, At { phase, ..at });
            }
            Event::Closure(runs, inner) => self.events(inner, At { phase: self.behind(*runs, at), ..at }),
            Event::Handed(inner) => self.events(inner, At { phase: self.handed(at), ..at }),
            Event::ReadEnv(origin) => {
                let new = Reader { def: at.def, programs: 0 };
                let known = self.found.reads.entry(*origin).or_default().entry(at.phase).or_insert(new);
                known.programs |= at.reach.programs;
            }
            Event::Force(cell, place) => self.force(*cell, *place, at),
            Event::Serve(place) if matches!(at.phase, Phase::Startup | Phase::Head) => {
                self.found.serves.push((*place, at.def));
            }
            _ => {}
        }
    }

    /// What is called in a loop, at whatever depth of branches.
    fn note_looped(&mut self, inner: &[Event]) {
        super::order::visit(inner, &mut |event| {
            if let Event::Call(def, ..) = event {
                self.found.looped.insert(*def);
            }
        });
    }

    fn call(&mut self, def: DefId, place: Place, at: At) {
        self.reach(def, at.phase, Reach { from: Some((at.def, at.entered, place)), ..at.reach });
    }

    /// A lazy cell's initialiser runs where somebody asks for its content first.
    fn force(&mut self, cell: CellId, place: Place, at: At) {
        self.found.forced.entry(cell).or_default().entry(at.phase).or_insert((at.def, place));
        if let CellKey::Static(def) = self.engine.tables.cells[cell.0 as usize].key {
            self.call(def, place, at);
        }
    }

    /// When a function runs that is handed to somebody: in a package that serves it is most often a handler.
    fn handed(&self, at: At) -> Phase {
        let is_start = matches!(at.phase, Phase::Startup | Phase::Head | Phase::Loop);
        if is_start && self.entries.serves(at.def) { Phase::Request } else { at.phase }
    }

    /// The phase of a closure that is passed on here.
    fn behind(&self, runs: ClosureRuns, at: At) -> Phase {
        match (runs, at.phase) {
            (ClosureRuns::Request, Phase::Startup | Phase::Head | Phase::Loop)
                if self.entries.is_hosted(at.def) =>
            {
                Phase::Library
            }
            (ClosureRuns::Request, Phase::Startup | Phase::Head | Phase::Loop) => Phase::Request,
            (ClosureRuns::Thread | ClosureRuns::Task, Phase::Startup | Phase::Loop) => Phase::Head,
            _ => at.phase,
        }
    }
}
