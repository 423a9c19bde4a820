//! The import of a type that a fix does away with goes, or gives way to that of the one that comes.

use super::{
    code::Code,
    statement::{lines, without_gap},
};
use crate::facts::{
    FileFacts, Item, ItemKind,
    item::UseEntry,
    path::{Path, Segment},
};
use crate::finding::Edit;
use crate::source::{FileId, Place, SourceFile, Span};

/// How a type is written in a file from now on.
pub(super) struct Written {
    /// What changes in the imports.
    pub(super) edit: Option<Edit>,
    /// Its path.
    pub(super) path: String,
}

/// The type of this whole path in the place of `old`, of which the uses in `gone` go.
pub(super) fn instead(code: &Code<'_>, id: FileId, old: &str, whole: &str, gone: &[Span]) -> Written {
    let file = code.source(id);
    let by_whole = |edit| Written { edit, path: whole.to_owned() };
    let (Some(facts), Some((module, new))) = (code.facts(id), whole.rsplit_once("::")) else {
        return by_whole(None);
    };
    let is_known = imports(facts, new).any(|(_, it)| joined(&it.path) == whole);
    let is_free = !is_known && words(&file.text, new).next().is_none();
    let left = |at: &Span| !gone.iter().any(|gone| gone.contains(*at));
    let is_last = words(&file.text, old).filter(left).count() == 1;
    let path = |is_imported: bool| if is_imported { new.to_owned() } else { whole.to_owned() };
    let Some((item, entry)) = imports(facts, old).next().filter(|_| is_last) else {
        return Written { edit: None, path: path(is_known) };
    };
    let ItemKind::Use(entries) = &item.kind else { return by_whole(None) };
    let is_beside = joined(&entry.path).rsplit_once("::").is_some_and(|(own, _)| own == module);
    let edit = match entries.as_slice() {
        [only] if is_free => {
            Edit { place: Place { file: id, span: only.path.span }, replacement: whole.to_owned() }
        }
        [_, ..] if is_free && is_beside => {
            Edit { place: Place { file: id, span: word_in(file, item, old) }, replacement: new.to_owned() }
        }
        _ => taken_out(file, id, item, entries, old),
    };
    let is_imported = is_known || !edit.replacement.is_empty() && is_free;
    Written { edit: Some(edit), path: path(is_imported) }
}

/// The edit that takes out the import of a name of which the uses in `gone` go, where nothing else uses it.
pub(super) fn without(code: &Code<'_>, id: FileId, name: &str, gone: &[Span]) -> Option<Edit> {
    let file = code.source(id);
    let left = |at: &Span| !gone.iter().any(|gone| gone.contains(*at));
    let is_last = words(&file.text, name).filter(left).count() == 1;
    let from = *gone.first()?;
    let (item, _) = imports_for(code.facts(id)?, name, from).filter(|(item, _)| is_last && !item.is_pub)?;
    let ItemKind::Use(entries) = &item.kind else { return None };
    Some(taken_out(file, id, item, entries, name))
}

/// The edit that takes a name out of an import, and the import with it where it is the only one.
fn taken_out(file: &SourceFile, id: FileId, item: &Item, entries: &[UseEntry], name: &str) -> Edit {
    let edit = |span, text: &str| Edit { place: Place { file: id, span }, replacement: text.to_owned() };
    let word = word_in(file, item, name);
    match entries {
        [_] => edit(lines(file, item.span).map_or(item.span, |it| without_gap(file, it)), ""),
        [_, _] => match pair(file, word) {
            Some((braces, other)) => edit(braces, other),
            None => edit(listed(file, word), ""),
        },
        _ => edit(listed(file, word), ""),
    }
}

/// Where a name stands in braces with one other: the braces, and the other.
fn pair(file: &SourceFile, word: Span) -> Option<(Span, &str)> {
    let text = file.text.as_str();
    let open = text[..word.start as usize].rfind('{')?;
    let close = text[word.end as usize..].find('}')? + word.end as usize;
    let both: Vec<&str> =
        text[open + 1..close].split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let [first, second] = both.as_slice() else { return None };
    let name = file.slice(word);
    let other = if *first == name { second } else { first };
    let is_plain = other.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':') && *other != "self";
    let span = Span::new(u32::try_from(open).ok()?, u32::try_from(close).ok()? + 1);
    (is_plain && both.contains(&name)).then_some((span, *other))
}

/// The path by which a file brings in a name at its top.
pub(super) fn imported<'p>(code: &Code<'p>, id: FileId, name: &str) -> Option<&'p Path> {
    imports(code.facts(id)?, name).next().map(|(_, entry)| &entry.path)
}

/// The import of a name that counts at a place: that of the innermost module around it that has one.
fn imports_for<'p>(facts: &'p FileFacts, name: &str, at: Span) -> Option<(&'p Item, &'p UseEntry)> {
    let is_around = |outer: &Item, inner: Span| outer.span != inner && outer.span.contains(inner);
    let counts = |item: &Item| facts.items.iter().all(|it| !is_around(it, item.span) || is_around(it, at));
    let all = facts.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Use(entries) if counts(item) => Some((item, entries.iter().find(|it| it.alias == name)?)),
        _ => None,
    });
    all.min_by_key(|(item, _)| {
        let around = facts.items.iter().filter(|it| is_around(it, item.span));
        around.map(|it| it.span.end - it.span.start).min().unwrap_or(u32::MAX)
    })
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
