//! `missing-deploy-env`: a program cannot go on without a credential variable that its deployment does not give it.

use std::collections::BTreeSet;

use super::{Check, Rule, story::kind_name};
use crate::finding::{Confidence, Finding, Findings, Guard, Level, Step};
use crate::link::{
    Program,
    deployments::{Deployed, Given, MissingVariable},
    value::Source,
};
use crate::source::{
    Place,
    deployment::{Container, Family},
};

pub(super) static RULE: Rule = Rule {
    id: "missing-deploy-env",
    summary: "code needs a credential variable that the deployment manifests for it never inject",
    level: Level::Warn,
    since: "0.1.0",
    page: include_str!("../../rules/missing-deploy-env.md"),
    check: Check::Program {
        of: "credentials that a program reads from its environment, and none is read here",
        check,
    },
};

/// How many containers a finding names.
const CONTAINERS: usize = 2;

fn check(program: &Program<'_>, findings: &mut Findings) {
    let Deployed { missing, given } = program.deployed();
    for it in missing {
        findings.push(finding(it));
    }
    for (read, given) in given {
        let subject = || Step { place: read.place, label: format!("`{}`", read.name) };
        findings.judged(RULE.id, subject, Err(guard(*given)));
    }
    if findings.keeps_silences() {
        tell_others(program, findings);
    }
}

/// Why a variable is not missing.
fn guard(given: Given) -> Guard {
    match given {
        Given::Here(place) => Guard::at(
            "its deployment gives it",
            vec![Step { place, label: "what is given it runs here".to_owned() }],
        ),
        Given::Unknown => Guard::new("not all is known of what its deployment gives it"),
        Given::Named => Guard::new("an image, or a manifest that is not followed, names it"),
        Given::Set => Guard::new("the program sets it itself"),
        Given::Loaded => {
            Guard::new("the program looks for a file of variables, and one may be where it is deployed")
        }
    }
}

/// The variables that no deployed program is seen to need.
fn tell_others(program: &Program<'_>, findings: &mut Findings) {
    let Deployed { missing, given } = program.deployed();
    let needed = missing.iter().map(|it| &it.read).chain(given.iter().map(|(read, _)| read));
    let needed: BTreeSet<Place> = needed.map(|read| read.place).collect();
    let reason = if program.has_deployments() {
        "no container or unit in the manifests is seen to run a program that cannot go on without it"
    } else {
        "no deployment manifest is found beside the code"
    };
    for (_, credential) in program.credentials() {
        let origin = program.origin(credential.origin);
        if origin.source == Source::Env && !needed.contains(&origin.place) {
            let subject = || Step { place: origin.place, label: format!("`{}`", origin.name) };
            findings.judged(RULE.id, subject, Err(Guard::new(reason)));
        }
    }
}

fn finding(missing: &MissingVariable) -> Finding {
    let name = &missing.read.name;
    let kind = kind_name(missing.kind);
    let label = format!("the {kind} is read from the environment here, and nothing stands in for it");
    let primary = Step { place: missing.read.place, label };
    let message = format!("`{}` needs `{name}`, which its deployment does not give it", missing.binary);
    let mut finding = Finding::new(RULE.id, Level::Warn, confidence(missing), message, primary);
    let named = missing.containers.iter().take(CONTAINERS);
    finding.steps =
        named.map(|container| Step { place: container.place, label: runs(container, missing) }).collect();
    finding.help = missing.containers.first().map(|container| help(container, name)).into_iter().collect();
    finding.help.push("or give the code a way to go on without it, and say so where it is read".to_owned());
    finding
}

/// A read on some ways only may be one that this deployment never takes.
fn confidence(missing: &MissingVariable) -> Confidence {
    let is_operated =
        missing.containers.iter().all(|it| matches!(it.family, Family::Kubernetes | Family::Compose));
    if missing.read.is_conditional || missing.is_given_elsewhere {
        Confidence::Low
    } else if is_operated && !missing.is_loading {
        Confidence::High
    } else {
        Confidence::Medium
    }
}

fn runs(container: &Container, missing: &MissingVariable) -> String {
    let (name, binary) = (&container.name, &missing.binary);
    let who = match container.family {
        Family::Kubernetes => format!("container `{name}` of {}", container.workload),
        Family::Compose => format!("service `{name}`"),
        Family::Systemd => format!("unit `{name}`"),
        Family::Workflow => format!("a step of job `{name}`"),
    };
    let given = match container.variables.len() {
        0 => "no variables at all".to_owned(),
        1 => "one variable, and not this one".to_owned(),
        count => format!("{count} variables, and not this one"),
    };
    format!("{who} runs `{binary}` with {given}")
}

/// Where to add it; the lines themselves are shown beside.
fn help(container: &Container, name: &str) -> String {
    let of = &container.name;
    match container.family {
        Family::Kubernetes => format!("add `{name}` to `env` of container `{of}`, from a secret"),
        Family::Compose => {
            format!("add `{name}` to `environment` of service `{of}`, from where it is started")
        }
        Family::Systemd => format!(
            "add `EnvironmentFile=` with a file that sets `{name}` and that only the service can read"
        ),
        Family::Workflow => format!("add to `env` of the step: `{name}: ${{{{ secrets.{name} }}}}`"),
    }
}
