//! `check`: from the arguments to the exit code.

mod look;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

pub(super) use self::look::Look;
use super::args::{CheckArgs, Dump, FailOn};
use super::comments::allows;
use super::companion::run_cargo;
use super::fixing;
use super::gate::Gate;
use super::input::{Input, key_shapes, read};
use super::levels::Levels;
use super::linking::{Afterwards, Answer, Wanted, answer};
use super::output::Outputs;
use super::progress::Progress;
use super::scope::Scope;
use super::settings::Settings;
use super::streams::Streams;
use super::summary::{Summary, counted};
use super::{Environment, FAILED, FOUND, NOTHING_FOUND, said, shown};
use crate::catalog::Catalog;
use crate::facts;
use crate::finding::{Confidence, Finding, Level, Suppressed, Suppression, suppress};
use crate::report::{self, Fingerprints, Format, KeyShape, Report};
use crate::rules::Rule;
use crate::source::{Discovery, Files, Problem, Project, SourceFile, discover, prefix_in_repository};

/// What was asked for.
pub(super) struct Job<'a> {
    args: &'a CheckArgs,
    cwd: &'a Path,
    catalog: Catalog,
    environment: &'a Environment,
    settings: &'a Settings,
    levels: Levels<'a>,
    /// The rules there are.
    rules: &'a [&'static Rule],
    /// Those that can report anything.
    active: Vec<&'static Rule>,
    progress: Progress,
}

/// What is to be shown, and what it comes to.
struct Outcome {
    findings: Vec<Finding>,
    summary: Summary,
}

/// What a run is besides looking: where its reports go, and what was done before.
struct Around<'a> {
    outputs: Outputs<'a>,
    /// Whether cargo, run before, had nothing to say.
    is_cargo_content: bool,
    /// What fixing ended with.
    fixed: u8,
}

/// What is known once the rules were asked, beside the files.
struct Looked<'l> {
    project: &'l Project,
    loaded: &'l facts::Loaded,
    problems: &'l [Problem],
    scope: &'l Scope<'l>,
    answer: &'l Answer,
}

/// Looks at what the arguments select and reports on it. Gives the exit code.
///
/// # Errors
/// What kept the job from being done, apart from problems with single files.
pub(super) fn check(
    args: &CheckArgs,
    cwd: &Path,
    environment: &Environment,
    rules: &[&'static Rule],
    streams: &mut Streams<'_>,
) -> Result<u8, String> {
    let run = || look(args, cwd, environment, rules, streams);
    let done = catch_unwind(AssertUnwindSafe(run));
    // Whoever reads cargo's format waits for its end, whatever went wrong, a defect included.
    let is_waited_for = args.output_file.is_none() && args.message_format.format == Format::Json;
    if is_waited_for && !matches!(done, Ok(Ok(_))) {
        streams.print(|out| report::json_end(false, out))?;
    }
    done.unwrap_or_else(|defect| resume_unwind(defect))
}

/// What [`check`] does. Gives no error once a report was written.
fn look(
    args: &CheckArgs,
    cwd: &Path,
    environment: &Environment,
    rules: &[&'static Rule],
    streams: &mut Streams<'_>,
) -> Result<u8, String> {
    let progress = Progress::new(args, environment);
    args.gate.task.fits(args)?;
    let outputs = Outputs::of(args)?;
    let mut found = discover(&args.request(cwd));
    // A run with other knowledge than was meant would tell untruths, so nothing runs before this is read.
    let settings = Settings::of(&found.project, cwd, &args.config, rules)?;
    let levels = Levels::new(&args.levels, &settings, rules)?;
    let active = levels.active(rules);
    let catalog = settings.catalog(cwd)?;
    let job = Job { args, cwd, catalog, environment, settings: &settings, levels, rules, active, progress };
    if args.show_settings {
        return tell_text(&shown::settings(args, cwd, &settings, &job.levels, rules), streams);
    }
    let is_cargo_content = match args.gate.with {
        Some(with) => run_cargo(args, with, cwd, streams)?,
        None => true,
    };
    let mut fixed = NOTHING_FOUND;
    if args.fixing.is_any() && args.dump.is_none() && !args.show_files {
        fixed = fixing::fix(&job, args.fixing, streams)?;
        if args.fixing.diff {
            return Ok(fixed);
        }
        found = discover(&args.request(cwd));
    }
    let input = job.read(found, streams);
    job.look_at(input, &Around { outputs, is_cargo_content, fixed }, streams)
}

/// The facts of every file, each under its name.
fn dump_of(input: &Input) -> String {
    let one = |(file, facts): (&SourceFile, &facts::FileFacts)| {
        format!("{}\n{}", file.shown, facts::dump(facts, &file.text))
    };
    let files = input.files.iter().map(|(_, file)| file);
    files.zip(&input.loaded.facts).map(one).collect::<Vec<_>>().join("\n")
}

/// What a run is at when it links files and asks the rules.
fn following(files: &Files) -> String {
    format!("following credentials through {}", counted(files.len(), "file"))
}

fn tell_text(text: &str, streams: &mut Streams<'_>) -> Result<u8, String> {
    streams.print(|out| writeln!(out, "{text}"))?;
    Ok(NOTHING_FOUND)
}

impl Job<'_> {
    fn read(&self, found: Discovery, streams: &mut Streams<'_>) -> Input {
        self.progress.during(streams, |stages| {
            stages.at("reading files");
            read(found, self.cwd, self.args.threads)
        })
    }

    fn answer(&self, input: &Input, wanted: Wanted<'_>, streams: &mut Streams<'_>) -> Result<Answer, String> {
        self.progress.during(streams, |stages| {
            stages.at(following(&input.files));
            let read = (&input.loaded, &input.files);
            answer(&input.project, read, &self.catalog, &self.active, wanted, Afterwards::Ends)
        })
    }

    /// Looks at what was read, and tells what was asked for: what is known of it, or what is found.
    fn look_at(
        &self,
        mut input: Input,
        around: &Around<'_>,
        streams: &mut Streams<'_>,
    ) -> Result<u8, String> {
        let (args, key_shapes) = (self.args, self.key_shapes());
        if args.dump == Some(Dump::Facts) {
            // Strings are cut in it, so it shows no secret. Names of files may hold anything.
            let text = report::masked(&dump_of(&input), &input.files, &[], &key_shapes);
            return tell_text(&text, streams);
        }
        let mut scope = Scope::new(&input.project, &input.loaded, &input.files);
        let excluded = scope.exclude(&self.settings.exclude, &input.files);
        if args.show_files {
            self.tell_problems(&input, &scope, excluded.len(), streams);
            let is_complete = input.problems.iter().all(|problem| !problem.kind.is_failure());
            let code = tell_text(&shown::files(&input, &scope, &excluded), streams)?;
            return Ok(if is_complete { code } else { FAILED });
        }
        let is_dumped = args.dump == Some(Dump::Program);
        let wanted = if is_dumped { Wanted::Dump(&scope.files) } else { Wanted::Findings };
        let answer = self.answer(&input, wanted, streams)?;
        if let Some(text) = &answer.dump {
            return tell_text(&report::masked(text, &input.files, &answer.secrets, &key_shapes), streams);
        }
        self.tell_problems(&input, &scope, excluded.len(), streams);
        let outcome = self.outcome(&input, &scope, excluded.len(), self.suppressed(&input, &scope, &answer));
        let looked = Looked {
            project: &input.project,
            loaded: &input.loaded,
            problems: &input.problems,
            scope: &scope,
            answer: &answer,
        };
        let code = self.report_on(&looked, &mut input.files, outcome, around, streams)?;
        // The process ends here, and gives the facts of all files back at once.
        std::mem::forget(input.loaded);
        Ok(code)
    }

    /// Lets pass what the gate lets pass, and reports the rest.
    fn report_on(
        &self,
        looked: &Looked<'_>,
        files: &mut Files,
        mut outcome: Outcome,
        around: &Around<'_>,
        streams: &mut Streams<'_>,
    ) -> Result<u8, String> {
        let Looked { scope, answer, .. } = looked;
        let prefix = prefix_in_repository(self.cwd);
        // What comments or levels hide counts as well, so that hiding one finding does not rename another.
        let found = answer.findings.iter().filter(|finding| scope.has(finding.primary.place));
        let all: Vec<Finding> = found.chain(&outcome.findings).cloned().collect();
        let prints = |more: &[Finding], files: &Files| {
            Fingerprints::new(all.iter().chain(more), files, &looked.loaded.facts, &answer.secrets, &prefix)
        };
        let key_shapes = self.key_shapes();
        let gate = self.gate(looked, &prefix, &key_shapes);
        let first_prints = prints(&[], files);
        let Outcome { findings, summary } = &mut outcome;
        if let Some(code) = gate.keep(findings, summary, &first_prints, files, streams)? {
            return Ok(code);
        }
        gate.let_pass(findings, summary, &first_prints, files, streams)?;
        let is_failed = around.fixed == FAILED;
        let code = if is_failed { FAILED } else { self.exit_code(&outcome, around.is_cargo_content) };
        let report = Report {
            findings: &outcome.findings,
            files,
            secrets: &answer.secrets,
            key_shapes: &key_shapes,
            owners: &scope.report_owners(),
            rules: self.rules,
            problems: looked.problems,
            fingerprints: &prints(&outcome.findings, files),
            prefix: &prefix,
            fails_at: self.fail_on().level(),
            is_coloured: false,
            is_linked: false,
            success: code == NOTHING_FOUND && around.is_cargo_content,
        };
        let written = around.outputs.write(&report, self.args.color, self.cwd, self.environment, streams);
        if let Err(message) = written {
            streams.fail(message);
            return Ok(FAILED);
        }
        self.tell_work(looked, streams);
        self.tell_numbers(&outcome, streams);
        Ok(code)
    }

    fn gate<'g>(&'g self, looked: &Looked<'g>, prefix: &'g str, key_shapes: &'g [KeyShape<'g>]) -> Gate<'g> {
        Gate {
            args: self.args,
            cwd: self.cwd,
            prefix,
            scope: looked.scope,
            levels: &self.levels,
            rules: self.rules,
            active: &self.active,
            facts: &looked.loaded.facts,
            secrets: &looked.answer.secrets,
            key_shapes,
            baseline: self.baseline(),
        }
    }

    /// The baseline that holds: that of the flag, or of the settings.
    fn baseline(&self) -> Option<&Path> {
        let of_settings = self.settings.baseline.as_deref().filter(|_| !self.args.gate.no_baseline);
        self.args.gate.baseline.as_deref().or(of_settings)
    }

    /// Whether nothing is to be said that is no problem.
    pub(super) fn is_quiet(&self) -> bool {
        self.args.quiet
    }

    /// What keys look like that nobody may see.
    pub(super) fn key_shapes(&self) -> Vec<KeyShape<'_>> {
        key_shapes(&self.catalog)
    }

    /// Takes out what lies outside the scope and what comments cover.
    fn suppressed(&self, input: &Input, scope: &Scope<'_>, answer: &Answer) -> Suppressed {
        let is_in_scope = |finding: &&Finding| scope.has(finding.primary.place);
        let findings: Vec<Finding> = answer.findings.iter().filter(is_in_scope).cloned().collect();
        if self.args.no_allow {
            return Suppressed { kept: findings, suppressed: 0 };
        }
        // Where rules do not look, a comment has no use and no fault.
        let tests = (!self.args.targets.all_targets).then_some(answer.tests.as_slice());
        let ids = |rules: &[&'static Rule]| rules.iter().map(|rule| rule.id).collect::<Vec<_>>();
        let with = Suppression {
            files: &input.files,
            allows: &allows(&input.files, &input.loaded.facts, scope, tests),
            known_rules: &ids(self.rules),
            rules_that_ran: &ids(&self.active),
            today: self.environment.today,
        };
        suppress(findings, &with)
    }

    /// Sets levels, and leaves out what is switched off or not sure enough.
    fn outcome(&self, input: &Input, scope: &Scope<'_>, excluded: usize, left: Suppressed) -> Outcome {
        let mut findings = left.kept;
        for finding in &mut findings {
            finding.level = self.levels.of(finding, path_of(finding, input));
        }
        findings.retain(|finding| finding.level > Level::Allow);
        let all = findings.len();
        findings.retain(|finding| finding.confidence >= self.least_confidence(path_of(finding, input)));
        let least = self.args.min_confidence.or_else(|| self.settings.min_confidence()).unwrap_or_default();
        let failures = input.problems.iter().filter(|problem| problem.kind.is_failure()).count();
        let mut summary = Summary {
            files: scope.files.len(),
            packages: scope.package_count(),
            suppressed: left.suppressed,
            hidden: all - findings.len(),
            least_confidence: least.word(),
            excluded,
            failures: failures + usize::from(self.is_nothing_left(scope, excluded) && failures == 0),
            ..Summary::default()
        };
        summary.count(&findings);
        Outcome { findings, summary }
    }

    fn tell_work(&self, looked: &Looked<'_>, streams: &mut Streams<'_>) {
        if self.args.verbose > 0 {
            said::looked_at(looked.project, streams);
            said::rules_run(&self.active, streams);
            streams.say(format_args!(
                "{} steps, {:.2?}",
                looked.answer.steps,
                self.progress.started().elapsed()
            ));
        }
    }

    fn tell_numbers(&self, outcome: &Outcome, streams: &mut Streams<'_>) {
        if self.args.statistics {
            said::statistics(&outcome.findings, streams);
        }
        if !self.args.quiet {
            streams.say(outcome.summary);
        }
    }

    /// Whether there was nothing to look at. Files that a hook names and the settings exclude are no such case.
    fn is_nothing_left(&self, scope: &Scope<'_>, excluded: usize) -> bool {
        scope.files.is_empty() && (excluded == 0 || self.args.paths.is_empty())
    }

    fn fail_on(&self) -> FailOn {
        self.args.fail_on.or_else(|| self.settings.fail_on()).unwrap_or_default()
    }

    /// The least confidence that is shown in a file.
    fn least_confidence(&self, path: &Path) -> Confidence {
        let least = self.args.min_confidence.or_else(|| self.settings.min_confidence_in(path));
        least.unwrap_or_default().confidence()
    }

    /// What cargo was not content with (`--with`) counts as a finding.
    fn exit_code(&self, outcome: &Outcome, is_cargo_content: bool) -> u8 {
        let least = self.fail_on().level();
        let fails = |finding: &Finding| least.is_some_and(|least| finding.level >= least);
        if outcome.summary.failures > 0 {
            FAILED
        } else if !self.args.exit_zero && (!is_cargo_content || outcome.findings.iter().any(fails)) {
            FOUND
        } else {
            NOTHING_FOUND
        }
    }

    /// Says what could not be read or understood. Parts that were passed over are counted, and listed with `-v`.
    fn tell_problems(&self, input: &Input, scope: &Scope<'_>, excluded: usize, streams: &mut Streams<'_>) {
        let is_verbose = self.args.verbose > 0;
        let (failures, parts): (Vec<_>, Vec<_>) =
            input.problems.iter().partition(|problem| problem.kind.is_failure());
        let listed = if is_verbose { parts.as_slice() } else { &[] };
        for problem in failures.iter().chain(listed) {
            streams.tell(format_args!("{}\n", report::problem_line(problem, &input.files)));
        }
        if !parts.is_empty() && !is_verbose && !self.args.quiet {
            said::parts_passed_over(parts.len(), streams);
        }
        if self.is_nothing_left(scope, excluded) {
            said::nothing_to_look_at(self.args, !failures.is_empty(), excluded, streams);
        }
    }
}

fn path_of<'a>(finding: &Finding, input: &'a Input) -> &'a Path {
    &input.files.get(finding.primary.place.file).path
}
