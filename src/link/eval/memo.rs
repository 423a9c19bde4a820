//! Memoised functions: an attribute makes a cell of what they give.

use super::Frame;
use crate::catalog::schema::{AttributeEntry, AttributeRole};
use crate::facts::{Name, item::Attribute};
use crate::link::{
    cells::{Cell, CellKey, FillKind, Renewal},
    value::{CellId, Value},
};

impl<'a> Frame<'_, 'a> {
    /// A memoised function is a cell that its first caller fills.
    pub(super) fn read_memo(&mut self, attributes: &'a [Attribute], name: &Name) {
        let found = attributes.iter().find_map(|it| Some((it, self.attribute_entry(it)?)));
        let Some((attribute, entry)) = found.filter(|(_, entry)| entry.makes == AttributeRole::Memoised)
        else {
            return;
        };
        let id = self.memo(name);
        if ends_by_itself(attribute, entry) {
            let place = self.place(attribute.span);
            self.e.tables.cells[id.0 as usize].renewals.insert(place, Renewal::TimeToLive);
        }
        let value = self.ret.clone();
        let place = self.place(attribute.span);
        self.fill_cell(id, &value, place, FillKind::FirstCaller);
    }

    fn memo(&mut self, name: &Name) -> CellId {
        let def = self.def;
        let at = self.e.types.world.def(def);
        let span = self.e.inputs().item(at.file, at.item).name_span;
        let place = self.place(span);
        let ty = self.ret.ty.clone();
        let is_example = self.e.types.world.is_example(def);
        self.e.cell(CellKey::Memo(def), |key| Cell {
            key,
            place,
            name: name.clone(),
            kind: None,
            is_writable: true,
            ty,
            content: Value::default(),
            fills: std::collections::BTreeMap::new(),
            reads: std::collections::BTreeMap::new(),
            renewals: std::collections::BTreeMap::new(),
            is_example,
        })
    }
}

fn ends_by_itself(attribute: &Attribute, entry: &AttributeEntry) -> bool {
    attribute.args.iter().any(|arg| entry.renewing_args.iter().any(|known| known == arg.name.as_str()))
}
