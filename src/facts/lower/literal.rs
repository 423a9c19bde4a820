//! Literals.

use syn::Lit;

use super::Lower;
use crate::facts::{ExprId, ExprKind, expr::Literal};

impl Lower<'_> {
    pub(super) fn literal(&mut self, lit: &Lit) -> ExprId {
        let span = self.span(lit.span());
        let literal = match lit {
            Lit::Str(it) => Literal::Str(it.value()),
            Lit::ByteStr(it) => Literal::Bytes(String::from_utf8_lossy(&it.value()).into_owned()),
            Lit::CStr(it) => Literal::Bytes(it.value().to_string_lossy().into_owned()),
            Lit::Byte(it) => Literal::Char(char::from(it.value())),
            Lit::Char(it) => Literal::Char(it.value()),
            Lit::Int(it) => Literal::Int(it.base10_digits().into()),
            Lit::Bool(it) => Literal::Bool(it.value),
            _ => Literal::Float,
        };
        self.add_expr(ExprKind::Literal(literal), span)
    }
}
