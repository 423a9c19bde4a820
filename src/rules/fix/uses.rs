//! The uses of an item, found by its name: every place in the program where the name stands is looked at, and where one of
//! them is not understood, nothing is known of any.

use rustc_hash::{FxHashMap, FxHashSet};

use super::code::{Code, Node};
use crate::facts::{ExprKind, FileFacts, ItemKind};
use crate::link::DefId;
use crate::source::{FileId, Files, Place, SourceFile, Span};

/// Where names stand, by file and first byte: those of constants, which are words of capitals, or those of functions.
pub(super) type Words<'p> = FxHashMap<&'p str, Vec<(FileId, u32)>>;

/// What stands at a place where a name does.
enum Stands {
    /// A use of the item.
    Use(Node),
    /// An import, as far as can be told of this item.
    Import,
    /// A declaration.
    Declared,
    /// Something else of that name, a text or a comment.
    Nothing,
    /// What may or may not be a use.
    Unknown,
}

/// Where an item is named.
#[derive(Default)]
pub(super) struct Uses {
    /// The uses, in order.
    pub(super) nodes: Vec<Node>,
    /// The name in imports.
    pub(super) imports: Vec<Place>,
    /// How many items have this name.
    pub(super) declared: usize,
}

/// The words of all files that are names of constants.
pub(super) fn words(files: &Files) -> Words<'_> {
    let mut words = Words::default();
    for (id, file) in files.iter() {
        for (at, word) in constants_in(&file.text) {
            words.entry(word).or_default().push((id, at));
        }
    }
    words
}

/// The words of all files that are names of functions.
pub(super) fn function_words<'p>(code: &Code<'p>, files: &'p Files) -> Words<'p> {
    let facts = || files.iter().filter_map(|(id, _)| code.facts(id));
    let items = facts().flat_map(|facts| &facts.items);
    let names: FxHashSet<&str> =
        items.filter(|item| matches!(item.kind, ItemKind::Fn(_))).map(|item| item.name.as_str()).collect();
    let mut words = Words::default();
    for (id, file) in files.iter() {
        for (at, word) in words_in(&file.text).filter(|(_, word)| names.contains(word)) {
            words.entry(word).or_default().push((id, at));
        }
    }
    words
}

fn constants_in(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    words_in(text).filter(move |(_, word)| {
        let word = word.as_bytes();
        word.len() > 1 && is_capital(word[0]) && word.iter().all(|it| is_capital(*it) || it.is_ascii_digit())
    })
}

fn words_in(text: &str) -> impl Iterator<Item = (u32, &str)> {
    // What is no ASCII is taken for a part of a word: no name of these ends beside it.
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let words = text.as_bytes().split(move |byte| !is_part(byte)).filter(|word| !word.is_empty());
    words.filter_map(move |word| {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        Some((u32::try_from(at).ok()?, text.get(at..at + word.len())?))
    })
}

/// The uses of a constant or static; nothing where they may not be all.
pub(super) fn uses_of(code: &Code<'_>, def: DefId, name: &str) -> Option<Uses> {
    among(code, def, name, code.words())
}

/// The uses of a function; nothing where they may not be all.
pub(super) fn uses_of_function(code: &Code<'_>, def: DefId, name: &str) -> Option<Uses> {
    among(code, def, name, code.function_words())
}

fn among(code: &Code<'_>, def: DefId, name: &str, words: &Words<'_>) -> Option<Uses> {
    let mut uses = Uses::default();
    for (file, at) in words.get(name)? {
        let span = Span::new(*at, at + u32::try_from(name.len()).ok()?);
        match stands(code, def, *file, span) {
            Stands::Use(node) => uses.nodes.push(node),
            Stands::Import => uses.imports.push(Place { file: *file, span }),
            Stands::Declared => uses.declared += 1,
            Stands::Nothing => {}
            Stands::Unknown => return None,
        }
    }
    Some(uses)
}

fn stands(code: &Code<'_>, def: DefId, id: FileId, word: Span) -> Stands {
    let file = code.source(id);
    let Some(facts) = code.facts(id).filter(|_| !leads_on(file, word)) else { return Stands::Nothing };
    if let Some(node) = code.path_ending_at(id, word.end) {
        return path(code, def, node, word);
    }
    if facts.items.iter().any(|item| item.name_span == word) {
        Stands::Declared
    } else if is_imported(facts, file, word) {
        Stands::Import
    } else if is_told(facts, file, word) || is_member(file, word) {
        Stands::Nothing
    } else {
        Stands::Unknown
    }
}

fn path(code: &Code<'_>, def: DefId, node: Node, word: Span) -> Stands {
    let ExprKind::Path(path) = &code.expr(node).kind else { return Stands::Unknown };
    let is_written = path.span.contains(word) && path.span.end == word.end;
    let Some(within) = code.def(node).filter(|_| is_written) else { return Stands::Unknown };
    match code.names().local(within, path) {
        Some(found) if found == def => Stands::Use(node),
        Some(_) => Stands::Nothing,
        None if code.names().external(within, path).is_some() => Stands::Nothing,
        None => Stands::Unknown,
    }
}

/// Whether a word stands in an import that gives it no other name.
fn is_imported(facts: &FileFacts, file: &SourceFile, word: Span) -> bool {
    let around =
        facts.items.iter().find(|item| item.span.contains(word) && matches!(item.kind, ItemKind::Use(_)));
    let Some(ItemKind::Use(entries)) = around.map(|item| &item.kind) else { return false };
    let name = file.slice(word);
    entries.iter().filter(|it| it.path.last_name() == name).all(|it| it.alias == name)
}

/// Whether a path goes on behind a word, as behind a module and not behind a value.
fn leads_on(file: &SourceFile, word: Span) -> bool {
    let rest = &file.text[word.end as usize..];
    rest.starts_with("::") && !rest.starts_with("::<")
}

/// Whether a word is a method or field of something.
fn is_member(file: &SourceFile, word: Span) -> bool {
    let before = file.text[..word.start as usize].trim_end();
    before.ends_with('.') && !before.ends_with("..")
}

/// Whether a word stands in a text that captures nothing, or in a comment of one line.
pub(super) fn is_told(facts: &FileFacts, file: &SourceFile, word: Span) -> bool {
    let text = &file.text;
    let is_captured = text[..word.start as usize].ends_with('{');
    let is_text = |kind: &ExprKind| matches!(kind, ExprKind::Literal(_));
    if facts.exprs.iter().any(|it| is_text(&it.kind) && it.span.contains(word)) {
        return !is_captured;
    }
    let line = text[..word.start as usize].rsplit('\n').next().unwrap_or_default();
    line.contains("//")
}
