//! After the fixed point: what is stored again and again, and what the fields of a cell are called.

use rustc_hash::FxHashSet;

use super::{
    cells::{FillKind, Renewal},
    engine::Engine,
    event::Event,
    naming,
    order::visit,
    ty::Ty,
    value::{CellId, Origin, Source, TraceEvent, Value, What, step},
    world::{DefId, index},
};
use crate::facts::{Name, item::FieldItem};
use crate::source::Place;

/// The number of fields beyond which a struct is a configuration, and its fields are not asked one by one.
pub(super) const FIELDS: usize = 4;

/// Completes what is known of cells.
pub(super) fn complete(engine: &mut Engine<'_>) {
    let periodic = periodic(engine);
    for at in 0..engine.tables.cells.len() {
        let id = CellId(index(at));
        note_stores(engine, id, &periodic);
        name_fields(engine, id);
    }
}

/// A cell that is filled again and again, with a wait between, does not grow old.
fn note_stores(engine: &mut Engine<'_>, id: CellId, periodic: &FxHashSet<DefId>) {
    let summaries = &engine.tables.summaries;
    let cell = &engine.tables.cells[id.0 as usize];
    let sleeps = |def: DefId| summaries.get(&def).is_some_and(|summary| summary.sleeps);
    let stores: Vec<Place> = cell
        .fills
        .iter()
        .filter(|(_, fill)| fill.how == FillKind::Store)
        .filter(|(_, fill)| periodic.contains(&fill.def) || (fill.in_loop && sleeps(fill.def)))
        .map(|(place, _)| *place)
        .collect();
    let cell = &mut engine.tables.cells[id.0 as usize];
    cell.renewals.extend(stores.into_iter().map(|place| (place, Renewal::StoreInLoop)));
}

/// The functions that are called, at whatever distance, in a loop that waits.
fn periodic(engine: &Engine<'_>) -> FxHashSet<DefId> {
    let mut open = Vec::new();
    for summary in engine.tables.summaries.values().filter(|summary| summary.sleeps) {
        visit(&summary.events, &mut |event| {
            if let Event::Loop(inner) = event
                && waits(engine, inner)
            {
                open.extend(calls(inner));
            }
        });
    }
    let mut found = FxHashSet::default();
    while let Some(def) = open.pop() {
        if found.insert(def)
            && let Some(summary) = engine.tables.summaries.get(&def)
        {
            open.extend(calls(&summary.events));
        }
    }
    found
}

fn waits(engine: &Engine<'_>, events: &[Event]) -> bool {
    let mut waits = false;
    visit(events, &mut |event| match event {
        Event::Sleep(_) => waits = true,
        Event::Call(def, ..) => {
            waits |= engine.tables.summaries.get(def).is_some_and(|summary| summary.sleeps);
        }
        _ => {}
    });
    waits
}

fn calls(events: &[Event]) -> Vec<DefId> {
    let mut found = Vec::new();
    visit(events, &mut |event| {
        if let Event::Call(def, ..) = event {
            found.push(*def);
        }
    });
    found
}

/// A small struct whose field is called a token holds one, whoever stores it.
fn name_fields(engine: &mut Engine<'_>, id: CellId) {
    let cell = &engine.tables.cells[id.0 as usize];
    let is_stored = cell.fills.values().any(|fill| fill.how != FillKind::Initialiser);
    let Ty::Def(def, _) = cell.ty.innermost(engine.inputs().catalog) else { return };
    let Some(fields) = engine.types.fields(def).filter(|fields| is_stored && fields.len() <= FIELDS) else {
        return;
    };
    let at = engine.types.world.def(def);
    for field in fields {
        let place = Place { file: at.file, span: field.span };
        if let Some(value) = named_field(engine, id, def, field, place) {
            engine.tables.cells[id.0 as usize].content.set_field(field.name.clone(), value);
        }
    }
}

fn named_field(
    engine: &mut Engine<'_>,
    id: CellId,
    def: DefId,
    field: &FieldItem,
    place: Place,
) -> Option<Value> {
    let ty = engine.types.field(def, &field.name)?;
    let content = &engine.tables.cells[id.0 as usize].content;
    let is_known = content.field(&field.name).is_some_and(|known| known.any(is_credential));
    if is_known || !ty.is_textual(engine.inputs().catalog) {
        return None;
    }
    let name: Name = field.name.clone();
    let origin = engine.tables.origins.intern(Origin { place, source: Source::Field, name: name.clone() });
    let credential = naming::credential_by_name(engine, origin, &name)?;
    Some(Value::marked(ty, What::Credential(credential), step(&None, place, TraceEvent::Enters)))
}

fn is_credential(what: &What) -> bool {
    matches!(what, What::Credential(_) | What::Built(..))
}
