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
    DependencyKind, Package, Place, TargetKind,
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

/// The credential variables that binaries cannot go on without.
#[derive(Clone, Debug, Default)]
pub struct Deployed {
    /// Those that a deployment does not give, in order of binaries and places.
    pub missing: Vec<MissingVariable>,
    /// The others of binaries that are deployed, with the reason why nothing is wrong.
    pub given: Vec<(RequiredRead, Given)>,
}

/// Why a variable is not missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// A container is given it, here.
    Here(Place),
    /// It is not known all of what the containers are given.
    Unknown,
    /// An image, or a file that is not followed, names it.
    Named,
    /// The program sets it itself.
    Set,
    /// The program looks for files of variables, and one may be there.
    Loaded,
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

/// Every credential variable of a binary that is deployed.
pub(super) fn deployed(engine: &Engine<'_>) -> Deployed {
    let deployments = &engine.inputs().project.deployments;
    let mut deployed = Deployed::default();
    if deployments.containers.is_empty() || deployments.is_cut {
        return deployed;
    }
    let mut reads = Reads::new(engine);
    let crates =
        engine.types.world.crates.iter().filter(|krate| krate.kind == TargetKind::Bin && !krate.is_example);
    for krate in crates {
        of_crate(engine, &mut reads, krate, &mut deployed);
    }
    deployed
}

fn of_crate(
    engine: &Engine<'_>,
    reads: &mut Reads<'_, '_>,
    krate: &Crate,
    deployed: &mut Deployed,
) -> Option<()> {
    let inputs = engine.inputs();
    let binary = Binary::of(inputs, krate)?;
    let deployments = &inputs.project.deployments;
    let running: Vec<&Container> =
        deployments.containers.iter().filter(|container| binary.is_run_by(container, deployments)).collect();
    // Who loads files of variables may find one wherever files come in.
    let is_loading = is_loading(inputs, binary.package);
    if running.is_empty() {
        return None;
    }
    let is_open = is_loading && !running.iter().all(|it| binary.is_sealed_in(it, deployments));
    let needs = reads.of_program(main_of(engine, krate)?);
    let mut found = Vec::new();
    for read in &needs.reads {
        let Some(kind) = kind_of(inputs, &read.name) else { continue };
        let answer = match () {
            () if is_open => Err(Given::Loaded),
            () if is_set(&needs, read) => Err(Given::Set),
            () => ask(inputs, &binary, &running, read, kind),
        };
        match answer {
            Ok(missing) => found.push(MissingVariable { is_loading, ..missing }),
            Err(given) => deployed.given.push((read.clone(), given)),
        }
    }
    deployed.missing.extend(once_each(found));
    Some(())
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
    kind: CredentialKind,
) -> Result<MissingVariable, Given> {
    let deployments = &inputs.project.deployments;
    let names: Vec<&str> = std::iter::once(&read.name).chain(&read.others).map(SmolStr::as_str).collect();
    if names.iter().any(|name| is_named_elsewhere(deployments, name)) {
        return Err(Given::Named);
    }
    let answer = |container: &&&Container| of_container(container, &names, read.is_argument);
    let mut is_given_elsewhere = deployments.has_platform || binary.is_in_template(deployments);
    let mut missing: Vec<Container> = Vec::new();
    for family in [Family::Kubernetes, Family::Compose, Family::Systemd, Family::Workflow] {
        let of_family: Vec<&&Container> =
            running.iter().filter(|container| container.family == family).collect();
        let answers: Vec<Answer> = of_family.iter().map(answer).collect();
        if let Some(at) = answers.iter().position(|it| matches!(it, Answer::Given)) {
            return Err(Given::Here(of_family[at].place));
        }
        if answers.iter().any(|it| matches!(it, Answer::Unknown)) {
            is_given_elsewhere = true;
        } else if missing.is_empty() {
            missing.extend(of_family.into_iter().map(|it| (**it).clone()));
        }
    }
    if missing.is_empty() {
        return Err(Given::Unknown);
    }
    let binary = SmolStr::new(binary.name);
    Ok(MissingVariable {
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
