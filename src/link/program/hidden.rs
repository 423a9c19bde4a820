//! Literals that may be secrets by what they are called where they stand, whether or not they go anywhere: no rule has to
//! speak of them, and nobody has to see them beside what a rule speaks of.

use crate::catalog::{
    Catalog,
    secret::{Verdict, user_info},
};
use crate::facts::{
    ExprId, ExprKind, FileFacts, Item, ItemKind, PatKind,
    expr::{Literal, MacroBody, MacroCall, Stmt},
    item::{Attribute, MetaArg},
};
use crate::source::{FileId, Place, Span};

/// The places of such literals, in no order; of an attribute, its own place.
pub(super) fn literals(facts: &[FileFacts], catalog: &Catalog) -> Vec<Place> {
    let of_file = |(at, facts): (usize, &FileFacts)| {
        let file = FileId(u32::try_from(at).unwrap_or(u32::MAX));
        let mut search = Search { facts, catalog, found: Vec::new() };
        search.all();
        search.found.into_iter().map(move |span| Place { file, span }).collect::<Vec<_>>()
    };
    facts.iter().enumerate().flat_map(of_file).collect()
}

struct Search<'s> {
    facts: &'s FileFacts,
    catalog: &'s Catalog,
    found: Vec<Span>,
}

impl Search<'_> {
    fn all(&mut self) {
        let facts = self.facts;
        for item in &facts.items {
            self.item(item);
        }
        for expr in &facts.exprs {
            self.named_in(&expr.kind);
            if let ExprKind::Literal(Literal::Str(text) | Literal::Bytes(text)) = &expr.kind {
                let has_password = user_info(text).is_some() && self.is_secret("url", text);
                self.found.extend(has_password.then_some(expr.span));
            }
        }
    }

    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Static(it) | ItemKind::Const(it) => {
                it.init.iter().for_each(|init| self.named(&item.name, *init));
            }
            ItemKind::Struct(fields) => {
                for field in fields {
                    field.attributes.iter().for_each(|it| self.attribute(&field.name, it));
                }
            }
            _ => {}
        }
    }

    /// What an expression gives a name to.
    fn named_in(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Block(block) => {
                for stmt in &block.stmts {
                    let Stmt::Let { pat, init: Some(init), .. } = stmt else { continue };
                    self.bound(&self.facts.pat(*pat).kind, *init);
                }
            }
            ExprKind::Struct { fields, .. } => {
                for (name, value) in fields {
                    self.named(name, *value);
                }
            }
            ExprKind::MethodCall { method, args, .. } => {
                for arg in args {
                    self.named(method, *arg);
                }
                self.pair(args);
            }
            ExprKind::Call { args, .. } | ExprKind::Tuple(args) => self.pair(args),
            ExprKind::Macro(MacroCall { body: MacroBody::Args(args), .. }) => {
                for (name, value) in args {
                    self.named(name.as_deref().unwrap_or_default(), *value);
                }
            }
            // What looks like JSON comes in pieces.
            ExprKind::Macro(MacroCall { body: MacroBody::Fragments(pieces), .. }) => {
                pieces.windows(2).for_each(|pair| self.pair(pair));
            }
            ExprKind::Assign(place, value) => match &self.facts.expr(*place).kind {
                ExprKind::Field { name, .. } => self.named(name, *value),
                ExprKind::Path(path) => self.named(path.last_name(), *value),
                _ => {}
            },
            _ => {}
        }
    }

    /// `"password", value`, as headers and forms are given them.
    fn pair(&mut self, values: &[ExprId]) {
        let [name, value] = values else { return };
        if let ExprKind::Literal(Literal::Str(name)) = &self.facts.expr(*name).kind {
            self.named(name, *value);
        }
    }

    fn bound(&mut self, pat: &PatKind, init: ExprId) {
        match pat {
            PatKind::Ident(name, _) => self.named(name, init),
            PatKind::Typed(inner, _) => self.bound(&self.facts.pat(*inner).kind, init),
            _ => {}
        }
    }

    /// Looks at what is called so, through `&`, `.into()`, `String::from(…)` and `Some(…)`.
    fn named(&mut self, name: &str, value: ExprId) {
        const WRAPS: u32 = 8;
        let mut value = value;
        for _ in 0..WRAPS {
            let expr = self.facts.expr(value);
            value = match &expr.kind {
                ExprKind::Literal(Literal::Str(text) | Literal::Bytes(text)) => {
                    self.found.extend(self.is_secret(name, text).then_some(expr.span));
                    return;
                }
                ExprKind::Ref(inner) | ExprKind::Deref(inner) => *inner,
                ExprKind::MethodCall { receiver, args, .. } if args.is_empty() => *receiver,
                ExprKind::Call { args, .. } if args.len() == 1 => args[0],
                _ => return,
            };
        }
    }

    fn attribute(&mut self, name: &str, attribute: &Attribute) {
        let is_secret = |arg: &MetaArg| arg.value.as_ref().is_some_and(|text| self.is_secret(name, text));
        if attribute.args.iter().any(|arg| arg.name.starts_with("default") && is_secret(arg)) {
            self.found.push(attribute.span);
        }
    }

    fn is_secret(&self, name: &str, text: &str) -> bool {
        let kind = self.catalog.words().classify(name).map(|class| class.kind);
        let is_called_so = kind.is_some() || user_info(text).is_some();
        is_called_so && matches!(self.catalog.judge(text, kind), Verdict::Secret { .. })
    }
}
