//! Runtimes: cells whose content belongs to the runtime that it was made or first used on, and the runtimes of one process
//! that come to it.
//!
//! A function is walked once (`tally`): under which runtimes it touches each cell, of its own and of its callees. Then each
//! process is asked (`process`): what starts at a `main`, all that callers of a library can reach, the tests of a crate.

mod process;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    cells::{Cell, CellKey},
    engine::Engine,
    event::{Driver, Event},
    order::visit,
    value::{CellId, Hazard, HazardId, HazardKind, What},
    world::{DefId, index},
};
use crate::catalog::schema::{CellKind, DrivenBy};
use crate::source::Place;

/// A cell that several runtimes of one process come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The cell.
    pub cell: CellId,
    /// What in it belongs to a runtime.
    pub hazard: HazardId,
    /// The runtime that ends while the cell stays.
    pub first: Life,
    /// Another; `None` where whoever uses the cell comes too late for the first.
    pub second: Option<Life>,
    /// Whose runtimes they are.
    pub process: Process,
}

/// What makes runtimes exist beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Process {
    /// One run of a program.
    Program,
    /// Callers of a library, who may call as often as they like.
    Callers,
    /// The tests of a crate.
    Tests,
}

/// A runtime's life, as far as a cell sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// The runtime; `None` for the one that an `async fn` of a library runs on, made out of sight.
    pub driver: Option<Driver>,
    /// Where it is given its work, or the function that runs on it.
    pub enters: Place,
    /// Where the cell is touched.
    pub touches: Place,
    /// Whether it uses the cell, and not only makes its content.
    pub is_user: bool,
    /// Whether it is over while the process goes on.
    pub is_over: bool,
}

/// What is asked, of whom.
struct Asked<'e, 'a> {
    engine: &'e Engine<'a>,
    /// The hazards of each cell that belong to a runtime.
    bound: BTreeMap<CellId, BTreeSet<HazardId>>,
    /// The cells that each of those hazards is in.
    cells: FxHashMap<HazardId, Vec<CellId>>,
    /// The functions that may come to such a cell.
    reach: FxHashSet<DefId>,
    /// The functions that others call.
    called: FxHashSet<DefId>,
}

/// Every crossing, in order of the cells.
pub(super) fn crossings(engine: &Engine<'_>) -> Vec<Crossing> {
    let bound = bound_cells(engine);
    if bound.is_empty() {
        return Vec::new();
    }
    let mut cells: FxHashMap<HazardId, Vec<CellId>> = FxHashMap::default();
    for (cell, hazards) in &bound {
        for hazard in hazards {
            cells.entry(*hazard).or_default().push(*cell);
        }
    }
    let (reach, called) = reaching(engine, &bound, &cells);
    let asked = Asked { engine, bound, cells, reach, called };
    process::ask(&asked)
}

/// The cells that hold what belongs to a runtime. What each thread has for itself meets no other thread's runtime.
fn bound_cells(engine: &Engine<'_>) -> BTreeMap<CellId, BTreeSet<HazardId>> {
    let is_asked =
        |cell: &Cell| matches!(cell.key, CellKey::Static(_)) && cell.kind != Some(CellKind::ThreadLocal);
    let hazards = |cell: &Cell| -> BTreeSet<HazardId> {
        let marks = cell.content.all_marks();
        let found = marks.iter().filter_map(|mark| match mark.what {
            What::Hazard(id) if is_bound(engine, id) => Some(id),
            _ => None,
        });
        found.collect()
    };
    let cells = engine.tables.cells.iter().enumerate().filter(|(_, cell)| is_asked(cell));
    cells.map(|(at, cell)| (CellId(index(at)), hazards(cell))).filter(|(_, it)| !it.is_empty()).collect()
}

fn is_bound(engine: &Engine<'_>, id: HazardId) -> bool {
    is_driven(engine.tables.hazards.get(id.0))
}

/// Whether a runtime drives it.
pub(super) fn is_driven(hazard: &Hazard) -> bool {
    matches!(hazard.kind, HazardKind::Client | HazardKind::Pool) && hazard.driven_by != DrivenBy::Itself
}

/// The functions that may come to one of the cells, and those that others call.
fn reaching(
    engine: &Engine<'_>,
    bound: &BTreeMap<CellId, BTreeSet<HazardId>>,
    cells: &FxHashMap<HazardId, Vec<CellId>>,
) -> (FxHashSet<DefId>, FxHashSet<DefId>) {
    let mut callers: FxHashMap<DefId, Vec<DefId>> = FxHashMap::default();
    let mut open = Vec::new();
    for (def, summary) in &engine.tables.summaries {
        visit(&summary.events, &mut |event| match event {
            Event::Call(callee, ..) => callers.entry(*callee).or_default().push(*def),
            Event::Force(cell, _) if bound.contains_key(cell) => open.push(*def),
            Event::Create(hazard) if cells.contains_key(hazard) => open.push(*def),
            _ => {}
        });
    }
    let mut reach = FxHashSet::default();
    while let Some(def) = open.pop() {
        if reach.insert(def) {
            open.extend(callers.get(&def).into_iter().flatten());
        }
    }
    let is_called = |(callee, callers): (DefId, Vec<DefId>)| {
        callers.iter().any(|caller| *caller != callee).then_some(callee)
    };
    (reach, callers.into_iter().filter_map(is_called).collect())
}
