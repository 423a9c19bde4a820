//! Processes: which of a function's runtimes exist beside each other, or one after the other.

use std::collections::BTreeMap;

use super::{
    Asked, Crossing, Life, Process,
    tally::{Tally, Touches, Walker},
};
use crate::catalog::schema::AttributeRole;
use crate::link::{cells::CellKey, event::Driver, value::CellId, world::DefId};
use crate::source::{Place, TargetKind};

/// The lives that come to each cell in one process.
type Lives = BTreeMap<CellId, Vec<Life>>;

/// Asks every process, and tells of each cell once.
pub(super) fn ask(asked: &Asked<'_, '_>) -> Vec<Crossing> {
    let mut walker = Walker::new(asked);
    let mut processes: BTreeMap<(Process, u32), Lives> = BTreeMap::new();
    let mut roots: Vec<DefId> = asked.reach.iter().copied().collect();
    roots.sort_unstable();
    for def in roots {
        let Some(process) = root(asked, def) else { continue };
        let tally = walker.tally(def);
        let at = match process {
            Process::Program => def.0,
            Process::Callers | Process::Tests => asked.engine.types.world.crate_of(def).0,
        };
        let lives = processes.entry((process, at)).or_default();
        collect(asked, process, def, &tally, lives);
    }
    let mut found = BTreeMap::new();
    for ((process, _), lives) in &processes {
        for (cell, lives) in lives {
            if let Some(crossing) = crossing(asked, &mut walker, *process, *cell, lives) {
                found.entry(*cell).or_insert(crossing);
            }
        }
    }
    found.into_values().collect()
}

/// The process that begins at a function: a `main`, what callers of a library call, a test.
fn root(asked: &Asked<'_, '_>, def: DefId) -> Option<Process> {
    let types = asked.engine.types;
    let item = types.function(def)?;
    let at = types.world.def(def);
    if types.world.is_example(def) || item.body.is_none() {
        return None;
    }
    let entry = types.inputs.item(at.file, at.item);
    let makes = |role: AttributeRole| {
        entry.attributes.iter().any(|it| types.attribute(def, it).is_some_and(|it| it.makes == role))
    };
    let is_test = entry.attributes.iter().any(|it| it.path == "test");
    if is_test || makes(AttributeRole::RuntimeTest) || makes(AttributeRole::Test) {
        // What is run by hand is run alone.
        let is_by_hand = entry.attributes.iter().any(|it| it.path == "ignore");
        return (!is_by_hand).then_some(Process::Tests);
    }
    let krate = types.world.krate(types.world.crate_of(def));
    if entry.name == "main" && at.module == krate.root && krate.kind == TargetKind::Bin {
        return Some(Process::Program);
    }
    let is_open = entry.is_pub || makes(AttributeRole::HostEntry);
    (krate.kind == TargetKind::Lib && !at.is_test && is_open && !asked.called.contains(&def))
        .then_some(Process::Callers)
}

/// Adds what one root does to a process.
fn collect(asked: &Asked<'_, '_>, process: Process, def: DefId, tally: &Tally, lives: &mut Lives) {
    for (cell, touches) in &tally.cells {
        let known = lives.entry(*cell).or_default();
        let own = own_lives(asked, process, def, touches);
        // Whoever calls once may call again.
        let again: Vec<Life> = match process {
            Process::Callers => own.iter().filter(|it| it.is_over && it.is_user).cloned().collect(),
            Process::Program | Process::Tests => Vec::new(),
        };
        known.extend(own);
        known.extend(again);
    }
}

fn own_lives(asked: &Asked<'_, '_>, process: Process, def: DefId, touches: &Touches) -> Vec<Life> {
    let mut lives: Vec<Life> = touches.lives.iter().map(|seen| seen.life.clone()).collect();
    if process != Process::Program {
        for life in &mut lives {
            life.is_over |= !matches!(life.driver, Some(Driver::Cell(_)));
        }
    }
    let is_async = asked.engine.types.function(def).is_some_and(|item| item.is_async);
    if let Some((touches, is_user)) = touches.ambient.filter(|_| is_async && process == Process::Callers) {
        let at = asked.engine.types.world.def(def);
        let span = asked.engine.types.inputs.item(at.file, at.item).name_span;
        let enters = Place { file: at.file, span };
        lives.push(Life { driver: None, enters, touches, is_user, is_over: false });
    }
    lives
}

/// The crossing of a cell, if runtimes come to it of which one ends while the cell stays.
fn crossing(
    asked: &Asked<'_, '_>,
    walker: &mut Walker<'_, '_, '_>,
    process: Process,
    id: CellId,
    lives: &[Life],
) -> Option<Crossing> {
    let cell = &asked.engine.tables.cells[id.0 as usize];
    if process == Process::Tests && is_gone_in_tests(asked, &cell.key) {
        return None;
    }
    let hazard = *asked.bound[&id].iter().next()?;
    let mut all = made_by_initialiser(walker, &cell.key, id);
    all.extend(lives.iter().cloned());
    let is_made = |life: &Life| !life.is_user && life.is_over;
    let pair = if let Some(first) = all.iter().find(|life| is_made(life)) {
        let second = all.iter().find(|life| life.is_user && life.driver != first.driver).cloned();
        (first.clone(), second)
    } else {
        let at = all.iter().position(|life| life.is_over)?;
        let others = all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, life)| life);
        let second = distinct(&all[at], others)?;
        (all[at].clone(), Some(second))
    };
    let (first, second) = pair;
    Some(Crossing { cell: id, hazard, first, second, process })
}

/// Whether a cell is not compiled for tests: `#[cfg(not(test))]`.
fn is_gone_in_tests(asked: &Asked<'_, '_>, key: &CellKey) -> bool {
    let CellKey::Static(def) = key else { return false };
    let at = asked.engine.types.world.def(*def);
    let attributes = &asked.engine.types.inputs.item(at.file, at.item).attributes;
    let negated = attributes.iter().filter(|it| it.path == "cfg").flat_map(|it| &it.args);
    let mut refused = negated.filter(|arg| arg.name == "not").flat_map(|arg| &arg.args);
    refused.any(|arg| arg.name == "test")
}

/// Another runtime; by preference one that is given its work elsewhere.
fn distinct<'l>(first: &Life, others: impl Iterator<Item = &'l Life>) -> Option<Life> {
    let mut same = None;
    for life in others {
        if life.enters != first.enters {
            return Some(life.clone());
        }
        same.get_or_insert_with(|| life.clone());
    }
    same
}

/// The runtimes on which a cell's initialiser makes its content: over when it returns.
fn made_by_initialiser(walker: &mut Walker<'_, '_, '_>, key: &CellKey, id: CellId) -> Vec<Life> {
    let CellKey::Static(def) = key else { return Vec::new() };
    let tally = walker.tally(*def);
    let Some(touches) = tally.cells.get(&id) else { return Vec::new() };
    let made = touches.lives.iter().map(|seen| seen.life.clone());
    let is_made = |life: &Life| matches!(life.driver, Some(Driver::Made(_)));
    made.filter(is_made).map(|life| Life { is_over: true, ..life }).collect()
}
