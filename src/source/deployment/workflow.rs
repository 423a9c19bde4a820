//! Workflows of a forge: steps that run a program of the project, with the variables of the step, its job and the workflow.

use super::{
    Family,
    command::{Command, Runs},
    gathered::{Gathered, Raw, Sheet},
    yaml::Node,
};

/// Words of actions that bring variables for the steps behind them.
const BRINGING: [&str; 12] = [
    "secret",
    "vault",
    "doppler",
    "1password",
    "infisical",
    "dotenv",
    "env",
    "credentials",
    "auth",
    "login",
    "sops",
    "akeyless",
];

/// Reads one workflow.
pub(super) fn read(gathered: &mut Gathered, at: Sheet<'_>, document: &Node) {
    for (name, _, job) in document.get("jobs").map(Node::entries).unwrap_or_default() {
        let mut doubt: Option<String> = None;
        for step in job.get("steps").map(Node::list).unwrap_or_default() {
            let uses = step.text_at(&["uses"]).unwrap_or_default();
            if uses.starts_with("./") || BRINGING.iter().any(|word| uses.contains(word)) {
                doubt.get_or_insert_with(|| format!("`{uses}` may bring more"));
            }
            let Some(run) = step.get("run") else { continue };
            let text = run.text().unwrap_or_default();
            if ["GITHUB_ENV", "source ", ". ./", "export "].iter().any(|word| text.contains(word)) {
                doubt.get_or_insert_with(|| "a step before sets variables".to_owned());
            }
            for command in text.lines().filter_map(Command::of_line) {
                let mut raw = step_of(at, name, run, command);
                if let Some(why) = &doubt {
                    raw.doubt(why.clone());
                }
                for env in [Some(document), Some(job), Some(&**step)]
                    .into_iter()
                    .flatten()
                    .filter_map(|it| it.get("env"))
                {
                    for (_, name, value) in env.entries() {
                        gathered.variable(&mut raw, at, name, Some(value));
                    }
                }
                if is_plain(&raw) {
                    gathered.add(raw);
                }
                if gathered.found.is_cut {
                    return;
                }
            }
        }
    }
    gathered.mention(at.text);
}

/// Whether a step runs a program for what it does, and not for what it prints of itself.
fn is_plain(raw: &Raw) -> bool {
    match &raw.container.runs {
        Some(Runs::Program(name, args)) => args.is_empty() && name != "cargo",
        Some(Runs::Cargo { args, .. }) => args.is_empty(),
        _ => false,
    }
}

fn step_of(at: Sheet<'_>, job: &str, run: &Node, command: Command) -> Raw {
    let key = format!("workflow\n{}\n{job}\n{}\n{:?}", at.path.display(), run.span.start, command.runs);
    let mut raw = Raw::new(Family::Workflow, job, at.place(run.span), key);
    "job".clone_into(&mut raw.container.workload);
    super::kubernetes::note(&mut raw, command);
    raw
}
