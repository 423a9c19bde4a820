//! The nodes of a file that a comment can stand above: items, statements, fields, arms.

use super::{ExprKind, FileFacts, ItemKind, expr::Stmt};
use crate::source::Span;

impl FileFacts {
    /// The spans of every item, statement, field and arm, in no order.
    #[must_use]
    pub fn nodes(&self) -> Vec<Span> {
        let items = self.items.iter().flat_map(|item| {
            let fields = match &item.kind {
                ItemKind::Struct(fields) => fields.iter().map(|field| field.span).collect(),
                ItemKind::Enum(variants) => variants.iter().map(|variant| variant.span).collect(),
                _ => Vec::new(),
            };
            std::iter::once(item.span).chain(fields)
        });
        let inner = self.exprs.iter().flat_map(|expr| self.nodes_in(&expr.kind));
        items.chain(inner).collect()
    }

    fn nodes_in(&self, kind: &ExprKind) -> Vec<Span> {
        match kind {
            ExprKind::Block(block) => {
                let stmts = block.stmts.iter().filter_map(|stmt| match stmt {
                    Stmt::Let { span, .. } => Some(*span),
                    Stmt::Expr(e) => Some(self.expr(*e).span),
                    Stmt::Item(_) => None,
                });
                stmts.chain(block.tail.map(|e| self.expr(e).span)).collect()
            }
            ExprKind::Match { arms, .. } => {
                arms.iter().map(|arm| self.pat(arm.pat).span.to(self.expr(arm.body).span)).collect()
            }
            ExprKind::Struct { fields, .. } => fields.iter().map(|(_, e)| self.expr(*e).span).collect(),
            _ => Vec::new(),
        }
    }
}
