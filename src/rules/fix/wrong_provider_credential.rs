//! `wrong-provider-credential`: read the variable of the provider that the credential is given to.

use quote::quote;

use super::{
    code::{Code, Node},
    write,
};
use crate::catalog::schema::CredentialKind;
use crate::facts::{ExprKind, expr::Literal};
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::link::sinks::{Arriving, Reached};
use crate::rules::wrong_provider_credential::taken_by;

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let reached = code.reached(finding.primary.place).find(|it| it.arrivals.len() == 1)?;
    let (node, old) = read(code, reached)?;
    let other = taken_by(code.program, &reached.sink, false)?;
    let name = code.program.catalog().variable_of(other, CredentialKind::ApiKey)?;
    let replacement = write::expression(&quote!(#name))?;
    let edit = Edit { place: code.place(node), replacement };
    // What else the same reading is used for is not looked at.
    Fix::new(format!("read `{name}` in place of `{old}`"), Applicability::MaybeIncorrect, vec![edit])
}

/// The name of the variable as it is written where it is read.
fn read<'p>(code: &Code<'p>, reached: &'p Reached) -> Option<(Node, &'p str)> {
    let Arriving::Credential(id) = reached.arrivals[0].what else { return None };
    let origin = code.program.origin(code.program.credential(id).origin);
    let node = code.at(origin.place)?;
    let ExprKind::Call { args, .. } = &code.expr(node).kind else { return None };
    let argument = Node { id: *args.first()?, ..node };
    match &code.expr(argument).kind {
        ExprKind::Literal(Literal::Str(text)) if *text == origin.name => Some((argument, text)),
        _ => None,
    }
}
