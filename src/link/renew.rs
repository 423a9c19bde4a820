//! After the fixed point: what is stored again and again, and what the fields of a cell are called.

use rustc_hash::FxHashSet;

use super::{
    cells::{Fill, FillKind, Renewal},
    engine::Engine,
    event::Event,
    naming,
    order::visit,
    ty::Ty,
    value::{CellId, Mark, Origin, Source, TraceEvent, Value, What, step},
    world::{DefId, index},
};
use crate::catalog::schema::CellKind;
use crate::facts::{Name, item::FieldItem};
use crate::source::{FileId, Place};

/// The number of fields beyond which a struct is a configuration, and its fields are not asked one by one.
pub(super) const FIELDS: usize = 4;

/// Completes what is known of cells.
pub(super) fn complete(engine: &mut Engine<'_>) {
    let periodic = periodic(engine);
    let refused = reached(engine, engine.tables.on_refusal.iter().copied().collect());
    let timed = timed(engine);
    for at in 0..engine.tables.cells.len() {
        let id = CellId(index(at));
        note_stores(engine, id, &periodic);
        note_refusals(engine, id, &refused);
        note_times(engine, id, &timed);
        name_fields(engine, id);
        name_sent(engine, id);
    }
}

/// What is fetched again, or forgotten, by a function that is called when a server refuses it, is renewed.
fn note_refusals(engine: &mut Engine<'_>, id: CellId, refused: &FxHashSet<DefId>) {
    let tables = &mut engine.tables;
    let forgotten = tables.forgotten.range((id, DefId(0))..=(id, DefId(u32::MAX)));
    let is_forgotten = forgotten.into_iter().any(|(_, def)| refused.contains(def));
    let cell = &mut tables.cells[id.0 as usize];
    let is_stored = |fill: &Fill| fill.how == FillKind::Store && refused.contains(&fill.def);
    let is_once = cell.kind == Some(CellKind::Once);
    let is_stored_again = !is_once && cell.fills.values().any(is_stored);
    if is_forgotten || is_stored_again {
        cell.renewals.insert(cell.place, Renewal::AfterRefusal);
    }
}

/// Functions that look at a time that a static keeps, and those that they call, by the file of that static.
fn timed(engine: &Engine<'_>) -> FxHashSet<(FileId, DefId)> {
    let mut found = FxHashSet::default();
    for &(file, reader) in &engine.tables.time_readers {
        found.insert((file, reader));
        if let Some(summary) = engine.tables.summaries.get(&reader) {
            found.extend(calls(&summary.events).into_iter().map(|def| (file, def)));
        }
    }
    found
}

/// What is stored by one that looks at a time kept beside it has an age that somebody knows.
fn note_times(engine: &mut Engine<'_>, id: CellId, timed: &FxHashSet<(FileId, DefId)>) {
    let cell = &mut engine.tables.cells[id.0 as usize];
    let file = cell.place.file;
    let is_timed = |fill: &Fill| fill.how == FillKind::Store && timed.contains(&(file, fill.def));
    if cell.fills.values().any(is_timed) {
        cell.renewals.insert(cell.place, Renewal::ExpiryCheck);
    }
}

/// A text that is sent where only a credential goes is one, whatever it is called.
fn name_sent(engine: &mut Engine<'_>, id: CellId) {
    let Some(wanted) = engine.tables.sent_cells.get(&id).copied() else { return };
    let cell = &engine.tables.cells[id.0 as usize];
    let is_unnamed = cell.content.marks.iter().any(|mark| matches!(mark.what, What::Input(_)));
    if !is_unnamed || !cell.ty.is_textual(engine.inputs().catalog) {
        return;
    }
    let content = cell.content.clone();
    let named = content.map_marks(&|what| matches!(what, What::Input(_)), &mut |mark, out| {
        let what = match mark.what {
            What::Input(origin) => What::Credential(naming::credential_wanted(engine, origin, wanted)),
            other => other,
        };
        out.push(Mark { what, trace: mark.trace.clone() });
    });
    engine.tables.cells[id.0 as usize].content = named;
}

/// A cell that is filled again and again, with a wait between, does not grow old.
fn note_stores(engine: &mut Engine<'_>, id: CellId, periodic: &FxHashSet<DefId>) {
    let cell = &engine.tables.cells[id.0 as usize];
    // What is filled once stays what it is, however often somebody tries.
    if cell.kind == Some(CellKind::Once) && !cell.is_writable {
        return;
    }
    let sleeps = |def: DefId| engine.tables.sleeping.contains(&def);
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
    for summary in engine.tables.sleeping.iter().filter_map(|def| engine.tables.summaries.get(def)) {
        visit(&summary.events, &mut |event| {
            if let Event::Loop(inner) = event
                && waits(engine, inner)
            {
                open.extend(calls(inner));
            }
        });
    }
    reached(engine, open)
}

/// Functions, and all that they call, at whatever distance.
fn reached(engine: &Engine<'_>, mut open: Vec<DefId>) -> FxHashSet<DefId> {
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
            waits |= engine.tables.sleeping.contains(def);
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
