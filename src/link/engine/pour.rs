//! What flows into fields and cells, as far as they can hold it.

use super::{Engine, Key};
use crate::facts::Name;
use crate::link::{
    cells::Fill,
    flows::Target,
    holds::Holds,
    ty::Ty,
    value::{CellId, Mark, OriginId, Source, Value, What, marks_of, no_marks, union},
    world::DefId,
};
use crate::source::Place;

/// How much there is to know about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// Nothing: it holds nothing that could flow anywhere.
    Inert,
    /// What it holds; its type is declared.
    Typed(Ty),
    /// What it holds, and what type that is.
    Open,
}

impl Engine<'_> {
    /// Lets a value flow into a field.
    pub(in crate::link) fn fill_field(&mut self, def: DefId, name: &Name, value: &Value, reader: DefId) {
        if let Some(gather) = &mut self.gather {
            return gather.stored(def, name, value, reader);
        }
        self.writers.entry((def, name.clone())).or_default().insert(reader);
        let id = self.fields.id(def, name);
        let kind = self.field_kind(id);
        if kind == FieldKind::Inert {
            return;
        }
        self.note_filler(def, name, value, reader);
        let target = Target::Field(def, name.clone());
        let FieldKind::Typed(ty) = kind else { return self.leave(target, value, reader) };
        let is_data = matches!(ty.innermost(self.inputs().catalog), Ty::Def(..))
            || self.types.holds(&ty) != Holds::Anything;
        let callable = if is_data { None } else { value.callable.clone() };
        let value = self.settled(Value { ty: Ty::Unknown, callable, ..value.clone() }, &ty);
        self.leave(target, &value, reader);
    }

    /// Lets a value that is in terms of nothing flow to a place that everybody sees.
    pub(in crate::link) fn pour(&mut self, target: &Target, value: Value) {
        let is_open = value.any(|what| what.field().is_some());
        match target {
            Target::Field(def, name) => self.pour_into_field(*def, name, value.cut(2)),
            Target::Cell(cell) => self.pour_into_cell(*cell, &value),
            // What is in fields is known when all else is.
            _ if is_open => self.flows.pending.push((target.clone(), value)),
            Target::Sink(place) => {
                let known = self.tables.sinks.entry(*place).or_insert_with(no_marks);
                *known = union(known, &value.marks);
            }
            Target::Endless(stale) => self.pour_into_endless(stale, &value),
            Target::Renewed(endless) => self.pour_into_renewed(*endless, &value),
            Target::Signing => {
                let origins = self.origins_of_credentials(&value);
                self.tables.signing.extend(origins);
            }
            Target::Compared => {
                let origins = self.origins_of_credentials(&value);
                self.tables.compared.extend(origins);
            }
            Target::Demanded(place) => self.note_demanded(&value, *place),
        }
    }

    /// Where the credentials of a value enter.
    fn origins_of_credentials(&self, value: &Value) -> Vec<OriginId> {
        let all = value.all_marks();
        let origin = |mark: &Mark| match mark.what {
            What::Credential(id) => Some(self.tables.credentials.get(id.0).origin),
            _ => None,
        };
        all.iter().filter_map(origin).collect()
    }

    /// The program ends without what a value holds.
    fn note_demanded(&mut self, value: &Value, place: Place) {
        for mark in value.marks.iter() {
            let origin = match mark.what {
                What::Input(origin) => origin,
                What::Credential(id) => self.tables.credentials.get(id.0).origin,
                _ => continue,
            };
            if self.tables.origins.get(origin.0).source == Source::Env {
                self.tables.demanded.entry(origin).or_insert(place);
            }
        }
    }

    fn pour_into_field(&mut self, def: DefId, name: &Name, value: Value) {
        let id = self.fields.id(def, name);
        let kind = self.field_kind(id);
        let may_be_a_cell = match &kind {
            FieldKind::Typed(ty) => ty.may_be_a_cell(self.inputs().catalog),
            _ => true,
        };
        let value = match &kind {
            FieldKind::Typed(ty) => self.settled(value, ty),
            _ => value,
        };
        // What is done to a copy away from where it was read is done to no cell.
        let value = value.without(|what| match what {
            What::Copied(_) => true,
            What::Cell(_) => !may_be_a_cell,
            _ => false,
        });
        let says_so = self.says(name).class.is_some();
        let value = if says_so { value } else { self.without_unnamed(value) };
        self.note_kept(def, name, &value);
        let is_struct = match &kind {
            FieldKind::Typed(ty) => matches!(ty.innermost(self.inputs().catalog), Ty::Def(..)),
            _ => false,
        };
        self.widen_field(id, &value, is_struct);
    }

    /// The value without what functions that nobody in sight calls may be passed, as far as no name speaks of a credential.
    pub(in crate::link) fn without_unnamed(&self, value: Value) -> Value {
        let is_unnamed = |what: &What| match what {
            What::Input(origin) => self.tables.origins.get(origin.0).source == Source::Parameter,
            _ => false,
        };
        value.without(is_unnamed)
    }

    /// The value, as far as a type can hold it: numbers hold nothing that flows, texts no client and no thread.
    pub(in crate::link) fn settled(&self, value: Value, ty: &Ty) -> Value {
        let is_text = ty.is_textual(self.inputs().catalog);
        let holds = if is_text { Holds::Texts } else { self.types.holds(ty) };
        if holds == Holds::Anything {
            return value;
        }
        let is_inert = holds == Holds::Nothing;
        let is_refused = |what: &What| match what {
            What::Refreshing | What::Hazard(_) => true,
            _ if what.is_built() => true,
            What::Open(_)
            | What::Input(_)
            | What::Credential(_)
            | What::MixedParams
            | What::MixedFields
            | What::MixedInputs => is_inert,
            _ => false,
        };
        if holds == Holds::Texts && !is_text {
            return value.without(is_refused);
        }
        if !value.any(is_refused) {
            return value;
        }
        let kept = value.all_marks().iter().filter(|mark| !is_refused(&mark.what)).cloned().collect();
        Value { marks: marks_of(kept), fields: None, ..value }
    }

    /// How much there is to know about a field.
    pub(super) fn kind_of_field(&self, def: DefId, name: &Name) -> FieldKind {
        match self.types.field(def, name) {
            Some(ty) if self.types.holds(&ty) == Holds::Nothing => FieldKind::Inert,
            Some(ty) if !matches!(ty.innermost(self.inputs().catalog), Ty::Trait(_) | Ty::Unknown) => {
                FieldKind::Typed(ty)
            }
            _ => FieldKind::Open,
        }
    }

    /// Lets a value flow into a cell.
    pub(in crate::link) fn fill_cell(&mut self, id: CellId, value: &Value, place: Place, mut fill: Fill) {
        fill.from_parameter = value.any(What::is_passed);
        let others = value.marks.iter().filter_map(|mark| match mark.what {
            What::Cell(other) | What::Copied(other) if other != id => Some(other),
            _ => None,
        });
        for other in others {
            self.tables.copies.entry(id).or_default().insert(other);
        }
        let reader = fill.def;
        let value = arriving(id, value);
        let cell = &mut self.tables.cells[id.0 as usize];
        cell.fills
            .entry(place)
            .and_modify(|known| known.from_parameter |= fill.from_parameter)
            .or_insert(fill);
        self.leave(Target::Cell(id), &value, reader);
    }

    fn pour_into_cell(&mut self, id: CellId, value: &Value) {
        let value = arriving(id, value);
        let ty = self.tables.cells[id.0 as usize].ty.innermost(self.inputs().catalog);
        let value = self.settled(value.cut(3), &ty);
        let cell = &mut self.tables.cells[id.0 as usize];
        if cell.content.covers(&value) {
            return;
        }
        let joined = cell.content.join(&value).cut(3);
        if cell.content.covers(&joined) {
            return;
        }
        cell.content = joined;
        self.changed(&Key::Cell(id));
    }
}

/// What came out of a cell is in another now, and no longer the first.
fn arriving(id: CellId, value: &Value) -> Value {
    let is_handle = value.ty.is_shared_by_clones();
    let is_left = |what: &What| match what {
        What::Cell(other) => *other == id || !is_handle,
        What::Copied(_) => true,
        _ => false,
    };
    value.clone().without(is_left)
}
