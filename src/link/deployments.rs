//! Deployments joined to the program: which containers run a binary, and which variables that it cannot go on without none
//! of them is given.

mod plain;
mod runs;

use std::collections::BTreeSet;
use std::path::PathBuf;

use smol_str::SmolStr;

use super::{
    engine::Engine,
    reads::{Needs, Reads, RequiredRead, main_of},
    world::{Crate, Inputs},
};
use crate::catalog::schema::CredentialKind;
use crate::source::{
    DependencyKind, Package, TargetKind,
    deployment::{Container, Deployments, Family, Runs},
};
pub(super) use plain::plain_values;
pub use plain::{PlainSecret, plain_secrets};
use runs::Binary;

/// A credential variable that a binary cannot go on without and that its deployment does not give it.
#[derive(Clone, Debug)]
pub struct MissingVariable {
    /// The read.
    pub read: RequiredRead,
    /// What the credential is.
    pub kind: CredentialKind,
    /// The binary.
    pub binary: SmolStr,
    /// The containers that run it, all of one family, the first to be told of first.
    pub containers: Vec<Container>,
    /// Whether another deployment of it may give it, for all that can be seen.
    pub is_given_elsewhere: bool,
    /// Whether the program looks for files of variables, which its image does not have.
    pub is_loading: bool,
}

/// What a deployment says of a variable.
enum Answer {
    /// It is given it.
    Given,
    /// It is not known all of what it is given.
    Unknown,
    /// It is not.
    Missing,
}

/// Every credential variable that is missing in a deployment, in order of binaries and places.
pub(super) fn missing(engine: &Engine<'_>) -> Vec<MissingVariable> {
    let deployments = &engine.inputs().project.deployments;
    if deployments.containers.is_empty() || deployments.is_cut {
        return Vec::new();
    }
    let mut reads = Reads::new(engine);
    let crates =
        engine.types.world.crates.iter().filter(|krate| krate.kind == TargetKind::Bin && !krate.is_example);
    crates.flat_map(|krate| of_crate(engine, &mut reads, krate).unwrap_or_default()).collect()
}

fn of_crate(engine: &Engine<'_>, reads: &mut Reads<'_, '_>, krate: &Crate) -> Option<Vec<MissingVariable>> {
    let inputs = engine.inputs();
    let binary = Binary::of(inputs, krate)?;
    let deployments = &inputs.project.deployments;
    let running: Vec<&Container> =
        deployments.containers.iter().filter(|container| binary.is_run_by(container, deployments)).collect();
    // Who loads files of variables may find one wherever files come in.
    let is_loading = is_loading(inputs, binary.package);
    if running.is_empty() || (is_loading && !running.iter().all(|it| binary.is_sealed_in(it, deployments))) {
        return None;
    }
    let needs = reads.of_program(main_of(engine, krate)?);
    let found = needs.reads.iter().filter(|read| !is_set(&needs, read));
    let found = found.filter_map(|read| ask(inputs, &binary, &running, read));
    let found = found.map(|it| MissingVariable { is_loading, ..it });
    Some(once_each(found.collect()))
}

/// The first read of each variable.
fn once_each(mut found: Vec<MissingVariable>) -> Vec<MissingVariable> {
    let mut seen = BTreeSet::new();
    found.sort_by_key(|it| (it.read.is_conditional, it.read.place));
    found.retain(|it| seen.insert(it.read.name.clone()));
    found.sort_by_key(|it| it.read.place);
    found
}

fn is_set(needs: &Needs, read: &RequiredRead) -> bool {
    needs.sets.contains("") || needs.sets.contains(&read.name)
}

fn ask(
    inputs: Inputs<'_>,
    binary: &Binary<'_>,
    running: &[&Container],
    read: &RequiredRead,
) -> Option<MissingVariable> {
    let kind = kind_of(inputs, &read.name)?;
    let deployments = &inputs.project.deployments;
    let names: Vec<&str> = std::iter::once(&read.name).chain(&read.others).map(SmolStr::as_str).collect();
    if names.iter().any(|name| is_named_elsewhere(deployments, name)) {
        return None;
    }
    let answer = |container: &&&Container| of_container(container, &names, read.is_argument);
    let mut is_given_elsewhere = deployments.has_platform || binary.is_in_template(deployments);
    let mut missing: Vec<Container> = Vec::new();
    for family in [Family::Kubernetes, Family::Compose, Family::Systemd, Family::Workflow] {
        let of_family: Vec<&&Container> =
            running.iter().filter(|container| container.family == family).collect();
        let answers: Vec<Answer> = of_family.iter().map(answer).collect();
        if answers.iter().any(|it| matches!(it, Answer::Given)) {
            return None;
        }
        if answers.iter().any(|it| matches!(it, Answer::Unknown)) {
            is_given_elsewhere = true;
        } else if missing.is_empty() {
            missing.extend(of_family.into_iter().map(|it| (**it).clone()));
        }
    }
    if missing.is_empty() {
        return None;
    }
    let binary = SmolStr::new(binary.name);
    Some(MissingVariable {
        read: read.clone(),
        kind,
        binary,
        containers: missing,
        is_given_elsewhere,
        is_loading: false,
    })
}

/// What a container is given. Its arguments may stand in the place of a variable.
fn of_container(container: &Container, names: &[&str], is_argument: bool) -> Answer {
    let args = match &container.runs {
        Some(Runs::Program(_, args) | Runs::Cargo { args, .. }) => args.as_slice(),
        _ => &[],
    };
    if names.iter().any(|name| container.variables.contains_key(*name)) {
        Answer::Given
    } else if container.unknown.is_some() || (is_argument && !args.is_empty()) {
        Answer::Unknown
    } else {
        Answer::Missing
    }
}

/// Whether a file whose meaning was not followed, or an image, names the variable.
fn is_named_elsewhere(deployments: &Deployments, name: &str) -> bool {
    deployments.named.contains(name) || deployments.images.iter().any(|image| image.variables.contains(name))
}

/// What a variable holds, where its name speaks of a credential.
fn kind_of(inputs: Inputs<'_>, name: &str) -> Option<CredentialKind> {
    let known = inputs.catalog.env(name).map(|entry| entry.kind);
    known.or_else(|| inputs.catalog.words().classify(name).map(|class| class.kind))
}

/// Whether a package, or one of this run that it depends on, puts variables into its own environment.
fn is_loading(inputs: Inputs<'_>, package: &Package) -> bool {
    let packages = &inputs.project.packages;
    let mut open = vec![package];
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    while let Some(package) = open.pop() {
        for dependency in package.dependencies.iter().filter(|it| it.kind == DependencyKind::Normal) {
            if inputs.catalog.loads_env(&dependency.package) {
                return true;
            }
            let Some(dir) = dependency.path.as_ref().filter(|dir| seen.insert((*dir).clone())) else {
                continue;
            };
            open.extend(packages.iter().filter(|it| it.manifest.parent() == Some(dir)));
        }
    }
    false
}
