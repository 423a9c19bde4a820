//! Which parts of a text are secret: the literals that rules found to be credentials, their text wherever else it
//! stands, and whatever looks like a key.

use std::borrow::Cow;
use std::ops::Range;

use super::pieces::{Pieces, SHORTEST};
use super::text::{is_harmless, one_line, painted};
use crate::source::{FileId, Files, Place};

/// What keys of one kind look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyShape<'a> {
    /// What such a key starts with, `sk-`. It stays visible.
    pub prefix: &'a str,
    /// The least number of characters behind the prefix.
    pub min: usize,
}

/// From this length on a part of a secret is hardly a word that code uses by chance.
const DISTINCTIVE_LENGTH: usize = 16;

/// What must not be shown in a run.
pub(super) struct Masks<'a> {
    /// The content of each secret literal, by file.
    places: Vec<Place>,
    /// The text of the secrets, in parts as a message could quote them.
    pieces: Pieces<'a>,
    /// Those of them that can be looked for in code.
    distinctive: Pieces<'a>,
    key_shapes: &'a [KeyShape<'a>],
}

impl<'a> Masks<'a> {
    /// The masks for these secret literals and shapes.
    pub(super) fn new(files: &'a Files, secrets: &[Place], key_shapes: &'a [KeyShape<'a>]) -> Self {
        let mut places = Vec::with_capacity(secrets.len());
        let mut pieces = Vec::new();
        for secret in secrets {
            let literal = files.get(secret.file).slice(secret.span);
            let content = secret_part(literal, key_shapes);
            pieces.extend(pieces_of(&literal[content.clone()]));
            let mut place = *secret;
            place.span.end = moved(secret.span.start, content.end);
            place.span.start = moved(secret.span.start, content.start);
            places.push(place);
        }
        places.sort_unstable_by_key(|place| (place.file, place.span.start));
        let distinctive = Pieces::new(pieces.iter().copied().filter(|piece| is_distinctive(piece)));
        Self { places, pieces: Pieces::new(pieces.into_iter()), distinctive, key_shapes }
    }

    /// A file's text with the same bytes to a line and characters to a line, fit to be shown.
    pub(super) fn source(&self, file: FileId, text: &'a str) -> Cow<'a, str> {
        let start = self.places.partition_point(|place| place.file < file);
        let here = self.places[start..].iter().take_while(|place| place.file == file);
        let literals = here.map(|place| place.span.range());
        let copies = self.distinctive.places_in(text);
        let hidden = sorted(literals.chain(copies).chain(self.keys(text)));
        if hidden.is_empty() && is_harmless(text) {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(painted(text, &hidden))
        }
    }

    /// A message, label or help as one line fit to be shown.
    pub(super) fn message(&self, text: &str) -> String {
        let hidden = sorted(self.pieces.places_in(text).chain(self.keys(text)));
        one_line(&painted(text, &hidden))
    }

    /// New code as it may be shown, line ends as they are.
    pub(super) fn code(&self, text: &str) -> String {
        painted(text, &sorted(self.distinctive.places_in(text).chain(self.keys(text))))
    }

    /// The name of a file, fit to be shown. Keys are not looked for: names are paths, which are long by nature.
    pub(super) fn name(&self, text: &str) -> String {
        one_line(&painted(text, &sorted(self.distinctive.places_in(text))))
    }

    /// Where something looks like a key, without its prefix.
    fn keys(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        let shapes = self.key_shapes.iter().filter(|shape| !shape.prefix.is_empty());
        shapes.flat_map(move |shape| {
            let starts = text.match_indices(shape.prefix).filter(|(at, _)| is_token_start(text, *at));
            // Keys that start in one another end at the same place, which is looked for once.
            let mut end = 0;
            starts.filter_map(move |(at, _)| {
                let start = at + shape.prefix.len();
                if start >= end {
                    end = start + text[start..].bytes().take_while(|byte| is_key_byte(*byte)).count();
                }
                (end - start >= shape.min).then_some(start..end)
            })
        })
    }
}

fn sorted(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges: Vec<_> = ranges.collect();
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges
}

/// The bytes of a literal that are to be hidden: what stands between its quotes, behind the prefix of a key shape. All of
/// it when there are no quotes.
fn secret_part(literal: &str, key_shapes: &[KeyShape<'_>]) -> Range<usize> {
    let content = match (literal.find('"'), literal.rfind('"')) {
        (Some(open), Some(close)) if open < close => open + 1..close,
        _ => 0..literal.len(),
    };
    let inner = &literal[content.clone()];
    let prefixes = key_shapes.iter().map(|shape| shape.prefix).filter(|prefix| inner.starts_with(prefix));
    content.start + prefixes.map(str::len).max().unwrap_or(0)..content.end
}

/// The parts of a literal's content that its value has as well: lines, and what stands between escapes.
fn pieces_of(content: &str) -> impl Iterator<Item = &str> {
    let parts = content.lines().flat_map(|line| {
        let behind_escapes = line.split('\\').skip(1).filter_map(|part| part.get(1..));
        [line].into_iter().chain(line.split('\\').next()).chain(behind_escapes)
    });
    parts.map(str::trim).filter(|piece| piece.len() >= SHORTEST)
}

/// Whether a part of a secret can be looked for in code without hiding an ordinary word (`postgres`).
fn is_distinctive(piece: &str) -> bool {
    piece.len() >= DISTINCTIVE_LENGTH || piece.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a token can start at `at`: not inside a word, where the letter of an escape is no word.
fn is_token_start(text: &str, at: usize) -> bool {
    let mut before = text[..at].chars().rev();
    let is_word = before.next().is_some_and(char::is_alphanumeric);
    !is_word || before.next() == Some('\\')
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=')
}

fn moved(start: u32, by: usize) -> u32 {
    start.saturating_add(u32::try_from(by).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const SHAPES: &[KeyShape<'_>] = &[KeyShape { prefix: "sk-", min: 8 }];

    fn source_of(text: &'static str, literal: &str) -> String {
        let (files, id) = sample::one_file("a.rs", text);
        let secrets = [sample::place(&files, id, literal)];
        Masks::new(&files, &secrets, SHAPES).source(id, &files.get(id).text).into_owned()
    }

    #[test]
    fn the_content_of_a_literal_is_hidden_and_its_quotes_are_not() {
        assert_eq!(source_of("k(\"hunter\"); hunter", "\"hunter\""), "k(\"******\"); hunter");
        assert_eq!(source_of("k(br#\"a\"b\"#)", "br#\"a\"b\"#"), "k(br#\"***\"#)");
        assert_eq!(source_of("k(\"é\\\n  漢\")", "\"é\\\n  漢\""), "k(\"×*\n**•\")");
        assert_eq!(source_of("k([1, 2])", "[1, 2]"), "k(******)");
        assert_eq!(source_of("k(\"sk-abc\")", "\"sk-abc\""), "k(\"sk-***\")");
    }

    #[test]
    fn a_copy_of_a_distinctive_secret_is_hidden_elsewhere() {
        assert_eq!(source_of("k(\"hunter22\"); // hunter22", "\"hunter22\""), "k(\"********\"); // ********");
    }

    #[test]
    fn a_neighbour_that_looks_like_a_key_is_hidden() {
        let text = "k(\"x\"); m(\"sk-0123456789\\nsk-0123456789\"); n(\"sk-short\", task-management-x)";
        let hidden = "k(\"*\"); m(\"sk-**********\\nsk-**********\"); n(\"sk-short\", task-management-x)";
        assert_eq!(source_of(text, "\"x\""), hidden);
    }

    #[test]
    fn a_message_hides_what_a_secret_says_between_its_escapes() {
        let (files, id) = sample::one_file("a.rs", "k(\"-----BEGIN-----\\nMIIEabcdef\\n\")");
        let secrets = [sample::place(&files, id, "\"-----BEGIN-----\\nMIIEabcdef\\n\"")];
        let masks = Masks::new(&files, &secrets, SHAPES);
        assert_eq!(
            masks.message("got `MIIEabcdef` and sk-0123456789\u{1b}"),
            "got `**********` and sk-**********?"
        );
        assert_eq!(masks.name("src/sk-0123456789/\n.rs"), "src/sk-0123456789/?.rs");
    }

    #[test]
    fn harmless_text_is_not_copied() {
        let (files, id) = sample::one_file("a.rs", "fn a() {}\n\té");
        let masks = Masks::new(&files, &[], SHAPES);
        assert!(matches!(masks.source(id, &files.get(id).text), Cow::Borrowed(_)));
    }
}
