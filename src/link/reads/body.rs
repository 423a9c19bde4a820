//! One function's body: what it reads of the environment and what it calls, each with what becomes of a failure.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{
    Names, Need,
    demand::{self, Demand, SOMETIMES},
    parser,
};
use crate::catalog::schema::{Action, FnEntry};
use crate::facts::{
    ExprId, ExprKind, FileFacts, ItemKind, Name, PatKind,
    expr::{Arm, BinaryOp, Block, BlockFlavour, Literal, MacroBody, MacroCall, Stmt},
    item::FnItem,
    path::Path,
};
use crate::link::{
    engine::Engine,
    event::Event,
    resolve::Res,
    world::{DefId, ModuleId, index},
};
use crate::source::{FileId, Place, Span};

/// How deep expressions are followed.
const DEPTH: u32 = 2_000;

/// Something that a body does.
#[derive(Clone, Debug)]
pub(super) enum Use {
    /// It reads a variable.
    Need(Need),
    /// It calls a function of this run, or runs an initialiser, with these names of variables as its arguments.
    Call { def: DefId, args: Vec<Option<Names>>, place: Place, demand: Demand, is_conditional: bool },
}

/// Whether a text can be the name of a variable.
pub(super) fn is_variable(text: &str) -> bool {
    text.len() > 1 && text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// A body that is being read.
pub(super) struct Body<'e, 'a> {
    engine: &'e Engine<'a>,
    facts: &'a FileFacts,
    file: FileId,
    module: ModuleId,
    params: Vec<Name>,
    callees: FxHashMap<Span, Vec<DefId>>,
    /// What becomes of what `?` and `return` give back.
    out: Demand,
    is_conditional: bool,
    depth: u32,
    /// What it does, in order.
    pub(super) uses: Vec<Use>,
    /// The variables that it sets; an empty one stands for those that are not known.
    pub(super) sets: BTreeSet<SmolStr>,
}

impl<'e, 'a> Body<'e, 'a> {
    /// Reads a function or initialiser.
    pub(super) fn read(engine: &'e Engine<'a>, def: DefId) -> Self {
        let at = engine.types.world.def(def);
        let item = engine.inputs().item(at.file, at.item);
        let mut body = Self {
            engine,
            facts: engine.inputs().file(at.file),
            file: at.file,
            module: engine.types.scope(def).module,
            params: Vec::new(),
            callees: FxHashMap::default(),
            out: Demand::Passed,
            is_conditional: item.attributes.iter().any(|it| it.path == "cfg"),
            depth: 0,
            uses: Vec::new(),
            sets: BTreeSet::new(),
        };
        if let Some(summary) = engine.tables.summaries.get(&def) {
            body.note_callees(&summary.events);
        }
        match &item.kind {
            ItemKind::Fn(item) => {
                body.params = body.params_of(item);
                body.maybe(item.body, Demand::Passed);
            }
            ItemKind::Static(item) | ItemKind::Const(item) => body.maybe(item.init, Demand::None),
            _ => {}
        }
        body
    }

    fn params_of(&self, item: &FnItem) -> Vec<Name> {
        let name = |pat| match &self.facts.pat(pat).kind {
            PatKind::Ident(name, None) => name.clone(),
            _ => Name::default(),
        };
        item.params.iter().map(|param| name(param.pat)).collect()
    }

    fn note_callees(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::Call(def, _, place) if place.file == self.file => {
                    let known = self.callees.entry(place.span).or_default();
                    if !known.contains(def) {
                        known.push(*def);
                    }
                }
                Event::Branch(arms) => arms.iter().for_each(|arm| self.note_callees(&arm.events)),
                Event::Loop(inner) | Event::Closure(_, inner) => self.note_callees(inner),
                _ => {}
            }
        }
    }

    fn maybe(&mut self, id: Option<ExprId>, demand: Demand) {
        if let Some(id) = id {
            self.expr(id, demand);
        }
    }

    fn all(&mut self, ids: &'a [ExprId], demand: Demand) {
        for id in ids {
            self.expr(*id, demand);
        }
    }

    fn sometimes(&mut self, is: bool, read: impl FnOnce(&mut Self)) {
        let before = self.is_conditional;
        self.is_conditional |= is;
        read(self);
        self.is_conditional = before;
    }

    fn expr(&mut self, id: ExprId, demand: Demand) {
        if self.depth >= DEPTH {
            return;
        }
        self.depth += 1;
        self.expr_kind(id, demand);
        self.depth -= 1;
    }

    fn expr_kind(&mut self, id: ExprId, demand: Demand) {
        let facts = self.facts;
        match &facts.expr(id).kind {
            ExprKind::Path(path) => self.path(path, facts.expr(id).span),
            ExprKind::Call { callee, args } => self.call(id, *callee, args, demand),
            ExprKind::MethodCall { receiver, method, args, .. } => {
                self.expr(*receiver, demand::of_receiver(facts, method, args, demand));
                self.method(id, method, args, demand);
            }
            ExprKind::Try(e) => self.expr(*e, self.out),
            ExprKind::Return(e) => self.maybe(*e, self.out),
            ExprKind::Break(e) => self.maybe(*e, demand),
            ExprKind::Await(e)
            | ExprKind::Ref(e)
            | ExprKind::Deref(e)
            | ExprKind::Cast(e, _)
            | ExprKind::Unary(_, e) => self.expr(*e, demand),
            ExprKind::Field { base, .. } => self.expr(*base, Demand::None),
            ExprKind::Index { base, index } => self.all_of(&[*base, *index]),
            ExprKind::Struct { fields, rest, .. } => {
                for (_, e) in fields {
                    self.expr(*e, Demand::None);
                }
                self.maybe(*rest, Demand::None);
            }
            ExprKind::Tuple(list) | ExprKind::Array(list) => self.all(list, Demand::None),
            ExprKind::Binary(op, a, b) => {
                self.expr(*a, Demand::None);
                let is_short = matches!(op, BinaryOp::And | BinaryOp::Or);
                self.sometimes(is_short, |body| body.expr(*b, Demand::None));
            }
            ExprKind::Assign(a, b) | ExprKind::AssignOp(a, b) => self.all_of(&[*b, *a]),
            ExprKind::Range(a, b) => {
                self.maybe(*a, Demand::None);
                self.maybe(*b, Demand::None);
            }
            ExprKind::Block(block) if block.flavour == BlockFlavour::Async => self.inner(id, demand),
            ExprKind::Block(block) => self.block(block, demand),
            ExprKind::If { cond, then, otherwise } => self.if_else(*cond, *then, *otherwise, demand),
            ExprKind::Let(_, e) => self.expr(*e, Demand::None),
            ExprKind::Match { scrutinee, arms } => self.arms(*scrutinee, arms, demand),
            ExprKind::While { cond, body } => {
                self.expr(*cond, Demand::None);
                self.sometimes(true, |it| it.expr(*body, Demand::None));
            }
            ExprKind::Loop(body) => self.expr(*body, demand),
            ExprKind::For { iter, body, .. } => {
                self.expr(*iter, Demand::None);
                self.sometimes(true, |it| it.expr(*body, Demand::None));
            }
            ExprKind::Closure { .. } => self.inner(id, Demand::None),
            ExprKind::Macro(call) => self.macro_call(call, demand),
            ExprKind::Literal(_) | ExprKind::Continue | ExprKind::Unknown => {}
        }
    }

    fn all_of(&mut self, ids: &[ExprId]) {
        for id in ids {
            self.expr(*id, Demand::None);
        }
    }

    /// A closure or `async` block: what it gives back is what the call gives back that it is passed to.
    fn inner(&mut self, id: ExprId, demand: Demand) {
        let outer = std::mem::replace(&mut self.out, demand);
        match &self.facts.expr(id).kind {
            ExprKind::Closure { body, .. } => self.expr(*body, demand),
            ExprKind::Block(block) => self.block(block, demand),
            _ => {}
        }
        self.out = outer;
    }

    fn block(&mut self, block: &'a Block, demand: Demand) {
        for (at, stmt) in block.stmts.iter().enumerate() {
            let is_gated = block.gated.contains(&index(at));
            self.sometimes(is_gated, |body| body.stmt(stmt));
        }
        self.maybe(block.tail, demand);
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Let { init, otherwise, .. } => {
                let demand = otherwise.map_or(Demand::None, |e| self.outward(demand::ends(self.facts, e)));
                self.maybe(*init, demand);
                self.sometimes(true, |body| body.maybe(*otherwise, Demand::None));
            }
            Stmt::Expr(e) => self.expr(*e, Demand::None),
            Stmt::Item(_) => {}
        }
    }

    /// What is given back becomes what the function's own result becomes.
    fn outward(&self, demand: Demand) -> Demand {
        if demand == Demand::Passed { self.out } else { demand }
    }

    fn if_else(&mut self, cond: ExprId, then: ExprId, otherwise: Option<ExprId>, demand: Demand) {
        let facts = self.facts;
        let mut is_taken = false;
        match &facts.expr(cond).kind {
            ExprKind::Let(pat, e) => {
                let failed = demand::of_pattern(facts, *pat, then);
                let missed = otherwise.map_or(Demand::None, |it| demand::ends(facts, it));
                is_taken = missed != Demand::None;
                self.expr(*e, self.outward(failed.max(missed)));
            }
            ExprKind::MethodCall { receiver, method, .. }
                if matches!(method.as_str(), "is_err" | "is_none") =>
            {
                self.expr(*receiver, self.outward(demand::ends(facts, then)));
            }
            _ => self.expr(cond, Demand::None),
        }
        self.sometimes(!is_taken, |body| body.expr(then, demand));
        self.sometimes(true, |body| body.maybe(otherwise, demand));
    }

    fn arms(&mut self, scrutinee: ExprId, arms: &'a [Arm], demand: Demand) {
        let facts = self.facts;
        let failed = arms.iter().map(|arm| demand::of_pattern(facts, arm.pat, arm.body)).max();
        self.expr(scrutinee, self.outward(failed.unwrap_or(Demand::None)));
        for (at, arm) in arms.iter().enumerate() {
            let mut others = arms.iter().enumerate().filter(|(other, _)| *other != at);
            let is_only = others.all(|(_, other)| demand::ends(facts, other.body) != Demand::None);
            self.sometimes(!is_only, |body| {
                body.maybe(arm.guard, Demand::None);
                body.expr(arm.body, demand);
            });
        }
    }

    fn macro_call(&mut self, call: &'a MacroCall, demand: Demand) {
        match &call.body {
            MacroBody::Args(args) => args.iter().for_each(|(_, e)| self.expr(*e, demand)),
            MacroBody::Arms { futures, arms } => {
                self.all(futures, Demand::None);
                self.sometimes(true, |body| arms.iter().for_each(|arm| body.expr(arm.body, Demand::None)));
            }
            MacroBody::Block(e) => self.expr(*e, demand),
            MacroBody::Fragments(list) => self.all(list, Demand::None),
        }
    }

    /// A static whose initialiser runs when it is first looked at.
    fn path(&mut self, path: &'a Path, span: Span) {
        let is_upper = path.last_name().chars().all(|char| !char.is_lowercase());
        if !is_upper {
            return;
        }
        if let Some(Res::Def(def)) = self.engine.types.resolver.resolve_value(self.module, path) {
            let at = self.engine.types.world.def(def);
            if matches!(self.engine.inputs().item(at.file, at.item).kind, ItemKind::Static(_)) {
                self.push_call(def, Vec::new(), span, Demand::None);
            }
        }
    }

    fn push_call(&mut self, def: DefId, args: Vec<Option<Names>>, span: Span, demand: Demand) {
        let place = Place { file: self.file, span };
        let is_conditional = self.is_conditional;
        self.uses.push(Use::Call { def, args, place, demand, is_conditional });
    }

    fn call(&mut self, id: ExprId, callee: ExprId, args: &'a [ExprId], demand: Demand) {
        let facts = self.facts;
        let span = facts.expr(id).span;
        let path = if let ExprKind::Path(path) = &facts.expr(callee).kind {
            Some(path)
        } else {
            self.expr(callee, Demand::None);
            None
        };
        let is_driver = path.is_some_and(|path| path.last_name() == "block_on");
        self.args(args, demand, is_driver);
        self.local_calls(span, args, demand);
        let Some(path) = path else { return };
        match self.engine.types.resolver.resolve_value(self.module, path) {
            Some(Res::External(external)) => self.external(&external, args, span, demand),
            _ if self.engine.inputs().catalog.words().is_argument_function(path.last_name()) => {
                self.parsed(path);
            }
            _ => {}
        }
    }

    /// Functions of this run that are called here, by whatever name.
    fn local_calls(&mut self, span: Span, args: &'a [ExprId], demand: Demand) {
        let Some(defs) = self.callees.get(&span).cloned() else { return };
        let is_one_of_many = defs.len() > 1;
        for def in defs {
            let receiver = self.engine.types.function(def).is_some_and(|item| item.receiver.is_some());
            let names: Vec<Option<Names>> = args.iter().map(|arg| self.names(*arg)).collect();
            let extra = usize::from(receiver).min(self.surplus(def, args.len()));
            self.sometimes(is_one_of_many, |body| body.push_call(def, names[extra..].to_vec(), span, demand));
        }
    }

    /// How many arguments there are more than parameters: the receiver, where it is passed like one.
    fn surplus(&self, def: DefId, count: usize) -> usize {
        let params = self.engine.types.function(def).map_or(count, |item| item.params.len());
        count.saturating_sub(params)
    }

    fn args(&mut self, args: &'a [ExprId], demand: Demand, is_driver: bool) {
        for arg in args {
            match &self.facts.expr(*arg).kind {
                ExprKind::Closure { .. } => self.inner(*arg, demand),
                ExprKind::Block(block) if block.flavour == BlockFlavour::Async => self.inner(*arg, demand),
                _ => self.expr(*arg, if is_driver { demand } else { Demand::None }),
            }
        }
    }

    fn method(&mut self, id: ExprId, method: &'a Name, args: &'a [ExprId], demand: Demand) {
        let is_rare = SOMETIMES.contains(&method.as_str());
        self.sometimes(is_rare, |body| body.args(args, demand, method == "block_on"));
        self.local_calls(self.facts.expr(id).span, args, demand);
    }

    fn external(&mut self, path: &SmolStr, args: &'a [ExprId], span: Span, demand: Demand) {
        let Some(entry) = self.engine.inputs().catalog.function(path) else { return };
        if entry.does == Some(Action::SetEnv) {
            let name = args.first().and_then(|arg| self.names(*arg));
            let known = match name {
                Some(Names::Known(names)) => names.first().cloned(),
                _ => None,
            };
            self.sets.insert(known.unwrap_or_default());
            return;
        }
        if entry.does == Some(Action::ReadEnv) && path.starts_with("std::") {
            let names = args.first().and_then(|arg| self.names(*arg));
            self.need(names, args.first().map_or(span, |arg| self.facts.expr(*arg).span), demand);
        } else if is_made_from_env(path, entry) {
            let names = Names::Known(entry.reads_env.iter().map(SmolStr::new).collect());
            self.need(Some(names), span, Demand::Ends);
        }
    }

    fn need(&mut self, names: Option<Names>, span: Span, demand: Demand) {
        let Some(what) = names.filter(|_| demand != Demand::None) else { return };
        let place = Place { file: self.file, span };
        let need = Need { what, place, demand, is_conditional: self.is_conditional, is_argument: false };
        self.uses.push(Use::Need(need));
    }

    /// `Cli::parse()`.
    fn parsed(&mut self, path: &'a Path) {
        let Some((_, owner)) = path.segments.split_last() else { return };
        let owner = Path { segments: owner.to_vec(), ..path.clone() };
        if let Some(Res::Def(def)) = self.engine.types.resolver.resolve_type(self.module, &owner) {
            let needs = parser::needs(self.engine, def, self.is_conditional);
            self.uses.extend(needs.into_iter().map(Use::Need));
        }
    }

    /// The variable that an expression names.
    fn names(&self, id: ExprId) -> Option<Names> {
        let known = |text: &str| is_variable(text).then(|| Names::Known(Rc::from([SmolStr::new(text)])));
        match &self.facts.expr(id).kind {
            ExprKind::Literal(Literal::Str(text)) => known(text),
            ExprKind::Ref(e) => self.names(*e),
            ExprKind::Path(path) => {
                if let Some(at) =
                    path.as_ident().and_then(|name| self.params.iter().position(|it| it == name))
                {
                    return Some(Names::Param(u16::try_from(at).ok()?));
                }
                let Some(Res::Def(def)) = self.engine.types.resolver.resolve_value(self.module, path) else {
                    return None;
                };
                known(&self.engine.tables.summaries.get(&def)?.ret.text.as_ref()?.text)
            }
            _ => None,
        }
    }
}

/// Whether a function makes a client of what it finds in the environment alone.
fn is_made_from_env(path: &str, entry: &FnEntry) -> bool {
    let name = path.rsplit("::").next().unwrap_or_default();
    !entry.reads_env.is_empty() && name.contains("from_env")
}
