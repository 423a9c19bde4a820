//! Cells and forks.

use super::{Dump, word};
use crate::link::{
    cells::{Cell, CellKey},
    order::Inherited,
    value::ForkId,
};
use crate::source::FileId;

impl Dump<'_, '_> {
    pub(super) fn cell(&mut self, cell: &Cell) {
        let key = match &cell.key {
            CellKey::Static(_) => "static",
            CellKey::Memo(_) => "memoised",
            CellKey::Global(_) => "library-global",
        };
        let kind = cell.kind.map_or_else(|| "plain".to_owned(), word);
        let writable = if cell.is_writable { " writable" } else { "" };
        let example = if cell.is_example { " example" } else { "" };
        let place = self.place(cell.place);
        self.line(format_args!("cell {} {key} {kind}{writable}{example} @{place}", cell.name));
        self.inside(|dump| {
            let ty = dump.ty(&cell.ty);
            dump.line(format_args!("type {ty}"));
            dump.value("holds", &cell.content);
            for (place, fill) in &cell.fills {
                let in_loop = if fill.in_loop { " in-loop" } else { "" };
                let passed = if fill.from_parameter { " from-parameter" } else { "" };
                let (place, by, how) = (dump.place(*place), dump.path(fill.def), word(fill.how));
                dump.line(format_args!("filled {how}{in_loop}{passed} by {by} @{place}"));
            }
            for (place, def) in &cell.reads {
                let (place, by) = (dump.place(*place), dump.path(*def));
                dump.line(format_args!("read by {by} @{place}"));
            }
            for (place, how) in &cell.renewals {
                let place = dump.place(*place);
                dump.line(format_args!("renewed {} @{place}", word(how)));
            }
        });
    }

    /// The forks of a file, and what the children of each go on with.
    pub(super) fn forks(&mut self, file: FileId) {
        let program = self.program;
        for (id, fork) in program.forks().filter(|(_, fork)| fork.place.file == file) {
            let place = self.place(fork.place);
            self.line(format_args!("fork {} @{place} returns {}", fork.name, word(fork.returns)));
            self.inside(|dump| dump.children_of(id));
        }
    }

    fn children_of(&mut self, id: ForkId) {
        let program = self.program;
        let fork = program.fork(id);
        for (who, values) in [("child", &fork.child), ("parent", &fork.parent)] {
            if !values.is_empty() {
                self.line(format_args!("{who} where {}", values.join(" or ")));
            }
        }
        for it in program.inherited().iter().filter(|it| it.fork == id) {
            let line = self.inherited(it);
            self.line(line);
        }
        for it in program.spared().iter().filter(|it| it.fork == id) {
            let hazard = program.hazard(it.hazard);
            let place = self.place(hazard.place);
            self.line(format_args!("spares {} {} @{place} {}", word(hazard.kind), hazard.name, word(it.why)));
        }
    }

    fn inherited(&self, it: &Inherited) -> String {
        let what = match it.hazard {
            Some(id) => {
                let hazard = self.program.hazard(id);
                format!("{} {} @{}", word(hazard.kind), hazard.name, self.place(hazard.place))
            }
            None => format!("the runtime of {}", self.path(it.def)),
        };
        format!("child {} {what} at {} in {}", word(it.how), self.place(it.place), self.path(it.def))
    }
}
