//! `--add-allow`: writes a suppression comment with a reason above each finding.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::Scope;
use crate::facts::{FileFacts, gather};
use crate::finding::{ALLOW_RULES, Finding};
use crate::report::safe;
use crate::source::{AllowScope, Change, FileId, Files, SourceFile, Span, allows, replace};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    /// How many comments were written.
    pub(super) comments: usize,
    /// How many findings they cover.
    pub(super) findings: usize,
    /// Files that were left as they were, and why.
    pub(super) refusals: Vec<String>,
}

/// A reason that a comment can hold.
///
/// # Errors
/// It says nothing, or is more than a line.
pub(super) fn parse_reason(value: &str) -> Result<String, String> {
    match value.trim() {
        "" => Err("say why, for those who read the comment later".to_owned()),
        reason if reason.chars().any(char::is_control) => Err("a reason is one line of text".to_owned()),
        reason => Ok(reason.to_owned()),
    }
}

/// Writes comments above the findings that a comment can cover, and takes those out of the list.
pub(super) fn add_allows(
    findings: &mut Vec<Finding>,
    reason: &str,
    files: &Files,
    facts: &[FileFacts],
    scope: &Scope<'_>,
) -> Allowed {
    let mut allowed = Allowed::default();
    let mut by_file: BTreeMap<FileId, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| can_be_covered(finding, scope)) {
        by_file.entry(finding.primary.place.file).or_default().push(finding);
    }
    let mut covered = BTreeSet::new();
    for (id, of_file) in by_file {
        let file = files.get(id);
        let nodes = facts.get(id.0 as usize).map(FileFacts::nodes).unwrap_or_default();
        let inserted = Inserted::new(file, &nodes, &of_file);
        let text = inserted.text(file, reason);
        let written = if inserted.covers_all(file, &text, &of_file) {
            replace(&[Change { path: &file.path, old: &file.text, new: &text }])
                .map_err(|(_, message)| message)
        } else {
            Err("has a finding where no comment can stand; it was left alone, write the comment by hand"
                .to_owned())
        };
        match written {
            Ok(()) => {
                allowed.comments += inserted.lines.len();
                allowed.findings += of_file.len();
                covered.insert(id);
            }
            Err(message) => allowed.refusals.push(safe(&format!("{}: {message}", file.shown))),
        }
    }
    findings
        .retain(|finding| !can_be_covered(finding, scope) || !covered.contains(&finding.primary.place.file));
    allowed
}

/// Whether comments cover what this rule reports in this file: it is Rust, and no comment or baseline is what is wrong.
fn can_be_covered(finding: &Finding, scope: &Scope<'_>) -> bool {
    scope.files.contains(&finding.primary.place.file)
        && !ALLOW_RULES.iter().any(|(id, _)| *id == finding.rule)
}

/// The comments to be written into a file.
struct Inserted {
    /// By the 0-based line above which one is written: the rules that it names.
    lines: BTreeMap<usize, BTreeSet<&'static str>>,
}

impl Inserted {
    /// Above the statement, item, field or arm in which each finding stands.
    fn new(file: &SourceFile, nodes: &[Span], findings: &[&Finding]) -> Self {
        let mut lines: BTreeMap<usize, BTreeSet<&'static str>> = BTreeMap::new();
        for finding in findings {
            let start = finding.primary.place.span.start;
            let around = nodes.iter().filter(|node| node.start <= start && start < node.end);
            let innermost = around.min_by_key(|node| node.end - node.start);
            let line = file.line_index(innermost.map_or(start, |node| node.start));
            lines.entry(line).or_default().insert(finding.rule);
        }
        Self { lines }
    }

    /// The text of the file with the comments.
    fn text(&self, file: &SourceFile, reason: &str) -> String {
        const MARK: char = '\u{feff}';
        let mut text = String::with_capacity(file.text.len() + 80 * self.lines.len());
        let mut from = 0;
        let quoted = reason.replace('\\', "\\\\").replace('"', "\\\"");
        for (line, rules) in &self.lines {
            let span = file.line_span(*line);
            let line = file.slice(span);
            let mark = if span.start == 0 && line.starts_with(MARK) { MARK.len_utf8() } else { 0 };
            let at = span.start as usize + mark;
            let indent: String = line[mark..].chars().take_while(|c| c.is_whitespace()).collect();
            let end = if file.text[span.end as usize..].starts_with("\r\n") { "\r\n" } else { "\n" };
            let rules = rules.iter().copied().collect::<Vec<_>>().join(", ");
            text.push_str(&file.text[from..at]);
            let comment = format!("{indent}// authlint: allow({rules}, reason = \"{quoted}\"){end}");
            text.push_str(&comment);
            from = at;
        }
        text.push_str(&file.text[from..]);
        text
    }

    /// Whether in the new text every comment is one, and every finding is covered by one that names its rule.
    fn covers_all(&self, old: &SourceFile, text: &str, findings: &[&Finding]) -> bool {
        let new = SourceFile::new(old.path.clone(), old.shown.clone(), text.to_owned());
        let facts = gather(&[&new], 1);
        let nodes = facts.first().map(FileFacts::nodes).unwrap_or_default();
        let (comments, _) = allows(&new, &nodes);
        findings.iter().all(|finding| {
            let span = finding.primary.place.span;
            let moved = |line: usize| line + self.lines.range(..=line).count();
            let last = old.line_index(span.end.saturating_sub(1).max(span.start));
            let (first, last) = (moved(old.line_index(span.start)), moved(last));
            comments.iter().any(|comment| {
                let is_near = match comment.scope {
                    AllowScope::File => true,
                    AllowScope::Lines(from, to) => first <= to as usize && from as usize <= last,
                };
                is_near
                    && comment.until.is_none()
                    && comment.rules.iter().any(|(rule, _)| rule == finding.rule)
            })
        })
    }
}
