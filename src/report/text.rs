//! Text that a terminal cannot take for a command: what is invisible or moves the cursor is replaced, byte for byte.

use std::ops::Range;

/// One line of text made safe to print: control, bidirectional and invisible characters are replaced by harmless ones of
/// the same byte length, a tab by a space, a line end by `?`.
#[must_use]
pub fn safe(text: &str) -> String {
    one_line(text)
}

/// Text made harmless and of one line.
pub(super) fn one_line(text: &str) -> String {
    let stand_in = |c| match c {
        '\t' => ' ',
        '\n' | '\r' => '?',
        _ => harmless(c),
    };
    text.chars().map(stand_in).collect()
}

/// Text with line ends and tabs as they are, all else made harmless, and the `hidden` ranges (sorted by their starts)
/// covered with marks. Bytes and characters of each line stay as many as they were, so offsets and columns stay right.
pub(super) fn painted(text: &str, hidden: &[Range<usize>]) -> String {
    let mut hidden = hidden.iter().peekable();
    let mut covered = 0;
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        while let Some(range) = hidden.next_if(|range| range.start <= at) {
            covered = covered.max(range.end);
        }
        let is_line_end = c == '\n' || (c == '\r' && text[at + 1..].starts_with('\n'));
        out.push(match c {
            _ if is_line_end => c,
            _ if at < covered => mark(c),
            '\t' => c,
            _ => harmless(c),
        });
    }
    out
}

/// Whether [`painted`] with nothing hidden would give the text itself.
pub(super) fn is_harmless(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || c == '\t' || harmless(c) == c)
}

/// The character, or one of the same byte length when it is invisible or commands a terminal.
fn harmless(c: char) -> char {
    if !is_invisible(c) {
        return c;
    }
    match c.len_utf8() {
        1 => '?',
        2 => '¿',
        3 => char::REPLACEMENT_CHARACTER,
        _ => '\u{1fbc4}',
    }
}

/// What stands for a character of a secret: of the same byte length, and one column wide.
fn mark(c: char) -> char {
    match c.len_utf8() {
        1 => '*',
        2 => '×',
        3 => '•',
        _ => '\u{1f7b6}',
    }
}

/// Controls, bidirectional marks, zero-width and filler characters, line separators, tags. Not the two variation
/// selectors of emoji (U+FE0E, U+FE0F), which are common and cannot hide anything.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{13430}'..='\u{13455}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stand_in_has_the_length_of_what_it_replaces() {
        let hostile =
            "a\u{1b}[31m\0\u{7f}\u{9b}\u{ad}\u{200b}\u{202e}\u{2066}\u{feff}\u{2028}\u{e0041}é漢🦀\rz";
        let plain = painted(hostile, &[]);
        assert_eq!(plain, "a?[31m??¿¿\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{1fbc4}é漢🦀?z");
        assert_eq!(plain.len(), hostile.len());
        assert!(is_harmless(&plain));
        assert!(!is_harmless(hostile));
    }

    #[test]
    fn line_ends_stay_under_a_mask_and_a_lone_carriage_return_does_not() {
        let all = 0..15;
        assert_eq!(painted("aé漢🦀\r\nb\r\n", &[all]), "*×•\u{1f7b6}\r\n*\r\n");
        assert_eq!(painted("a\rb\tc", &[]), "a?b\tc");
    }

    #[test]
    fn overlapping_ranges_hide_their_union() {
        assert_eq!(painted("abcdefgh", &[1..5, 2..3, 4..6]), "a*****gh");
    }

    #[test]
    fn a_safe_text_is_one_line() {
        assert_eq!(safe("a\nb\r\nc\td\u{85}"), "a?b??c d¿");
    }
}
