//! What a library keeps for tests: the cells in modules that say so by their names, which nothing but such modules and
//! tests comes to.

use rustc_hash::FxHashSet;

use super::{
    cells::{Cell, CellKey},
    engine::Engine,
    ty::{Types, is_built_in},
    world::DefId,
};

/// The statics and memoised functions that only tests use.
pub(super) fn cells(engine: &Engine<'_>) -> FxHashSet<DefId> {
    let modules = modules(engine.types);
    if !modules.contains(&true) {
        return FxHashSet::default();
    }
    let is_within = |def: DefId| modules[engine.types.world.def(def).module.0 as usize];
    let own = |cell: &Cell| match cell.key {
        CellKey::Static(def) | CellKey::Memo(def) if is_within(def) => Some(def),
        _ => None,
    };
    let is_kept = |(cell, def): &(&Cell, DefId)| {
        users(engine, cell, *def).into_iter().all(|user| is_within(user) && is_plain(engine.types, user))
    };
    let cells = engine.tables.cells.iter().filter_map(|cell| Some((cell, own(cell)?)));
    cells.filter(is_kept).map(|(_, def)| def).collect()
}

/// Whether each module is called like one for tests, or stands in such a one.
fn modules(types: Types<'_>) -> Vec<bool> {
    let all = &types.world.modules;
    let words = types.inputs.catalog.words();
    let mut found = vec![false; all.len()];
    for module in all {
        for (name, child) in &module.modules {
            found[child.0 as usize] |= words.is_test_module(name);
        }
    }
    // A module comes behind the one around it.
    for (at, module) in all.iter().enumerate() {
        found[at] |= module.parent.is_some_and(|parent| found[parent.0 as usize]);
    }
    found
}

/// Who fills or reads a cell, and all that call one of them, tests left out.
fn users(engine: &Engine<'_>, cell: &Cell, own: DefId) -> FxHashSet<DefId> {
    let direct = cell.fills.values().map(|fill| fill.def).chain(cell.reads.values().copied());
    let mut open: Vec<DefId> = direct.chain([own]).collect();
    let mut found = FxHashSet::default();
    while let Some(def) = open.pop() {
        if found.insert(def) {
            open.extend(engine.callers(def));
        }
    }
    found
}

/// Whether no macro on a function, or on the impl around it, may hand it to somebody else.
fn is_plain(types: Types<'_>, def: DefId) -> bool {
    let at = types.world.def(def);
    let around = at.parent.map(|parent| types.world.def(parent));
    let items = around.into_iter().chain([at]).map(|at| types.inputs.item(at.file, at.item));
    items.flat_map(|item| &item.attributes).all(|it| is_built_in(&it.path))
}
