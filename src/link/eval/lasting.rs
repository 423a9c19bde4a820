//! Loops without an end, and tokens that were obtained before them.

use super::Frame;
use crate::catalog::MethodRole;
use crate::facts::{ExprId, ExprKind, FileFacts, expr::Literal, expr::MacroBody};
use crate::link::{
    event::Event,
    flows::Target,
    naming,
    outlived::Stale,
    ty::Ty,
    value::{AccessPath, HazardKind, Mark, Root, Value, What, marks_of},
    world::body::children,
};
use crate::source::{Place, Span};

/// A loop without an end that is being read.
#[derive(Debug)]
pub(super) struct Endless {
    span: Span,
    /// Whether something in it obtains a new token, or looks whether the old one is refused.
    renews: bool,
    found: Vec<(Stale, Value)>,
}

impl Frame<'_, '_> {
    /// Reads the body of a loop; `waits` where its head waits for what comes next.
    pub(super) fn eval_endless(&mut self, span: Span, body: impl FnOnce(&mut Self)) {
        self.endless.push(Endless { span, renews: false, found: Vec::new() });
        let place = self.place(span);
        self.eval_loop(|frame| {
            frame.events.push(Event::Endless(place));
            body(frame);
        });
        let Some(ended) = self.endless.pop() else { return };
        if let Some(around) = self.endless.last_mut() {
            around.renews |= ended.renews;
            around.found.extend(ended.found);
        } else if !ended.renews {
            for (stale, value) in ended.found {
                self.e.leave(Target::Endless(stale), &value, self.def);
            }
        }
    }

    /// Something in a loop asks for a new token, or whether the old one was refused.
    pub(super) fn note_renewed(&mut self) {
        if let Some(endless) = self.endless.last_mut() {
            endless.renews = true;
        }
    }

    /// A value is used: where a token in it is older than the loop around, it will end before the loop does.
    pub(super) fn note_lasting(&mut self, value: &Value, place: Place) {
        let Some(outermost) = self.endless.first().map(|it| it.span) else { return };
        let all = self.named_within(value).all_marks();
        let mut tokens: Vec<Mark> = all.to_vec();
        tokens.retain(|mark| self.may_be_token(mark));
        if tokens.is_empty() || self.is_driver(value) {
            return;
        }
        if tokens.iter().any(|mark| self.e.is_obtained_in(mark, self.place(outermost))) {
            self.note_renewed();
            return;
        }
        self.note_held(&tokens, outermost);
        let ty = value.ty.innermost(self.catalog());
        let stale = Stale { endless: self.place(outermost), used: place, def: self.def, ty };
        if let Some(endless) = self.endless.last_mut() {
            endless.found.push((stale, Value { marks: marks_of(tokens), ..Value::default() }));
        }
    }

    /// Whether what a field holds is a token, or a client made with one: of a struct of this run its own fields say so.
    fn may_hold_token(&mut self, path: AccessPath) -> bool {
        let Root::Field(id) = path.root() else { return false };
        let catalog = self.catalog();
        let is_struct =
            matches!(self.e.declared(id), Some(ty) if matches!(ty.innermost(catalog), Ty::Def(..)));
        path.is_whole() && !is_struct
    }

    /// Whether a value runs what it is given, whatever it was set up with: it sends no token.
    fn is_driver(&self, value: &Value) -> bool {
        value.any(|what| match what {
            What::Hazard(id) => {
                let kind = self.e.tables.hazards.get(id.0).kind;
                matches!(kind, HazardKind::Runtime | HazardKind::Threads)
            }
            _ => false,
        })
    }

    /// Whether a mark is that of a token which a server gave, or will be once a caller passes it where one is sent.
    fn may_be_token(&mut self, mark: &Mark) -> bool {
        match mark.what {
            What::Secret(..) => true,
            What::Open(path) => self.may_hold_token(path),
            _ => self.e.tables.given_by_server(mark).is_some(),
        }
    }

    /// The value with what stands in fields that are called like a credential taken for one.
    fn named_within(&mut self, value: &Value) -> Value {
        let Some(fields) = value.fields.as_ref().filter(|_| value.any(|what| matches!(what, What::Input(_))))
        else {
            return value.clone();
        };
        let mut named = value.clone();
        for (name, field) in fields.iter() {
            let field = self.named_within(field);
            named.set_field(name.clone(), naming::named(self.e, field, name));
        }
        named
    }

    /// Where what a field holds is a token that was obtained in the loop, the loop lives with new ones.
    fn note_held(&mut self, marks: &[Mark], endless: Span) {
        let held = marks.iter().filter(|mark| mark.what.field().is_some()).cloned().collect();
        let value = Value { marks: marks_of(held), ..Value::default() };
        self.e.leave(Target::Renewed(self.place(endless)), &value, self.def);
    }

    /// A call in a loop gives a token: where it is a new one, the loop lives with it.
    pub(super) fn note_given(&mut self, value: &Value) {
        let Some(outermost) = self.endless.first().map(|it| it.span) else { return };
        let all = value.all_marks();
        let endless = self.place(outermost);
        if all.iter().any(|mark| self.e.is_obtained_in(mark, endless)) {
            self.note_renewed();
        }
        self.note_held(&all, outermost);
    }

    /// Whether a call by this name in a loop keeps a token young.
    pub(super) fn note_renewing_call(&mut self, name: &str) {
        if !self.endless.is_empty() && self.e.says(name).renews {
            self.note_renewed();
        }
    }

    /// Whether the head of a loop waits for what comes next, without end: `while let Some(x) = rx.recv().await`.
    pub(super) fn is_endless_head(&self, cond: ExprId) -> bool {
        match &self.facts().expr(cond).kind {
            ExprKind::Let(_, e) => self.waits(*e),
            ExprKind::Literal(Literal::Bool(it)) => *it,
            _ => false,
        }
    }

    fn waits(&self, e: ExprId) -> bool {
        match &self.facts().expr(e).kind {
            ExprKind::Await(inner) | ExprKind::Try(inner) => self.waits(*inner),
            ExprKind::MethodCall { method, .. } => {
                self.catalog().roles_of_method(method).has(MethodRole::Waits)
            }
            _ => false,
        }
    }

    /// Whether nothing in the body of a `loop` leaves it but an error.
    pub(super) fn is_endless_body(&self, body: ExprId) -> bool {
        !leaves(self.facts(), body)
    }
}

/// Whether a `break` or `return` in a body leaves the loop around it. What leaves it when it is told to, as an arm of
/// `select!` does, does not count.
fn leaves(facts: &FileFacts, body: ExprId) -> bool {
    let mut open = vec![(body, false)];
    let mut inner = Vec::new();
    while let Some((id, is_nested)) = open.pop() {
        let kind = &facts.expr(id).kind;
        match kind {
            ExprKind::Return(_) => return true,
            ExprKind::Break(_) if !is_nested => return true,
            ExprKind::Closure { .. } => continue,
            ExprKind::Macro(call) if matches!(call.body, MacroBody::Arms { .. }) => continue,
            _ => {}
        }
        let is_loop = matches!(kind, ExprKind::Loop(_) | ExprKind::While { .. } | ExprKind::For { .. });
        inner.clear();
        children(facts, id, &mut inner);
        open.extend(inner.iter().map(|child| (*child, is_nested || is_loop)));
    }
    false
}
