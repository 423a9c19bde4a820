//! What runtimes drive: which runtime a `block_on`, a `spawn` or an attribute gives its work to.

use super::Frame;
use crate::catalog::schema::AttributeRole;
use crate::facts::{
    ExprId, ExprKind,
    item::{Attribute, FnItem},
};
use crate::link::{
    event::{Drive, Driver},
    value::{HazardId, Value, What},
};
use crate::source::{Place, Span};

impl<'a> Frame<'_, 'a> {
    /// Notes the runtime that an attribute makes around the body.
    pub(super) fn note_attribute(
        &mut self,
        item: &FnItem,
        runtime: Option<HazardId>,
        attributes: &'a [Attribute],
    ) {
        let Some(body) = item.body else { return };
        let made = runtime.map(|hazard| (self.e.tables.hazards.get(hazard.0).place, Driver::Made(hazard)));
        let Some((place, runtime)) = made.or_else(|| self.test_of(attributes)) else { return };
        let span = self.expr_span(body);
        self.drives.insert(place, Drive { place, span, runtime, future: None });
    }

    fn test_of(&self, attributes: &'a [Attribute]) -> Option<(Place, Driver)> {
        let is_test = |it: &&Attribute| self.attribute_role(it) == Some(AttributeRole::RuntimeTest);
        let place = self.place(attributes.iter().find(is_test)?.span);
        Some((place, Driver::Test(place)))
    }

    /// Notes what a runtime is given to drive.
    pub(super) fn note_drive(
        &mut self,
        receiver: Option<&Value>,
        args: &[Value],
        exprs: &[ExprId],
        place: Place,
    ) {
        let Some(runtime) = receiver.and_then(|receiver| self.driver(receiver)) else { return };
        let (Some(value), Some(&first)) = (args.first(), exprs.first()) else { return };
        let future = value.marks.iter().find_map(|mark| mark.what.whole_param());
        let span = self.driven(first);
        self.drives.insert(place, Drive { place, span, runtime, future });
    }

    /// The runtime that a value is, if it is this function's own or a cell's: whose it is otherwise its callers know.
    fn driver(&self, value: &Value) -> Option<Driver> {
        let mut made = None;
        for mark in value.marks.iter() {
            match mark.what {
                What::Cell(id) | What::Copied(id) => return Some(Driver::Cell(id)),
                what if what.is_passed() => return None,
                What::Hazard(hazard) if self.is_runtime(hazard) => made = Some(Driver::Made(hazard)),
                _ => {}
            }
        }
        made
    }

    /// Where the code stands that is driven: the argument, or, when that is a variable, the whole function.
    fn driven(&self, arg: ExprId) -> Span {
        let is_local = match &self.facts().expr(arg).kind {
            ExprKind::Path(path) => path.as_ident().is_some_and(|name| self.local_at(name).is_some()),
            _ => false,
        };
        let body = self.e.types.function(self.def).and_then(|item| item.body);
        self.expr_span(body.filter(|_| is_local).unwrap_or(arg))
    }
}

/// Whether a runtime was put where it outlives the function.
pub(super) fn is_kept(escaped: &[HazardId], drive: &Drive) -> bool {
    matches!(drive.runtime, Driver::Made(hazard) if escaped.contains(&hazard))
}
