//! Trees of deployment files, read as a run reads them.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Container, Deployments, Runs, read};
use crate::source::{Project, Reader, Request, discover};

fn tree(files: &[(&str, &str)]) -> (TempDir, Project) {
    let dir = tempfile::tempdir().expect("a directory");
    let program = [
        ("Cargo.toml", "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ];
    for (path, text) in program.iter().chain(files) {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    let project = discover(&Request { cwd: dir.path().to_owned(), ..Request::default() }).project;
    (dir, project)
}

fn deployments(files: &[(&str, &str)]) -> Deployments {
    let (dir, project) = tree(files);
    read(&mut Reader::new(dir.path(), dir.path()), &project)
}

fn only(files: &[(&str, &str)]) -> Container {
    let found = deployments(files);
    assert_eq!(found.containers.len(), 1, "{found:#?}");
    found.containers.into_iter().next().expect("one container")
}

fn names(container: &Container) -> Vec<&str> {
    container.variables.keys().map(String::as_str).collect()
}

#[test]
fn a_container_has_its_own_variables_and_those_of_sets_in_the_tree() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: x/api:1\n    \
               command: [/bin/api, serve]\n    env: [{name: A, value: \"1\"}]\n    envFrom:\n    - {prefix: P_, configMapRef: {name: m}}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {B: x}\n";
    let both = format!("{pod}---\n{map}");
    let container = only(&[("k.yaml", &both)]);
    assert_eq!((names(&container), container.unknown.as_deref()), (vec!["A", "P_B"], None));
    assert_eq!(container.runs, Some(Runs::Program("api".into(), vec!["serve".into()])));
    assert_eq!(&both[container.place.span.range()], "c");
    let unknown = only(&[("k.yaml", pod)]).unknown.expect("the config map is not there");
    assert!(unknown.contains("config map `m`"), "{unknown}");
}

#[test]
fn compose_files_of_one_directory_are_one() {
    let container = only(&[
        (
            "compose.yml",
            "services:\n  api:\n    build: {context: ., target: run}\n    environment: [A=1, B]\n    env_file: [x.env, {path: y.env}]\n",
        ),
        ("compose.override.yml", "services:\n  api:\n    environment: {C: }\n"),
        ("x.env", "D=1\n"),
        ("y.env", "export E=1\n"),
    ]);
    assert_eq!((names(&container), container.unknown.as_deref()), (vec!["A", "B", "C", "D", "E"], None));
    assert_eq!(container.build.and_then(|build| build.target).as_deref(), Some("run"));
}

#[test]
fn an_example_beside_a_file_says_that_the_real_one_is_elsewhere() {
    let compose = ("compose.yml", "services:\n  api:\n    image: api\n    env_file: .env\n");
    assert!(only(&[compose, (".env", "A=1\n")]).unknown.is_none());
    assert!(only(&[compose, (".env", "A=1\n"), (".env.example", "A=\nB=\n")]).unknown.is_some());
}

#[test]
fn what_is_extended_is_followed_and_ends() {
    let container = only(&[(
        "compose.yml",
        "services:\n  a:\n    image: api\n    extends: a\n    environment: {A: 1}\n",
    )]);
    assert_eq!(names(&container), ["A"]);
    let found = deployments(&[(
        "compose.yml",
        "services:\n  a:\n    extends: b\n  b:\n    extends: {service: c}\n  c:\n    environment: {A: 1}\n",
    )]);
    assert!(found.containers.iter().all(|it| names(it) == ["A"] && it.unknown.is_none()), "{found:#?}");
    assert!(
        only(&[("compose.yml", "services:\n  a:\n    extends: {service: x, file: none.yml}\n")])
            .unknown
            .is_some()
    );
}

#[test]
fn units_and_steps_have_variables_too() {
    let unit = only(&[(
        "api.service",
        "[Service]\nExecStart=-/usr/bin/api \\\n  --serve\nEnvironment=\"A=x y\" B=1\n",
    )]);
    assert_eq!(names(&unit), ["A", "B"]);
    assert_eq!(unit.runs, Some(Runs::Program("api".into(), vec!["--serve".into()])));
    let step = only(&[(
        ".github/workflows/x.yml",
        "env: {A: 1}\njobs:\n  n:\n    env: {B: 1}\n    steps:\n    - run: |\n        cargo build\n        cargo run --bin api\n      env: {C: 1}\n    - run: cargo run -- --help\n",
    )]);
    assert_eq!(names(&step), ["A", "B", "C"]);
}

#[test]
fn templates_and_scripts_are_only_searched_for_names() {
    let found = deployments(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\n"),
        (
            "chart/templates/d.yaml",
            "kind: Deployment\napiVersion: apps/v1\nspec: {{ .Values.x }}\n# API_KEY\n",
        ),
        ("run.sh", "docker run -e OTHER_KEY shop\n"),
        ("fly.toml", "app = \"shop\"\n"),
    ]);
    assert!(found.containers.is_empty() && found.has_platform);
    assert!(found.named.contains("API_KEY") && found.named.contains("OTHER_KEY"));
    assert!(found.templates.iter().any(|words| words.contains("shop")));
}

#[test]
fn what_is_ignored_or_no_file_of_the_project_is_not_read() {
    let compose = "services:\n  api:\n    image: api\n";
    let found = deployments(&[
        (".gitignore", "local/\n"),
        ("local/compose.yml", compose),
        ("examples/compose.yml", compose),
        ("node_modules/x/compose.yml", compose),
    ]);
    assert!(found.containers.is_empty() && found.files.is_empty(), "{found:#?}");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let (dir, _) = tree(&[("out/compose.yml", "services:\n  api:\n    image: api\n")]);
    let inside = dir.path().join("in");
    fs::create_dir_all(inside.join("src")).expect("a directory");
    fs::rename(dir.path().join("Cargo.toml"), inside.join("Cargo.toml")).expect("it moves");
    fs::rename(dir.path().join("src/main.rs"), inside.join("src/main.rs")).expect("it moves");
    std::os::unix::fs::symlink("../out", inside.join("deploy")).expect("a link");
    std::os::unix::fs::symlink("../out/compose.yml", inside.join("compose.yml")).expect("a link");
    let project = discover(&Request { cwd: inside.clone(), ..Request::default() }).project;
    assert_eq!(project.manifests, Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_file_that_is_no_yaml_is_a_problem_that_fails_nothing() {
    let found = deployments(&[("compose.yml", "services:\n  api: [\n")]);
    assert_eq!(found.problems.len(), 1);
    assert!(!found.problems[0].kind.is_failure() && found.problems[0].path == "compose.yml");
    assert!(
        found.problems[0].message.starts_with("cannot be read as YAML: "),
        "{}",
        found.problems[0].message
    );
}

#[test]
fn values_that_are_written_out_have_places() {
    let text = "services:\n  api:\n    image: api\n    environment:\n      API_KEY: \"abc\"\n      URL:\n";
    let (dir, project) = tree(&[("compose.yml", text)]);
    let found = read(&mut Reader::new(dir.path(), dir.path()), &project);
    let literals: Vec<_> =
        found.literals.iter().map(|it| (it.name.as_str(), &text[it.place.span.range()])).collect();
    assert_eq!(literals, [("API_KEY", "\"abc\"")]);
}

#[test]
fn an_environment_that_thousands_share_ends_the_reading() {
    let names: Vec<String> = (0..2_000).map(|at| format!("A{at}: 1")).collect();
    let services: Vec<String> =
        (0..2_000).map(|at| format!("  s{at}: {{image: api, environment: *e}}")).collect();
    let (names, services) = (names.join(", "), services.join("\n"));
    let found = deployments(&[("compose.yml", &format!("x: &e {{{names}}}\nservices:\n{services}"))]);
    assert!(found.is_cut && found.containers.len() < 200, "{}", found.containers.len());
}

#[test]
fn large_files_are_left_out() {
    let large = format!("services:\n  api:\n    image: api\n#{}\n", "x".repeat(2 << 20));
    let (dir, project) = tree(&[("compose.yml", &large)]);
    assert!(project.manifests.iter().any(|path| path.ends_with(Path::new("compose.yml"))));
    assert!(read(&mut Reader::new(dir.path(), dir.path()), &project).is_cut);
}
