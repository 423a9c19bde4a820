//! `check`: from the arguments to the exit code.

use std::path::Path;
use std::time::Instant;

use super::args::{CheckArgs, Dump};
use super::colour::is_coloured;
use super::comments::allows;
use super::levels::Levels;
use super::linking::{Answer, answer};
use super::scope::{Scope, orphans, roots};
use super::streams::Streams;
use super::summary::Summary;
use super::{Environment, FAILED, FOUND, NOTHING_FOUND, said};
use crate::catalog::Catalog;
use crate::facts;
use crate::finding::{Finding, Level, Suppressed, Suppression, suppress};
use crate::report::{self, KeyShape, Report};
use crate::rules::Rule;
use crate::source::{Discovery, Files, Problem, Project, Reader, SourceFile, deployment, discover};

/// What was asked for.
struct Job<'a> {
    args: &'a CheckArgs,
    environment: &'a Environment,
    levels: Levels,
    /// The rules there are.
    rules: &'a [&'static Rule],
    /// Those that can report anything.
    active: Vec<&'static Rule>,
}

/// What was read.
struct Input {
    project: Project,
    files: Files,
    loaded: facts::Loaded,
    problems: Vec<Problem>,
}

/// What is to be shown, and what it comes to.
struct Outcome {
    findings: Vec<Finding>,
    summary: Summary,
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
    let started = Instant::now();
    let levels = Levels::new(&args.levels, rules)?;
    let active = levels.active(rules);
    let job = Job { args, environment, levels, rules, active };
    let input = read(args, cwd);
    if args.dump == Some(Dump::Facts) {
        return dump(&dump_of(&input), streams);
    }
    let catalog = Catalog::shipped().map_err(|error| error.to_string())?;
    let is_dumped = args.dump == Some(Dump::Program);
    let answer = answer(&input.project, &input.loaded, &catalog, &job.active, is_dumped)?;
    if let Some(text) = &answer.dump {
        return dump(text, streams);
    }
    let scope = Scope::new(&input.project, &input.loaded, &input.files);
    let outcome = job.outcome(&input, &scope, job.suppressed(&input, &scope, &answer));

    job.tell_problems(&input, &scope, streams);
    let code = job.exit_code(&outcome);
    let report = Report {
        findings: &outcome.findings,
        files: &input.files,
        secrets: &answer.secrets,
        key_shapes: &key_shapes(&catalog),
        owners: &scope.report_owners(),
        is_coloured: job.is_report_coloured(),
        success: code == NOTHING_FOUND,
    };
    streams.print(|out| report::write(args.message_format.format, &report, out))?;
    if args.verbose > 0 {
        said::looked_at(&input.project, streams);
        said::rules_run(&job.active, streams);
        streams.say(format_args!("{} steps, {:.2?}", answer.steps, started.elapsed()));
    }
    if !args.quiet {
        streams.say(outcome.summary);
    }
    Ok(code)
}

/// The facts of every file, each under its name.
fn dump_of(input: &Input) -> String {
    let one = |(file, facts): (&SourceFile, &facts::FileFacts)| {
        format!("{}\n{}", file.shown, facts::dump(facts, &file.text))
    };
    let files = input.files.iter().map(|(_, file)| file);
    files.zip(&input.loaded.facts).map(one).collect::<Vec<_>>().join("\n")
}

fn dump(text: &str, streams: &mut Streams<'_>) -> Result<u8, String> {
    streams.print(|out| writeln!(out, "{text}"))?;
    Ok(NOTHING_FOUND)
}

/// Finds and reads the files.
fn read(args: &CheckArgs, cwd: &Path) -> Input {
    let Discovery { mut project, mut problems } = discover(&args.request(cwd));
    let mut reader = Reader::new(&project.root, cwd);
    for root in &project.other_roots {
        reader.allow(root);
    }
    let mut loaded = facts::load(&mut reader, &roots(&project), args.threads);
    let orphans = orphans(&project, reader.files());
    if !orphans.is_empty() {
        project.loose.extend(orphans);
        loaded = facts::load(&mut reader, &roots(&project), args.threads);
    }
    // Facts are numbered like files, so what is no Rust comes behind them.
    project.deployments = deployment::read(&mut reader, &project);
    problems.append(&mut project.deployments.problems);
    problems.append(&mut loaded.problems);
    problems.sort();
    problems.dedup();
    Input { project, files: reader.into_files(), loaded, problems }
}

/// What keys look like that nobody may see.
fn key_shapes(catalog: &Catalog) -> Vec<KeyShape<'_>> {
    let private = catalog.keys().iter().filter(|key| !key.public);
    private.map(|key| KeyShape { prefix: &key.prefix, min: key.min }).collect()
}

impl Job<'_> {
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
    fn outcome(&self, input: &Input, scope: &Scope<'_>, left: Suppressed) -> Outcome {
        let mut findings = left.kept;
        for finding in &mut findings {
            finding.level = self.levels.of(finding);
        }
        findings.retain(|finding| finding.level > Level::Allow);
        let all = findings.len();
        let least = self.args.min_confidence;
        findings.retain(|finding| finding.confidence >= least.confidence());
        let failures = input.problems.iter().filter(|problem| problem.kind.is_failure()).count();
        let mut summary = Summary {
            files: scope.files.len(),
            packages: scope.package_count(),
            suppressed: left.suppressed,
            hidden: all - findings.len(),
            least_confidence: least.word(),
            failures: failures + usize::from(scope.files.is_empty() && failures == 0),
            ..Summary::default()
        };
        summary.count(&findings);
        Outcome { findings, summary }
    }

    fn exit_code(&self, outcome: &Outcome) -> u8 {
        let least = self.args.fail_on.level();
        let fails = |finding: &Finding| least.is_some_and(|least| finding.level >= least);
        if outcome.summary.failures > 0 {
            FAILED
        } else if !self.args.exit_zero && outcome.findings.iter().any(fails) {
            FOUND
        } else {
            NOTHING_FOUND
        }
    }

    /// Says what could not be read or understood. Parts that were passed over are counted, and listed with `-v`.
    fn tell_problems(&self, input: &Input, scope: &Scope<'_>, streams: &mut Streams<'_>) {
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
        if scope.files.is_empty() {
            said::nothing_to_look_at(self.args, !failures.is_empty(), streams);
        }
    }

    /// Colours are for people; in json they are asked for by the name of the format.
    fn is_report_coloured(&self) -> bool {
        let Self { args, environment, .. } = self;
        if !args.message_format.is_for_people() {
            return args.message_format.is_rendered_coloured;
        }
        is_coloured(args.color, &environment.colour, environment.is_terminal)
    }
}
