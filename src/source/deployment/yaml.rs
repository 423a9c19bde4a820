//! YAML as nodes with places. Aliases share the node they name, so that a small text cannot grow large, and nesting is bounded.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks};

use crate::source::Span;

/// How deep nodes may nest.
const DEPTH: usize = 64;

/// How many maps a merge key may lead through.
const MERGES: u32 = 16;

/// A node of a document.
#[derive(Debug)]
pub(super) struct Node {
    kind: Kind,
    /// Where it stands; for an anchored node that is named elsewhere, where it is written.
    pub(super) span: Span,
}

#[derive(Debug)]
enum Kind {
    /// A scalar, and whether it is quoted.
    Scalar(String, bool),
    List(Vec<Rc<Node>>),
    Map(Vec<(Rc<Node>, Rc<Node>)>),
    /// An alias to something around itself.
    Unknown,
}

/// Something that is still being read.
struct Open {
    kind: Kind,
    key: Option<Rc<Node>>,
    anchor: usize,
    start: u32,
}

/// The documents of a text, or why it is none: lower case, no full stop.
pub(super) fn documents(text: &str) -> Result<Vec<Rc<Node>>, String> {
    read(text).or_else(|why| read(&with_closers_joined(text)).map_err(|_| why))
}

/// The text with each line that only closes a bracket put behind the line before. The letter of the standard wants it
/// indented, which nobody does and no other reader asks for. Every character keeps its offset.
fn with_closers_joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut before = "";
    for line in text.split_inclusive('\n') {
        let is_closer = line.trim_start().starts_with([']', '}']);
        if is_closer && !before.contains('#') && joined.ends_with('\n') {
            joined.pop();
            joined.push(' ');
        }
        joined.push_str(line);
        before = line;
    }
    joined
}

fn read(text: &str) -> Result<Vec<Rc<Node>>, String> {
    let offsets = Offsets::of(text);
    let mut reading = Reading { text, documents: Vec::new(), open: Vec::new(), anchors: HashMap::new() };
    for event in Parser::new_from_str(text) {
        let (event, marks) = event.map_err(|error| error.info().to_owned())?;
        reading.take(event, offsets.span(marks))?;
    }
    Ok(reading.documents)
}

struct Reading<'t> {
    text: &'t str,
    documents: Vec<Rc<Node>>,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
}

impl Reading<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        match event {
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, _) => {
                let is_quoted = style != ScalarStyle::Plain;
                let span = self.fitted(span, style);
                self.put(
                    Rc::new(Node { kind: Kind::Scalar(Cow::into_owned(text), is_quoted), span }),
                    anchor,
                );
            }
            Event::Alias(anchor) => {
                let unknown = || Rc::new(Node { kind: Kind::Unknown, span });
                let node = self.anchors.get(&anchor).map_or_else(unknown, Rc::clone);
                self.put(node, 0);
            }
            Event::SequenceStart(anchor, _) => self.start(Kind::List(Vec::new()), anchor, span)?,
            Event::MappingStart(anchor, _) => self.start(Kind::Map(Vec::new()), anchor, span)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// The place of a scalar without what stands behind its closing quote, or behind it on its line.
    fn fitted(&self, span: Span, style: ScalarStyle) -> Span {
        let text = self.text.get(span.range()).unwrap_or_default();
        let length = match style {
            ScalarStyle::DoubleQuoted => closed_by(text, '"', '\\'),
            ScalarStyle::SingleQuoted => closed_by(text, '\'', '\''),
            _ => text.trim_end().len(),
        };
        Span::new(span.start, span.start + u32::try_from(length).unwrap_or_default())
    }

    fn start(&mut self, kind: Kind, anchor: usize, span: Span) -> Result<(), String> {
        if self.open.len() >= DEPTH {
            return Err(format!("nests deeper than {DEPTH} levels"));
        }
        self.open.push(Open { kind, key: None, anchor, start: span.start });
        Ok(())
    }

    fn end(&mut self, span: Span) {
        let Some(done) = self.open.pop() else { return };
        let node = Node { kind: done.kind, span: Span::new(done.start, span.end) };
        self.put(Rc::new(node), done.anchor);
    }

    fn put(&mut self, node: Rc<Node>, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        let Some(around) = self.open.last_mut() else {
            self.documents.push(node);
            return;
        };
        match &mut around.kind {
            Kind::List(list) => list.push(node),
            Kind::Map(entries) => match around.key.take() {
                Some(key) => entries.push((key, node)),
                None => around.key = Some(node),
            },
            Kind::Scalar(..) | Kind::Unknown => {}
        }
    }
}

/// How long a quoted text is, with its quotes.
fn closed_by(text: &str, quote: char, escape: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        if char == escape && (escape != quote || chars.peek().is_some_and(|(_, next)| *next == quote)) {
            chars.next();
        } else if char == quote {
            return at + quote.len_utf8();
        }
    }
    text.len()
}

impl Node {
    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is written: `key:`, `~`, `null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(text, false) if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// Whether it is a map.
    pub(super) fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    /// The elements of a list; nothing where it is none.
    pub(super) fn list(&self) -> &[Rc<Node>] {
        match &self.kind {
            Kind::List(list) => list,
            _ => &[],
        }
    }

    /// The entries of a map, those that are merged in behind its own; nothing where it is none.
    pub(super) fn entries(&self) -> Vec<(&str, &Node, &Node)> {
        let mut found = Vec::new();
        self.gather(MERGES, &mut found);
        let mut seen = std::collections::HashSet::new();
        found.retain(|(key, ..)| seen.insert(*key));
        found
    }

    /// Bounded by [`MERGES`] maps in a row, each of which names no more maps than its own text does.
    fn gather<'n>(&'n self, left: u32, found: &mut Vec<(&'n str, &'n Node, &'n Node)>) {
        let Kind::Map(entries) = &self.kind else { return };
        if left == 0 || found.len() > ENTRIES {
            return;
        }
        let own = entries.iter().filter_map(|(key, value)| Some((key.text()?, &**key, &**value)));
        found.extend(own.filter(|(key, ..)| *key != "<<").take(ENTRIES));
        for (_, merged) in entries.iter().filter(|(key, _)| key.text() == Some("<<")) {
            let list = merged.list();
            merged.gather(left - 1, found);
            for one in list.iter().take(usize::try_from(MERGES).unwrap_or_default()) {
                one.gather(left / 4, found);
            }
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let Kind::Map(entries) = &self.kind else { return None };
        let own = entries.iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| &**value);
        own.or_else(|| self.entries().into_iter().find(|(key, ..)| *key == name).map(|(.., value)| value))
    }

    /// The value behind several keys, one inside the other.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The text behind several keys.
    pub(super) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.text()
    }
}

/// How many entries of a map are looked at.
const ENTRIES: usize = 5_000;

/// Byte offsets of characters.
struct Offsets {
    /// Those of each character, where not each is one byte.
    table: Option<Vec<u32>>,
    end: u32,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let table = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| offset(at)).collect());
        Self { table, end: offset(text.len()) }
    }

    fn at(&self, index: usize) -> u32 {
        match &self.table {
            Some(table) => table.get(index).copied().unwrap_or(self.end),
            None => u32::try_from(index).unwrap_or(u32::MAX).min(self.end),
        }
    }

    fn span(&self, marks: Marks) -> Span {
        Span::new(self.at(marks.start.index()), self.at(marks.end.index()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bytes_of_the_text() {
        let text = "é: 1\nname: \"wörld\" # x\nlist:\n  - a\n";
        let all = documents(text).expect("it is YAML");
        let name = all[0].get("name").expect("a value");
        assert_eq!((name.text(), &text[name.span.range()]), (Some("wörld"), "\"wörld\""));
        let text = "a: 'it''s' # x\nb: \"q\\\"\"   # y\n";
        let quoted = documents(text).expect("it is YAML");
        let written = |key| &text[quoted[0].get(key).expect("a value").span.range()];
        assert_eq!((written("a"), written("b")), ("'it''s'", "\"q\\\"\""));
        let text = "list:\n  - a # first\n";
        let all = documents(text).expect("it is YAML");
        let first = &all[0].get("list").expect("a list").list()[0];
        assert_eq!(&text[first.span.range()], "a");
    }

    #[test]
    fn merges_give_way_to_own_keys() {
        let text = "base: &b {a: 1, b: 2}\nmore: &m {c: 3}\nx:\n  <<: [*b, *m]\n  a: 9\n";
        let all = documents(text).expect("it is YAML");
        let x = all[0].get("x").expect("a map");
        let entries: Vec<_> = x.entries().into_iter().map(|(key, _, value)| (key, value.text())).collect();
        assert_eq!(entries, [("a", Some("9")), ("b", Some("2")), ("c", Some("3"))]);
        assert_eq!(x.get("c").and_then(Node::text), Some("3"));
    }

    #[test]
    fn a_bracket_is_closed_where_people_close_it() {
        let text = "a:\n  x: [\n    1,\n    2,\n  ]\n  y: {\n    b: é\n  }\nz: 3\n";
        let all = documents(text).expect("it is YAML to everybody else");
        assert_eq!(all[0].at(&["a", "x"]).map(|it| it.list().len()), Some(2));
        let z = all[0].get("z").expect("a value");
        assert_eq!(&text[z.span.range()], "3");
    }

    #[test]
    fn several_documents_and_nothing() {
        assert_eq!(documents("a: 1\n---\nb:\n---\n").expect("it is YAML").len(), 3);
        assert_eq!(documents("").expect("it is YAML").len(), 0);
        let all = documents("a:\nb: ~\nc: ''\n").expect("it is YAML");
        let is_null = |key| all[0].get(key).expect("a value").is_null();
        assert!(is_null("a") && is_null("b") && !is_null("c"));
    }

    #[test]
    fn a_bomb_stays_small_and_depth_is_bounded() {
        let mut text = "a0: &a0 {x: 1}\n".to_owned();
        for at in 1..40 {
            let before = at - 1;
            text.extend([format!(
                "a{at}: &a{at} {{<<: [*a{before}, *a{before}, *a{before}], k{at}: *a{before}}}\n"
            )]);
        }
        let all = documents(&text).expect("it is YAML");
        let last = all[0].get("a39").expect("a map");
        assert!(last.entries().len() < 100);
        assert!(documents(&"[".repeat(10_000)).is_err());
    }
}
