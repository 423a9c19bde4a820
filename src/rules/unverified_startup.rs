//! `unverified-startup`: a server accepts requests before it knows that its credentials are good.

use super::{
    Check, Rule,
    story::{article, enters, kind_name, push},
};
use crate::finding::{Confidence, Finding, Findings, Guard, Level, Step, Verdict};
use crate::link::{
    Program,
    phases::Serving,
    value::{BuildId, Certainty, CredentialId},
};

/// How many clients a finding names.
const CLIENTS: usize = 4;

pub(super) static RULE: Rule = Rule {
    id: "unverified-startup",
    summary: "a server starts to accept requests, and nothing has shown yet that its credentials are good",
    level: Level::Allow,
    since: "0.1.0",
    page: include_str!("../../rules/unverified-startup.md"),
    check: Check::Program { of: "places where a server begins to accept requests, and none is here", check },
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    for serving in program.phases().servings() {
        let subject = || Step { place: serving.place, label: format!("`{}`", program.name(serving.def)) };
        findings.judged(RULE.id, subject, judge(program, serving));
    }
}

fn judge(program: &Program<'_>, serving: &Serving) -> Verdict {
    if serving.clients == 0 {
        return Err(Guard::new("no client is seen that is given a credential when the program starts"));
    }
    let Some(&(id, build)) = serving.unverified.first() else {
        return Err(Guard::new("each of its clients is asked or checked before it serves"));
    };
    let kind = kind_name(program.credential(id).kind);
    let client = &program.build(build).client;
    let message = format!(
        "the server starts to accept before anything has shown that the {kind} of its `{client}` is good"
    );
    let primary = Step { place: serving.place, label: "requests are accepted from here on".to_owned() };
    let is_known = serving.unverified.iter().any(|(_, it)| program.build(*it).certainty == Certainty::Known);
    let confidence = if is_known { Confidence::High } else { Confidence::Medium };
    let mut finding = Finding::new(RULE.id, RULE.level, confidence, message, primary);
    for (id, build) in serving.unverified.iter().take(CLIENTS) {
        steps(program, *id, *build, &mut finding.steps);
    }
    finding.help = vec![
        format!(
            "make one cheap call with {} `{client}` in `main` before, and end where it is refused",
            article(client)
        ),
        "or answer the readiness probe only once such a call was answered".to_owned(),
    ];
    Ok(finding)
}

/// Where a credential enters, and where it is built in.
fn steps(program: &Program<'_>, id: CredentialId, build: BuildId, steps: &mut Vec<Step>) {
    let credential = program.credential(id);
    let (origin, build) = (program.origin(credential.origin), program.build(build));
    push(steps, Step { place: origin.place, label: enters(credential, origin.source, &origin.name) });
    let label = format!("the {} is built into `{}` here", kind_name(credential.kind), build.client);
    push(steps, Step { place: build.place, label });
}
