//! Places: fields read, places assigned, what flows into a variable.

use std::rc::Rc;

use super::{Frame, tuple_field};
use crate::catalog::schema::{CellKind, TypeRole};
use crate::facts::{ExprId, ExprKind, ItemKind, Name, path::Path};
use crate::link::{
    cells::{Cell, CellKey, Fill, FillKind},
    naming,
    resolve::Res,
    sinks::Part,
    subst::with_step,
    ty::{Scope, Ty},
    value::{AccessPath, CellId, Marks, Origin, Source, TraceEvent, Value, What, step},
    world::DefId,
};
use crate::source::{Place, Span};

impl<'a> Frame<'_, 'a> {
    pub(super) fn eval_field(&mut self, base: ExprId, name: &Name, span: Span) -> Value {
        let base = self.eval(base);
        let place = self.place(span);
        let value = self.field_of(&base, name, place);
        // Where an answer's token is taken out is what people look for.
        let is_unnamed = |what: &What| matches!(what, What::Input(_));
        if base.marks.iter().any(|mark| is_unnamed(&mark.what))
            && value.any(|what| matches!(what, What::Credential(_)))
        {
            return with_step(&value, place, &TraceEvent::Taken(name.clone()));
        }
        value
    }

    /// A field of a value: as it was put together in sight, and as the whole program fills it.
    pub(super) fn field_of(&mut self, base: &Value, name: &Name, place: Place) -> Value {
        self.note_expiry_field(base, name, place);
        let inner = base.ty.innermost(self.catalog());
        let mut value = base.field(name).cloned().unwrap_or_default();
        let is_in_sight = base.field(name).is_some();
        for mark in base.marks.iter() {
            match &mark.what {
                What::Open(param) => {
                    let deeper = param.deeper(std::slice::from_ref(name));
                    value.add_mark(What::Open(deeper), mark.trace.clone());
                }
                What::Part(id) => {
                    let Some(gather) = &mut self.e.gather else { continue };
                    let deeper = gather.deeper(*id, std::slice::from_ref(name));
                    value.add_mark(What::Part(deeper), mark.trace.clone());
                }
                // A file or an answer has parts; a variable of the environment is one thing.
                What::Input(origin) if self.e.tables.is_one_thing(*origin) => {}
                What::Input(_) | What::Cell(_) | What::Copied(_) => {
                    value.add_mark(mark.what, mark.trace.clone());
                }
                _ => {}
            }
        }
        if let Ty::Def(def, _) = inner {
            value = self.field_of_def(def, name, value, is_in_sight);
        } else if let Ty::Tuple(Some(list)) = &inner
            && let Ok(at) = name.parse::<usize>()
            && let Some(ty) = list.get(at)
            && value.ty.is_unknown()
        {
            value.ty = ty.clone();
        }
        let value = self.settled(value);
        naming::named(self.e, value, name)
    }

    fn field_of_def(&mut self, def: DefId, name: &Name, mut value: Value, is_in_sight: bool) -> Value {
        if value.ty.is_unknown()
            && let Some(ty) = self.e.types.field(def, name)
        {
            value.ty = ty;
        }
        if is_in_sight {
            return value;
        }
        value = value.join(&self.e.field(def, name, self.def));
        if let Some(gather) = &mut self.e.gather {
            let part = Part { of: def, field: name.clone(), deeper: Rc::default() };
            let part = gather.parts.intern(part);
            value.add_mark(What::Part(part), None);
        }
        if self.is_read_from_outside(def)
            && let Some(place) = self.field_place(def, name)
        {
            let origin =
                self.e.tables.origins.intern(Origin { place, source: Source::Field, name: name.clone() });
            value.add_mark(What::Input(origin), step(&None, place, TraceEvent::Enters));
        }
        value
    }

    fn field_place(&self, def: DefId, name: &Name) -> Option<Place> {
        let at = self.e.types.world.def(def);
        let field = self.e.types.fields(def)?.iter().find(|field| field.name == *name)?;
        Some(Place { file: at.file, span: field.span })
    }

    /// Whether a derive fills the struct from a file, the environment, arguments or an answer.
    fn is_read_from_outside(&self, def: DefId) -> bool {
        let at = self.e.types.world.def(def);
        let words = self.catalog().words();
        let mut derived = self.e.inputs().item(at.file, at.item).derives();
        derived.any(|name| words.is_read_from_outside(name))
    }

    fn note_expiry_field(&mut self, base: &Value, name: &Name, place: Place) {
        if self.e.says(name).is_expiry {
            if let Ty::Def(def, _) = base.ty.innermost(self.catalog()) {
                self.e.tables.asked_age.insert(def);
            }
            self.note_renewal(base, place, crate::link::cells::Renewal::ExpiryCheck);
        }
    }

    pub(super) fn note_renewal(&mut self, base: &Value, place: Place, renewal: crate::link::cells::Renewal) {
        for mark in base.marks.iter() {
            if let What::Cell(id) | What::Copied(id) = mark.what {
                self.e.tables.cells[id.0 as usize].renewals.insert(place, renewal);
            }
        }
    }

    pub(super) fn eval_struct(
        &mut self,
        path: &'a Path,
        fields: &'a [(Name, ExprId)],
        rest: Option<ExprId>,
        span: Span,
    ) -> Value {
        let ty = self.e.types.named(self.scope, path);
        let mut value = rest.map(|rest| self.eval(rest)).unwrap_or_default();
        value.ty = ty.clone();
        for (name, e) in fields {
            let field = self.eval(*e);
            let field = match &ty {
                Ty::Def(def, _) => match self.e.types.field(*def, name) {
                    Some(declared) => self.converted(*e, field, &declared),
                    None => field,
                },
                _ => field,
            };
            let field = naming::named(self.e, field, name);
            let field = with_step(&field, self.place_of(*e), &TraceEvent::Stored(name.clone()));
            let at = self.place_of(*e);
            self.note_base_address(name);
            self.note_field(&ty, name, &field, at);
            if let Some(gather) = &mut self.e.gather {
                gather.at = Some(at);
            }
            if let Ty::Def(def, _) = &ty {
                self.e.fill_field(*def, name, &field, self.def);
            }
            self.note_escape(&field);
            let field = self.sealed(field);
            value.set_field(name.clone(), field);
        }
        self.credential_fields(&ty, value, span)
    }

    /// Fields of an external struct that the catalog knows to carry a credential.
    fn credential_fields(&mut self, ty: &Ty, mut value: Value, span: Span) -> Value {
        let Some(entry) = ty.entry(self.catalog()) else { return value };
        for name in &entry.credential_fields {
            let Some(field) = value.field(name).cloned() else { continue };
            let marks = self.as_credential(&field, entry.kind, entry.lifetime, self.place(span));
            value.add(&marks);
        }
        self.finish_client(value, ty, self.place(span))
    }

    pub(super) fn eval_assign(&mut self, to: ExprId, from: ExprId) -> Value {
        let value = self.eval(from);
        self.assign(to, value);
        Value::default()
    }

    fn assign(&mut self, to: ExprId, value: Value) {
        match &self.facts().expr(to).kind {
            ExprKind::Path(path) => match path.as_ident().and_then(|name| self.local_at(name)) {
                Some(at) => self.assign_local(at, value),
                None => self.assign_static(to, &value),
            },
            ExprKind::Field { base, name } => self.assign_field(*base, name, &value),
            ExprKind::Deref(inner) | ExprKind::Ref(inner) => {
                let target = self.eval(*inner);
                self.note_escape(&value);
                if !self.store_in_cells(&target, &value, self.place_of(to), FillKind::Store) {
                    self.absorb(*inner, &value.all_marks());
                }
            }
            ExprKind::Index { base, .. } => self.absorb(*base, &value.all_marks()),
            ExprKind::Tuple(list) => {
                for (at, e) in list.iter().enumerate() {
                    let part = value.field(&tuple_field(at)).cloned().unwrap_or_default();
                    self.assign(*e, part);
                }
            }
            _ => {
                let target = self.eval(to);
                self.store_in_cells(&target, &value, self.place_of(to), FillKind::Store);
            }
        }
    }

    fn assign_local(&mut self, at: usize, value: Value) {
        let depth = self.depth;
        let name = self.locals[at].name.clone();
        let value = naming::named(self.e, value, &name);
        let local = &mut self.locals[at];
        local.value = if depth > local.depth { value.join(&local.value) } else { value };
    }

    fn assign_static(&mut self, to: ExprId, value: &Value) {
        let target = self.eval(to);
        self.note_escape(value);
        self.store_in_cells(&target, value, self.place_of(to), FillKind::Store);
    }

    fn assign_field(&mut self, base: ExprId, name: &Name, value: &Value) {
        let target = self.eval(base);
        let value = naming::named(self.e, value.clone(), name);
        self.note_escape(&value);
        let at = self.place_of(base);
        self.note_field(&target.ty.innermost(self.catalog()), name, &value, at);
        if let Some(gather) = &mut self.e.gather {
            gather.at = Some(at);
        }
        if let Ty::Def(def, _) = target.ty.innermost(self.catalog()) {
            self.put_in_field(def, name, &value);
        }
        if let Some(entry) = target.ty.entry(self.catalog())
            && entry.credential_fields.iter().any(|known| known == name.as_str())
        {
            let marks = self.as_credential(&value, entry.kind, entry.lifetime, self.place_of(base));
            self.absorb(base, &marks);
        }
        if self.store_in_cells(&target, &value, self.place_of(base), FillKind::Store) {
            return;
        }
        self.absorb_built(&target, &value);
        if let ExprKind::Path(path) = &self.facts().expr(base).kind
            && let Some(at) = path.as_ident().and_then(|name| self.local_at(name))
        {
            let weak = self.depth > self.locals[at].depth;
            let local = &mut self.locals[at].value;
            let merged = match local.field(name) {
                Some(known) if weak => known.join(&value),
                _ => value,
            };
            local.set_field(name.clone(), merged);
        }
    }

    /// Lets a value take the place of what a field held.
    fn put_in_field(&mut self, def: DefId, name: &Name, value: &Value) {
        if self.loops > 0 {
            self.e.tables.refilled.insert((def, name.clone()));
        }
        self.e.fill_field(def, name, value, self.def);
    }

    /// A client that a method puts in a field of what it was called on is in what its caller has.
    fn absorb_built(&mut self, target: &Value, value: &Value) {
        let built: Vec<_> = value.all_marks().iter().filter(|mark| mark.what.is_built()).cloned().collect();
        if built.is_empty() {
            return;
        }
        let marks = crate::link::value::marks_of(built);
        for mark in target.marks.iter() {
            if let Some(index) = mark.what.whole_param() {
                self.note_absorbed(index, &marks);
            }
        }
    }

    /// A value that is put where it outlives the function keeps its runtime alive.
    pub(super) fn note_escape(&mut self, value: &Value) {
        for mark in value.all_marks().iter() {
            if let What::Hazard(hazard) = mark.what
                && !self.escaped.contains(&hazard)
            {
                self.escaped.push(hazard);
            }
        }
    }

    pub(super) fn absorb_at(&mut self, target: ExprId, marks: &Marks, depth: u32) {
        if depth > 64 {
            return;
        }
        match &self.facts().expr(target).kind {
            ExprKind::Path(path) => {
                if let Some(at) = path.as_ident().and_then(|name| self.local_at(name)) {
                    self.absorb_local(at, marks);
                }
            }
            ExprKind::Field { base, name } => {
                let target = self.eval(*base);
                if let Ty::Def(def, _) = target.ty.innermost(self.catalog()) {
                    let value = Value { marks: marks.clone(), ..Value::default() };
                    self.put_in_field(def, name, &value);
                }
                // What has no name yet stays where it was put.
                let named: Vec<_> =
                    marks.iter().filter(|it| !matches!(it.what, What::Input(_))).cloned().collect();
                let marks = crate::link::value::marks_of(named);
                self.absorb_at(*base, &marks, depth + 1);
            }
            ExprKind::Ref(inner) | ExprKind::Deref(inner) | ExprKind::Try(inner) | ExprKind::Await(inner) => {
                self.absorb_at(*inner, marks, depth + 1);
            }
            ExprKind::Index { base, .. } => self.absorb_at(*base, marks, depth + 1),
            ExprKind::MethodCall { receiver, .. } => self.absorb_at(*receiver, marks, depth + 1),
            _ => {}
        }
    }

    fn absorb_local(&mut self, at: usize, marks: &Marks) {
        let own = self.locals[at].value.marks.clone();
        self.locals[at].value.add(marks);
        for mark in own.iter() {
            match &mark.what {
                What::Open(path) => match path.whole_param() {
                    Some(index) => self.note_absorbed(index, marks),
                    None => self.absorb_part(*path, marks),
                },
                What::Cell(id) if self.e.tables.cells[id.0 as usize].is_writable => {
                    let value = Value { marks: marks.clone(), ..Value::default() };
                    self.fill_cell(*id, &value, self.cell_place(*id), FillKind::Store);
                }
                _ => {}
            }
        }
    }

    /// What flows into a field of `self` through a guard that a local holds.
    fn absorb_part(&mut self, path: AccessPath, marks: &Marks) {
        let fields = path.fields();
        let [field] = &*fields else { return };
        let is_method = self.e.types.function(self.def).is_some_and(|item| item.receiver.is_some());
        if path.param() != Some(0) || !is_method {
            return;
        }
        let signature = self.e.signature(self.def);
        if let Some(&Ty::Def(def, _)) = signature.params.first().map(|receiver| &receiver.ty) {
            let value = Value { marks: marks.clone(), ..Value::default() };
            self.e.fill_field(def, field, &value, self.def);
        }
    }

    fn cell_place(&self, id: CellId) -> Place {
        self.e.tables.cells[id.0 as usize].place
    }

    /// Stores a value in every cell that the target is; whether it is one.
    pub(super) fn store_in_cells(
        &mut self,
        target: &Value,
        value: &Value,
        place: Place,
        how: FillKind,
    ) -> bool {
        let mut is_cell = false;
        for mark in target.marks.iter() {
            if let What::Cell(id) = mark.what {
                self.fill_cell(id, value, place, how);
                is_cell = true;
            }
        }
        is_cell
    }

    pub(super) fn fill_cell(&mut self, id: CellId, value: &Value, place: Place, how: FillKind) {
        let cell = &self.e.tables.cells[id.0 as usize];
        // What runs its initialiser at the first use holds what that gives, unless there is a lock inside.
        let is_closed = cell.kind == Some(CellKind::Lazy) && !cell.is_writable;
        if is_closed && how != FillKind::Initialiser {
            return;
        }
        let name = cell.name.clone();
        if let Some(gather) = &mut self.e.gather {
            gather.at = Some(place);
        }
        self.note_escape(value);
        let value = self.sealed(value.clone());
        let value = naming::named(self.e, value, &name);
        if how == FillKind::Store {
            self.note_refused(id, place);
            self.filled.push((id, place));
        }
        let fill = Fill { def: self.def, how, in_loop: self.loops > 0, from_parameter: false };
        self.e.fill_cell(id, &value, place, fill);
    }

    /// The cell that a static is.
    pub(super) fn cell_of_static(&mut self, def: DefId) -> CellId {
        let types = self.e.types;
        let catalog = self.catalog();
        self.e.cell(CellKey::Static(def), |key| {
            let at = types.world.def(def);
            let item = types.inputs.item(at.file, at.item);
            let (ty, is_ref) = match &item.kind {
                ItemKind::Static(it) => {
                    (types.lower(Scope { module: at.module, def: None }, &it.ty), it.is_ref)
                }
                _ => (Ty::Unknown, false),
            };
            let declared = ty.entry(catalog).and_then(|entry| entry.cell);
            let is_thread_local =
                item.from_macro.as_ref().is_some_and(|path| path.last_name() == "thread_local");
            let kind = match declared {
                _ if is_thread_local => Some(CellKind::ThreadLocal),
                None if is_ref => Some(CellKind::Lazy),
                other => other,
            };
            let is_mut = matches!(&item.kind, ItemKind::Static(it) if it.is_mut);
            Cell {
                key,
                is_writable: is_mut || is_thread_local || ty.has_lock(catalog),
                place: Place { file: at.file, span: item.name_span },
                name: item.name.clone(),
                kind,
                ty,
                content: Value::default(),
                fills: std::collections::BTreeMap::new(),
                reads: std::collections::BTreeMap::new(),
                renewals: std::collections::BTreeMap::new(),
                is_example: types.world.is_example(def),
            }
        })
    }

    /// The value of a static where it is named.
    pub(super) fn eval_static(&mut self, def: DefId, place: Place) -> Value {
        let at = self.e.types.world.def(def);
        let item = self.e.inputs().item(at.file, at.item);
        let ItemKind::Static(it) = &item.kind else { return Value::default() };
        let ty = self.e.types.lower(Scope { module: at.module, def: None }, &it.ty);
        let is_thread_local = item.from_macro.as_ref().is_some_and(|path| path.last_name() == "thread_local");
        let is_cell =
            it.is_mut || it.is_ref || is_thread_local || ty.role(self.catalog()) == Some(TypeRole::Cell);
        let summary = self.e.summary_for(def, self.def);
        let says = self.e.says(&item.name);
        let is_called_so = says.is_expiry && says.class.is_none();
        if is_called_so || self.is_time(&ty) {
            self.e.tables.time_readers.insert((at.file, self.def));
        }
        if !is_cell {
            return summary.ret.clone();
        }
        let id = self.cell_of_static(def);
        let mut value = self.e.cell_content(id, self.def);
        if value.ty.is_unknown() || !matches!(ty.innermost(self.catalog()), Ty::Trait(_) | Ty::Unknown) {
            value.ty = ty;
        }
        value.text = None;
        value.add_mark(What::Cell(id), None);
        self.e.tables.cells[id.0 as usize].reads.insert(place, self.def);
        self.events.push(crate::link::event::Event::Force(id, place));
        value
    }

    fn is_time(&self, ty: &Ty) -> bool {
        ty.innermost(self.catalog()).role(self.catalog()) == Some(TypeRole::Instant)
    }

    /// The value behind a lock or pointer: the same value, seen through one wrapper.
    pub(super) fn content_if_lock(&self, value: Value) -> Value {
        match value.ty.content(self.catalog()) {
            Some(ty) if !ty.is_unknown() => Value { ty, ..value },
            _ => value,
        }
    }

    /// An element of a collection.
    pub(super) fn content_of(&self, value: Value) -> Value {
        self.content_if_lock(value)
    }

    pub(super) fn local_at(&self, name: &str) -> Option<usize> {
        self.locals.iter().rposition(|local| local.name == name)
    }

    pub(super) fn resolve_value(&self, path: &Path) -> Option<Res> {
        self.e.types.resolver.resolve_value(self.scope.module, path)
    }
}

/// What `?` and `unwrap` give.
pub(super) fn content_of_fallible(value: Value) -> Value {
    let is_fallible =
        value.ty.path().is_some_and(|path| path.ends_with("::Result") || path.ends_with("::Option"));
    if !is_fallible {
        return value;
    }
    match &value.ty {
        Ty::External(_, Some(list)) => Value { ty: list[0].clone(), ..value },
        _ => Value { ty: Ty::Unknown, ..value },
    }
}
