//! The catalog by path: every entry under its canonical path, aliases resolved.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{
    CatalogError, MethodRoles, Words,
    error::parse,
    project,
    schema::{
        AttributeEntry, CrateFile, CredentialKind, EnvEntry, FnEntry, HostEntry, KeyEntry, MacroRole,
        TypeEntry,
    },
    shipped,
};

/// Everything known of the ecosystem, indexed by canonical path.
#[derive(Debug, Default)]
pub struct Catalog {
    types: FxHashMap<SmolStr, TypeEntry>,
    fns: FxHashMap<SmolStr, FnEntry>,
    /// The paths of those that give what renews its credentials.
    renewing: BTreeSet<SmolStr>,
    attributes: FxHashMap<SmolStr, AttributeEntry>,
    /// The last names of their paths.
    attribute_names: FxHashSet<SmolStr>,
    macros: FxHashMap<SmolStr, MacroRole>,
    aliases: FxHashMap<SmolStr, SmolStr>,
    packages: FxHashMap<SmolStr, SmolStr>,
    libraries: FxHashMap<SmolStr, SmolStr>,
    modules: FxHashSet<SmolStr>,
    env: FxHashMap<String, EnvEntry>,
    hosts: Vec<HostEntry>,
    /// The family of each provider, and whether it accepts what is anybody's.
    families: FxHashMap<String, (usize, bool)>,
    keys: Vec<KeyEntry>,
    /// The positions of keys by the first byte of their prefix.
    keys_by_start: FxHashMap<u8, Vec<usize>>,
    /// What the names of its lists say, by the name.
    named_methods: FxHashMap<SmolStr, MethodRoles>,
    bindings: FxHashMap<SmolStr, Binding>,
    loading_env: FxHashSet<SmolStr>,
    servers: FxHashSet<SmolStr>,
    /// The roots of the packages that files of the project describe.
    projects: FxHashSet<SmolStr>,
    words: Words,
}

/// A crate that extensions of a host are written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The host, as people know it.
    pub host: String,
    /// Whether it forks by itself.
    pub forks: bool,
    /// The functions of an extension that it calls before it forks; empty where it may call any.
    pub before_fork: Vec<String>,
}

impl Catalog {
    /// The catalog that comes with authlint.
    ///
    /// # Errors
    /// The first shipped file that does not parse; a test keeps this from ever happening.
    pub fn shipped() -> Result<Self, CatalogError> {
        let mut catalog = Self { words: Words::shipped()?, ..Self::default() };
        let files =
            shipped::FILES.iter().map(|(name, text)| parse(name, text)).collect::<Result<Vec<_>, _>>()?;
        for file in &files {
            catalog.add_package(file);
        }
        for file in files {
            catalog.add_entries(file);
        }
        Ok(catalog)
    }

    /// Adds one file of the public form.
    ///
    /// # Errors
    /// The file does not parse, has an unknown key, or is of another version.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), CatalogError> {
        let file = parse(name, text)?;
        self.add_package(&file);
        self.add_entries(file);
        Ok(())
    }

    /// Adds files of a project, each a name and a text. What such a file says of a path wins over what is shipped for that
    /// path; all else that is shipped of the same package stays.
    ///
    /// # Errors
    /// The first file that does not parse, has an unknown key, is of another version, describes a package that another of
    /// them describes, or names a path that cannot be one.
    pub fn add_project<'t>(
        &mut self,
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<(), CatalogError> {
        let files = project::parsed(files)?;
        for (_, file) in &files {
            self.add_package(file);
            self.projects.insert(root_of(&file.package));
        }
        for (_, file) in &files {
            self.add_entries(file.clone());
        }
        files.iter().try_for_each(|(text, file)| self.check(text, file))
    }

    /// Whether a file of the project describes the package of this name. It is then what the file says, also where its
    /// source is at hand.
    #[must_use]
    pub fn is_told_by_project(&self, package: &str) -> bool {
        self.projects.contains(&self.root_of_package(package))
    }

    /// Refuses paths that lead to no type.
    fn check(&self, text: &project::Text<'_>, file: &CrateFile) -> Result<(), CatalogError> {
        let reading = Reading::new(root_of(&file.package), file);
        let own = join(&reading.root, "");
        let is_known = |path: &str| {
            let path = self.named(&reading, path);
            !path.starts_with(own.as_str()) || self.types.contains_key(&path)
        };
        let known = || self.types.keys().filter_map(|path| path.strip_prefix(own.as_str()));
        project::check(text, file, is_known, known)
    }

    fn add_package(&mut self, file: &CrateFile) {
        let root = root_of(&file.package);
        self.packages.insert(root.clone(), root.clone());
        for other in &file.also {
            self.packages.insert(root_of(other), root.clone());
        }
        if file.loads_env {
            self.loading_env.insert(root.clone());
        }
        if let Some(host) = file.forking_host.as_ref().or(file.steady_host.as_ref()) {
            let forks = file.forking_host.is_some();
            let binding = Binding { host: host.clone(), forks, before_fork: file.before_fork.clone() };
            self.bindings.insert(root.clone(), binding);
        }
        if file.serves {
            self.servers.insert(root.clone());
        }
        let library = file.lib.as_deref().map_or_else(|| root.clone(), SmolStr::new);
        self.libraries.entry(library).or_insert(root);
    }

    fn add_entries(&mut self, file: CrateFile) {
        let reading = Reading::new(root_of(&file.package), &file);
        for (alias, path) in &file.aliases {
            self.aliases.insert(reading.own(alias), self.named(&reading, path));
        }
        for entry in &file.types {
            self.add_type(&reading, entry);
        }
        for entry in &file.fns {
            self.add_fn(&reading, entry);
        }
        for entry in &file.attributes {
            for path in entry.path.as_slice() {
                let path = reading.own(path);
                self.attribute_names.insert(path.rsplit("::").next().unwrap_or_default().into());
                self.attributes.insert(path, entry.clone());
            }
        }
        for entry in &file.macros {
            for path in entry.path.as_slice() {
                self.macros.insert(reading.own(path), entry.is);
            }
        }
        self.env.extend(file.env.into_iter().map(|entry| (entry.name.clone(), entry)));
        self.hosts.extend(file.host);
        for family in file.family {
            let number = self.families.values().map(|(number, _)| number + 1).max().unwrap_or(0);
            let of = |provider| (provider, (number, family.accepts_any));
            self.families.extend(family.providers.into_iter().map(of));
        }
        for key in file.key {
            let start = key.prefix.bytes().next().unwrap_or_default();
            self.keys_by_start.entry(start).or_default().push(self.keys.len());
            self.keys.push(key);
        }
        if file.package == "std" {
            self.named_methods = MethodRoles::by_name(&file.any_receiver);
        }
    }

    /// The canonical form of a path that an entry names: its own crate's, or another package's by its name in front;
    /// `http::` is that package's root.
    fn named(&self, reading: &Reading, path: &str) -> SmolStr {
        let Some((first, rest)) = path.split_once("::") else { return reading.own(path) };
        let package = root_of(first);
        if reading.modules.contains(first) || !self.packages.contains_key(&package) {
            return reading.own(path);
        }
        let root = &self.packages[&package];
        if rest.is_empty() { root.clone() } else { join(root, rest) }
    }

    fn add_type(&mut self, reading: &Reading, entry: &TypeEntry) {
        for path in entry.path.as_slice() {
            let path = reading.own(path);
            let mut entry = entry.clone();
            entry.builds = entry.builds.map(|builds| self.named(reading, &builds).to_string());
            self.note_modules(&path);
            self.types.insert(path, entry);
        }
    }

    fn add_fn(&mut self, reading: &Reading, entry: &FnEntry) {
        for path in entry.path.as_slice() {
            let path = reading.own(path);
            let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
            let mut entry = entry.clone();
            entry.gives = entry.gives.map(|gives| match gives.as_str() {
                "Self" => owner.to_owned(),
                other => self.named(reading, other).to_string(),
            });
            self.note_modules(&path);
            if entry.refreshes {
                self.renewing.insert(path.clone());
            } else {
                self.renewing.remove(&path);
            }
            self.fns.insert(path, entry);
        }
    }

    fn note_modules(&mut self, path: &str) {
        let mut rest = path;
        while let Some((module, _)) = rest.rsplit_once("::") {
            if !self.modules.insert(SmolStr::new(module)) {
                return;
            }
            rest = module;
        }
    }

    /// The canonical form of an external path that starts with a package's root.
    #[must_use]
    pub fn canonical(&self, path: &str) -> SmolStr {
        let mut path = self.with_package_root(path);
        // An alias may lead to another; cycles end after a few rounds.
        for _ in 0..4 {
            match self.unalias(&path) {
                Some(next) => path = next,
                None => break,
            }
        }
        path
    }

    fn with_package_root(&self, path: &str) -> SmolStr {
        let (root, rest) = path.split_once("::").unwrap_or((path, ""));
        let root = match root {
            "core" | "alloc" => "std",
            _ => self.packages.get(root).map_or(root, SmolStr::as_str),
        };
        if rest.is_empty() { SmolStr::new(root) } else { join(root, rest) }
    }

    /// The path with its longest aliased prefix replaced, if it has one.
    fn unalias(&self, path: &str) -> Option<SmolStr> {
        let mut end = path.len();
        loop {
            if let Some(target) = self.aliases.get(&path[..end]) {
                return Some(SmolStr::from(format!("{target}{}", &path[end..])));
            }
            end = path[..end].rfind("::")?;
        }
    }

    /// The root of canonical paths of the package of this name.
    #[must_use]
    pub fn root_of_package(&self, package: &str) -> SmolStr {
        let root = root_of(package);
        self.packages.get(&root).cloned().unwrap_or(root)
    }

    /// The root of canonical paths of the package whose library has this name; the name itself where none is known.
    #[must_use]
    pub fn root_of_library(&self, library: &str) -> SmolStr {
        self.libraries.get(library).cloned().unwrap_or_else(|| SmolStr::new(library))
    }

    /// The name in code of the library of the package with this root.
    #[must_use]
    pub fn library_of(&self, root: &str) -> SmolStr {
        let found =
            self.libraries.iter().filter(|(_, known)| *known == root).map(|(library, _)| library).min();
        found.cloned().unwrap_or_else(|| SmolStr::new(root))
    }

    /// The entry of a type, by canonical path.
    #[must_use]
    pub fn ty(&self, path: &str) -> Option<&TypeEntry> {
        self.types.get(path)
    }

    /// The entry of a function or method, by canonical path.
    #[must_use]
    pub fn function(&self, path: &str) -> Option<&FnEntry> {
        self.fns.get(path)
    }

    /// The entry of a method of a type.
    #[must_use]
    pub fn method(&self, owner: &str, name: &str) -> Option<&FnEntry> {
        // Most types are in no catalog, and to put a path together costs more than to look.
        if !self.modules.contains(owner) {
            return None;
        }
        self.fns.get(&join(owner, name))
    }

    /// The entry of an attribute macro, by canonical path.
    #[must_use]
    pub fn attribute(&self, path: &str) -> Option<&AttributeEntry> {
        self.attributes.get(path)
    }

    /// Whether any crate has an attribute macro of this name, the last of its path.
    #[must_use]
    pub fn has_attribute_named(&self, name: &str) -> bool {
        self.attribute_names.contains(name)
    }

    /// What a macro is, by canonical path.
    #[must_use]
    pub fn macro_role(&self, path: &str) -> Option<MacroRole> {
        self.macros.get(path).copied()
    }

    /// Whether anything is known under this path: a type, function, macro or module on the way to one.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        let path = self.canonical(path);
        self.types.contains_key(&path)
            || self.fns.contains_key(&path)
            || self.macros.contains_key(&path)
            || self.attributes.contains_key(&path)
            || self.modules.contains(&path)
    }

    /// The entry of an environment variable.
    #[must_use]
    pub fn env(&self, name: &str) -> Option<&EnvEntry> {
        self.env.get(name)
    }

    /// The variable that a provider's credential of a kind is read from: the one that is called after both, or the only one.
    #[must_use]
    pub fn variable_of(&self, provider: &str, kind: CredentialKind) -> Option<&str> {
        let is_asked = |it: &&EnvEntry| it.provider == provider && it.kind == kind;
        let found: Vec<&str> = self.env.values().filter(is_asked).map(|it| it.name.as_str()).collect();
        let plain = format!("{}_API_KEY", provider.to_uppercase().replace('-', "_"));
        match found.as_slice() {
            [only] => Some(only),
            all => all.iter().copied().find(|name| *name == plain),
        }
    }

    /// The host that loads extensions which depend on the package of this name.
    #[must_use]
    pub fn binding(&self, package: &str) -> Option<&Binding> {
        self.bindings.get(&self.root_of_package(package))
    }

    /// Whether the package of this name puts variables into the environment of the process.
    #[must_use]
    pub fn loads_env(&self, package: &str) -> bool {
        self.loading_env.contains(&self.root_of_package(package))
    }

    /// Whether programs depend on the package of this name in order to serve.
    #[must_use]
    pub fn serves(&self, package: &str) -> bool {
        self.servers.contains(&self.root_of_package(package))
    }

    /// The hosts of endpoints.
    #[must_use]
    pub fn hosts(&self) -> &[HostEntry] {
        &self.hosts
    }

    /// Whose a host is.
    #[must_use]
    pub fn provider_of_host(&self, host: &str) -> Option<&str> {
        let is_it = |entry: &&HostEntry| match entry.name.strip_prefix('.') {
            Some(_) => host.ends_with(entry.name.as_str()),
            None => host == entry.name,
        };
        self.hosts
            .iter()
            .filter(is_it)
            .max_by_key(|entry| entry.name.len())
            .map(|entry| entry.provider.as_str())
    }

    /// Whether a credential of one provider is no good for another: two vendors that have nothing to do with each other.
    #[must_use]
    pub fn is_foreign(&self, credential: &str, place: &str) -> bool {
        let family = |provider: &str| self.families.get(provider);
        let accepts_any = |provider| family(provider).is_some_and(|(_, accepts_any)| *accepts_any);
        let is_one_family = match (family(credential), family(place)) {
            (Some((one, _)), Some((other, _))) => one == other,
            _ => credential == place,
        };
        !is_one_family && !accepts_any(credential) && !accepts_any(place)
    }

    /// The shapes of keys.
    #[must_use]
    pub fn keys(&self) -> &[KeyEntry] {
        &self.keys
    }

    /// The shapes of keys that start as a text does.
    pub(super) fn keys_of(&self, text: &str) -> impl Iterator<Item = &KeyEntry> {
        let start = text.bytes().next().and_then(|start| self.keys_by_start.get(&start));
        start.into_iter().flatten().map(|at| &self.keys[*at])
    }

    /// What the name of a method says by itself.
    #[must_use]
    pub fn roles_of_method(&self, name: &str) -> MethodRoles {
        self.named_methods.get(name).copied().unwrap_or_default()
    }

    /// The names of methods that say something by themselves, in no order.
    pub fn named_methods(&self) -> impl Iterator<Item = (&str, MethodRoles)> {
        self.named_methods.iter().map(|(name, roles)| (name.as_str(), *roles))
    }

    /// The vocabulary of names.
    #[must_use]
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Every type with its canonical path, in no order.
    pub fn types(&self) -> impl Iterator<Item = (&SmolStr, &TypeEntry)> {
        self.types.iter()
    }

    /// Every function with its canonical path, in no order.
    pub fn functions(&self) -> impl Iterator<Item = (&SmolStr, &FnEntry)> {
        self.fns.iter()
    }

    /// The functions that give what renews its credentials, by their paths.
    pub fn renewing(&self) -> impl Iterator<Item = (&SmolStr, &FnEntry)> {
        self.renewing.iter().filter_map(|path| self.fns.get_key_value(path))
    }
}

fn root_of(package: &str) -> SmolStr {
    SmolStr::from(package.replace('-', "_"))
}

fn join(root: &str, rest: &str) -> SmolStr {
    SmolStr::from(format!("{root}::{rest}"))
}

/// How the paths of one catalog file are read.
struct Reading {
    /// The root of the file's own canonical paths.
    root: SmolStr,
    /// The first modules of the file's own entries: they win over packages of the same name.
    modules: FxHashSet<SmolStr>,
}

impl Reading {
    fn new(root: SmolStr, file: &CrateFile) -> Self {
        let types = file.types.iter().flat_map(|entry| entry.path.as_slice());
        let fns = file.fns.iter().flat_map(|entry| entry.path.as_slice());
        let modules =
            types.chain(fns).filter_map(|path| path.split_once("::")).map(|(first, _)| SmolStr::new(first));
        Self { root, modules: modules.collect() }
    }

    /// The canonical form of a path of an own entry.
    fn own(&self, path: &str) -> SmolStr {
        if path.is_empty() { self.root.clone() } else { join(&self.root, path) }
    }
}
