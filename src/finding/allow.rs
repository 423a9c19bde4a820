//! Applies suppression comments to findings, and reports the comments that do no good.

use std::collections::{BTreeMap, BTreeSet};

use super::{Applicability, Confidence, Date, Edit, Finding, Findings, Fix, Level, Step, nearest};
use crate::source::{Allow, AllowScope, FileId, Files, MalformedAllow, Place, SourceFile, Span};

const UNUSED: &str = "unused-allow";
const UNKNOWN: &str = "unknown-rule-in-allow";
const MALFORMED: &str = "malformed-allow";
const EXPIRED: &str = "expired-allow";

/// The rule about what a baseline names and what is not there any more.
pub const STALE_BASELINE: &str = "stale-baseline";

/// The rules about what suppresses findings, comments and baselines: id and one line about each, sorted by id.
pub static ALLOW_RULES: [(&str, &str); 5] = [
    (EXPIRED, "a suppression comment whose `until` day has passed"),
    (MALFORMED, "a comment that looks like a suppression and is none"),
    (STALE_BASELINE, "an entry of a baseline whose finding is gone"),
    (UNKNOWN, "a suppression comment that names a rule which does not exist"),
    (UNUSED, "a suppression comment that suppresses nothing"),
];

/// How loud they are when nobody says otherwise.
pub const ALLOW_LEVEL: Level = Level::Warn;

/// The suppression comments of each file: the good ones and the near misses, in order.
pub type AllowsByFile = BTreeMap<FileId, (Vec<Allow>, Vec<MalformedAllow>)>;

/// What is needed to apply suppression comments.
#[derive(Debug)]
pub struct Suppression<'a> {
    /// The text of every file.
    pub files: &'a Files,
    /// The comments to apply.
    pub allows: &'a AllowsByFile,
    /// The ids of all rules there are.
    pub known_rules: &'a [&'a str],
    /// The ids of those that were asked.
    pub rules_that_ran: &'a [&'a str],
    /// The day of the run, for `until`.
    pub today: Date,
}

/// What suppression left.
#[derive(Debug, Default)]
pub struct Suppressed {
    /// The findings that stay, with those about the comments themselves, in the order of reports.
    pub kept: Vec<Finding>,
    /// How many findings went.
    pub suppressed: usize,
}

/// Takes out what the comments cover, and adds findings about comments that are unused, expired, misspelt or malformed.
#[must_use]
pub fn suppress(findings: Vec<Finding>, with: &Suppression<'_>) -> Suppressed {
    let before = findings.len();
    let mut used = Used::new();
    let mut kept = Findings::default();
    findings.into_iter().filter(|finding| !with.covers(finding, &mut used)).for_each(|it| kept.push(it));
    let stayed = kept.len();
    for (&file, (allows, malformed)) in with.allows {
        for it in malformed {
            kept.push(malformed_finding(file, it.span, it.message.clone()));
        }
        for (at, allow) in allows.iter().enumerate() {
            with.judge(file, at, allow, &used, &mut kept);
        }
    }
    Suppressed { kept: kept.into_sorted(), suppressed: before - stayed }
}

/// The names in comments that covered a finding: file, position of the comment, position of the name.
type Used = BTreeSet<(FileId, usize, usize)>;

/// Whether a comment holds on the day of the run.
enum Standing {
    Holds,
    Expired(Date),
    NoDate(String),
}

impl Suppression<'_> {
    fn standing(&self, allow: &Allow) -> Standing {
        let Some(until) = &allow.until else { return Standing::Holds };
        match Date::parse(until) {
            None => Standing::NoDate(until.clone()),
            Some(date) if date < self.today => Standing::Expired(date),
            Some(_) => Standing::Holds,
        }
    }

    /// Whether any comment covers the finding; each that does is marked.
    fn covers(&self, finding: &Finding, used: &mut Used) -> bool {
        let place = finding.primary.place;
        let Some((allows, _)) = self.allows.get(&place.file) else { return false };
        let lines = lines_of(self.files.get(place.file), place.span);
        let mut is_covered = false;
        for (at, allow) in allows.iter().enumerate() {
            if !is_within(allow.scope, lines) || !matches!(self.standing(allow), Standing::Holds) {
                continue;
            }
            let named = allow.rules.iter().enumerate().filter(|(_, (rule, _))| rule == finding.rule);
            for (name, _) in named {
                used.insert((place.file, at, name));
                is_covered = true;
            }
        }
        is_covered
    }

    /// The comment that covers a finding.
    #[must_use]
    pub fn comment_for(&self, finding: &Finding) -> Option<Place> {
        let mut used = Used::new();
        self.covers(finding, &mut used);
        let (file, at, _) = used.first()?;
        let (allows, _) = self.allows.get(file)?;
        Some(Place { file: *file, span: allows[*at].span })
    }

    fn judge(&self, file: FileId, at: usize, allow: &Allow, used: &Used, findings: &mut Findings) {
        for (rule, span) in allow.rules.iter().filter(|(rule, _)| !self.is_known(rule)) {
            findings.push(self.unknown_finding(Place { file, span: *span }, rule));
        }
        match self.standing(allow) {
            Standing::NoDate(until) => {
                let message = format!("`{until}` is no day: write `until = \"2027-01-31\"`");
                findings.push(malformed_finding(file, allow.span, message));
            }
            Standing::Expired(date) if allow.rules.iter().any(|(rule, _)| self.has_run(rule)) => {
                findings.push(expired_finding(Place { file, span: allow.span }, date));
            }
            Standing::Expired(_) => {}
            Standing::Holds => {
                let names = allow.rules.iter().enumerate();
                let idle = names
                    .filter(|(name, (rule, _))| self.has_run(rule) && !used.contains(&(file, at, *name)))
                    .map(|(_, (rule, span))| {
                        let mut finding = unused_finding(Place { file, span: *span }, rule);
                        let is_only = allow.rules.len() == 1;
                        finding.fixes.extend(self.deletion(file, allow).filter(|_| is_only));
                        finding
                    });
                idle.for_each(|finding| findings.push(finding));
            }
        }
    }

    /// Takes a comment out, with its line where nothing else stands on it.
    fn deletion(&self, file: FileId, allow: &Allow) -> Option<Fix> {
        let source = self.files.get(file);
        let line = source.line_span(source.line_index(allow.span.start));
        if !source.slice(allow.span).starts_with("//") || allow.span.end != line.end {
            return None;
        }
        let before = source.text.get(line.start as usize..allow.span.start as usize)?;
        let code = before.trim_end();
        let end = if code.is_empty() {
            source.text.get(line.end as usize..)?.find('\n').map_or(0, |at| at + 1) + line.end as usize
        } else {
            line.end as usize
        };
        let start = line.start as usize + code.len();
        let span = Span::new(u32::try_from(start).ok()?, u32::try_from(end).ok()?);
        let edit = Edit { place: Place { file, span }, replacement: String::new() };
        Fix::new("take the comment out".to_owned(), Applicability::MachineApplicable, vec![edit])
    }

    fn is_known(&self, rule: &str) -> bool {
        self.known_rules.contains(&rule)
    }

    fn has_run(&self, rule: &str) -> bool {
        self.rules_that_ran.contains(&rule)
    }

    fn unknown_finding(&self, place: Place, rule: &str) -> Finding {
        let message = format!("no rule is called `{rule}`, so this suppresses nothing");
        let help = match nearest(rule, self.known_rules.iter().copied()) {
            Some(near) => format!("the nearest rule is `{near}`"),
            None => "`cargo authlint rules` lists the rules there are".to_owned(),
        };
        finding(UNKNOWN, place, message, "unknown rule", help)
    }
}

fn malformed_finding(file: FileId, span: Span, message: String) -> Finding {
    let help =
        "write `// authlint: allow(rule-id, reason = \"…\")`, or `allow-file` for the whole file".to_owned();
    finding(MALFORMED, Place { file, span }, message, "this suppresses nothing", help)
}

fn expired_finding(place: Place, date: Date) -> Finding {
    let help = "mend what it covers, or move the day and say why".to_owned();
    finding(EXPIRED, place, format!("this suppression ended on {date}"), "expired", help)
}

fn unused_finding(place: Place, rule: &str) -> Finding {
    let message = format!("`{rule}` reports nothing here, so there is nothing to suppress");
    let help = format!("take `{rule}` out of the comment, or the comment out of the file");
    finding(UNUSED, place, message, "suppresses nothing", help)
}

fn finding(rule: &'static str, place: Place, message: String, label: &str, help: String) -> Finding {
    let primary = Step { place, label: label.to_owned() };
    let mut finding = Finding::new(rule, ALLOW_LEVEL, Confidence::High, message, primary);
    finding.help.push(help);
    finding
}

/// The first and the last line of a span, 0-based.
fn lines_of(file: &SourceFile, span: Span) -> (usize, usize) {
    let last = span.end.saturating_sub(1).max(span.start);
    (file.line_index(span.start), file.line_index(last))
}

fn is_within(scope: AllowScope, (first, last): (usize, usize)) -> bool {
    match scope {
        AllowScope::File => true,
        AllowScope::Lines(from, to) => first <= to as usize && from as usize <= last,
    }
}

#[cfg(test)]
mod tests;
