//! What was read so far of a tree's deployment files, before names that lead from one file to another are followed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::{Container, Deployments, Family, Literal, dotenv, yaml::Node};
use crate::source::{FileId, Place, Span, base64::decoded};

/// How many containers, and how many variables in all, are kept of one run.
const CONTAINERS: usize = 5_000;
const VARIABLES: usize = 200_000;

/// A file with what is written in it.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'t> {
    pub(super) file: FileId,
    pub(super) path: &'t Path,
    pub(super) text: &'t str,
}

impl Sheet<'_> {
    pub(super) fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// The directory that it stands in.
    pub(super) fn dir(&self) -> &Path {
        self.path.parent().unwrap_or(self.path)
    }
}

/// A container with what it takes from elsewhere.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) container: Container,
    /// Containers of the same key are one: overrides and patches.
    pub(super) key: String,
    /// Sets of variables that it is given whole.
    pub(super) from: Vec<Whole>,
    /// The service that it takes everything else from: the path of the file, and its name.
    pub(super) extends: Option<(PathBuf, String)>,
}

/// A set of variables with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Whole {
    /// A config map or secret, and what is put before each name.
    Object(Object, String),
    /// A file.
    File(PathBuf),
}

/// An object that holds variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Object {
    pub(super) is_secret: bool,
    pub(super) name: String,
}

/// The names of a set, `None` where they are not known.
pub(super) type Names = Option<BTreeMap<String, Place>>;

/// Everything read so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) found: Deployments,
    pub(super) raw: Vec<Raw>,
    pub(super) objects: HashMap<Object, Names>,
    pub(super) env_files: HashMap<PathBuf, BTreeMap<String, Place>>,
    /// Every file of variables, whether or not all that it holds is known.
    pub(super) variable_files: HashMap<PathBuf, FileId>,
    /// Files whose variables an object holds as well.
    pub(super) object_files: Vec<(Object, PathBuf)>,
    /// Why any Kubernetes object may be changed before it is applied.
    pub(super) patched: Option<String>,
    variables: usize,
    by_key: HashMap<String, usize>,
}

impl Raw {
    pub(super) fn new(family: Family, name: &str, place: Place, key: String) -> Self {
        let container = Container {
            family,
            name: name.to_owned(),
            workload: String::new(),
            place,
            image: None,
            build: None,
            runs: None,
            variables: BTreeMap::new(),
            has_mounts: !matches!(family, Family::Kubernetes | Family::Compose),
            unknown: None,
        };
        Self { container, key, from: Vec::new(), extends: None }
    }

    /// Notes why more variables may be given than are seen.
    pub(super) fn doubt(&mut self, why: impl Into<String>) {
        self.container.unknown.get_or_insert_with(|| why.into());
    }
}

impl Gathered {
    pub(super) fn add(&mut self, raw: Raw) {
        self.variables += raw.container.variables.len();
        if self.raw.len() < CONTAINERS && self.variables < VARIABLES {
            self.raw.push(raw);
        } else {
            self.found.is_cut = true;
        }
    }

    /// Notes the variables that a text mentions.
    pub(super) fn mention(&mut self, text: &str) {
        for name in dotenv::names_in(text) {
            if !self.found.named.contains(name) {
                self.found.named.insert(name.to_owned());
            }
        }
    }

    /// Notes a template and the words in it.
    pub(super) fn template(&mut self, text: &str) {
        self.mention(text);
        let words = text.split(|char: char| !(char.is_alphanumeric() || char == '_' || char == '-'));
        let words = words.filter(|word| word.len() > 1).map(str::to_owned);
        self.found.templates.push(words.collect());
    }

    /// A variable with a value that is written out, or not.
    pub(super) fn variable(&mut self, raw: &mut Raw, at: Sheet<'_>, name: &Node, value: Option<&Node>) {
        let Some(text) = name.text() else { return };
        let place = at.place(name.span);
        raw.container.variables.entry(text.to_owned()).or_insert(place);
        if let Some(value) = value {
            let is_deployed = raw.container.family != Family::Workflow;
            self.literal(text, value.text().unwrap_or_default(), at.place(value.span), is_deployed);
        }
    }

    /// A value that is written out under a name, and whether a deployment gives it to a program.
    pub(super) fn literal(&mut self, name: &str, text: &str, place: Place, is_deployed: bool) {
        let (name, text) = (name.to_owned(), text.to_owned());
        self.take(Literal { name, text, place, is_deployed, is_encoded: false });
    }

    /// A value that is written in Base64 under a name and given to a program; nothing where it is no Base64, or of no text.
    pub(super) fn encoded(&mut self, name: &str, text: &str, place: Place) {
        if let Some(text) = decoded(text) {
            self.take(Literal { name: name.to_owned(), text, place, is_deployed: true, is_encoded: true });
        }
    }

    fn take(&mut self, literal: Literal) {
        if !literal.text.is_empty() && self.found.literals.len() < VARIABLES {
            self.found.literals.push(literal);
        }
    }

    /// Notes a value that nobody has to see, if anything is written there.
    pub(super) fn hide(&mut self, place: Place) {
        if place.span.start < place.span.end && self.found.hidden.len() < VARIABLES {
            self.found.hidden.push(place);
        }
    }

    /// Notes an object that holds variables. One that is written twice holds what either does.
    pub(super) fn object(&mut self, object: Object, names: Names) {
        match (self.objects.get_mut(&object), names) {
            (None, names) => _ = self.objects.insert(object, names),
            (Some(Some(known)), Some(names)) => known.extend(names),
            (Some(known), _) => *known = None,
        }
    }

    /// Follows the names that lead from one file to another, and gives everything.
    pub(super) fn resolved(mut self) -> Deployments {
        self.note_deployed_files();
        for (object, path) in std::mem::take(&mut self.object_files) {
            let names = self.env_files.get(&path).cloned();
            self.object(object, names);
        }
        let patched = self.patched.take();
        for raw in self.extended() {
            let key = raw.key.clone();
            let mut container = self.filled(raw);
            if container.family == Family::Kubernetes && container.unknown.is_none() {
                container.unknown.clone_from(&patched);
            }
            self.merge(&key, container);
        }
        self.found
    }

    /// What a file has that a manifest names is given to a program.
    fn note_deployed_files(&mut self) {
        let from_containers = self.raw.iter().flat_map(|raw| &raw.from).filter_map(|whole| match whole {
            Whole::File(path) => Some(path),
            Whole::Object(..) => None,
        });
        let named = from_containers.chain(self.object_files.iter().map(|(_, path)| path));
        let files: BTreeSet<FileId> =
            named.filter_map(|path| self.variable_files.get(path)).copied().collect();
        for literal in &mut self.found.literals {
            literal.is_deployed |= files.contains(&literal.place.file);
        }
    }

    /// Containers with what they extend. A chain of them is followed as deep as there are links in it, up to a bound.
    fn extended(&mut self) -> Vec<Raw> {
        const LINKS: usize = 8;
        let mut all = std::mem::take(&mut self.raw);
        let positions: HashMap<String, usize> =
            all.iter().enumerate().rev().map(|(at, raw)| (raw.key.clone(), at)).collect();
        for _ in 0..LINKS {
            for at in 0..all.len() {
                let Some((path, name)) = all[at].extends.take() else { continue };
                match positions.get(&super::compose::key(&path, &name)) {
                    Some(base) => extend(&mut all, at, *base),
                    None => all[at].doubt("it extends a service that is not in the tree"),
                }
            }
        }
        all
    }

    /// The container with the sets that it is given whole.
    fn filled(&self, raw: Raw) -> Container {
        let Raw { mut container, from, .. } = raw;
        for whole in from {
            let (names, prefix) = match &whole {
                Whole::Object(object, prefix) => {
                    (self.objects.get(object).and_then(Option::as_ref), prefix.as_str())
                }
                Whole::File(path) => (self.env_files.get(path), ""),
            };
            if let Some(names) = names {
                let names = names.iter().map(|(name, place)| (format!("{prefix}{name}"), *place));
                container.variables.extend(names);
            } else {
                let why = || format!("it is given {}, which is not in the tree", title(&whole));
                container.unknown.get_or_insert_with(why);
            }
        }
        container
    }

    fn merge(&mut self, key: &str, container: Container) {
        if let Some(at) = self.by_key.get(key) {
            join(&mut self.found.containers[*at], container);
        } else {
            self.by_key.insert(key.to_owned(), self.found.containers.len());
            self.found.containers.push(container);
        }
    }
}

/// A set in words.
fn title(whole: &Whole) -> String {
    match whole {
        Whole::Object(object, _) if object.is_secret => format!("the secret `{}`", object.name),
        Whole::Object(object, _) => format!("the config map `{}`", object.name),
        Whole::File(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str());
            format!("the file `{}`", name.to_string_lossy())
        }
    }
}

fn extend(all: &mut [Raw], at: usize, base: usize) {
    let (from, next) = (all[base].from.clone(), all[base].extends.clone());
    let inherited = all[base].container.clone();
    all[at].from.extend(from);
    all[at].extends = next;
    join(&mut all[at].container, inherited);
}

/// Adds what another writing of the same container says.
fn join(container: &mut Container, other: Container) {
    container.image = container.image.take().or(other.image);
    container.build = container.build.take().or(other.build);
    container.runs = container.runs.take().or(other.runs);
    container.unknown = container.unknown.take().or(other.unknown);
    container.variables.extend(other.variables);
    container.has_mounts |= other.has_mounts;
}
