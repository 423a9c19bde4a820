//! The import of a type that a fix does away with gives way to that of the one that comes.

use super::{code::Code, statement::lines};
use crate::facts::{FileFacts, Item, ItemKind, item::UseEntry, path::{Path, Segment}};
use crate::finding::Edit;
use crate::source::{FileId, Place, SourceFile, Span};

/// What comes.
const MUTEX: &str = "Mutex";
/// By its whole path.
const WHOLE: &str = "std::sync::Mutex";

/// How a mutex is written in a file from now on.
pub(super) struct Mutex {
    /// What changes in the imports.
    pub(super) edit: Option<Edit>,
    /// Its path.
    pub(super) path: &'static str,
}

/// A mutex in the place of `old`, of which the uses in `gone` go.
pub(super) fn mutex_for(code: &Code<'_>, id: FileId, old: &str, gone: &[Span]) -> Mutex {
    let file = code.source(id);
    let Some(facts) = code.facts(id) else { return Mutex { edit: None, path: WHOLE } };
    let is_known = imports(facts, MUTEX).any(|(_, it)| joined(&it.path) == WHOLE);
    let is_free = !is_known && words(&file.text, MUTEX).next().is_none();
    let path_as_is = if is_known { MUTEX } else { WHOLE };
    let left = |at: &Span| !gone.iter().any(|gone| gone.contains(*at));
    let is_last = words(&file.text, old).filter(left).count() == 1;
    let Some((item, entry)) = imports(facts, old).next().filter(|_| is_last) else {
        return Mutex { edit: None, path: path_as_is };
    };
    let ItemKind::Use(entries) = &item.kind else { return Mutex { edit: None, path: path_as_is } };
    let is_of_std = joined(&entry.path).starts_with("std::sync::");
    let (span, replacement) = match entries.as_slice() {
        [only] if is_free => (only.path.span, WHOLE),
        [_] => (lines(file, item.span).unwrap_or(item.span), ""),
        _ if is_free && is_of_std => (word_in(file, item, old), MUTEX),
        _ => (listed(file, word_in(file, item, old)), ""),
    };
    let is_imported = is_known || !replacement.is_empty();
    let edit = Edit { place: Place { file: id, span }, replacement: replacement.to_owned() };
    Mutex { edit: Some(edit), path: if is_imported { MUTEX } else { WHOLE } }
}

/// The edit that takes out the import of a name of which the uses in `gone` go, where nothing else uses it.
pub(super) fn without(code: &Code<'_>, id: FileId, name: &str, gone: &[Span]) -> Option<Edit> {
    let file = code.source(id);
    let left = |at: &Span| !gone.iter().any(|gone| gone.contains(*at));
    let is_last = words(&file.text, name).filter(left).count() == 1;
    let (item, _) = imports(code.facts(id)?, name).next().filter(|(item, _)| is_last && !item.is_pub)?;
    let ItemKind::Use(entries) = &item.kind else { return None };
    let span = if entries.len() == 1 {
        lines(file, item.span).unwrap_or(item.span)
    } else {
        listed(file, word_in(file, item, name))
    };
    Some(Edit { place: Place { file: id, span }, replacement: String::new() })
}

/// The path by which a file brings in a name at its top.
pub(super) fn imported<'p>(code: &Code<'p>, id: FileId, name: &str) -> Option<&'p Path> {
    imports(code.facts(id)?, name).next().map(|(_, entry)| &entry.path)
}

/// The imports of a name at the top of a file.
fn imports<'p>(facts: &'p FileFacts, name: &str) -> impl Iterator<Item = (&'p Item, &'p UseEntry)> {
    let is_at_top =
        |item: &&Item| !facts.items.iter().any(|it| it.span != item.span && it.span.contains(item.span));
    let all = facts.items.iter().filter(is_at_top).filter_map(|item| match &item.kind {
        ItemKind::Use(entries) => Some((item, entries)),
        _ => None,
    });
    all.flat_map(|(item, entries)| entries.iter().map(move |it| (item, it)))
        .filter(move |(_, it)| it.alias == name)
}

/// The names of a path.
pub(super) fn joined(path: &Path) -> String {
    path.segments.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join("::")
}

/// A path of these names.
pub(super) fn path_of(names: &str) -> Path {
    let segments = names.split("::").map(|name| Segment { name: name.into(), args: Vec::new() }).collect();
    Path { segments, ..Path::default() }
}

/// Where a word stands in a text.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = Span> + 't {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).filter_map(move |(at, _)| {
        let end = at + word.len();
        let is_whole = !is_part(text[..at].chars().next_back()) && !is_part(text[end..].chars().next());
        let span = Span::new(u32::try_from(at).ok()?, u32::try_from(end).ok()?);
        is_whole.then_some(span)
    })
}

/// The word in an import that names it.
fn word_in(file: &SourceFile, item: &Item, word: &str) -> Span {
    words(&file.text, word).find(|at| item.span.contains(*at)).unwrap_or(item.span)
}

/// An entry of a list with the comma behind it, or before it where it is the last.
fn listed(file: &SourceFile, word: Span) -> Span {
    let text = &file.text;
    let (before, after) = (&text[..word.start as usize], &text[word.end as usize..]);
    let length = |text: &str| u32::try_from(text.len()).unwrap_or_default();
    if let Some(rest) = after.strip_prefix(',') {
        return Span::new(word.start, word.end + 1 + length(rest) - length(rest.trim_start()));
    }
    let cut = before.trim_end().trim_end_matches(',');
    Span::new(length(cut), word.end)
}
