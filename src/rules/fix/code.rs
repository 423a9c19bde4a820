//! The code that is edited: expressions by their places, what stands around them, and what paths in them mean.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{
    import::path_of,
    uses::{Words, function_words, words},
};
use crate::catalog::{Catalog, schema::MacroRole};
use crate::facts::{
    Expr, ExprId, ExprKind, FileFacts, Item, ItemId, ItemKind,
    expr::{BlockFlavour, MacroBody, MacroCall},
    item::Attribute,
    path::Path,
};
use crate::finding::Finding;
use crate::link::{
    DefId, Names, Program, children,
    deployments::MissingVariable,
    order::Inherited,
    outlived::Outlived,
    sinks::{Arriving, Literal, Reached, Sink},
};
use crate::rules::inherited::nearest;
use crate::source::{FileId, Files, Place, SourceFile, Span};

/// A program with its text.
pub(super) struct Code<'p> {
    pub(super) program: &'p Program<'p>,
    files: &'p Files,
    names: OnceCell<Names<'p>>,
    trees: RefCell<BTreeMap<FileId, Rc<Tree>>>,
    /// What forked children go on with, by where it is made.
    inherited: OnceCell<BTreeMap<Place, &'p Inherited>>,
    /// The literals that arrive somewhere, each with the surest place where.
    literals: OnceCell<BTreeMap<Place, (&'p Literal, &'p Sink)>>,
    /// The places where credentials arrive, sorted.
    sinks: OnceCell<Vec<&'p Reached>>,
    words: OnceCell<Words<'p>>,
    function_words: OnceCell<Words<'p>>,
    /// The tokens that loops outlive, by where they are used.
    outlived: OnceCell<BTreeMap<Place, &'p Outlived>>,
    /// Where each rule reports something.
    reported: BTreeMap<(&'static str, FileId), Vec<Place>>,
}

/// An expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) file: FileId,
    pub(super) id: ExprId,
}

/// What stands around the expressions of a file.
struct Tree {
    parents: FxHashMap<ExprId, ExprId>,
    /// The items whose bodies and initialisers expressions are.
    owners: FxHashMap<ExprId, ItemId>,
    by_span: FxHashMap<Span, ExprId>,
    /// Paths by their last byte.
    paths: FxHashMap<u32, ExprId>,
}

impl Tree {
    fn new(facts: &FileFacts) -> Self {
        let mut tree = Self {
            parents: FxHashMap::default(),
            owners: FxHashMap::default(),
            by_span: FxHashMap::default(),
            paths: FxHashMap::default(),
        };
        let mut inner = Vec::new();
        for (at, expr) in (0..).map(ExprId).zip(&facts.exprs) {
            tree.by_span.entry(expr.span).or_insert(at);
            if matches!(expr.kind, ExprKind::Path(_)) {
                tree.paths.insert(expr.span.end, at);
            }
            children(facts, at, &mut inner);
            tree.parents.extend(inner.drain(..).map(|child| (child, at)));
        }
        for (at, item) in (0..).map(ItemId).zip(&facts.items) {
            tree.owners.extend(roots(item).into_iter().map(|root| (root, at)));
        }
        tree
    }
}

/// The outermost expressions of an item.
fn roots(item: &Item) -> Vec<ExprId> {
    match &item.kind {
        ItemKind::Static(it) | ItemKind::Const(it) => it.init.into_iter().collect(),
        ItemKind::Fn(it) => it.body.into_iter().collect(),
        ItemKind::MacroCall(_, args) => args.clone(),
        _ => Vec::new(),
    }
}

impl<'p> Code<'p> {
    pub(super) fn new(program: &'p Program<'p>, files: &'p Files, findings: &[Finding]) -> Self {
        let mut reported: BTreeMap<_, Vec<Place>> = BTreeMap::new();
        for it in findings {
            reported.entry((it.rule, it.primary.place.file)).or_default().push(it.primary.place);
        }
        Self {
            program,
            files,
            names: OnceCell::new(),
            trees: RefCell::default(),
            inherited: OnceCell::new(),
            literals: OnceCell::new(),
            sinks: OnceCell::new(),
            words: OnceCell::new(),
            function_words: OnceCell::new(),
            outlived: OnceCell::new(),
            reported,
        }
    }

    /// The variable that a deployment lacks, by where it is read.
    pub(super) fn missing(&self, read: Place) -> Option<&'p MissingVariable> {
        self.program.deployed().missing.iter().find(|it| it.read.place == read)
    }

    /// Where else in its file the rule of a finding reports something.
    pub(super) fn reported_beside(&self, finding: &Finding) -> Vec<Place> {
        let own = finding.primary.place;
        let all = self.reported.get(&(finding.rule, own.file)).into_iter().flatten();
        all.copied().filter(|it| *it != own).collect()
    }

    /// The token that is used at a place in a loop that outlives it.
    pub(super) fn outlived(&self, used: Place) -> Option<&'p Outlived> {
        let all = || self.program.outlived().map(|it| (it.used, it)).collect();
        self.outlived.get_or_init(all).get(&used).copied()
    }

    /// What a forked child goes on with that is made at a place.
    pub(super) fn inherited(&self, made: Place) -> Option<&'p Inherited> {
        self.all_inherited().get(&made).copied()
    }

    /// Where such things are made that start in a stretch of a file.
    pub(super) fn inherited_in(&self, within: Place) -> impl Iterator<Item = Place> {
        let at = |at| Place { file: within.file, span: Span::new(at, at) };
        self.all_inherited().range(at(within.span.start)..at(within.span.end)).map(|(place, _)| *place)
    }

    fn all_inherited(&self) -> &BTreeMap<Place, &'p Inherited> {
        let made_at = |it: &&'p Inherited| Some(self.program.hazard(it.hazard?).place);
        let all = || nearest(self.program).into_iter().filter_map(|it| Some((made_at(&it)?, it))).collect();
        self.inherited.get_or_init(all)
    }

    /// The places where credentials arrive at a call or field.
    pub(super) fn reached(&self, sink: Place) -> impl Iterator<Item = &'p Reached> {
        let sorted = self.sorted_sinks();
        let first = sorted.partition_point(|it| it.sink.place < sink);
        let found: Vec<&'p Reached> =
            sorted[first..].iter().copied().take_while(|it| it.sink.place == sink).collect();
        found.into_iter()
    }

    fn sorted_sinks(&self) -> &[&'p Reached] {
        self.sinks.get_or_init(|| {
            let mut sorted: Vec<&Reached> = self.program.sinks().iter().collect();
            sorted.sort_by_key(|it| it.sink.place);
            sorted
        })
    }

    /// The places where credentials arrive that start in a stretch of a file.
    pub(super) fn reached_in(&self, within: Place) -> impl Iterator<Item = &'p Reached> {
        let start = Place { file: within.file, span: Span::new(within.span.start, within.span.start) };
        let sorted = self.sorted_sinks();
        let first = sorted.partition_point(|it| it.sink.place < start);
        let is_in = |it: &&'p Reached| {
            it.sink.place.file == within.file && it.sink.place.span.start < within.span.end
        };
        let found: Vec<&'p Reached> = sorted[first..].iter().copied().take_while(is_in).collect();
        found.into_iter()
    }

    fn literals(&self) -> &BTreeMap<Place, (&'p Literal, &'p Sink)> {
        self.literals.get_or_init(|| {
            let mut found: BTreeMap<Place, (&Literal, &Sink)> = BTreeMap::new();
            for reached in self.program.sinks() {
                for arrival in &reached.arrivals {
                    let Arriving::Literal(id) = arrival.what else { continue };
                    let (literal, sink) = (self.program.literal(id), &reached.sink);
                    let known = found.entry(literal.place).or_insert((literal, sink));
                    if (sink.certainty, sink.provider.is_some())
                        > (known.1.certainty, known.1.provider.is_some())
                    {
                        known.1 = sink;
                    }
                    if known.0.fallback.is_none() {
                        known.0 = literal;
                    }
                }
            }
            found
        })
    }

    /// The literal at a place, where it arrives somewhere.
    pub(super) fn literal(&self, at: Place) -> Option<&'p Literal> {
        self.literals().get(&at).map(|(literal, _)| *literal)
    }

    /// Where that literal arrives.
    pub(super) fn sink_of(&self, at: Place) -> Option<&'p Sink> {
        self.literals().get(&at).map(|(_, sink)| *sink)
    }

    /// The path of what builds the runtime that an attribute of the function around a node builds.
    pub(super) fn builder_of(&self, node: Node, attribute: &Attribute) -> Option<SmolStr> {
        let path = path_of(&attribute.path);
        let path = self.external(node, &path)?;
        let root = path.split("::").next()?;
        let builder = self.program.catalog().attribute(&path)?.builder.as_deref()?;
        Some(smol_str::format_smolstr!("{root}::{builder}"))
    }

    pub(super) fn catalog(&self) -> &'p Catalog {
        self.program.catalog()
    }

    pub(super) fn names(&self) -> &Names<'p> {
        self.names.get_or_init(|| Names::new(self.program))
    }

    /// The file of a place.
    pub(super) fn source(&self, file: FileId) -> &'p SourceFile {
        self.files.get(file)
    }

    pub(super) fn facts(&self, file: FileId) -> Option<&'p FileFacts> {
        self.program.facts_of(file)
    }

    fn tree(&self, file: FileId) -> Option<Rc<Tree>> {
        let facts = self.facts(file)?;
        let mut trees = self.trees.borrow_mut();
        Some(Rc::clone(trees.entry(file).or_insert_with(|| Rc::new(Tree::new(facts)))))
    }

    /// The item whose name stands at a place.
    pub(super) fn item_named_at(&self, name: Place) -> Option<(ItemId, &'p Item)> {
        let facts = self.facts(name.file)?;
        let at = facts.items.iter().position(|item| item.name_span == name.span)?;
        let id = ItemId(u32::try_from(at).ok()?);
        Some((id, facts.item(id)))
    }

    /// The expression that takes up a place.
    pub(super) fn at(&self, place: Place) -> Option<Node> {
        let id = *self.tree(place.file)?.by_span.get(&place.span)?;
        Some(Node { file: place.file, id })
    }

    /// The path that ends at a byte.
    pub(super) fn path_ending_at(&self, file: FileId, end: u32) -> Option<Node> {
        let id = *self.tree(file)?.paths.get(&end)?;
        Some(Node { file, id })
    }

    /// Where the names of constants stand in the text of the program.
    pub(super) fn words(&self) -> &Words<'p> {
        self.words.get_or_init(|| words(self.files))
    }

    /// Where the names of functions stand in the text of the program.
    pub(super) fn function_words(&self) -> &Words<'p> {
        self.function_words.get_or_init(|| function_words(self, self.files))
    }

    pub(super) fn expr(&self, node: Node) -> &'p Expr {
        self.facts(node.file).expect("a node stands in a file with facts").expr(node.id)
    }

    /// The source text of an expression.
    pub(super) fn text(&self, node: Node) -> &'p str {
        self.source(node.file).slice(self.expr(node).span)
    }

    pub(super) fn place(&self, node: Node) -> Place {
        Place { file: node.file, span: self.expr(node).span }
    }

    /// The expression directly around another.
    pub(super) fn parent(&self, node: Node) -> Option<Node> {
        let id = *self.tree(node.file)?.parents.get(&node.id)?;
        Some(Node { id, ..node })
    }

    /// The expressions around another, the innermost first.
    pub(super) fn around(&self, node: Node) -> impl Iterator<Item = Node> {
        std::iter::successors(self.parent(node), |it| self.parent(*it))
    }

    /// The item whose body or initialiser an expression stands in.
    pub(super) fn owner(&self, node: Node) -> Option<ItemId> {
        let root = self.around(node).last().unwrap_or(node);
        self.tree(node.file)?.owners.get(&root.id).copied()
    }

    /// The definition whose body or initialiser an expression stands in.
    pub(super) fn def(&self, node: Node) -> Option<DefId> {
        self.names().def(node.file, self.owner(node)?)
    }

    /// The canonical path of what a path at a node names in another package.
    pub(super) fn external(&self, node: Node, path: &Path) -> Option<SmolStr> {
        self.names().external(self.def(node)?, path)
    }

    /// Whether a variable of this name is a credential that would be read at these nodes when the program is at work
    /// already, and not before: `lazy-credential-env` would report that in the place of what is set right.
    pub(super) fn would_be_late(&self, variable: &str, nodes: &[Node]) -> bool {
        let phases = self.program.phases();
        self.program.names_credential(variable)
            && !nodes.is_empty()
            && nodes.iter().all(|node| self.def(*node).is_some_and(|def| phases.is_late(def)))
    }

    /// Whether new code at a node runs when the program does, and is looked at as code: not in a constant, and not among
    /// tokens that a macro may take for something else.
    pub(super) fn is_ordinary(&self, node: Node) -> bool {
        let mut inner = node;
        let mut is_deferred = false;
        for outer in self.around(node) {
            match &self.expr(outer).kind {
                ExprKind::Macro(call) if !self.takes_code(outer, call, inner) => return false,
                ExprKind::Block(block) if block.flavour == BlockFlavour::Const => return false,
                ExprKind::Closure { .. } => is_deferred = true,
                _ => {}
            }
            inner = outer;
        }
        self.owner(node).is_some_and(|owner| {
            let item = self.facts(node.file).expect("it has an owner").item(owner);
            match &item.kind {
                ItemKind::Fn(it) => !it.is_const,
                ItemKind::Static(it) => it.is_ref || is_deferred || item.from_macro.is_some(),
                ItemKind::Const(_) => is_deferred,
                _ => false,
            }
        })
    }

    /// Whether a macro takes any expression in the place of its argument `inner`.
    fn takes_code(&self, node: Node, call: &MacroCall, inner: Node) -> bool {
        let Some(path) = self.external(node, &call.path) else { return false };
        let MacroBody::Args(args) = &call.body else {
            return self.program.catalog().macro_role(&path) == Some(MacroRole::Futures);
        };
        let is_first = args.first().is_some_and(|(_, first)| *first == inner.id);
        match self.program.catalog().macro_role(&path) {
            Some(MacroRole::Format | MacroRole::Panic | MacroRole::Bail | MacroRole::Print) => !is_first,
            Some(MacroRole::Collection) => path == "std::vec",
            Some(MacroRole::Assert | MacroRole::Futures) => true,
            _ => false,
        }
    }
}
