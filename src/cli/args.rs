//! The arguments, as clap reads them.

use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use serde::Deserialize;

use super::allowing::parse_reason;
use super::baseline::BaselineTask;
use super::colour::ColourChoice;
use super::format::MessageFormat;
use super::levels::LevelFlags;
use super::output::Output;
use crate::finding::{Applicability, Confidence, Level};
use crate::source::{Pick, Request, TargetSelection};

const EXAMPLES: &str = "\
Examples:
  cargo authlint                         the workspace of the current directory
  cargo authlint -p api --all-targets    one package, its tests and examples too
  cargo authlint src/auth.rs             report on one file
  cargo authlint --message-format short  one line a finding
  cargo authlint --since origin/main     only what touches lines that changed
  cargo authlint explain cached-token    why a rule exists, and what to write instead

A path that is called like a subcommand is written `./check`.";

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on
  2  the job could not be done: a bad flag or configuration, nothing to look at, an unreadable file; wins over 1";

const WHY_EXAMPLES: &str = "\
Examples:
  cargo authlint why src/auth.rs:14                 what is known of line 14, and what each rule says of it
  cargo authlint why src/auth.rs:14:9               of what stands at one column
  cargo authlint why --all-targets tests/api.rs:3   as `check --all-targets` sees it";

const WHY_EXIT_CODES: &str = "\
Exit codes:
  0  it was told
  2  there is no such place, or the file could not be read or understood";

const BASELINE_EXAMPLES: &str = "\
Examples:
  cargo authlint baseline write                        all findings, into authlint-baseline.json
  cargo authlint --baseline authlint-baseline.json     report only what is not in it
  cargo authlint baseline prune                        take out what is gone
  cargo authlint baseline write --baseline old.json    another file";

const CARGO_FLAGS: &str = "\
Accepted as cargo's, and without effect, since authlint builds nothing: --features, -F, --all-features, \
--no-default-features, --target, --target-dir, --offline, --locked, --frozen, --keep-going, --profile, --release, \
--jobs, --ignore-rust-version.";

/// Finds authentication state that is shared in a way that breaks once a program scales.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-authlint",
    bin_name = "cargo authlint",
    version,
    about,
    override_usage = "cargo authlint [check] [OPTIONS] [PATHS]...\n       cargo authlint baseline <write|prune> [OPTIONS]\n       cargo authlint explain <RULE>\n       cargo authlint why <FILE:LINE>\n       cargo authlint rules\n       cargo authlint completions <SHELL>\n       cargo authlint man",
    after_help = format!("`check` is what runs when no subcommand is named; `cargo authlint check --help` lists its options.\n\n{EXAMPLES}\n\n{EXIT_CODES}"),
    args_override_self = true
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look at packages and files, and report what is found (the default)
    #[command(after_help = format!("{CARGO_FLAGS}\n\n{EXAMPLES}\n\n{EXIT_CODES}"))]
    Check(Box<CheckArgs>),
    /// Write the findings there are into a file, so that only new ones are reported; or take out what is gone
    Baseline {
        #[command(subcommand)]
        command: BaselineCommand,
    },
    /// Print the page of a rule: why it exists, bad and good code, what it cannot see
    Explain(ExplainArgs),
    /// List the rules with their levels
    Rules(RulesArgs),
    /// Print a script that completes commands and flags in a shell
    Completions(CompletionsArgs),
    /// Print the manual page, in roff
    Man,
    /// Tell why something was or was not reported at a place
    #[command(after_help = format!("{WHY_EXAMPLES}\n\n{WHY_EXIT_CODES}"))]
    Why(Box<WhyArgs>),
}

#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Write all findings into the baseline; takes the options of `check`
    #[command(after_help = BASELINE_EXAMPLES)]
    Write(Box<CheckArgs>),
    /// Take the entries out of the baseline whose findings are gone; takes the options of `check`
    #[command(after_help = BASELINE_EXAMPLES)]
    Prune(Box<CheckArgs>),
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The id of the rule, such as `cached-token`
    pub(super) rule: String,
    /// When to colour the page
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub(super) color: ColourChoice,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// As lines for people, or as an array of JSON
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(super) message_format: ListFormat,
    /// Accepted as everywhere; the list has no colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, hide = true)]
    pub(super) color: ColourChoice,
}

#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// The file, the line in it, and the column in characters where one is meant: `src/auth.rs:14`
    #[arg(value_name = "FILE:LINE[:COL]")]
    pub(super) place: String,
    /// A file to use in place of the workspace's `authlint.toml`, or a key to set: `--config 'fail-on="error"'` (repeatable)
    #[arg(long, value_name = "FILE|KEY=VALUE")]
    pub(super) config: Vec<PathBuf>,
    /// Ask as `check --all-targets` does: of tests and examples too
    #[arg(long)]
    pub(super) all_targets: bool,
    /// Ask as `check --baseline` does: what this file names is hidden
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Ask as `check --no-baseline` does: the baseline of the configuration hides nothing
    #[arg(long, conflicts_with = "baseline")]
    pub(super) no_baseline: bool,
    #[command(flatten)]
    pub(super) levels: LevelFlags,
    /// What `check` is told: less sure findings are hidden
    #[arg(long, value_enum, value_name = "CONFIDENCE", help_heading = "Levels")]
    pub(super) min_confidence: Option<MinConfidence>,
    /// How many files are read at a time; 0 means one a core
    #[arg(long, value_name = "N", default_value_t, hide = true)]
    pub(super) threads: usize,
    /// Accepted as everywhere; the answer has no colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, hide = true)]
    pub(super) color: ColourChoice,
}

#[expect(clippy::struct_excessive_bools, reason = "one for each flag")]
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Packages, directories or `.rs` files; without any, the workspace of the current directory
    pub(super) paths: Vec<PathBuf>,
    /// A file to use in place of the workspace's `authlint.toml`, or a key to set: `--config 'fail-on="error"'` (repeatable)
    #[arg(long, value_name = "FILE|KEY=VALUE")]
    pub(super) config: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) targets: Targets,
    #[command(flatten)]
    pub(super) fixing: FixFlags,
    #[command(flatten)]
    pub(super) levels: LevelFlags,
    /// The quietest level that makes the exit code 1 [default: warning]
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Levels")]
    pub(super) fail_on: Option<FailOn>,
    /// Hide findings that are less sure than this [default: medium]
    #[arg(long, value_enum, value_name = "CONFIDENCE", help_heading = "Levels")]
    pub(super) min_confidence: Option<MinConfidence>,
    /// Exit with 0 where findings would make it 1; 2 stays 2
    #[arg(long, help_heading = "Levels")]
    pub(super) exit_zero: bool,
    /// Ignore suppression comments
    #[arg(long, help_heading = "Levels")]
    pub(super) no_allow: bool,
    #[command(flatten)]
    pub(super) gate: GateFlags,
    /// How findings are written: human, short, json, sarif, github, gitlab, junit, rdjson
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = MessageFormat::parse, help_heading = "Output")]
    pub(super) message_format: MessageFormat,
    /// Write them into this file, and not to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) output_file: Option<PathBuf>,
    /// Write them into this file in this format as well (repeatable): `--output sarif=authlint.sarif`
    #[arg(long, value_name = "FORMAT=FILE", value_parser = Output::parse, help_heading = "Output")]
    pub(super) output: Vec<Output>,
    /// When to colour findings
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, help_heading = "Output")]
    pub(super) color: ColourChoice,
    /// Say at the end how many findings there are of each rule
    #[arg(long, help_heading = "Output")]
    pub(super) statistics: bool,
    /// Write no summary
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
    /// Say what is looked at, which rules run and how long it takes
    #[arg(short, long, action = ArgAction::Count, help_heading = "Output")]
    pub(super) verbose: u8,
    /// How many files are read at a time; 0 means one a core
    #[arg(long, value_name = "N", default_value_t, hide = true)]
    pub(super) threads: usize,
    /// Print the settings that hold, with where each comes from, and look at nothing
    #[arg(long, help_heading = "Output")]
    pub(super) show_settings: bool,
    /// Print each file with why it is looked at or not, and report nothing
    #[arg(long, help_heading = "Output")]
    pub(super) show_files: bool,
    /// Print what authlint made of the input, for people who work on authlint
    #[arg(long, value_enum, value_name = "STAGE", hide = true)]
    pub(super) dump: Option<Dump>,
    #[command(flatten)]
    cargo: CargoFlags,
}

/// What is let pass, and what runs beside.
#[derive(Debug, Args)]
#[command(next_help_heading = "Old code, and cargo")]
pub(super) struct GateFlags {
    /// Report only what this file does not name, and entries of it that are stale
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Report also what the baseline of the configuration names
    #[arg(long, conflicts_with = "baseline")]
    pub(super) no_baseline: bool,
    /// Report only what touches lines that changed since the branch left this commit, branch or tag
    #[arg(long, value_name = "REF")]
    pub(super) since: Option<String>,
    /// Write a suppression comment with this reason above each finding
    #[arg(long, value_name = "REASON", value_parser = parse_reason, conflicts_with = "no_allow")]
    pub(super) add_allow: Option<String>,
    /// Run this command of cargo first, with the same packages and targets, and pass its messages through
    #[arg(long, value_enum, value_name = "COMMAND")]
    pub(super) with: Option<With>,
    #[arg(skip)]
    pub(super) task: BaselineTask,
}

/// What `--with` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum With {
    /// `cargo check`
    Check,
    /// `cargo clippy`
    Clippy,
}

#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Fixes")]
pub(super) struct FixFlags {
    /// Make the fixes that need nobody's judgement, then report what is left
    #[arg(long)]
    pub(super) fix: bool,
    /// Make those as well that somebody should look at
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Print what fixes would change, and write nothing; exit with 1 where that is something
    #[arg(long)]
    pub(super) diff: bool,
}

impl FixFlags {
    /// Whether fixes are made or printed.
    pub(super) fn is_any(self) -> bool {
        self.fix || self.unsafe_fixes || self.diff
    }

    /// The grade down to which fixes are made.
    pub(super) fn least(self) -> Applicability {
        if self.unsafe_fixes { Applicability::MaybeIncorrect } else { Applicability::MachineApplicable }
    }
}

impl CheckArgs {
    /// What is to be looked at.
    pub(super) fn request(&self, cwd: &Path) -> Request {
        Request {
            cwd: cwd.to_owned(),
            paths: self.paths.clone(),
            manifest_path: self.selection.manifest_path.clone(),
            packages: self.selection.package.clone(),
            exclude: self.selection.exclude.clone(),
            workspace: self.selection.workspace,
            targets: self.targets.selection(),
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Package selection")]
pub(super) struct Selection {
    /// The manifest of the package or workspace
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// Look at this package (repeatable)
    #[arg(short, long, value_name = "SPEC")]
    package: Vec<String>,
    /// Look at all packages of the workspace
    #[arg(long, alias = "all")]
    workspace: bool,
    /// Leave this package out (repeatable)
    #[arg(long, value_name = "SPEC")]
    exclude: Vec<String>,
}

#[expect(clippy::struct_excessive_bools, clippy::struct_field_names, reason = "cargo's flags by their names")]
#[derive(Debug, Args)]
#[command(next_help_heading = "Target selection")]
pub(super) struct Targets {
    /// Look at all targets, tests and examples too
    #[arg(long)]
    pub(super) all_targets: bool,
    /// Look at the library
    #[arg(long)]
    lib: bool,
    /// Look at all binaries
    #[arg(long)]
    bins: bool,
    /// Look at this binary (repeatable)
    #[arg(long, value_name = "NAME")]
    bin: Vec<String>,
    /// Look at all tests
    #[arg(long)]
    tests: bool,
    /// Look at this test (repeatable)
    #[arg(long, value_name = "NAME")]
    test: Vec<String>,
    /// Look at all examples
    #[arg(long)]
    examples: bool,
    /// Look at this example (repeatable)
    #[arg(long, value_name = "NAME")]
    example: Vec<String>,
    /// Look at all benches
    #[arg(long)]
    benches: bool,
    /// Look at this bench (repeatable)
    #[arg(long, value_name = "NAME")]
    bench: Vec<String>,
}

impl Targets {
    fn selection(&self) -> TargetSelection {
        let pick = |is_all, names: &Vec<String>| Pick { is_all, names: names.clone() };
        TargetSelection {
            all_targets: self.all_targets,
            lib: self.lib,
            bins: pick(self.bins, &self.bin),
            examples: pick(self.examples, &self.example),
            tests: pick(self.tests, &self.test),
            benches: pick(self.benches, &self.bench),
        }
    }
}

/// Flags that cargo and the editors pass, and that mean nothing to a tool that builds nothing.
#[expect(clippy::struct_excessive_bools, reason = "one for each of cargo's flags")]
#[derive(Debug, Args)]
struct CargoFlags {
    #[arg(long, short = 'F', value_name = "FEATURES", hide = true)]
    features: Vec<String>,
    #[arg(long, hide = true)]
    all_features: bool,
    #[arg(long, hide = true)]
    no_default_features: bool,
    #[arg(long, value_name = "TRIPLE", hide = true)]
    target: Vec<String>,
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    target_dir: Option<PathBuf>,
    #[arg(long, hide = true)]
    offline: bool,
    #[arg(long, hide = true)]
    locked: bool,
    #[arg(long, hide = true)]
    frozen: bool,
    #[arg(long, hide = true)]
    keep_going: bool,
    #[arg(long, value_name = "PROFILE-NAME", hide = true)]
    profile: Option<String>,
    #[arg(long, short, hide = true)]
    release: bool,
    #[arg(long, short, value_name = "N", hide = true, allow_negative_numbers = true)]
    jobs: Option<String>,
    #[arg(long, hide = true)]
    ignore_rust_version: bool,
}

/// What `--fail-on` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailOn {
    /// Any finding that is shown
    Note,
    /// Warnings and errors
    #[default]
    Warning,
    /// Errors only
    Error,
    /// Nothing
    Never,
}

impl FailOn {
    /// The word people write.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Never => "never",
        }
    }

    /// The quietest level that fails a run.
    pub(super) fn level(self) -> Option<Level> {
        match self {
            Self::Note => Some(Level::Note),
            Self::Warning => Some(Level::Warn),
            Self::Error => Some(Level::Deny),
            Self::Never => None,
        }
    }
}

/// What `--min-confidence` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum MinConfidence {
    /// Show guesses too
    Low,
    /// Hide guesses
    #[default]
    Medium,
    /// Show only what is as good as proven
    High,
}

impl MinConfidence {
    /// The least confidence that is shown.
    pub(super) fn confidence(self) -> Confidence {
        match self {
            Self::Low => Confidence::Low,
            Self::Medium => Confidence::Medium,
            Self::High => Confidence::High,
        }
    }

    /// The word people write.
    pub(super) fn word(self) -> &'static str {
        self.confidence().word()
    }
}

/// How rules are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// A line each
    #[default]
    Human,
    /// An array of JSON
    Json,
}

/// The stages that `--dump` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Dump {
    /// What each file says
    Facts,
    /// What linking made of it
    Program,
}

mod cargo;
#[cfg(test)]
mod tests;
