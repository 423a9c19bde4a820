//! Tokens that are obtained at their first use, kept in a shared place inside a struct, and asked for by nobody since.

use std::collections::BTreeSet;

use super::Program;
use crate::catalog::{
    Words,
    schema::{CellKind, Lifetime},
};
use crate::facts::{ExprId, ExprKind, FileFacts, ItemKind, Name, PatId, PatKind, expr::Stmt};
use crate::link::{
    phases::Phase,
    ty::Ty,
    value::{CredentialId, Source, Trace},
    world::{DefId, body::children},
};
use crate::source::{FileId, Place};

/// Methods that fill an empty place, and leave a filled one as it is.
const FILLS_EMPTY: [&str; 4] = ["get_or_init", "get_or_try_init", "get_or_insert_with", "get_or_insert"];
/// Methods that ask whether a place is empty.
const ASKS_EMPTY: [&str; 5] = ["is_none", "is_some", "is_empty", "initialized", "is_initialized"];
/// Methods that leave a place empty.
const EMPTIES: [&str; 6] = ["take", "clear", "remove", "invalidate", "reset", "replace"];

/// A token in a field that a method fills when it finds the field empty.
#[derive(Clone, Debug)]
pub struct FirstUse {
    /// The struct.
    pub def: DefId,
    /// Where the field is declared.
    pub field: Place,
    /// Its name.
    pub name: Name,
    /// The token.
    pub credential: CredentialId,
    /// How it came there, where that was followed.
    pub trace: Trace,
    /// The method.
    pub filler: DefId,
    /// Where the method looks whether the field is empty.
    pub asked: Place,
}

impl Program<'_> {
    /// The tokens that are obtained at their first use and kept from then on, where nothing in sight knows how old they
    /// are, forgets them or obtains others.
    #[must_use]
    pub fn kept_from_first_use(&self) -> Vec<FirstUse> {
        let fields: BTreeSet<_> =
            self.learned.tables.kept.keys().chain(self.learned.tables.filled.keys()).collect();
        fields.into_iter().filter_map(|(def, name)| self.first_use(*def, name)).collect()
    }

    fn first_use(&self, def: DefId, name: &Name) -> Option<FirstUse> {
        let (credential, trace) = self.granted(def, name)?;
        let is_own = !self.is_example(def) && !self.is_answer(def);
        if !is_own || !self.is_shared_place(def, name) || self.struct_looks_after_age(def) {
            return None;
        }
        let fillers: Vec<DefId> = self.fillers(def, name).collect();
        let lazy =
            fillers.iter().filter_map(|filler| Some((*filler, self.asks_whether_empty(*filler, name)?)));
        let lazy: Vec<(DefId, Place)> = lazy.collect();
        let [(filler, asked)] = lazy[..] else { return None };
        let mut others = fillers.iter().filter(|it| **it != filler);
        if !others.all(|it| self.constructs(*it, def)) || !self.outlives_requests(def, filler) {
            return None;
        }
        let files = BTreeSet::from([self.world.def(def).file, self.world.def(filler).file]);
        if files.iter().any(|file| self.is_looked_after_in(*file, name)) || self.is_refusal_seen(def, filler)
        {
            return None;
        }
        let field = self.field_place(def, name)?;
        Some(FirstUse { def, field, name: name.clone(), credential, trace, filler, asked })
    }

    /// The token of a field that a server gave: seen to come from an answer, or out of what an answer with a time of its
    /// end is read into.
    fn granted(&self, def: DefId, name: &Name) -> Option<(CredentialId, Trace)> {
        let key = (def, name.clone());
        let seen = self.learned.tables.kept.get(&key).and_then(|kept| kept.iter().next());
        if let Some((id, trace)) = seen {
            return Some((*id, trace.clone()));
        }
        let filled = self.learned.tables.filled.get(&key)?;
        filled.iter().find(|id| self.is_from_grant(**id)).map(|id| (*id, None))
    }

    fn is_from_grant(&self, id: CredentialId) -> bool {
        let credential = self.credential(id);
        let origin = self.origin(credential.origin);
        if credential.lifetime != Lifetime::Expiring || origin.source != Source::Field {
            return false;
        }
        let words = self.catalog.words();
        let facts = self.file(origin.place.file);
        facts.items.iter().any(|item| {
            let ItemKind::Struct(fields) = &item.kind else { return false };
            fields.iter().any(|field| field.span == origin.place.span && field.name == "access_token")
                && fields.iter().any(|field| words.is_expiry_field(&field.name))
                && item.derives().any(|derive| words.is_read_from_answers(derive))
        })
    }

    /// Whether a field is one place that all who share the struct fill and read, and no collection.
    fn is_shared_place(&self, def: DefId, name: &Name) -> bool {
        let at = self.world.def(def);
        let ItemKind::Struct(fields) = &self.file(at.file).item(at.item).kind else { return false };
        let parts = self.learned.parts.get(&def).filter(|parts| parts.len() == fields.len());
        let at = fields.iter().position(|field| field.name == *name);
        let Some(ty) = parts.zip(at).map(|(parts, at)| &parts[at]) else { return false };
        self.is_filled_through_sharing(ty) && !self.is_keyed(ty, 0)
    }

    fn is_filled_through_sharing(&self, ty: &Ty) -> bool {
        let kind = ty.entry(self.catalog).and_then(|entry| entry.cell);
        matches!(kind, Some(CellKind::Lock | CellKind::Swap | CellKind::Once))
            || ty.content(self.catalog).is_some_and(|inner| self.is_filled_through_sharing(&inner))
    }

    /// Whether a function fills the field by putting the struct together.
    fn constructs(&self, function: DefId, def: DefId) -> bool {
        let facts = self.file(self.world.def(function).file);
        self.body(function).iter().any(|e| match &facts.expr(*e).kind {
            ExprKind::Struct { path, .. } => path.last_name() == self.name(def) || path.last_name() == "Self",
            _ => false,
        })
    }

    /// Whether the struct lives on when the request or the short program that needs its token has ended, as far as anyone
    /// in sight makes and uses it.
    fn outlives_requests(&self, def: DefId, filler: DefId) -> bool {
        const LATE: [Phase; 3] = [Phase::Request, Phase::Worker, Phase::Loop];
        let is_in = |function, phase| self.learned.phases.reach(function, phase).is_some();
        let is_late = |function| LATE.iter().any(|phase| is_in(function, *phase));
        if !is_late(filler) && !is_in(filler, Phase::Library) {
            return false;
        }
        let file = self.world.def(def).file;
        !self.functions_in(file).any(|function| is_late(function) && self.constructs(function, def))
    }

    /// Whether somebody who has to do with the field, in a file, looks at a time or empties the field.
    fn is_looked_after_in(&self, file: FileId, name: &Name) -> bool {
        let facts = self.file(file);
        let words = self.catalog.words();
        self.functions_in(file).any(|function| {
            let body = self.body(function);
            let slot = Slot::of(facts, &body, name);
            let knows_age = |e: &ExprId| speaks_of_age(facts, *e, words);
            let has_to_do = slot.is_touched() || words.classify(self.name(function)).is_some();
            (has_to_do && body.iter().any(knows_age)) || body.iter().any(|e| slot.is_emptied(*e))
        }) || facts.exprs.iter().any(
            |expr| matches!(&expr.kind, ExprKind::Field { name, .. } if words.is_expiry_field(name)),
        ) || facts.pats.iter().any(
            |pat| matches!(&pat.kind, PatKind::Struct(_, fields) if fields.iter().any(|(name, _)| words.is_expiry_field(name))),
        )
    }

    /// Whether the crate asks for refusals where it has to do with the struct or the method.
    fn is_refusal_seen(&self, def: DefId, filler: DefId) -> bool {
        let krate = self.world.crate_of(def);
        let names = [self.name(def), self.name(filler)];
        let own = [self.world.def(def).file, self.world.def(filler).file];
        let files: BTreeSet<FileId> = self
            .world
            .def_ids()
            .filter(|it| self.world.crate_of(*it) == krate)
            .map(|it| self.world.def(it).file)
            .collect();
        let asking = self.files_that_ask_for_refusals();
        asking.intersection(&files).any(|file| own.contains(file) || mentions(self.file(*file), &names))
    }

    fn asks_whether_empty(&self, function: DefId, name: &Name) -> Option<Place> {
        let file = self.world.def(function).file;
        let facts = self.file(file);
        let body = self.body(function);
        let slot = Slot::of(facts, &body, name);
        let at = *body.iter().find(|e| slot.is_asked(**e))?;
        let shown = match &facts.expr(at).kind {
            ExprKind::Match { scrutinee, .. } => *scrutinee,
            _ => at,
        };
        Some(Place { file, span: facts.expr(shown).span })
    }

    fn functions_in(&self, file: FileId) -> impl Iterator<Item = DefId> + '_ {
        self.world.def_ids().filter(move |def| self.world.def(*def).file == file)
    }

    /// The expressions of a function, in the order they are written.
    fn body(&self, function: DefId) -> Vec<ExprId> {
        let at = self.world.def(function);
        let facts = self.file(at.file);
        let ItemKind::Fn(item) = &facts.item(at.item).kind else { return Vec::new() };
        let (mut open, mut found): (Vec<ExprId>, Vec<ExprId>) = (item.body.into_iter().collect(), Vec::new());
        while let Some(e) = open.pop() {
            found.push(e);
            children(facts, e, &mut open);
        }
        found.sort_by_key(|e| facts.expr(*e).span.start);
        found
    }

    fn file(&self, file: FileId) -> &FileFacts {
        &self.facts[file.0 as usize]
    }
}

/// A field of `self`, and the locals of a function that it is known by.
struct Slot<'f> {
    facts: &'f FileFacts,
    name: &'f Name,
    locals: BTreeSet<&'f Name>,
    is_read: bool,
}

impl<'f> Slot<'f> {
    fn of(facts: &'f FileFacts, body: &[ExprId], name: &'f Name) -> Self {
        let is_field =
            |e: &ExprId| matches!(&facts.expr(*e).kind, ExprKind::Field { name: it, .. } if it == name);
        let is_read = body.iter().any(is_field);
        let mut slot = Self { facts, name, locals: BTreeSet::new(), is_read };
        for e in body.iter().filter(|_| is_read) {
            let ExprKind::Block(block) = &facts.expr(*e).kind else { continue };
            for stmt in &block.stmts {
                if let Stmt::Let { pat, init: Some(init), .. } = stmt
                    && slot.is(*init)
                    && let PatKind::Ident(local, _) = &facts.pat(*pat).kind
                {
                    slot.locals.insert(local);
                }
            }
        }
        slot
    }

    fn is_touched(&self) -> bool {
        self.is_read
    }

    /// Whether an expression is the field or what stands in it, under whatever is done to get at that.
    fn is(&self, e: ExprId) -> bool {
        let mut at = e;
        loop {
            at = match &self.facts.expr(at).kind {
                ExprKind::Field { name, .. } if name == self.name => return true,
                ExprKind::Path(path) => return path.as_ident().is_some_and(|it| self.locals.contains(it)),
                ExprKind::Ref(e) | ExprKind::Deref(e) | ExprKind::Try(e) | ExprKind::Await(e) => *e,
                ExprKind::MethodCall { receiver, .. } => *receiver,
                ExprKind::Tuple(list) => return list.iter().any(|e| self.is(*e)),
                _ => return false,
            };
        }
    }

    fn is_asked(&self, e: ExprId) -> bool {
        match &self.facts.expr(e).kind {
            ExprKind::MethodCall { receiver, method, .. } => {
                let asks = FILLS_EMPTY.contains(&method.as_str()) || ASKS_EMPTY.contains(&method.as_str());
                asks && self.is(*receiver)
            }
            ExprKind::Let(pat, e) => self.is(*e) && self.is_presence(*pat),
            ExprKind::Match { scrutinee, arms } => {
                self.is(*scrutinee) && arms.iter().any(|arm| self.is_presence(arm.pat))
            }
            _ => false,
        }
    }

    fn is_presence(&self, pat: PatId) -> bool {
        match &self.facts.pat(pat).kind {
            PatKind::Ident(name, _) => name == "None",
            PatKind::TupleStruct(path, _) => path.last_name() == "Some",
            PatKind::Path(path) => path.last_name() == "None",
            PatKind::Ref(pat) => self.is_presence(*pat),
            PatKind::Tuple(pats) => pats.iter().any(|pat| self.is_presence(*pat)),
            _ => false,
        }
    }

    fn is_emptied(&self, e: ExprId) -> bool {
        match &self.facts.expr(e).kind {
            ExprKind::MethodCall { receiver, method, .. } => {
                EMPTIES.contains(&method.as_str()) && self.is(*receiver)
            }
            ExprKind::Call { callee, args } => {
                let swaps = matches!(&self.facts.expr(*callee).kind, ExprKind::Path(path) if EMPTIES.contains(&path.last_name()));
                swaps && args.iter().any(|e| self.is(*e))
            }
            ExprKind::Assign(to, from) => self.is(*to) && self.is_nothing(*from),
            _ => false,
        }
    }

    fn is_nothing(&self, e: ExprId) -> bool {
        matches!(&self.facts.expr(e).kind, ExprKind::Path(path) if path.last_name() == "None")
    }
}

/// Whether something is called, read or compared that has to do with an end.
fn speaks_of_age(facts: &FileFacts, e: ExprId, words: &Words) -> bool {
    let is = |name: &str| words.is_renewing_method(name) || words.is_expiry_field(name);
    match &facts.expr(e).kind {
        ExprKind::MethodCall { method, .. } => is(method),
        ExprKind::Field { name, .. } => is(name),
        ExprKind::Path(path) => is(path.last_name()),
        _ => false,
    }
}

/// Whether a file calls or names one of these.
fn mentions(facts: &FileFacts, names: &[&Name]) -> bool {
    let is = |name: &str| names.iter().any(|it| it.as_str() == name);
    facts.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::MethodCall { method, .. } => is(method),
        ExprKind::Path(path) => path.segments.iter().any(|it| is(&it.name)),
        _ => false,
    })
}
