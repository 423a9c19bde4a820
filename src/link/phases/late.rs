//! Variables of the environment that a program needs and asks for too late.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Phase, Phases, Programs};
use crate::facts::{ExprKind, FileFacts, ItemKind, expr::Literal, item::Attribute};
use crate::link::{
    engine::Tables,
    value::{CredentialId, OriginId, Source},
    world::DefId,
};
use crate::source::{FileId, Span};

/// A credential whose variable nobody asks for before the program is at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateRead {
    /// The credential.
    pub credential: CredentialId,
    /// The variable.
    pub name: SmolStr,
    /// Where it is read and needed, in which phase first, and by which function.
    pub reads: Vec<(OriginId, Phase, DefId)>,
}

/// When the credentials of the environment are read.
#[derive(Clone, Debug, Default)]
pub struct CredentialReads {
    /// Those that are read late, by the names of their variables.
    pub late: Vec<LateRead>,
    /// The others, each place with the reason why nothing is wrong with it.
    pub timely: Vec<(OriginId, Timely)>,
}

/// Why a read of a credential is no late one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timely {
    /// It is done when the program starts.
    Early,
    /// No program is seen to come to it.
    Unreached,
    /// The program goes on without it.
    Optional,
    /// The program asks for the variable when it starts as well.
    AskedEarlier,
    /// The function asks first whether it is there.
    AskedBeside,
    /// A configuration that is read elsewhere may ask for it.
    Declared,
}

/// Every read of a credential of the environment that the program comes to.
pub(in crate::link) fn reads(tables: &Tables, phases: &Phases, facts: &[FileFacts]) -> CredentialReads {
    let early = Early::of(tables, phases);
    let (credentials, asked) = (by_origin(tables), asked(tables, phases));
    let mut found: BTreeMap<SmolStr, LateRead> = BTreeMap::new();
    let mut timely = Vec::new();
    for (origin, read) in phases.all_reads() {
        let name = &tables.origins.get(origin.0).name;
        let Some(credential) = credentials.get(&origin) else { continue };
        let Some((phase, reader)) = read.iter().next() else {
            timely.push((origin, Timely::Unreached));
            continue;
        };
        let reason = if !is_late(*phase) {
            Some(Timely::Early)
        } else if !tables.demanded.contains_key(&origin) {
            Some(Timely::Optional)
        } else if early.has(name, reader.programs) {
            Some(Timely::AskedEarlier)
        } else if asked.contains(&(name.clone(), reader.def)) {
            Some(Timely::AskedBeside)
        } else {
            None
        };
        if let Some(reason) = reason {
            timely.push((origin, reason));
            continue;
        }
        let late = found.entry(name.clone()).or_insert_with(|| LateRead {
            credential: *credential,
            name: name.clone(),
            reads: Vec::new(),
        });
        late.reads.push((origin, *phase, reader.def));
    }
    let left = early.leave_asked_anywhere(&mut found, tables, facts);
    let reads = left.iter().flat_map(|late| &late.reads);
    timely.extend(reads.map(|(origin, ..)| (*origin, Timely::Declared)));
    let mut late: Vec<LateRead> = found.into_values().collect();
    for late in &mut late {
        late.reads.sort_by_key(|(origin, phase, _)| (*phase, tables.origins.get(origin.0).place));
    }
    CredentialReads { late, timely }
}

fn is_late(phase: Phase) -> bool {
    matches!(phase, Phase::Request | Phase::Worker | Phase::Library)
}

/// The credential of each variable that is one.
fn by_origin(tables: &Tables) -> FxHashMap<OriginId, CredentialId> {
    let mut found = FxHashMap::default();
    for (at, credential) in tables.credentials.iter().enumerate() {
        if tables.origins.get(credential.origin.0).source == Source::Env {
            found.entry(credential.origin).or_insert(CredentialId(crate::link::world::index(at)));
        }
    }
    found
}

/// What functions ask for without needing it, as `if env::var(X).is_ok()` does.
fn asked(tables: &Tables, phases: &Phases) -> FxHashSet<(SmolStr, DefId)> {
    let open = phases.all_reads().filter(|(origin, _)| !tables.demanded.contains_key(origin));
    open.flat_map(|(origin, read)| {
        let name = tables.origins.get(origin.0).name.clone();
        read.values().map(move |reader| (name.clone(), reader.def))
    })
    .collect()
}

/// The variables that programs ask for when they start.
struct Early {
    /// Each with the programs.
    names: BTreeMap<SmolStr, Programs>,
    /// Whether some are asked for under names that could not be followed.
    has_unnamed: bool,
}

impl Early {
    fn of(tables: &Tables, phases: &Phases) -> Self {
        let named_by_callers: FxHashSet<OriginId> = tables
            .summaries
            .values()
            .flat_map(|summary| summary.reads_env.iter().map(|(_, origin)| *origin))
            .collect();
        let mut names: BTreeMap<SmolStr, Programs> = BTreeMap::new();
        let mut has_unnamed = false;
        for (origin, read) in phases.all_reads() {
            let early =
                read.iter().filter(|(phase, _)| matches!(phase, Phase::Startup | Phase::Head | Phase::Loop));
            let programs = early.fold(0, |all, (_, reader)| all | reader.programs);
            let name = &tables.origins.get(origin.0).name;
            has_unnamed |= programs != 0 && name.is_empty() && !named_by_callers.contains(&origin);
            *names.entry(name.clone()).or_default() |= programs;
        }
        Self { names, has_unnamed }
    }

    /// Whether one of these programs asks for a variable by its name when it starts.
    fn has(&self, name: &SmolStr, programs: Programs) -> bool {
        self.names.get(name).is_some_and(|early| early & programs != 0)
    }

    /// Takes out what any program may ask for when it starts without saying so in a call: the files are searched for
    /// what is there, and for nothing else. Gives what was taken out.
    fn leave_asked_anywhere(
        &self,
        found: &mut BTreeMap<SmolStr, LateRead>,
        tables: &Tables,
        facts: &[FileFacts],
    ) -> Vec<LateRead> {
        if found.is_empty() {
            return Vec::new();
        }
        let mut left: Vec<LateRead> =
            facts.iter().flat_map(declared).filter_map(|name| found.remove(&name)).collect();
        if self.has_unnamed {
            left.extend(leave_mentioned(found, tables, facts));
        }
        left
    }
}

/// The variables that attributes of fields name: `#[arg(env = "API_KEY")]`.
fn declared(facts: &FileFacts) -> Vec<SmolStr> {
    let mut found = Vec::new();
    for item in &facts.items {
        if let ItemKind::Struct(fields) = &item.kind {
            for field in fields {
                found.extend(field.attributes.iter().flat_map(|it| env_of(it, &field.name)));
            }
        }
    }
    found
}

fn env_of(attribute: &Attribute, field: &str) -> Vec<SmolStr> {
    let env = attribute.args.iter().filter(|arg| arg.name == "env" || arg.name == "from");
    env.map(|arg| match &arg.value {
        Some(value) => SmolStr::new(value),
        None => SmolStr::from(field.to_uppercase()),
    })
    .collect()
}

/// Takes out what a program may ask for that reads variables under names which could not be followed: every text that
/// stands anywhere but in a read of its own, and every field that a configuration may be read into.
fn leave_mentioned(
    found: &mut BTreeMap<SmolStr, LateRead>,
    tables: &Tables,
    facts: &[FileFacts],
) -> Vec<LateRead> {
    let mut left = Vec::new();
    let mut read: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
    for origin in tables.origins.iter().filter(|origin| origin.source == Source::Env) {
        read.entry(origin.place.file).or_default().push(origin.place.span);
    }
    for (at, file) in facts.iter().enumerate() {
        let own = read.get(&FileId(crate::link::world::index(at)));
        for expr in &file.exprs {
            let ExprKind::Literal(Literal::Str(text)) = &expr.kind else { continue };
            let is_own = || own.is_some_and(|own| own.iter().any(|span| span.contains(expr.span)));
            if found.contains_key(&**text) && !is_own() {
                left.extend(found.remove(&**text));
            }
        }
        for item in &file.items {
            let ItemKind::Struct(fields) = &item.kind else { continue };
            for field in fields {
                left.extend(found.remove(field.name.to_uppercase().as_str()));
            }
        }
    }
    left
}
