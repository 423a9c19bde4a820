//! What the README and the hooks say is what the program does.

use std::collections::BTreeSet;
use std::fs;

use authlint::rules::RULES;

use crate::block::blocks;
use crate::pages::bless;
use crate::run::{program, root, run, run_to_end};

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("it can be read")
}

#[test]
fn it_opens_with_a_real_report() {
    let readme = readme();
    let first = blocks(&readme).into_iter().next().expect("a block");
    assert_eq!(first.kind, "text");
    let run = run(root(), &["check", "--color", "never", "fixtures/llm-gateway"]);
    assert_eq!(run.code, 1, "{}", run.err);
    if first.text.trim_end() != run.out.trim_end() && std::env::var_os("AUTHLINT_BLESS").is_some() {
        return bless(&root().join("README.md"), &first.text, &run.out);
    }
    assert_eq!(first.text.trim_end(), run.out.trim_end(), "AUTHLINT_BLESS=1 rewrites it");
}

#[test]
fn it_lists_every_rule() {
    let readme = readme();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once("`]"));
    let listed: Vec<(&str, &str)> = rows.collect();
    assert_eq!(listed.len(), RULES.len());
    for (rule, (id, row)) in RULES.iter().zip(listed) {
        assert_eq!(rule.id, id);
        assert!(row.starts_with(&format!("(rules/{id}.md) | {} |", rule.summary)), "{row}");
    }
}

#[test]
fn flags_that_it_names_exist() {
    let of_cargo = ["--path", "--git"];
    let help = run(root(), &["check", "--help"]).out;
    let readme = readme();
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = readme.split(|c: char| !is_part(c));
    let flags: BTreeSet<&str> =
        words.filter(|it| it.starts_with("--") && it.len() > 3 && !it.ends_with('-')).collect();
    assert!(flags.contains("--fail-on"), "{flags:?}");
    for flag in flags.iter().filter(|flag| !of_cargo.contains(flag)) {
        assert!(help.split(|c: char| !is_part(c)).any(|word| word == *flag), "there is no {flag}");
    }
}

#[test]
fn what_a_hook_runs_is_a_run() {
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("it can be read");
    let entries: Vec<&str> = hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: ")).collect();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        let (program, args) = entry.split_once(' ').expect("a program and its arguments");
        assert_eq!(program, "cargo-authlint");
        let args: Vec<&str> = args.split(' ').collect();
        let run = run(&root().join("fixtures/clean-service"), &args);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    }
}

#[test]
fn what_other_programs_read_is_yaml() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("it can be read");
    let readme = read("README.md");
    let fences: Vec<&str> =
        readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(fences.len(), 3, "GitHub, GitLab and pre-commit");
    for text in fences.into_iter().chain([read("action.yml").as_str(), &read(".pre-commit-hooks.yaml")]) {
        let fault = saphyr_parser::Parser::new_from_str(text).find_map(Result::err);
        assert!(fault.is_none(), "{fault:?} in\n{text}");
    }
}

/// The script of the action's step that runs authlint.
#[cfg(unix)]
fn script_of_the_action() -> String {
    let action = fs::read_to_string(root().join("action.yml")).expect("it can be read");
    let step = action.split("    - name: ").find(|step| step.starts_with("Run authlint")).expect("a step");
    let (_, script) = step.split_once("      run: |\n").expect("a script");
    assert!(!script.contains("${{"), "inputs come by the environment: {script}");
    script.lines().map(|line| line.trim_start().to_owned() + "\n").collect()
}

#[cfg(unix)]
#[test]
fn the_action_annotates_leaves_a_report_and_keeps_the_exit_code() {
    let script = script_of_the_action();
    let own = std::path::Path::new(env!("CARGO_BIN_EXE_cargo-authlint")).parent().expect("a directory");
    let old = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(own.to_owned()).chain(std::env::split_paths(&old)));
    let path = path.expect("a path");
    for (args, code, has_report) in [
        ("clean-service", 0, true),
        ("support-bot  --fail-on note", 1, true),
        ("clean-service --no-such-flag", 2, false),
        ("$(touch stolen) `touch stolen` clean-service", 2, true),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        let output = dir.path().join("output");
        let mut bash = program("bash");
        bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", &script]);
        bash.current_dir(root().join("fixtures")).env("PATH", &path);
        bash.env("RUNNER_TEMP", dir.path()).env("GITHUB_OUTPUT", &output).env("AUTHLINT_ARGS", args);
        let run = run_to_end(&mut bash);
        assert_eq!(run.code, code, "{args}: {}{}", run.out, run.err);
        assert_eq!(
            run.out.contains("::warning file=fixtures/") || run.out.contains("::error file=fixtures/"),
            code == 1
        );
        let said = fs::read_to_string(&output).unwrap_or_default();
        assert_eq!(said.contains("authlint.sarif"), has_report, "{args}: {said}");
    }
    assert!(!root().join("fixtures/stolen").exists());
}
