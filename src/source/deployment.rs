//! Deployments: which containers, units and jobs run the programs of a project, and which variables they are given.
//!
//! A set of variables is known only where all of it stands in the tree. What cannot be followed (a template, a secret that
//! is kept elsewhere, a script) makes it unknown, with the reason; names that such files mention count as given.

mod command;
mod compose;
mod dockerfile;
mod dotenv;
mod find;
mod gathered;
mod kubernetes;
mod kustomize;
mod read;
mod systemd;
mod workflow;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{FileId, Place, Problem};
pub use command::Runs;
pub(super) use find::{find, is_deployment};
pub use read::read;

/// What the manifests of a tree say, as plain data.
#[derive(Clone, Debug, Default)]
pub struct Deployments {
    /// What runs somewhere, in order of files and places.
    pub containers: Vec<Container>,
    /// What `Dockerfile`s build.
    pub images: Vec<Image>,
    /// Variables that are named in files whose meaning was not followed: scripts, templates, workflows.
    pub named: BTreeSet<String>,
    /// Templates (Helm charts and the like) and the words in them, which may name a program.
    pub templates: Vec<BTreeSet<String>>,
    /// Whether a platform that keeps variables elsewhere runs something here (`fly.toml`, `Procfile`).
    pub has_platform: bool,
    /// Values that are written out, under the names they are given by.
    pub literals: Vec<Literal>,
    /// Values that are secret whatever they are called: all that a secret object holds.
    pub hidden: Vec<Place>,
    /// The files read for this.
    pub files: BTreeSet<FileId>,
    /// Whether there were more files than are looked at: then nothing is known for sure.
    pub is_cut: bool,
    /// What was not understood.
    pub problems: Vec<Problem>,
}

/// A family of manifests that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Kubernetes objects.
    Kubernetes,
    /// Compose files.
    Compose,
    /// systemd units.
    Systemd,
    /// Workflows of a forge.
    Workflow,
}

/// Something that runs a program with an environment of its own: a container, a unit, a step of a job.
#[derive(Clone, Debug)]
pub struct Container {
    /// What kind of manifest it stands in.
    pub family: Family,
    /// Its name.
    pub name: String,
    /// What it belongs to, in words (``Deployment `api` ``); empty where it stands for itself.
    pub workload: String,
    /// Where its name stands.
    pub place: Place,
    /// The image, as written.
    pub image: Option<String>,
    /// The image's build.
    pub build: Option<Build>,
    /// What it runs, where it says so itself.
    pub runs: Option<Runs>,
    /// The variables it is given.
    pub variables: BTreeMap<String, Place>,
    /// Whether files come to it from outside of its image.
    pub has_mounts: bool,
    /// Why it may be given others as well.
    pub unknown: Option<String>,
}

/// How an image is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// The directory that is its context.
    pub context: PathBuf,
    /// The path of its `Dockerfile`.
    pub dockerfile: PathBuf,
    /// The stage that is built, where one is named.
    pub target: Option<String>,
}

/// What a `Dockerfile` builds.
#[derive(Clone, Debug)]
pub struct Image {
    /// Its path.
    pub path: PathBuf,
    /// The names of its stages.
    pub stages: Vec<String>,
    /// What its last stage runs.
    pub runs: Option<Runs>,
    /// The programs that it copies out of a `target` directory, each with the name it has in the image.
    pub copies: Vec<(String, String)>,
    /// Whether its last stage takes over single files only, so that no file of variables comes along unseen.
    pub is_sealed: bool,
    /// The variables that any stage sets, and the arguments that a build may set.
    pub variables: BTreeSet<String>,
}

/// A value that is written out in a manifest.
#[derive(Clone, Debug)]
pub struct Literal {
    /// The name it is given by.
    pub name: String,
    /// The value.
    pub text: String,
    /// Where the value stands.
    pub place: Place,
    /// Whether a deployment gives it to a program. What a workflow has may be there for everybody, and what a file has that
    /// no manifest names is somebody's own.
    pub is_deployed: bool,
    /// Whether it is written in Base64.
    pub is_encoded: bool,
}

#[cfg(test)]
mod tests;
