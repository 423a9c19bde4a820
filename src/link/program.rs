//! The façade: what rules ask of a linked program.

mod callers;
mod dump;
mod first_use;
mod held;
mod hidden;
mod names;
mod seen;
mod tokens;

pub use callers::Caller;
pub use first_use::FirstUse;
pub use names::Names;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{
    cells::{Cell, CellKey},
    deployments::{self, Deployed, PlainSecret},
    engine::{Engine, Fields, Tables},
    event::Fork,
    hosts::{self, Host},
    order::{self, Inherited, Spared},
    phases::{self, CredentialReads, Phases},
    renew::FIELDS,
    resolve::{Owner, Resolver},
    runtimes::{self, Crossing},
    sinks::Sinks,
    test_support,
    ty::{Ty, Types},
    value::{
        Build, BuildId, CellId, Credential, CredentialId, ForkId, GIVEN, Hazard, HazardId, HazardKind, Mark,
        Marks, Origin, OriginId, Source, Trace, TraceStep, Value, What, steps,
    },
    world::{DefId, Inputs, World},
};
use crate::catalog::{
    Catalog,
    schema::{Starts, TypeRole},
};
use crate::facts::{FileFacts, ItemId, ItemKind, Name};
use crate::source::{FileId, Place, Project, TargetKind, deployment::Deployments};

/// The number of fields up to which a struct's own types are asked what they hold.
const PARTS: usize = 12;

/// How deep types are asked.
const NEST: u32 = 6;

/// A linked program.
#[derive(Debug)]
pub struct Program<'a> {
    catalog: &'a Catalog,
    pub(super) facts: &'a [FileFacts],
    inputs: Inputs<'a>,
    deployments: &'a Deployments,
    world: World,
    pub(super) learned: Learned,
}

/// Links the files of a run.
#[must_use]
pub fn link<'a>(
    project: &'a Project,
    facts: &'a [FileFacts],
    submodules: &'a BTreeMap<(FileId, ItemId), FileId>,
    roots: &'a BTreeMap<PathBuf, FileId>,
    catalog: &'a Catalog,
) -> Program<'a> {
    let inputs = Inputs { project, facts, submodules, roots, catalog };
    let world = World::build(inputs);
    let learned = learn(inputs, &world);
    Program { catalog, facts, inputs, deployments: &project.deployments, world, learned }
}

/// What the engine and those who ask it after the fixed point come to.
#[derive(Debug)]
pub(super) struct Learned {
    pub(super) tables: Tables,
    pub(super) sinks: Sinks,
    cell_ids: FxHashMap<CellKey, CellId>,
    /// The credentials that are sent in the raw.
    sent: FxHashSet<CredentialId>,
    /// What fields of structs hold.
    fields: Fields,
    inherited: Vec<Inherited>,
    spared: Vec<Spared>,
    crossings: Vec<Crossing>,
    /// The cells that a library keeps for tests.
    test_support: FxHashSet<DefId>,
    /// The packages that forking hosts load.
    hosts: BTreeMap<usize, Vec<Host>>,
    /// The credential variables that deployments give or lack.
    deployed: Deployed,
    phases: Phases,
    /// Names of methods of each struct and enum of the run.
    methods: BTreeMap<DefId, Vec<Name>>,
    /// The types of the fields of each small struct of the run.
    parts: BTreeMap<DefId, Vec<Ty>>,
    steps: u64,
}

fn learn(inputs: Inputs<'_>, world: &World) -> Learned {
    let resolver = Resolver::new(inputs, world);
    let types = Types { inputs, world, resolver: &resolver };
    let mut engine = Engine::new(types);
    engine.run();
    let (inherited, spared) = order::inherited(&engine);
    let crossings = runtimes::crossings(&engine);
    let hosts = hosts::loaded(&engine);
    let test_support = test_support::cells(&engine);
    let deployed = deployments::deployed(&engine);
    let phases = phases::phases(&engine);
    let sinks = Sinks::find(&mut engine);
    let methods = methods_of(world, &resolver);
    let parts = parts_of(types);
    let sent = sent(&engine.tables).map(|(_, id)| id).collect();
    let Engine { tables, cell_ids, fields, steps, .. } = engine;
    Learned {
        tables,
        sinks,
        cell_ids,
        sent,
        fields,
        inherited,
        spared,
        crossings,
        test_support,
        hosts,
        deployed,
        phases,
        methods,
        parts,
        steps,
    }
}

/// The places where a credential in the raw is sent, in order, with the credential.
fn sent(tables: &Tables) -> impl Iterator<Item = (Place, CredentialId)> + '_ {
    tables.sinks.iter().flat_map(|(place, marks)| {
        let sent = marks.iter().filter_map(|mark| match mark.what {
            What::Credential(id) | What::Built(id, _) => Some(id),
            _ => None,
        });
        sent.map(|id| (*place, id))
    })
}

fn methods_of(world: &World, resolver: &Resolver<'_>) -> BTreeMap<DefId, Vec<Name>> {
    let names = |def| resolver.assoc_names(&Owner::Def(def)).cloned().collect::<Vec<_>>();
    world.def_ids().map(|def| (def, names(def))).filter(|(_, names)| !names.is_empty()).collect()
}

fn parts_of(types: Types<'_>) -> BTreeMap<DefId, Vec<Ty>> {
    let parts = |def: DefId| {
        let fields = types.fields(def).filter(|fields| fields.len() <= PARTS)?;
        let names = fields.iter().filter_map(|field| types.field(def, &field.name));
        Some((def, names.collect()))
    };
    types.world.def_ids().filter_map(parts).collect()
}

impl Program<'_> {
    /// The process-wide places, in order of their declaration.
    #[must_use]
    pub fn cells(&self) -> Vec<&Cell> {
        let mut cells: Vec<&Cell> = self.learned.tables.cells.iter().collect();
        cells.sort_by_key(|cell| (cell.place, cell.name.clone()));
        cells
    }

    /// What forked children go on with.
    #[must_use]
    pub fn inherited(&self) -> &[Inherited] {
        &self.learned.inherited
    }

    /// The runtimes of one process that come to a cell whose content one of them alone drives.
    #[must_use]
    pub fn crossing(&self, cell: &Cell) -> Option<&Crossing> {
        let id = self.learned.cell_ids.get(&cell.key)?;
        let at = self.learned.crossings.binary_search_by_key(id, |it| it.cell).ok()?;
        let crossing = &self.learned.crossings[at];
        self.can_hold(&cell.ty, self.hazard(crossing.hazard).kind, 0).then_some(crossing)
    }

    /// Whether a cell holds something that a runtime drives.
    #[must_use]
    pub fn is_bound_to_runtime(&self, cell: &Cell) -> bool {
        let is_driven =
            |hazard: &Hazard| runtimes::is_driven(hazard) && self.can_hold(&cell.ty, hazard.kind, 0);
        cell.content.any(|what| matches!(what, What::Hazard(id) if is_driven(self.hazard(*id))))
    }

    /// The credential variables that a binary cannot go on without, and whether its deployment gives it them.
    #[must_use]
    pub fn deployed(&self) -> &Deployed {
        &self.learned.deployed
    }

    /// Whether there are deployment manifests beside the code, all of which were read.
    #[must_use]
    pub fn has_deployments(&self) -> bool {
        !self.deployments.containers.is_empty() && !self.deployments.is_cut
    }

    /// The credentials that deployment manifests give in plain text, in order of their places.
    #[must_use]
    pub fn plain_secrets(&self) -> Vec<PlainSecret> {
        deployments::plain_secrets(self.deployments, self.catalog)
    }

    /// When what runs.
    #[must_use]
    pub fn phases(&self) -> &Phases {
        &self.learned.phases
    }

    /// The credentials that are first read when the program is at work, and that it cannot do without; and the reads of
    /// others.
    #[must_use]
    pub fn credential_reads(&self) -> CredentialReads {
        phases::reads(&self.learned.tables, &self.learned.phases, self.facts)
    }

    /// The cell whose initialiser a function is.
    #[must_use]
    pub fn cell_of(&self, def: DefId) -> Option<&Cell> {
        let id = self.learned.cell_ids.get(&CellKey::Static(def))?;
        Some(&self.learned.tables.cells[id.0 as usize])
    }

    /// A credential.
    #[must_use]
    pub fn credential(&self, id: CredentialId) -> &Credential {
        self.learned.tables.credentials.get(id.0)
    }

    /// Where something enters.
    #[must_use]
    pub fn origin(&self, id: OriginId) -> &Origin {
        self.learned.tables.origins.get(id.0)
    }

    /// A credential's way into a client.
    #[must_use]
    pub fn build(&self, id: BuildId) -> &Build {
        self.learned.tables.builds.get(id.0)
    }

    /// Something that a fork does not copy.
    #[must_use]
    pub fn hazard(&self, id: HazardId) -> &Hazard {
        self.learned.tables.hazards.get(id.0)
    }

    /// A call that forks.
    #[must_use]
    pub fn fork(&self, id: ForkId) -> &Fork {
        self.learned.tables.forks.get(id.0)
    }

    /// The catalog.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        self.catalog
    }

    /// Whether a definition belongs to a test, example or bench.
    #[must_use]
    pub fn is_example(&self, def: DefId) -> bool {
        self.world.is_example(def)
    }

    /// The name of a definition.
    #[must_use]
    pub fn name(&self, def: DefId) -> &Name {
        let at = self.world.def(def);
        &self.facts[at.file.0 as usize].item(at.item).name
    }

    /// Where the name of a definition stands.
    #[must_use]
    pub fn name_place(&self, def: DefId) -> Place {
        let at = self.world.def(def);
        Place { file: at.file, span: self.facts[at.file.0 as usize].item(at.item).name_span }
    }

    /// Whether a credential in the raw reaches a place where it is sent.
    #[must_use]
    pub fn is_sent(&self, credential: CredentialId) -> bool {
        self.learned.sent.contains(&credential)
    }

    /// Whether this process signs or checks its own tokens by a credential: keeping it is right.
    #[must_use]
    pub fn is_own_signing(&self, credential: CredentialId) -> bool {
        let entry = self.credential(credential);
        entry.is_own_signing || self.learned.tables.signing.contains(&entry.origin)
    }

    /// The way of a mark, from where it enters to where it is.
    #[must_use]
    pub fn way<'t>(&self, trace: &'t Trace) -> Vec<&'t TraceStep> {
        steps(trace)
    }

    /// The innermost declared type of a cell, as people know it.
    #[must_use]
    pub fn shown_type(&self, ty: &Ty) -> SmolStr {
        match ty.innermost(self.catalog) {
            Ty::External(path, _) => super::eval::shown(&path),
            Ty::Def(def, _) | Ty::Trait(def) => self.name(def).clone(),
            _ => SmolStr::new_static("value"),
        }
    }

    /// Whether a type holds something that ends by itself or knows when it does: a field that says so, a method that
    /// renews, a cache with a time to live.
    #[must_use]
    pub fn knows_its_age(&self, ty: &Ty) -> bool {
        self.knows_age(ty, 0)
    }

    fn knows_age(&self, ty: &Ty, depth: u32) -> bool {
        if depth > NEST {
            return false;
        }
        match ty {
            Ty::External(_, list) => {
                matches!(
                    ty.role(self.catalog),
                    Some(TypeRole::Instant | TypeRole::Cache | TypeRole::Provider)
                ) || list.iter().flat_map(|list| list.iter()).any(|inner| self.knows_age(inner, depth + 1))
            }
            Ty::Tuple(list) | Ty::Slice(list) => {
                list.iter().flat_map(|list| list.iter()).any(|inner| self.knows_age(inner, depth + 1))
            }
            Ty::Def(def, _) => self.def_knows_age(*def) || self.part_knows_age(*def, depth),
            Ty::Trait(_) | Ty::Unknown => false,
        }
    }

    fn def_knows_age(&self, def: DefId) -> bool {
        let at = self.world.def(def);
        let words = self.catalog.words();
        let has_field = match &self.facts[at.file.0 as usize].item(at.item).kind {
            ItemKind::Struct(fields) => fields.iter().any(|field| words.is_expiry_field(&field.name)),
            _ => false,
        };
        let has_method = self
            .learned
            .methods
            .get(&def)
            .is_some_and(|names| names.iter().any(|name| words.is_renewing_method(name)));
        has_field || has_method
    }

    fn part_knows_age(&self, def: DefId, depth: u32) -> bool {
        self.learned
            .parts
            .get(&def)
            .filter(|list| list.len() <= FIELDS)
            .is_some_and(|list| list.iter().any(|inner| self.knows_age(inner, depth + 1)))
    }

    /// The credentials in the raw that a cell keeps for its users: what it holds itself, and the fields of a small struct
    /// of its own. A program's whole configuration is no token, and a map of many is a store of those of others.
    #[must_use]
    pub fn raw_credentials(&self, cell: &Cell) -> Vec<(Mark, CredentialId)> {
        if self.is_keyed(&cell.ty, 0) || self.is_configuration(&cell.ty) {
            return Vec::new();
        }
        let raw = |mark: &Mark| match mark.what {
            What::Credential(id) => Some((mark.clone(), id)),
            _ => None,
        };
        // What stands deeper belongs to a configuration or a client of its own.
        let fields = cell.content.fields.iter().flat_map(|fields| fields.iter());
        let fields =
            fields.filter(|(name, field)| *name != GIVEN && self.is_text_of_credential(&field.ty, 0));
        let fields: Vec<Marks> = fields.map(|(_, field)| self.marks_of_field(field)).collect();
        let marks = cell.content.marks.iter().chain(fields.iter().flat_map(|marks| marks.iter()));
        marks.filter_map(raw).collect()
    }

    /// Whether a cell keeps the credentials of many, each by a key.
    #[must_use]
    pub fn is_store_of_many(&self, cell: &Cell) -> bool {
        self.is_keyed(&cell.ty, 0)
    }

    /// Whether a type is a collection that is asked by a key, under whatever wrappers.
    fn is_keyed(&self, ty: &Ty, depth: u32) -> bool {
        if depth > NEST {
            return false;
        }
        match ty {
            Ty::External(path, args) => {
                let last = path.rsplit("::").next().unwrap_or_default();
                last.ends_with("Map")
                    || args.iter().flat_map(|args| args.iter()).any(|inner| self.is_keyed(inner, depth + 1))
            }
            Ty::Def(def, _) => {
                let fields = self.learned.parts.get(def).filter(|fields| fields.len() <= FIELDS);
                fields.is_some_and(|fields| fields.iter().any(|inner| self.is_keyed(inner, depth + 1)))
            }
            _ => false,
        }
    }

    /// What clients are made from, when a cell holds that: its type, as people know it.
    #[must_use]
    pub fn configuration_of_clients(&self, cell: &Cell) -> Option<SmolStr> {
        let ty = cell.ty.innermost(self.catalog);
        let is = matches!(
            ty.role(self.catalog),
            Some(TypeRole::Config | TypeRole::Credentials | TypeRole::Builder)
        );
        is.then(|| self.shown_type(&ty))
    }

    /// Whether a cell's type is one that a token is kept in, and not that of a client or of what clients are made from.
    #[must_use]
    pub fn may_hold_token(&self, cell: &Cell) -> bool {
        let ty = cell.ty.innermost(self.catalog);
        let is_kept_in = match ty.role(self.catalog) {
            None => self.is_named_for_text(&ty),
            role => matches!(role, Some(TypeRole::Token | TypeRole::Secret | TypeRole::Credentials)),
        };
        is_kept_in && self.configuration_of_clients(cell).is_none()
    }

    /// Whether a name is that of a credential.
    #[must_use]
    pub fn speaks_of_credential(&self, name: &str) -> bool {
        self.catalog.words().classify(name).is_some()
    }

    /// Whether a variable of the environment holds a credential, as far as its name says, and not only a part of one.
    #[must_use]
    pub fn names_credential(&self, variable: &str) -> bool {
        self.speaks_of_credential(variable) || self.catalog.env(variable).is_some()
    }

    /// Whether a type is a struct of this run with many fields, as configurations are, or has one in it.
    fn is_configuration(&self, ty: &Ty) -> bool {
        let def = match ty.innermost(self.catalog) {
            Ty::Def(def, _) => def,
            Ty::Tuple(list) => {
                return list.iter().flat_map(|list| list.iter()).any(|inner| self.is_configuration(inner));
            }
            _ => return false,
        };
        let at = self.world.def(def);
        match &self.facts[at.file.0 as usize].item(at.item).kind {
            ItemKind::Struct(fields) => fields.len() > FIELDS,
            _ => false,
        }
    }

    /// Whether a value renews its credentials by itself.
    #[must_use]
    pub fn is_refreshing(&self, value: &Value) -> bool {
        value.any(|what| *what == What::Refreshing)
    }

    /// The forking host that loads the crate of a cell, as its extension or beneath one.
    #[must_use]
    pub fn forking_host(&self, cell: &Cell) -> Option<&Host> {
        let (CellKey::Static(def) | CellKey::Memo(def)) = cell.key else { return None };
        let krate = self.world.krate(self.world.crate_of(def));
        if krate.kind != TargetKind::Lib {
            return None;
        }
        // Its own initialiser runs when somebody reads it.
        let users = cell.fills.values().map(|fill| fill.def).chain(cell.reads.values().copied());
        let users: Vec<DefId> = users.filter(|user| *user != def).collect();
        self.learned.hosts.get(&krate.package?)?.iter().find(|host| host.comes_to(&users))
    }

    /// Whether a cell stands in a module that is called like one for tests, and nothing else in the run comes to it.
    #[must_use]
    pub fn is_for_tests(&self, cell: &Cell) -> bool {
        match cell.key {
            CellKey::Static(def) | CellKey::Memo(def) => self.learned.test_support.contains(&def),
            CellKey::Global(_) => false,
        }
    }

    /// Whether who fills or reads a cell asks which process it is in, or is run in each child after a fork.
    #[must_use]
    pub fn is_fork_guarded(&self, cell: &Cell) -> bool {
        let users = cell.fills.values().map(|fill| fill.def).chain(cell.reads.values().copied());
        let is_guard = |def: DefId| {
            self.learned.tables.at_fork.contains(&def) || self.learned.tables.asking_pid.contains(&def)
        };
        cell.content.any(|what| *what == What::ProcessId) || users.into_iter().any(is_guard)
    }

    /// What a cell holds that a fork does not copy: the first that runs threads or tasks, or is connected.
    #[must_use]
    pub fn hazard_in(&self, cell: &Cell) -> Option<HazardId> {
        let marks = cell.content.all_marks();
        let hazards = marks.iter().filter_map(|mark| match mark.what {
            What::Hazard(id) => Some(id),
            _ => None,
        });
        let is_held = |id: &HazardId| {
            let hazard = self.hazard(*id);
            let is_alive = hazard.kind == HazardKind::Runtime || hazard.starts != Starts::Nothing;
            is_alive && self.can_hold(&cell.ty, hazard.kind, 0)
        };
        hazards.filter(is_held).min_by_key(|id| self.hazard(*id).kind)
    }

    /// Whether a type has what makes such a hazard anywhere in it.
    fn can_hold(&self, ty: &Ty, kind: HazardKind, depth: u32) -> bool {
        let is_role = match ty.role(self.catalog) {
            Some(TypeRole::Runtime) => kind == HazardKind::Runtime,
            Some(TypeRole::Pool) => kind == HazardKind::Pool,
            Some(TypeRole::Client | TypeRole::Connection) => kind == HazardKind::Client,
            Some(TypeRole::Workers) => kind == HazardKind::Workers,
            _ => false,
        };
        let all =
            |list: &[Ty]| depth < NEST && list.iter().any(|inner| self.can_hold(inner, kind, depth + 1));
        is_role
            || match ty {
                Ty::External(_, list) | Ty::Tuple(list) | Ty::Slice(list) => list.as_deref().is_some_and(all),
                Ty::Def(def, _) => self.learned.parts.get(def).is_some_and(|parts| all(parts)),
                Ty::Trait(_) | Ty::Unknown => false,
            }
    }

    /// The literals that are secrets, in order.
    #[must_use]
    pub fn secrets(&self) -> Vec<Place> {
        let literal = |credential: &Credential| {
            let origin = self.origin(credential.origin);
            (origin.source == Source::Literal).then_some(origin.place)
        };
        let mut places: Vec<Place> = self.learned.tables.credentials.iter().filter_map(literal).collect();
        places.extend(self.literal_secrets());
        places.extend(deployments::plain_values(self.deployments, self.catalog));
        places.extend(self.deployments.hidden.iter().copied());
        places.extend(hidden::literals(self.facts, self.catalog));
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether all of the innermost item around a place was understood.
    #[must_use]
    pub fn is_understood(&self, place: Place) -> bool {
        let Some(facts) = self.facts.get(place.file.0 as usize) else { return true };
        let around = facts.items.iter().map(|item| item.span).filter(|span| span.contains(place.span));
        let innermost = around.min_by_key(|span| span.end - span.start);
        innermost.is_none_or(|item| !facts.problems.iter().any(|problem| item.contains(problem.span)))
    }

    /// The items that are compiled for tests only, in order.
    #[must_use]
    pub fn test_places(&self) -> Vec<Place> {
        let place = |def: DefId| {
            let at = self.world.def(def);
            let span = self.facts[at.file.0 as usize].item(at.item).span;
            at.is_test.then_some(Place { file: at.file, span })
        };
        let mut places: Vec<Place> = self.world.def_ids().filter_map(place).collect();
        places.sort_unstable();
        places
    }

    /// How many expressions were read until nothing new was learned.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.learned.steps
    }
}
