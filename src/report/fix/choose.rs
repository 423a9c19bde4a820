//! Which fixes are made in one pass: those that do not touch each other, in the order of findings.

use std::collections::BTreeMap;

use crate::finding::{Applicability, Edit, Finding, Fix, edited};
use crate::source::{FileId, Files};

/// What one pass makes of the files.
#[derive(Debug, Default)]
pub struct Chosen {
    /// The new text of each file that changes.
    pub texts: BTreeMap<FileId, String>,
    /// How many fixes are made.
    pub count: usize,
    /// The files of each fix that is made, and of one that has to wait for the next pass.
    pub together: Vec<Vec<FileId>>,
}

/// Chooses of each finding the first fix that is graded at most `least` and touches only files that `may_change`. What
/// overlaps a fix of an earlier place waits: the next pass finds it again, or finds that it is gone.
#[must_use]
pub fn chosen(
    findings: &[Finding],
    files: &Files,
    least: Applicability,
    may_change: impl Fn(FileId) -> bool,
) -> Chosen {
    let is_offered =
        |fix: &&Fix| fix.grade <= least && fix.edits.iter().all(|edit| may_change(edit.place.file));
    let mut offered: Vec<&Fix> =
        findings.iter().filter_map(|finding| finding.fixes.iter().find(is_offered)).collect();
    offered.sort_by(|a, b| a.edits.cmp(&b.edits));
    let mut taken: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut chosen = Chosen::default();
    for fix in offered {
        let is_free = |edit: &Edit| {
            taken.get(&edit.place.file).is_none_or(|known| known.iter().all(|it| are_apart(it, edit)))
        };
        if !fix.edits.iter().all(is_free) {
            continue;
        }
        for edit in &fix.edits {
            taken.entry(edit.place.file).or_default().push(edit);
        }
        chosen.count += 1;
        chosen.together.push(fix.files().into_iter().collect());
    }
    for (file, mut edits) in taken {
        edits.sort();
        if let Some(text) = edited(&files.get(file).text, edits) {
            chosen.texts.insert(file, text);
        }
    }
    chosen
}

/// Whether two edits have nothing to do with each other. Those that meet are better made one after the other.
fn are_apart(a: &Edit, b: &Edit) -> bool {
    let (a, b) = (a.place.span, b.place.span);
    a.end < b.start || b.end < a.start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::source::{Place, Span};

    fn fixing(file: FileId, grade: Applicability, edits: &[(u32, u32, &str)]) -> Finding {
        let edit = |&(start, end, text): &(u32, u32, &str)| Edit {
            place: Place { file, span: Span::new(start, end) },
            replacement: text.to_owned(),
        };
        let edits: Vec<Edit> = edits.iter().map(edit).collect();
        let mut finding = sample::finding(edits[0].place);
        finding.fixes = Fix::new("do it".to_owned(), grade, edits).into_iter().collect();
        finding
    }

    fn made(findings: &[Finding], files: &Files, least: Applicability) -> (Vec<String>, usize) {
        let chosen = chosen(findings, files, least, |_| true);
        (chosen.texts.into_values().collect(), chosen.count)
    }

    #[test]
    fn what_overlaps_waits_and_the_order_of_findings_does_not_matter() {
        use Applicability::{HasPlaceholders, MachineApplicable, MaybeIncorrect};
        let (files, id) = sample::one_file("a.rs", "one two three");
        let first = fixing(id, MachineApplicable, &[(0, 3, "1")]);
        let wide = fixing(id, MachineApplicable, &[(2, 7, "x")]);
        let last = fixing(id, MaybeIncorrect, &[(8, 13, "3"), (4, 7, "2")]);
        let shown = fixing(id, HasPlaceholders, &[(0, 13, "")]);
        let all = [last.clone(), wide.clone(), shown.clone(), first.clone()];
        assert_eq!(made(&all, &files, MachineApplicable), (vec!["1 two three".to_owned()], 1));
        assert_eq!(made(&all, &files, MaybeIncorrect), (vec!["1 2 3".to_owned()], 2));
        assert_eq!(made(&[first, shown, wide, last], &files, MaybeIncorrect), (vec!["1 2 3".to_owned()], 2));
    }

    #[test]
    fn a_fix_is_made_in_all_its_files_or_in_none() {
        let (mut files, a) = sample::one_file("a.rs", "one");
        let b = sample::add(&mut files, "b.rs", "two");
        let mut finding = fixing(a, Applicability::MachineApplicable, &[(0, 3, "1")]);
        finding.fixes[0]
            .edits
            .extend(fixing(b, Applicability::MachineApplicable, &[(0, 3, "2")]).fixes[0].edits.clone());
        let findings = [finding];
        let only_a = chosen(&findings, &files, Applicability::MachineApplicable, |file| file == a);
        assert!(only_a.texts.is_empty() && only_a.count == 0);
        let both = chosen(&findings, &files, Applicability::MachineApplicable, |_| true);
        assert_eq!(both.together, [vec![a, b]]);
    }
}
