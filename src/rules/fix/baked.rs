//! A client whose builder is given a map of headers, read as the statements that make it: which of them put a credential into
//! the map, and which others are there for that alone.

use smol_str::SmolStr;

use super::{
    code::{Code, Node},
    statement::{Statement, bound, ends_of, mentions},
};
use crate::catalog::schema::{TypeEntry, TypeRole};
use crate::facts::{
    ExprId, ExprKind, PatId,
    expr::{Block, BlockFlavour, Literal, Stmt},
};
use crate::link::{DefId, children, sinks::SinkKind};
use crate::source::{Place, Span};

/// The block that makes a client.
pub(super) struct Baked<'p> {
    /// The block, as an expression.
    pub(super) around: Node,
    pub(super) block: &'p Block,
    /// The canonical path of the client's type.
    pub(super) client: SmolStr,
    /// The canonical path of the type of the map's values, and its name.
    pub(super) value_type: (SmolStr, &'p str),
    /// The statement that makes the map.
    pub(super) map_at: usize,
    /// What makes it, as it is written: `HeaderMap::new`.
    pub(super) map_made: Node,
    pub(super) map: &'p str,
    /// The stretch that gives the map to the builder: `.default_headers(headers)`.
    pub(super) given: Span,
    /// The headers that carry a credential.
    pub(super) headers: Vec<Header>,
}

/// A header that is put into the map.
pub(super) struct Header {
    /// The statement.
    pub(super) at: usize,
    pub(super) key: Node,
    pub(super) value: Node,
    /// The statements that only its value needs, in order.
    pub(super) needs: Vec<usize>,
}

impl<'p> Baked<'p> {
    /// What a block makes for `owner`; nothing where a part of it is not understood.
    pub(super) fn read(code: &Code<'p>, owner: DefId, around: Node, client: SmolStr) -> Option<Self> {
        let ExprKind::Block(block) = &code.expr(around).kind else { return None };
        // Items and conditions in the block are more than is moved.
        let is_plain = block.flavour == BlockFlavour::Plain
            && block.gated.is_empty()
            && !block.stmts.iter().any(|it| matches!(it, Stmt::Item(_)));
        let (map, given) = only(given_maps(code, around, &client).into_iter().filter(|_| is_plain))?;
        let (map_at, map_made) = only(made(code, around, block, map))?;
        let (map_type, entry) = map_type(code, owner, map_made)?;
        let name = entry.values.as_deref()?;
        let (module, _) = map_type.rsplit_once("::")?;
        let value_type = (SmolStr::from(format!("{module}::{name}")), name);
        let mut baked =
            Self { around, block, client, value_type, map_at, map_made, map, given, headers: Vec::new() };
        baked.headers = (0..block.stmts.len()).filter_map(|at| baked.header(code, &map_type, at)).collect();
        let sent = code.reached_in(code.place(around)).filter(|it| it.sink.kind == SinkKind::Header).count();
        let is_whole = !baked.headers.is_empty() && sent == baked.headers.len();
        (is_whole && baked.find_needs(code)).then_some(baked)
    }

    /// The credential that a statement puts into the map.
    fn header(&self, code: &Code<'p>, map_type: &str, at: usize) -> Option<Header> {
        let Stmt::Expr(call) = self.block.stmts[at] else { return None };
        let call = self.node(call);
        let ExprKind::MethodCall { receiver, method, args, .. } = &code.expr(call).kind else { return None };
        let place = code.catalog().method(map_type, method)?.header.as_ref()?;
        let mut sinks = code.reached(code.place(call));
        let is_it = is_named(code, self.node(*receiver), self.map)
            && sinks.any(|it| it.sink.kind == SinkKind::Header)
            && args.len() == 2;
        let (key, value) = (args.get(place.key)?, args.get(place.value)?);
        is_it.then(|| Header { at, key: self.node(*key), value: self.node(*value), needs: Vec::new() })
    }

    /// Finds what each header needs; false where something else needs that as well.
    fn find_needs(&mut self, code: &Code<'p>) -> bool {
        let needs: Vec<Vec<usize>> = self.headers.iter().map(|it| self.needs_of(code, it)).collect();
        for (header, needs) in self.headers.iter_mut().zip(needs) {
            header.needs = needs;
        }
        self.headers.iter().all(|it| self.is_apart(code, it))
    }

    /// The statements before a header that its value depends on.
    fn needs_of(&self, code: &Code<'p>, header: &Header) -> Vec<usize> {
        let mut text = code.text(header.value).to_owned();
        let mut needs = Vec::new();
        for at in (0..header.at).rev().filter(|at| *at != self.map_at) {
            let own = code.source(self.around.file).slice(self.block.spans[at]);
            let is_needed = match &self.block.stmts[at] {
                Stmt::Let { pat, .. } => self.bound(code, *pat).is_some_and(|name| mentions(&text, name)),
                Stmt::Expr(expr) => self.changed(code, *expr).is_some_and(|name| mentions(&text, name)),
                Stmt::Item(_) => false,
            };
            if is_needed {
                text = format!("{own}\n{text}");
                needs.push(at);
            }
        }
        needs.reverse();
        needs
    }

    /// The local that a statement changes by a method of its own: `value.set_sensitive(true);`.
    fn changed(&self, code: &Code<'p>, expr: ExprId) -> Option<&'p str> {
        let ExprKind::MethodCall { receiver, .. } = &code.expr(self.node(expr)).kind else { return None };
        let ExprKind::Path(path) = &code.expr(self.node(*receiver)).kind else { return None };
        path.as_ident().map(SmolStr::as_str).filter(|it| *it != self.map)
    }

    /// Whether what goes with a header is needed by nothing else, and can be done at another place and again.
    fn is_apart(&self, code: &Code<'p>, header: &Header) -> bool {
        let file = code.source(self.around.file);
        let moved = |at: usize| at == header.at || header.needs.contains(&at);
        let names: Vec<&str> = header.needs.iter().filter_map(|at| self.bound_by(code, *at)).collect();
        let is_bound = header.needs.iter().all(|at| match self.block.stmts[*at] {
            Stmt::Let { otherwise: None, init: Some(_), .. } => self.bound_by(code, *at).is_some(),
            Stmt::Let { .. } | Stmt::Item(_) => false,
            Stmt::Expr(_) => true,
        });
        let rest = (0..self.block.spans.len()).filter(|at| !moved(*at)).map(|at| self.block.spans[at]);
        let tail = self.block.tail.map(|it| code.expr(self.node(it)).span);
        let mut rest = rest.chain(tail);
        let mut own = header.needs.iter().map(|at| file.slice(self.block.spans[*at]));
        let keeps_map =
            own.all(|text| !mentions(text, self.map)) && !mentions(code.text(header.value), self.map);
        is_bound && keeps_map && !rest.any(|span| names.iter().any(|name| mentions(file.slice(span), name)))
    }

    fn bound_by(&self, code: &Code<'p>, at: usize) -> Option<&'p str> {
        match &self.block.stmts[at] {
            Stmt::Let { pat, .. } => self.bound(code, *pat),
            _ => None,
        }
    }

    fn bound(&self, code: &Code<'p>, pat: PatId) -> Option<&'p str> {
        bound(code.facts(self.around.file)?, pat)
    }

    fn node(&self, id: ExprId) -> Node {
        Node { id, ..self.around }
    }

    /// Whether the map holds anything but those headers.
    pub(super) fn has_other_headers(&self, code: &Code<'_>) -> bool {
        let file = code.source(self.around.file);
        let gone = |at: &usize| *at == self.map_at || self.headers.iter().any(|it| it.at == *at);
        let rest = (0..self.block.spans.len()).filter(|at| !gone(at)).map(|at| self.block.spans[at]);
        let tail = self.block.tail.map(|it| code.expr(self.node(it)).span);
        let named: usize = rest.chain(tail).map(|span| ends_of(file.slice(span), self.map).count()).sum();
        named > 1
    }

    /// The statements that go for good with the headers.
    pub(super) fn gone(&self) -> impl Iterator<Item = usize> + '_ {
        self.headers.iter().flat_map(|it| it.needs.iter().copied().chain([it.at]))
    }

    /// The statement at a position, with its place.
    pub(super) fn statement(&self, at: usize) -> Statement<'p> {
        Statement { around: self.around, block: self.block, at }
    }
}

/// The one and only.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next().filter(|_| all.next().is_none())
}

/// The locals that are given to a builder of the client as what each request carries, with the stretch that gives them.
fn given_maps<'p>(code: &Code<'p>, around: Node, client: &str) -> Vec<(&'p str, Span)> {
    let Some(facts) = code.facts(around.file) else { return Vec::new() };
    let catalog = code.catalog();
    let is_builder =
        |entry: &TypeEntry| entry.is == TypeRole::Builder && entry.builds.as_deref() == Some(client);
    let builders: Vec<&SmolStr> =
        catalog.types().filter(|(_, entry)| is_builder(entry)).map(|(path, _)| path).collect();
    let carries = |method: &str| {
        let mut known = builders.iter().filter_map(|owner| catalog.method(owner, method));
        known.any(|entry| entry.carries == [0] && entry.passes_self)
    };
    let (mut open, mut found) = (vec![around.id], Vec::new());
    while let Some(id) = open.pop() {
        children(facts, id, &mut open);
        let ExprKind::MethodCall { receiver, method, args, .. } = &facts.expr(id).kind else { continue };
        let [arg] = args.as_slice() else { continue };
        if let ExprKind::Path(path) = &facts.expr(*arg).kind
            && let Some(name) = path.as_ident().filter(|_| carries(method))
        {
            found.push((name.as_str(), Span::new(facts.expr(*receiver).span.end, facts.expr(id).span.end)));
        }
    }
    found
}

/// The statements of a block that bind a name to the result of a call, with what is called.
fn made<'p>(
    code: &Code<'p>,
    around: Node,
    block: &'p Block,
    name: &str,
) -> impl Iterator<Item = (usize, Node)> {
    let facts = code.facts(around.file);
    let lets = block.stmts.iter().enumerate().filter_map(move |(at, stmt)| match stmt {
        Stmt::Let { pat, init: Some(init), ty: None, otherwise: None, .. }
            if bound(facts?, *pat) == Some(name) =>
        {
            let ExprKind::Call { callee, args } = &facts?.expr(*init).kind else { return None };
            args.is_empty().then_some((at, Node { id: *callee, ..around }))
        }
        _ => None,
    });
    lets.collect::<Vec<_>>().into_iter()
}

/// The type of an empty map that a call of this makes.
fn map_type<'p>(code: &Code<'p>, owner: DefId, made: Node) -> Option<(SmolStr, &'p TypeEntry)> {
    let ExprKind::Path(path) = &code.expr(made).kind else { return None };
    let function = code.names().external(owner, path)?;
    let (ty, _) = function.rsplit_once("::")?;
    let entry = code.catalog().ty(ty).filter(|it| it.is == TypeRole::Headers)?;
    let gives = code.catalog().function(&function)?.gives.as_deref()?;
    (gives == ty).then(|| (SmolStr::from(ty), entry))
}

fn is_named(code: &Code<'_>, node: Node, name: &str) -> bool {
    matches!(&code.expr(node).kind, ExprKind::Path(path) if path.as_ident().is_some_and(|it| it == name))
}

/// The text of a header's name, where it is written as one.
pub(super) fn written(code: &Code<'_>, key: Node) -> Option<String> {
    match &code.expr(key).kind {
        ExprKind::Literal(Literal::Str(text)) => Some(text.clone()),
        ExprKind::Path(path) => Some(path.last_name().to_lowercase()),
        _ => None,
    }
}

/// A place of the block's file.
pub(super) fn within(baked: &Baked<'_>, span: Span) -> Place {
    Place { file: baked.around.file, span }
}
