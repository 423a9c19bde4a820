//! Items read: functions with their parameters, statics and constants.

use std::rc::Rc;

use super::{Frame, Local};
use crate::facts::{
    Name,
    item::{Attribute, FnItem, StaticItem},
};
use crate::link::{
    cells::FillKind,
    event::Event,
    naming,
    signature::{Follows, Parameter},
    value::{AccessPath, Value, What},
};
use crate::source::Span;

impl<'a> Frame<'_, 'a> {
    pub(super) fn read_static(&mut self, item: &'a StaticItem, name: &Name, span: Span) {
        let ty = self.e.types.lower(self.scope, &item.ty);
        let is_cell = item.is_mut
            || item.is_ref
            || self.is_thread_local()
            || ty.role(self.catalog()) == Some(crate::catalog::schema::TypeRole::Cell);
        if !is_cell {
            self.read_const(item, name);
            return;
        }
        let id = self.cell_of_static(self.def);
        let Some(init) = item.init else { return };
        let value = self.eval(init);
        let value = self.converted(init, value, &ty);
        let value = naming::named(self.e, value, name);
        self.fill_cell(id, &value, self.place(span), FillKind::Initialiser);
    }

    /// Whether the item being read stands in `thread_local!`.
    fn is_thread_local(&self) -> bool {
        let at = self.e.types.world.def(self.def);
        let item = self.e.inputs().item(at.file, at.item);
        item.from_macro.as_ref().is_some_and(|path| path.last_name() == "thread_local")
    }

    pub(super) fn read_const(&mut self, item: &'a StaticItem, name: &Name) {
        let ty = self.e.types.lower(self.scope, &item.ty);
        let value = item.init.map(|init| self.eval(init)).unwrap_or_default().typed(ty, self.catalog());
        self.ret = naming::named(self.e, value, name);
    }

    pub(super) fn read_fn(&mut self, item: &'a FnItem, name: &Name, attributes: &'a [Attribute]) {
        let runtime = self.runtime_of(attributes);
        self.note_attribute(item, runtime, attributes);
        if let Some(hazard) = runtime {
            self.events.push(Event::Create(hazard));
        }
        self.bind_params(item);
        let declared = self.e.signature(self.def).output.clone();
        if let Some(body) = item.body {
            let tail = self.eval(body);
            let tail = self.converted(body, tail, &declared);
            self.give_back(&tail);
        }
        self.ret = std::mem::take(&mut self.ret).typed(declared, self.catalog());
        let ret = std::mem::take(&mut self.ret);
        let ret = self.settled(ret);
        self.ret = naming::named(self.e, ret, name);
        if let Some(hazard) = runtime {
            self.events.push(Event::Drop(
                Rc::from([What::Hazard(hazard)]),
                self.place(item.body.map(|it| self.expr_span(it)).unwrap_or_default()),
            ));
        }
        self.read_memo(attributes, name);
    }

    fn bind_params(&mut self, item: &'a FnItem) {
        let signature = self.e.signature(self.def);
        let mut values = signature.params.iter().zip(0..).map(|(param, at)| param_value(param, at));
        if item.receiver.is_some()
            && let Some(value) = values.next()
        {
            self.locals.push(Local { name: Name::new_static("self"), value, depth: 0 });
        }
        for (param, value) in item.params.iter().zip(values) {
            self.bind(param.pat, &value);
        }
    }
}

/// What a parameter holds.
fn param_value(param: &Parameter, at: u16) -> Value {
    if param.follows == Follows::Nothing {
        return Value::of(param.ty.clone());
    }
    Value::marked(param.ty.clone(), What::Open(AccessPath::of_param(at)), None)
}
