//! Reads the deployment files of a project, each by what its name and text say it is.

use std::fs;
use std::path::{Path, PathBuf};

use super::{
    Deployments, compose, dockerfile, dotenv,
    gathered::{Gathered, Sheet},
    kubernetes, systemd, workflow, yaml,
};
use crate::source::{FileId, Problem, ProblemKind, Project, Reader, Span};

/// The largest file that is read, in bytes.
const SIZE: u64 = 1 << 20;

/// Reads the deployment files that were found. What cannot be read or understood makes answers unsure, and does not fail.
pub fn read(reader: &mut Reader, project: &Project) -> Deployments {
    let mut gathered = Gathered::default();
    let files = project.manifests.iter().filter_map(|path| {
        let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some((path, metadata.len() <= SIZE))
    });
    let (small, mut large): (Vec<_>, Vec<_>) = files.partition(|(_, is_small)| *is_small);
    large.retain(|(path, _)| is_telling(path));
    gathered.found.is_cut = project.are_manifests_cut || !large.is_empty();
    gathered.found.problems.extend(large.iter().map(|(path, _)| too_large(reader, path)));
    let paths: Vec<PathBuf> = small.into_iter().map(|(path, _)| path.clone()).collect();
    let files: Vec<FileId> = reader.read_all(&paths).into_iter().flatten().collect();
    for file in files {
        // A Rust file may go by such a name through a link; it is read as one.
        if gathered.found.files.insert(file) {
            let source = reader.files().get(file);
            take(&mut gathered, Sheet { file, path: &source.path, text: &source.text }, &source.shown);
        }
    }
    gathered.resolved()
}

/// Whether a file that is not read would have said what runs, or with which variables: large data in YAML says nothing of it.
fn is_telling(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_named =
        ["compose", "deploy", "values", "kustomization", "secret"].iter().any(|it| name.contains(it));
    is_named
        || ["dockerfile", "containerfile", ".env"].iter().any(|start| name.starts_with(start))
        || [".dockerfile", ".service", ".env"].iter().any(|end| name.ends_with(end))
        || path.parent().is_some_and(|dir| dir.ends_with(".github/workflows"))
}

/// That a file is larger than what is read.
fn too_large(reader: &Reader, path: &Path) -> Problem {
    let message = format!(
        "is larger than {} MiB, so it was not read and what it deploys was left out; split the file",
        SIZE >> 20
    );
    Problem { kind: ProblemKind::PartlyParsed, path: reader.shown(path), place: None, message }
}

fn take(gathered: &mut Gathered, at: Sheet<'_>, shown: &str) {
    let name = at.path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if name.starts_with("dockerfile") || name.starts_with("containerfile") || is(&[".dockerfile"]) {
        dockerfile::read(gathered, at);
    } else if is(&[".service"]) {
        let stem = at.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        systemd::read(gathered, at, &stem);
    } else if is(&[".yml", ".yaml"]) {
        yaml_file(gathered, at, &name, shown);
    } else if name.starts_with(".env") || is(&[".env"]) {
        variables(gathered, at);
    } else {
        gathered.found.has_platform |= is_platform(&name);
        gathered.mention(at.text);
        if is(&[".tpl", ".tmpl", ".j2", ".erb", ".tf", ".nomad", ".jsonnet", ".libsonnet", ".container"]) {
            gathered.template(at.text);
        }
    }
}

/// Files of platforms that keep variables on their side.
fn is_platform(name: &str) -> bool {
    name.starts_with("fly.")
        || name == "procfile"
        || matches!(
            name,
            "railway.json"
                | "railway.toml"
                | "nixpacks.toml"
                | "app.json"
                | "shuttle.toml"
                | "vercel.json"
                | "render.yaml"
        )
}

/// A file of variables. An example beside it says that the real one is kept elsewhere.
fn variables(gathered: &mut Gathered, at: Sheet<'_>) {
    let name = at.path.file_name().unwrap_or_default().to_string_lossy();
    if ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word)) {
        return;
    }
    let entries = dotenv::entries(at.text);
    for entry in &entries {
        let place = at.place(entry.value_span);
        gathered.variable_files.insert(at.path.to_owned(), place.file);
        gathered.literal(entry.name, entry.value, place, false);
    }
    let is_example_beside = |end: &str| at.path.with_file_name(format!("{name}.{end}")).exists();
    if !["example", "sample", "template", "dist"].iter().any(|end| is_example_beside(end)) {
        let names = entries.iter().map(|entry| (entry.name.to_owned(), at.place(entry.name_span))).collect();
        gathered.env_files.insert(at.path.to_owned(), names);
    }
}

fn yaml_file(gathered: &mut Gathered, at: Sheet<'_>, name: &str, shown: &str) {
    let is_workflow = at.dir().ends_with(".github/workflows");
    let is_chart = matches!(name, "chart.yaml" | "chart.yml")
        || name.starts_with("values")
        || name.starts_with("helmfile");
    let is_objects = at.text.contains("kind:") && at.text.contains("apiVersion:");
    let is_kustomization = matches!(name, "kustomization.yaml" | "kustomization.yml");
    let is_compose = compose::is_compose(name, at.text);
    gathered.found.has_platform |= is_platform(name) || matches!(name, "app.yaml" | "app.yml");
    if is_chart || (!is_workflow && ["{{", "{%", "<%"].iter().any(|mark| at.text.contains(mark))) {
        return gathered.template(at.text);
    }
    if !(is_workflow || is_objects || is_kustomization || is_compose) {
        return gathered.mention(at.text);
    }
    let documents = match yaml::documents(at.text) {
        Ok(documents) => documents,
        Err(why) => {
            gathered.found.problems.push(problem(at, shown, &why));
            return gathered.template(at.text);
        }
    };
    for document in &documents {
        match () {
            () if is_workflow => workflow::read(gathered, at, document),
            () if is_kustomization => super::kustomize::read(gathered, at, document),
            () if is_compose => compose::read(gathered, at, document),
            () => kubernetes::read(gathered, at, document),
        }
    }
}

fn problem(at: Sheet<'_>, shown: &str, why: &str) -> Problem {
    let message = format!("cannot be read as YAML: {why}; what it deploys was left out");
    Problem {
        kind: ProblemKind::PartlyParsed,
        path: shown.to_owned(),
        place: Some(at.place(Span::new(0, 0))),
        message,
    }
}
