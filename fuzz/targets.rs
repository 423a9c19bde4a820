//! What must hold of any input whatever: one function a kind of input, each of which panics where something does not hold. Fuzz
//! targets call them with what a fuzzer makes up, and the test suite with mutants of code that people write.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use authlint::catalog::Catalog;
use authlint::cli::{self, Environment};
use authlint::facts::{self, Loaded};
use authlint::finding::{AllowsByFile, Applicability, Finding, Findings, Suppression, suppress};
use authlint::link::link;
use authlint::report::{self, Baseline, Fingerprints, Format, KeyShape, Owners, Report};
use authlint::rules::{self, RULES};
use authlint::source::{FileId, Files, Project, Reader, Request, SourceFile, allows, deployment, discover};
use tempfile::TempDir;

/// Stack of a thread that calls these functions, in bytes.
pub(crate) const STACK: usize = 1 << 30;

/// The files of a room that are no Rust, each a kind of manifest that is read by its name.
pub(crate) const MANIFESTS: [&str; 8] = [
    "compose.yaml",
    "objects.yaml",
    "kustomization.yaml",
    ".github/workflows/ci.yml",
    "Dockerfile",
    "room.env",
    "room.service",
    "fly.toml",
];

/// A project on the disk whose files hold whatever they are told to hold: a package with many binaries that depends on
/// everything the catalog knows.
pub(crate) struct Room {
    catalog: Catalog,
    project: Project,
    dir: TempDir,
    /// The names of its Rust files.
    pub(crate) sources: Vec<String>,
}

/// What a look at a room came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// How many findings there were.
    pub(crate) findings: usize,
    /// How many files fixes changed.
    pub(crate) fixed: usize,
}

impl Room {
    /// A room of so many Rust files.
    ///
    /// # Panics
    /// It cannot be made on the disk.
    #[must_use]
    pub(crate) fn new(size: usize) -> Self {
        let catalog = Catalog::shipped().expect("the shipped catalog parses");
        let dir = tempfile::tempdir().expect("a directory can be made");
        let sources: Vec<String> = (0..size).map(|at| format!("src/bin/b{at}.rs")).collect();
        for name in sources.iter().map(String::as_str).chain(MANIFESTS) {
            write(dir.path(), name, "");
        }
        write(dir.path(), "Cargo.toml", &manifest());
        let project = discover(&Request { cwd: dir.path().to_owned(), ..Request::default() }).project;
        Self { catalog, project, dir, sources }
    }

    /// Looks at the room with these texts in its files, as a run does, and reports in every format.
    ///
    /// # Panics
    /// Something does not hold.
    pub(crate) fn look(&mut self, texts: &[(&str, &str)]) -> Seen {
        let root = self.project.root.clone();
        let by_path: BTreeMap<PathBuf, String> =
            texts.iter().map(|(name, text)| (root.join(name), (*text).to_owned())).collect();
        let mut reader = Reader::new(&root, self.dir.path()).with_texts(by_path);
        let targets = self.project.packages.iter().flat_map(|package| &package.targets);
        let roots: Vec<PathBuf> = targets.map(|target| target.root.clone()).collect();
        let loaded = facts::load(&mut reader, &roots, 1);
        self.project.deployments = deployment::read(&mut reader, &self.project);
        let files = reader.into_files();
        let allows = check_facts(&files, &loaded);
        self.report(&files, &loaded, &allows)
    }

    fn report(&self, files: &Files, loaded: &Loaded, allows: &AllowsByFile) -> Seen {
        let program = link(&self.project, &loaded.facts, &loaded.submodules, &loaded.roots, &self.catalog);
        let mut findings = Findings::default();
        rules::check(&program, &mut findings);
        let mut findings = findings.into_sorted();
        rules::suggest(&program, files, &mut findings);
        let count = findings.len();
        let findings = check_suppression(findings, files, allows);
        let secrets = program.secrets();
        for place in &secrets {
            assert!(!files.get(place.file).slice(place.span).is_empty(), "a secret at {place:?} is nowhere");
        }
        let private = self.catalog.keys().iter().filter(|key| !key.public);
        let key_shapes: Vec<KeyShape<'_>> =
            private.map(|key| KeyShape { prefix: &key.prefix, min: key.min }).collect();
        let report = Report {
            findings: &findings,
            files,
            secrets: &secrets,
            key_shapes: &key_shapes,
            owners: &Owners::default(),
            rules: RULES,
            problems: &loaded.problems,
            fingerprints: &Fingerprints::new(&findings, files, &loaded.facts, &secrets, ""),
            prefix: "",
            fails_at: None,
            is_coloured: false,
            is_linked: false,
            success: false,
        };
        for format in Format::ALL {
            check_output(format, &report);
        }
        let fixed = check_fixes(&findings, files, loaded);
        Seen { findings: count, fixed }
    }
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("it is in a directory")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

/// A manifest that depends on every package of the catalog.
fn manifest() -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalog = [dir.join("rules/catalog"), dir.join("../rules/catalog")];
    let entries = catalog.iter().find_map(|dir| fs::read_dir(dir).ok()).expect("the catalog is there");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .filter(|it| it != "std")
        .collect();
    names.sort();
    let lines: String = names.iter().flat_map(|name| [name, " = \"*\"\n"]).collect();
    format!("[package]\nname = \"room\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{lines}")
}

/// Every place of the facts is one of the file, and so is every place of a suppression comment: these comments.
fn check_facts(files: &Files, loaded: &Loaded) -> AllowsByFile {
    let mut by_file = AllowsByFile::new();
    for ((id, file), facts) in files.iter().zip(&loaded.facts) {
        let misfit =
            facts::dump(facts, &file.text).lines().find(|line| line.ends_with('!')).map(str::to_owned);
        assert_eq!(misfit, None, "a place that does not fit the file");
        let (good, malformed) = allows(file, &facts.nodes());
        let spans = good.iter().map(|it| it.span).chain(malformed.iter().map(|it| it.span));
        for span in spans {
            assert!(file.slice(span).starts_with('/'), "a comment at {span:?} is none");
        }
        by_file.insert(id, (good, malformed));
    }
    by_file
}

/// What comments leave of findings, with what is wrong with the comments: each finding stays or is counted.
fn check_suppression(findings: Vec<Finding>, files: &Files, allows: &AllowsByFile) -> Vec<Finding> {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let (today, count) = (Environment::of_process().today, findings.len());
    let with = Suppression { files, allows, known_rules: &ids, rules_that_ran: &ids, today };
    let left = suppress(findings, &with);
    let stayed = left.kept.iter().filter(|finding| ids.contains(&finding.rule)).count();
    assert_eq!(stayed + left.suppressed, count, "a finding went without a word");
    left.kept
}

/// A report can be written, is text, and commands nobody.
fn check_output(format: Format, report: &Report<'_>) {
    let mut out = Vec::new();
    report::write(format, report, &mut out).expect("a vector takes all that is written");
    let text = String::from_utf8(out).expect("a report is UTF-8");
    let command = text.lines().find(|line| report::safe(line) != line.replace('\t', " "));
    assert_eq!(
        command.map(str::escape_debug).map(|it| it.to_string()),
        None,
        "{format:?} commands a terminal"
    );
}

/// What fixes make of a file that was understood is understood. How many files they change.
fn check_fixes(findings: &[Finding], files: &Files, loaded: &Loaded) -> usize {
    let chosen = report::chosen(findings, files, Applicability::MaybeIncorrect, |_| true);
    for (file, text) in &chosen.texts {
        let before = problems(loaded, *file);
        let fixed = SourceFile::new(PathBuf::from("fixed.rs"), "fixed.rs".to_owned(), text.clone());
        let after = facts::gather(&[&fixed], 1)[0].problems.len();
        assert!(after <= before, "a fix makes code that is not understood:\n{text}");
    }
    chosen.texts.len()
}

fn problems(loaded: &Loaded, file: FileId) -> usize {
    loaded.facts.get(file.0 as usize).map_or(0, |facts| facts.problems.len())
}

/// A `Cargo.toml` of any text can be looked for packages in.
///
/// # Panics
/// Something does not hold.
pub(crate) fn manifest_of_cargo(dir: &Path, text: &str) {
    write(dir, "Cargo.toml", text);
    write(dir, "src/lib.rs", "");
    let found = discover(&Request { cwd: dir.to_owned(), ..Request::default() });
    for problem in &found.problems {
        let line = report::problem_line(problem, &Files::default());
        assert_eq!(line.lines().count(), 1, "{line}");
    }
}

/// A catalog file of any text is taken or refused.
///
/// # Panics
/// Something does not hold.
pub(crate) fn catalog(text: &str) {
    if let Err(error) = Catalog::default().add_project([("catalog.toml", text)]) {
        assert!(!error.to_string().is_empty());
    }
}

/// A baseline of any text is taken or refused, and one that is taken is written as it was read.
///
/// # Panics
/// Something does not hold.
pub(crate) fn baseline(text: &str) {
    if let Ok(baseline) = Baseline::parse(text) {
        let written = baseline.to_text();
        assert_eq!(Baseline::parse(&written).map(|it| it.to_text()), Ok(written));
    }
}

/// A file of any bytes is read as they are, or is one problem.
///
/// # Panics
/// Something does not hold.
pub(crate) fn bytes(dir: &Path, bytes: &[u8]) {
    fs::write(dir.join("bytes.rs"), bytes).expect("it can be written");
    let mut reader = Reader::new(dir, dir);
    match reader.read(&dir.join("bytes.rs")) {
        Ok(file) => assert_eq!(reader.files().get(file).text.as_bytes(), bytes),
        Err(problem) => assert_eq!(report::problem_line(&problem, reader.files()).lines().count(), 1),
    }
}

/// A configuration of any text is taken or refused, in a file of its own or, where it speaks of metadata, in a `Cargo.toml`.
///
/// # Panics
/// Something does not hold.
pub(crate) fn settings(dir: &Path, text: &str) {
    let name = if text.contains("metadata") { "Cargo.toml" } else { "authlint.toml" };
    let dir = dir.join(name.trim_end_matches(".toml"));
    write(&dir, name, text);
    write(&dir, "src/lib.rs", "pub fn nothing() {}\n");
    let args = ["cargo-authlint", "check", "--message-format", "short", "--show-settings", "."];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let environment = Environment::of_process();
    let code = cli::run(args.map(OsString::from), &dir, &environment, &mut out, &mut err);
    let said = String::from_utf8([out, err].concat()).expect("what is said is text");
    assert!(code <= cli::FAILED && !said.is_empty(), "{name} ended in {code}");
    assert!(said.lines().all(|line| report::safe(line) == line), "{name} commands a terminal");
}
