//! Forks: the call, and which branch is whose.

use super::Frame;
use crate::catalog::schema::{ForkEntry, ForkReturns};
use crate::facts::{
    ExprId, ExprKind, PatId, PatKind,
    expr::{BinaryOp, Literal, UnaryOp},
};
use crate::link::{
    event::{Event, Fork, ForkSide},
    ty::Ty,
    value::{ForkId, Mark, Value, What},
};
use crate::source::Place;

impl Frame<'_, '_> {
    /// Notes a fork and gives its result.
    pub(super) fn fork(&mut self, entry: &ForkEntry, name: &str, place: Place) -> Value {
        let fork = Fork {
            place,
            name: name.into(),
            returns: entry.returns,
            child: entry.child.clone(),
            parent: entry.parent.clone(),
        };
        let id = self.e.tables.forks.intern(fork);
        self.events.push(Event::Fork(id));
        let mut value = Value::marked(Ty::Unknown, What::ForkResult(id), None);
        // `prefork` gives `false` in a child and `true` in the parent.
        if entry.child.iter().any(|known| known == "false") {
            value.add_mark(What::InChild(id, false), None);
        }
        value
    }

    /// The fork whose result a value is.
    pub(super) fn fork_of(&self, value: &Value) -> Option<ForkId> {
        value.marks.iter().find_map(|mark| match mark.what {
            What::ForkResult(id) if self.e.tables.forks.get(id.0).returns == ForkReturns::Both => Some(id),
            _ => None,
        })
    }

    /// Which process goes on where the pattern matches.
    pub(super) fn side_of_pat(&self, value: &Value, pat: PatId) -> Option<ForkSide> {
        let fork = self.fork_of(value)?;
        self.side_in_pat(fork, pat)
    }

    fn side_in_pat(&self, fork: ForkId, pat: PatId) -> Option<ForkSide> {
        let side = |is_child| Some(ForkSide { fork, is_child });
        match &self.facts().pat(pat).kind {
            PatKind::TupleStruct(path, parts) => match path.last_name() {
                "Ok" | "Some" => parts.first().and_then(|inner| self.side_in_pat(fork, *inner)),
                "Err" | "None" => None,
                name => self.side_of_name(fork, name),
            },
            PatKind::Path(path) | PatKind::Struct(path, _) => self.side_of_name(fork, path.last_name()),
            PatKind::Ident(_, Some(sub)) | PatKind::Ref(sub) => self.side_in_pat(fork, *sub),
            PatKind::Ident(name, None) => self.side_of_name(fork, name),
            PatKind::Literal(e) => match self.integer(*e)? {
                0 => side(true),
                -1 => None,
                _ => side(false),
            },
            PatKind::Range(Some(from), _) => {
                (self.integer(*from)? > 0).then_some(ForkSide { fork, is_child: false })
            }
            PatKind::Or(pats) => pats.iter().find_map(|inner| self.side_in_pat(fork, *inner)),
            _ => None,
        }
    }

    fn side_of_name(&self, fork: ForkId, name: &str) -> Option<ForkSide> {
        let entry = self.e.tables.forks.get(fork.0);
        let names = |list: &[String]| list.iter().any(|known| known.rsplit("::").next() == Some(name));
        if names(&entry.child) {
            return Some(ForkSide { fork, is_child: true });
        }
        // `pid.cmp(&0)`: below it is no child, and who called goes on.
        let is_number = entry.child.iter().any(|known| known == "0");
        match name {
            "Equal" if is_number => Some(ForkSide { fork, is_child: true }),
            "Greater" | "Less" if is_number => Some(ForkSide { fork, is_child: false }),
            _ => names(&entry.parent).then_some(ForkSide { fork, is_child: false }),
        }
    }

    /// Which process goes on where a condition holds whose value does not say it: `fork()?.is_child()`.
    pub(super) fn side_of_condition(&mut self, cond: ExprId) -> Option<ForkSide> {
        match &self.facts().expr(cond).kind {
            ExprKind::Unary(UnaryOp::Not, inner) => self.side_of_condition(*inner).map(ForkSide::opposite),
            ExprKind::MethodCall { receiver, method, .. } => {
                let fork = self.fork_named(*receiver)?;
                match method.as_str() {
                    "is_child" => Some(ForkSide { fork, is_child: true }),
                    "is_parent" => Some(ForkSide { fork, is_child: false }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(super) fn side_of_matches(&mut self, body: &crate::facts::expr::MacroBody) -> Option<ForkSide> {
        use crate::facts::expr::MacroBody;
        match body {
            MacroBody::Args(args) => {
                let [(_, value), (_, pat)] = args.as_slice() else { return None };
                let fork = self.fork_named(*value)?;
                self.side_in_expr(fork, *pat)
            }
            MacroBody::Arms { futures, arms } => {
                let fork = self.fork_named(*futures.first()?)?;
                self.side_in_pat(fork, arms.first()?.pat)
            }
            _ => None,
        }
    }

    /// A pattern that was read as an expression.
    fn side_in_expr(&self, fork: ForkId, e: ExprId) -> Option<ForkSide> {
        match &self.facts().expr(e).kind {
            ExprKind::Path(path) | ExprKind::Struct { path, .. } => self.side_of_name(fork, path.last_name()),
            ExprKind::Call { callee, args } => match &self.facts().expr(*callee).kind {
                ExprKind::Path(path) if matches!(path.last_name(), "Ok" | "Some") => {
                    self.side_in_expr(fork, *args.first()?)
                }
                ExprKind::Path(path) => self.side_of_name(fork, path.last_name()),
                _ => None,
            },
            ExprKind::Literal(_) => Some(ForkSide { fork, is_child: self.integer(e)? == 0 }),
            _ => None,
        }
    }

    /// Which process goes on where a comparison holds: of two expressions, each with the fork whose result it is.
    pub(super) fn side_of_comparison(
        &self,
        op: BinaryOp,
        (a, left): (ExprId, Option<ForkId>),
        (b, right): (ExprId, Option<ForkId>),
    ) -> Option<ForkSide> {
        let (fork, number, is_left) = match (left, right) {
            (Some(fork), _) => (fork, self.integer(b), true),
            (None, Some(fork)) => (fork, self.integer(a), false),
            _ => return None,
        };
        let side = |is_child| Some(ForkSide { fork, is_child });
        let Some(number) = number else {
            let other = if is_left { b } else { a };
            let named = self.side_in_expr(fork, other)?;
            return match op {
                BinaryOp::Eq => Some(named),
                BinaryOp::Ne => Some(named.opposite()),
                _ => None,
            };
        };
        match (op, number, is_left) {
            (BinaryOp::Eq, 0, _) => side(true),
            (BinaryOp::Ne, 0, _)
            | (BinaryOp::Gt, 0, true)
            | (BinaryOp::Lt, 0, false)
            | (BinaryOp::Ge, 1, true)
            | (BinaryOp::Le, 1, false) => side(false),
            _ => None,
        }
    }

    /// The fork whose result an expression names, without evaluating anything twice.
    fn fork_named(&mut self, e: ExprId) -> Option<ForkId> {
        match &self.facts().expr(e).kind {
            ExprKind::Path(path) => {
                let at = self.local_at(path.as_ident()?)?;
                let value = self.locals[at].value.clone();
                self.fork_of(&value)
            }
            ExprKind::Ref(inner)
            | ExprKind::Deref(inner)
            | ExprKind::Try(inner)
            | ExprKind::Cast(inner, _) => self.fork_named(*inner),
            ExprKind::Block(block) if block.stmts.is_empty() => self.fork_named(block.tail?),
            ExprKind::MethodCall { receiver, method, .. }
                if matches!(method.as_str(), "unwrap" | "expect" | "clone" | "as_raw") =>
            {
                self.fork_named(*receiver)
            }
            ExprKind::Call { .. } => {
                let value = self.quietly(e);
                self.fork_of(&value)
            }
            _ => None,
        }
    }

    /// The value of an expression whose events are noted elsewhere.
    fn quietly(&mut self, e: ExprId) -> Value {
        let events = std::mem::take(&mut self.events);
        let value = self.eval(e);
        self.events = events;
        value
    }

    fn integer(&self, e: ExprId) -> Option<i64> {
        match &self.facts().expr(e).kind {
            ExprKind::Literal(Literal::Int(digits)) => digits.parse().ok(),
            ExprKind::Unary(UnaryOp::Neg, inner) => self.integer(*inner).map(|number| -number),
            ExprKind::Ref(inner) | ExprKind::Cast(inner, _) => self.integer(*inner),
            _ => None,
        }
    }
}

/// A truth that holds in one process alone.
pub(super) fn truth(side: Option<ForkSide>) -> Value {
    side.map(|side| Value::marked(Ty::Unknown, What::InChild(side.fork, side.is_child), None))
        .unwrap_or_default()
}

/// Which process goes on where a value is true.
pub(super) fn side_of_truth(value: &Value) -> Option<ForkSide> {
    value.marks.iter().find_map(|mark| match mark.what {
        What::InChild(fork, is_child) => Some(ForkSide { fork, is_child }),
        _ => None,
    })
}

/// What is true where the value is not.
pub(super) fn negated(value: Value) -> Value {
    if side_of_truth(&value).is_none() {
        return value;
    }
    value.map_marks(&|what| matches!(what, What::InChild(..)), &mut |mark, out| {
        let what = match mark.what {
            What::InChild(fork, is_child) => What::InChild(fork, !is_child),
            other => other,
        };
        out.push(Mark { what, trace: mark.trace.clone() });
    })
}
