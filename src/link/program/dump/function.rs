//! A function: its parameters, what it gives back, what flows into its parameters, and its events.

use super::Dump;
use crate::facts::{
    FileFacts, ItemKind, PatId,
    item::{FnItem, Receiver},
    pattern::PatKind,
};
use crate::link::world::DefId;

impl Dump<'_, '_> {
    /// A function, or the initialiser of a static or const that gives anything to know; nothing for other definitions.
    pub(super) fn function(&mut self, def: DefId) {
        let (facts, kind) = self.facts(def);
        match kind {
            ItemKind::Fn(item) => {
                self.head("fn", def, item.is_async);
                self.inside(|dump| {
                    dump.params(facts, item);
                    dump.summary(def);
                });
            }
            ItemKind::Static(_) | ItemKind::Const(_) if self.has_events(def) => {
                self.head("initialiser", def, false);
                self.inside(|dump| dump.summary(def));
            }
            _ => {}
        }
    }

    fn has_events(&self, def: DefId) -> bool {
        self.program.learned.tables.summaries.get(&def).is_some_and(|summary| !summary.events.is_empty())
    }

    fn head(&mut self, what: &str, def: DefId, is_async: bool) {
        let is_test = if self.program.world.is_example(def) { " example" } else { "" };
        let is_async = if is_async { "async " } else { "" };
        let (path, place) = (self.path(def), self.place(self.program.name_place(def)));
        self.line(format_args!("{is_async}{what} {path} @{place}{is_test}"));
    }

    fn params(&mut self, facts: &FileFacts, item: &FnItem) {
        let mut at = 0;
        if let Some(receiver) = &item.receiver {
            let receiver = match receiver {
                Receiver::Value => "self".to_owned(),
                Receiver::Ref => "&self".to_owned(),
                Receiver::RefMut => "&mut self".to_owned(),
                Receiver::Typed(ty) => format!("self: {ty}"),
            };
            self.line(format_args!("param 0 {receiver}"));
            at = 1;
        }
        for param in &item.params {
            let name = name_of(facts, param.pat);
            self.line(format_args!("param {at} {name}: {}", param.ty));
            at += 1;
        }
    }

    fn summary(&mut self, def: DefId) {
        let Some(summary) = self.program.learned.tables.summaries.get(&def) else { return };
        self.value("returns", &summary.ret);
        for (at, marks) in &summary.absorbs {
            self.line(format_args!("flows into param {at}"));
            self.inside(|dump| marks.iter().for_each(|mark| dump.mark(mark)));
        }
        if self.program.learned.tables.asking_pid.contains(&def) {
            self.line("asks-process-id");
        }
        if self.program.learned.tables.at_fork.contains(&def) {
            self.line("runs-in-each-child");
        }
        if !summary.events.is_empty() {
            self.line("events");
            self.inside(|dump| dump.events(&summary.events));
        }
    }
}

fn name_of(facts: &FileFacts, pat: PatId) -> &str {
    match &facts.pat(pat).kind {
        PatKind::Ident(name, _) => name,
        _ => "_",
    }
}
