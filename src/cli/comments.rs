//! The suppression comments that a run applies.

use std::collections::BTreeMap;

use super::scope::Scope;
use crate::facts::FileFacts;
use crate::facts::item::Attribute;
use crate::finding::AllowsByFile;
use crate::source::{Allow, AllowScope, Files, MalformedAllow, Place, SourceFile, allows as allows_in};

/// The comments of the files in scope. With `tests`, the items that rules pass over, those that stand in such code are
/// left out.
pub(super) fn allows(
    files: &Files,
    facts: &[FileFacts],
    scope: &Scope<'_>,
    tests: Option<&[Place]>,
) -> AllowsByFile {
    let mut by_file: AllowsByFile = BTreeMap::new();
    let is_looked_at = |file| tests.is_none() || !scope.is_example(file);
    for &id in scope.files.iter().filter(|file| is_looked_at(**file)) {
        let file = files.get(id);
        // Most files have none, and a text is searched faster than its nodes are listed.
        if !file.text.contains("authlint") {
            continue;
        }
        let nodes = facts.get(id.0 as usize).map(FileFacts::nodes).unwrap_or_default();
        let (mut good, mut malformed) = allows_in(file, &nodes);
        malformed.extend(facts.get(id.0 as usize).into_iter().flat_map(attributes));
        malformed.sort_by_key(|it| it.span.start);
        let tests = tests.unwrap_or_default().iter().filter(|place| place.file == id);
        let test_lines: Vec<_> = tests.map(|place| lines_of(file, *place)).collect();
        good.retain(|allow| !is_in_test(allow, &test_lines));
        by_file.insert(id, (good, malformed));
    }
    by_file
}

/// The attributes that would suppress findings if authlint were rustc: `#[allow(authlint::rule)]`.
fn attributes(facts: &FileFacts) -> impl Iterator<Item = MalformedAllow> {
    let all = facts.attributes.iter().chain(facts.items.iter().flat_map(|item| &item.attributes));
    let is_level = |it: &&Attribute| matches!(&*it.path, "allow" | "expect" | "warn" | "deny" | "forbid");
    let is_meant = |it: &&Attribute| it.args.iter().any(|arg| arg.name.starts_with("authlint::"));
    all.filter(is_level).filter(is_meant).map(|it| MalformedAllow {
        span: it.span,
        message: format!("`#[{}(authlint::…)]` says nothing to authlint, and rustc refuses it", it.path),
    })
}

/// Whether a comment covers lines of test code. One above an item stands outside of it, so its own place says nothing.
fn is_in_test(allow: &Allow, test_lines: &[(usize, usize)]) -> bool {
    match allow.scope {
        AllowScope::File => false,
        AllowScope::Lines(from, to) => {
            test_lines.iter().any(|(first, last)| *first <= to as usize && from as usize <= *last)
        }
    }
}

fn lines_of(file: &SourceFile, place: Place) -> (usize, usize) {
    let last = place.span.end.saturating_sub(1).max(place.span.start);
    (file.line_index(place.span.start), file.line_index(last))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::source::{FileId, Span};

    const TEXT: &str = "a(); // authlint: allow(x)\nb(); // authlint: allow(y)\n";

    fn names(tests: Option<&[Place]>) -> Vec<String> {
        let mut files = Files::default();
        let id = files.add(SourceFile::new(PathBuf::from("a.rs"), "a.rs".to_owned(), TEXT.to_owned()));
        let mut scope = Scope::default();
        scope.files.insert(id);
        let allows = allows(&files, &[FileFacts::default()], &scope, tests);
        let names = allows[&id].0.iter().flat_map(|allow| &allow.rules).map(|(name, _)| name.clone());
        names.collect()
    }

    #[test]
    fn those_in_test_code_are_left_out() {
        let second_line = Place { file: FileId(0), span: Span::new(27, 31) };
        assert_eq!(names(Some(&[second_line])), ["x"]);
        assert_eq!(names(Some(&[])), ["x", "y"]);
        assert_eq!(names(None), ["x", "y"]);
    }

    #[test]
    fn test_code_of_another_file_changes_nothing() {
        let elsewhere = Place { file: FileId(1), span: Span::new(27, 31) };
        assert_eq!(names(Some(&[elsewhere])), ["x", "y"]);
    }
}
