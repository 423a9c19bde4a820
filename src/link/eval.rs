//! One function read: its expressions in the order they run, to values and events.

mod apply;
mod call;
mod client;
mod closure;
mod control;
mod convert;
mod credential;
mod drive;
mod environment;
mod fork;
mod item;
mod lasting;
mod macros;
mod memo;
mod method;
mod part;
mod path;
mod pattern;
mod place;
mod sink;
mod verify;
mod watch;

pub(super) use apply::shown;
use drive::is_kept;
use part::{carried, copied, made_of, nothing_touched, touched, touched_by};
use place::content_of_fallible;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::{
    engine::{Engine, Summary},
    event::{Drive, Event},
    ty::{Scope, Ty},
    value::{Hazard, HazardId, Marks, OriginId, Text, Value, What, no_marks, union},
    world::DefId,
};
use crate::catalog::{Catalog, schema::AttributeRole};
use crate::facts::{
    ExprId, ExprKind, FileFacts, ItemKind, Name,
    expr::{Block, BlockFlavour, Literal, Stmt, UnaryOp},
    item::Attribute,
};
use crate::source::{FileId, Place, Span};

/// How deep expressions and calls are followed at most.
const NEST: u32 = 3_000;

/// A local variable.
#[derive(Debug)]
pub(super) struct Local {
    name: Name,
    value: Value,
    /// The branches around its declaration: an assignment deeper than this may not happen.
    depth: u32,
}

/// The reading of one function or initialiser.
pub(super) struct Frame<'f, 'a> {
    pub(super) e: &'f mut Engine<'a>,
    pub(super) def: DefId,
    file: FileId,
    scope: Scope,
    locals: Vec<Local>,
    /// How many branches and loops are around.
    depth: u32,
    /// How many loops that go on are around.
    loops: u32,
    /// How many branches are around that are taken where a server refused.
    refused: u32,
    /// The cells that were filled since the branch around began.
    filled: Vec<(super::value::CellId, Place)>,
    ret: Value,
    events: Vec<Event>,
    drives: BTreeMap<Place, Drive>,
    absorbs: BTreeMap<u16, Marks>,
    reads_env: Vec<(u16, OriginId)>,
    /// How often the program may have ended so far.
    ends: u32,
    /// How many values that may not be there what is being read stands in for.
    alternatives: u32,
    /// The loops without an end around what is being read, outermost first.
    endless: Vec<lasting::Endless>,
    /// How many events there were before the arguments of the call being read.
    args_from: usize,
    /// The closures being run: one that calls its own name means a function, or would never end.
    open_closures: Vec<ExprId>,
    /// The closures that were written in what is read: others have captures of their own.
    own_closures: FxHashSet<ExprId>,
    /// What the function calls its parameters with, by parameter.
    called_with: BTreeMap<u16, Value>,
    /// How many closures were run.
    closure_runs: u32,
    /// Hazards that left the function for a place that outlives it.
    escaped: Vec<HazardId>,
    /// The name that the value being read is about to get.
    expected: Option<Name>,
    /// What the function says of its sinks as a whole.
    around: sink::Around,
    /// The method call whose arguments were noted last.
    noted: Option<Place>,
}

impl<'f, 'a> Frame<'f, 'a> {
    /// Reads a function or initialiser.
    pub(super) fn read(e: &'f mut Engine<'a>, def: DefId) -> Summary {
        let scope = e.types.scope(def);
        let at = e.types.world.def(def);
        let mut frame = Frame {
            e,
            def,
            file: at.file,
            scope,
            locals: Vec::new(),
            depth: 0,
            loops: 0,
            refused: 0,
            filled: Vec::new(),
            ret: Value::default(),
            events: Vec::new(),
            drives: BTreeMap::new(),
            absorbs: BTreeMap::new(),
            reads_env: Vec::new(),
            ends: 0,
            alternatives: 0,
            endless: Vec::new(),
            args_from: 0,
            open_closures: Vec::new(),
            own_closures: FxHashSet::default(),
            called_with: BTreeMap::new(),
            closure_runs: 0,
            escaped: Vec::new(),
            expected: None,
            around: sink::Around::default(),
            noted: None,
        };
        let from = frame.e.gather.as_ref().map_or(0, |gather| gather.sinks.len());
        let item = frame.e.inputs().item(at.file, at.item);
        match &item.kind {
            ItemKind::Fn(it) => frame.read_fn(it, &item.name, &item.attributes),
            ItemKind::Static(it) => frame.read_static(it, &item.name, item.name_span),
            ItemKind::Const(it) => frame.read_const(it, &item.name),
            _ => {}
        }
        frame.finish_sinks(from);
        Summary {
            ret: frame.ret,
            absorbs: frame.absorbs,
            drives: frame.drives.into_values().filter(|it| !is_kept(&frame.escaped, it)).collect(),
            called_with: frame.called_with,
            events: frame.events,
            reads_env: frame.reads_env,
        }
    }

    /// A value of a type that holds nothing has no credential and no part of a parameter in it.
    pub(super) fn settled(&self, value: Value) -> Value {
        let ty = value.ty.clone();
        self.e.settled(value, &ty)
    }

    /// The runtime that an attribute builds around the body.
    fn runtime_of(&mut self, attributes: &'a [Attribute]) -> Option<HazardId> {
        let attribute =
            attributes.iter().find(|it| self.attribute_role(it) == Some(AttributeRole::RuntimeMain))?;
        let hazard = Hazard {
            place: self.place(attribute.span),
            kind: super::value::HazardKind::Runtime,
            starts: crate::catalog::schema::Starts::Threads,
            driven_by: crate::catalog::schema::DrivenBy::Itself,
            name: format!("#[{}]", attribute.path).into(),
        };
        Some(self.e.tables.hazards.intern(hazard))
    }

    fn attribute_role(&self, attribute: &Attribute) -> Option<AttributeRole> {
        self.attribute_entry(attribute).map(|entry| entry.makes)
    }

    fn attribute_entry(&self, attribute: &Attribute) -> Option<&'a crate::catalog::schema::AttributeEntry> {
        self.e.types.attribute(self.def, attribute)
    }

    /// Adds what the function gives back, and keeps its hazards from being dropped at its end.
    fn give_back(&mut self, value: &Value) {
        let value = self.sealed(value.clone()).cut(3).light();
        self.ret = if self.ret.is_nothing() { value } else { self.ret.join(&value) };
    }

    pub(super) fn catalog(&self) -> &'a Catalog {
        self.e.inputs().catalog
    }

    pub(super) fn facts(&self) -> &'a FileFacts {
        self.e.inputs().file(self.file)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    fn expr_span(&self, id: ExprId) -> Span {
        self.facts().expr(id).span
    }

    fn place_of(&self, id: ExprId) -> Place {
        self.place(self.expr_span(id))
    }

    /// The value of an expression; its events are noted on the way.
    pub(super) fn eval(&mut self, id: ExprId) -> Value {
        self.e.steps += 1;
        if self.e.nest >= NEST {
            return Value::default();
        }
        self.e.nest += 1;
        let value = self.eval_kind(id);
        self.e.nest -= 1;
        value
    }

    fn eval_kind(&mut self, id: ExprId) -> Value {
        let expr = self.facts().expr(id);
        match &expr.kind {
            ExprKind::Path(path) => self.eval_path(path, expr.span),
            ExprKind::Literal(literal) => self.eval_literal(literal, expr.span),
            ExprKind::Call { callee, args } => self.eval_call(id, *callee, args),
            ExprKind::MethodCall { receiver, method, turbofish, args, .. } => {
                self.eval_method(id, *receiver, method, turbofish, args)
            }
            ExprKind::Field { base, name } => self.eval_field(*base, name, expr.span),
            ExprKind::Index { base, index } => {
                self.eval(*index);
                let base = self.eval(*base);
                self.content_of(base)
            }
            ExprKind::Struct { path, fields, rest } => self.eval_struct(path, fields, *rest, expr.span),
            ExprKind::Tuple(list) => self.eval_tuple(list),
            ExprKind::Array(list) => self.eval_array(list),
            ExprKind::Unary(UnaryOp::Not, e) => {
                let value = self.eval(*e);
                fork::negated(value)
            }
            ExprKind::Ref(e) | ExprKind::Cast(e, _) | ExprKind::Unary(_, e) => self.eval(*e),
            ExprKind::Deref(e) => {
                let value = self.eval(*e);
                self.content_if_lock(value)
            }
            ExprKind::Binary(op, a, b) => self.eval_binary(*op, *a, *b),
            ExprKind::Assign(to, from) => self.eval_assign(*to, *from),
            ExprKind::AssignOp(to, from) => {
                let value = self.eval(*from);
                self.absorb(*to, &value.all_marks());
                Value::default()
            }
            ExprKind::Range(a, b) => {
                for e in a.iter().chain(b) {
                    self.eval(*e);
                }
                Value::default()
            }
            ExprKind::Block(block) if block.flavour == BlockFlavour::Async => {
                self.eval_async(block, expr.span)
            }
            ExprKind::Block(block) => self.eval_block(block, expr.span),
            ExprKind::If { cond, then, otherwise } => self.eval_if(*cond, *then, *otherwise),
            ExprKind::Let(pat, e) => {
                let value = self.eval(*e);
                self.bind(*pat, &value);
                Value::default()
            }
            ExprKind::Match { scrutinee, arms } => self.eval_match(*scrutinee, arms),
            ExprKind::While { cond, body } => self.eval_while(*cond, *body, expr.span),
            ExprKind::Loop(body) => self.eval_loop_of(*body, expr.span),
            ExprKind::For { pat, iter, body } => self.eval_for(*pat, *iter, *body),
            ExprKind::Closure { .. } => self.closure_value(id),
            ExprKind::Return(e) => self.eval_return(*e),
            ExprKind::Break(e) => {
                let value = e.map(|e| self.eval(e)).unwrap_or_default();
                self.end_loop();
                value
            }
            ExprKind::Try(e) => {
                let value = self.eval(*e);
                content_of_fallible(value)
            }
            ExprKind::Await(e) => {
                let value = self.eval(*e);
                let place = self.place(expr.span);
                self.events.push(Event::UseRuntime(place));
                self.note_use(&value, place);
                self.note_connected(&value, self.place_of(*e));
                value
            }
            ExprKind::Macro(call) => self.eval_macro(call, expr.span),
            ExprKind::Continue | ExprKind::Unknown => Value::default(),
        }
    }

    fn eval_literal(&mut self, literal: &'a Literal, span: Span) -> Value {
        match literal {
            Literal::Str(text) => {
                let place = self.place(span);
                let mut value = Value {
                    ty: Ty::external("std::primitive::str"),
                    text: Some(Text { text: text.into(), place, is_one_of_many: false }.into()),
                    ..Value::default()
                };
                self.note_literal(&mut value, text, place);
                value
            }
            Literal::Bytes(text) => {
                let mut value = Value::default();
                self.note_literal(&mut value, text, self.place(span));
                value
            }
            Literal::Int(digits) => Value {
                text: Some(
                    Text { text: digits.clone(), place: self.place(span), is_one_of_many: false }.into(),
                ),
                ..Value::of(Ty::external("std::primitive::int"))
            },
            _ => Value::default(),
        }
    }

    fn eval_tuple(&mut self, list: &'a [ExprId]) -> Value {
        let values: Vec<Value> = list.iter().map(|e| self.eval(*e)).collect();
        if let [key, value] = values.as_slice()
            && let Some(key) = &key.text
        {
            let place = self.place_of(list[1]);
            self.note_setting(&key.text.clone(), value, place);
        }
        let mut tuple =
            Value::of(Ty::Tuple(super::ty::args(values.iter().map(|it| it.ty.clone()).collect())));
        for (at, value) in values.into_iter().enumerate() {
            tuple.set_field(tuple_field(at), value);
        }
        tuple
    }

    fn eval_array(&mut self, list: &'a [ExprId]) -> Value {
        let mut all = Value::default();
        for e in list {
            let value = self.eval(*e);
            all = all.join(&value);
        }
        let ty = Ty::Slice(super::ty::args(vec![all.ty.clone()]));
        Value { ty, ..all }
    }

    fn eval_block(&mut self, block: &'a Block, _span: Span) -> Value {
        let outer = self.locals.len();
        let mut ways: Vec<Vec<Event>> = Vec::new();
        for (at, stmt) in block.stmts.iter().enumerate() {
            if block.gated.contains(&crate::link::world::index(at)) {
                ways.push(self.eval_gated(stmt));
                continue;
            }
            self.push_ways(&mut ways);
            self.eval_stmt(stmt);
        }
        self.push_ways(&mut ways);
        let tail = block.tail.map(|e| self.eval(e)).unwrap_or_default();
        self.end_scope(outer, &tail);
        tail
    }

    /// An `async` block runs when somebody drives it: its end is not the end of the function around it.
    fn eval_async(&mut self, block: &'a Block, span: Span) -> Value {
        let ret = std::mem::take(&mut self.ret);
        let (value, events) = self.branch(|frame| frame.eval_block(block, span));
        let given = std::mem::replace(&mut self.ret, ret);
        let events = closure::without_returns(events);
        if !events.is_empty() {
            self.events.push(Event::Closure(crate::catalog::schema::ClosureRuns::Later, events));
        }
        value.join(&given)
    }

    /// A statement that may not be compiled: its events, and its bindings weakly.
    fn eval_gated(&mut self, stmt: &'a Stmt) -> Vec<Event> {
        let outer = std::mem::take(&mut self.events);
        self.eval_stmt(stmt);
        std::mem::replace(&mut self.events, outer)
    }

    /// Neighbours behind `#[cfg(…)]` are taken for ways of which one is gone.
    fn push_ways(&mut self, ways: &mut Vec<Vec<Event>>) {
        if ways.is_empty() {
            return;
        }
        let mut arms: Vec<super::event::EventArm> =
            ways.drain(..).map(|events| super::event::EventArm { side: None, events }).collect();
        if arms.len() == 1 {
            arms.push(super::event::EventArm::default());
        }
        self.push_branch(arms);
    }

    fn eval_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Let { pat, ty, init, otherwise, .. } => self.eval_let(*pat, ty.as_ref(), *init, *otherwise),
            Stmt::Expr(e) => {
                let before = self.events.len();
                let value = self.eval(*e);
                self.drop_temporaries(before, None, &value, *e);
            }
            Stmt::Item(_) => {}
        }
    }

    fn eval_let(
        &mut self,
        pat: crate::facts::PatId,
        ty: Option<&'a crate::facts::path::TypeRef>,
        init: Option<ExprId>,
        otherwise: Option<ExprId>,
    ) {
        let declared = ty.map(|ty| self.e.types.lower(self.scope, ty)).unwrap_or_default();
        let Some(init) = init else {
            self.bind(pat, &Value::of(declared));
            return;
        };
        let before = self.events.len();
        self.expected = self.name_of_pat(pat);
        let value = self.eval(init);
        self.expected = None;
        let target = if declared.is_unknown() { self.type_of_pat(pat) } else { declared.clone() };
        let value = self.converted(init, value, &target).typed(declared, self.catalog());
        self.drop_temporaries(before, Some(pat), &value, init);
        if let Some(otherwise) = otherwise {
            let ends = self.ends;
            self.branch(|frame| {
                frame.eval(otherwise);
            });
            if self.ends > ends {
                self.note_demand(&value, self.place_of(init));
            }
        }
        self.bind(pat, &value);
    }

    /// Runtimes made in this statement that nobody holds afterwards end with it.
    fn drop_temporaries(
        &mut self,
        before: usize,
        pat: Option<crate::facts::PatId>,
        value: &Value,
        e: ExprId,
    ) {
        let is_dropped_at_once =
            pat.is_some_and(|pat| matches!(self.facts().pat(pat).kind, crate::facts::PatKind::Wild));
        let made: Vec<HazardId> = self.events[before..]
            .iter()
            .filter_map(|event| match event {
                Event::Create(hazard) if self.is_runtime(*hazard) => Some(*hazard),
                _ => None,
            })
            .collect();
        let is_kept = |frame: &Self, hazard: HazardId| {
            let holds = |value: &Value| value.any(|what| *what == What::Hazard(hazard));
            (pat.is_some() && !is_dropped_at_once && holds(value))
                || frame.escaped.contains(&hazard)
                || frame.locals.iter().any(|local| holds(&local.value))
                || (pat.is_none() && holds(value))
        };
        let dropped: Vec<What> =
            made.into_iter().filter(|hazard| !is_kept(self, *hazard)).map(What::Hazard).collect();
        if !dropped.is_empty() {
            let place = self.place_of(e);
            self.events.push(Event::Drop(dropped.into(), place));
        }
    }

    pub(super) fn is_runtime(&self, hazard: HazardId) -> bool {
        self.e.tables.hazards.get(hazard.0).kind == super::value::HazardKind::Runtime
    }

    /// Ends the locals declared since `outer`: a runtime among them is dropped unless it is given on.
    fn end_scope(&mut self, outer: usize, tail: &Value) {
        let ended: Vec<Local> = self.locals.drain(outer..).collect();
        let mut dropped = Vec::new();
        for local in &ended {
            for mark in local.value.all_marks().iter() {
                let What::Hazard(hazard) = mark.what else { continue };
                let is = |what: &What| *what == mark.what;
                let is_held = tail.any(is)
                    || self.ret.any(is)
                    || self.escaped.contains(&hazard)
                    || self.locals.iter().any(|local| local.value.any(is))
                    || local.value.any(|what| matches!(what, What::Cell(_)));
                if self.is_runtime(hazard) && !is_held && !dropped.contains(&mark.what) {
                    dropped.push(mark.what);
                }
            }
        }
        if !dropped.is_empty() {
            let end = self.locals.last().map_or_else(Span::default, |_| Span::default());
            let place = self.place(end);
            self.events.push(Event::Drop(dropped.into(), place));
        }
    }

    fn eval_return(&mut self, e: Option<ExprId>) -> Value {
        if let Some(e) = e {
            let value = self.eval(e);
            self.give_back(&value);
        }
        self.events.push(Event::Return);
        self.end_loop();
        Value::default()
    }

    /// What was filled on the way out of a loop is not filled again and again.
    fn end_loop(&mut self) {
        for (id, place) in self.filled.drain(..) {
            if let Some(fill) = self.e.tables.cells[id.0 as usize].fills.get_mut(&place) {
                fill.in_loop = false;
            }
        }
    }

    /// Notes that hazards in a value are used.
    pub(super) fn note_use(&mut self, value: &Value, place: Place) {
        let touched = touched(value);
        if touched.is_empty() {
            return;
        }
        let is_repeated = matches!(self.events.last(), Some(Event::Use(last, _)) if *last == touched);
        if !is_repeated {
            self.events.push(Event::Use(touched, place));
        }
    }
}

impl Value {
    /// The value with a declared type: it wins over nothing and over what is less precise.
    fn typed(mut self, declared: Ty, catalog: &Catalog) -> Self {
        if declared.is_unknown() {
            return self;
        }
        let own = self.ty.innermost(catalog);
        let is_vaguer = matches!(declared.innermost(catalog), Ty::Trait(_) | Ty::Unknown);
        if own.is_unknown() || (!is_vaguer && !self.ty.is_more_than(&declared)) {
            self.ty = declared;
        }
        self
    }
}

impl Ty {
    /// Whether this says more than `other` of the same type: it has arguments where the other has none.
    fn is_more_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::External(path, own), Self::External(other_path, args)) => {
                path == other_path
                    && own.is_some()
                    && args.as_ref().is_none_or(|args| args.iter().all(Self::is_unknown))
            }
            _ => false,
        }
    }
}

/// The name of a tuple's field.
pub(super) fn tuple_field(at: usize) -> Name {
    smol_str::format_smolstr!("{at}")
}

impl Frame<'_, '_> {
    /// Lets marks flow into whatever an expression names: a local, a field, a cell, a parameter.
    pub(super) fn absorb(&mut self, target: ExprId, marks: &Marks) {
        if marks.is_empty() {
            return;
        }
        self.absorb_at(target, marks, 0);
    }

    fn note_absorbed(&mut self, at: u16, marks: &Marks) {
        let known = self.absorbs.get(&at).cloned().unwrap_or_else(no_marks);
        self.absorbs.insert(at, union(&known, marks));
    }
}
