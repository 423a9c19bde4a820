//! Looks for many texts in another at once: one pass over the text, however many are looked for.

use std::ops::Range;

use rustc_hash::FxHashSet;

/// Texts shorter than this are not looked for, in bytes.
pub(super) const SHORTEST: usize = 6;
/// Longer texts are looked for in parts of this length, in bytes: what a place of the text costs is bounded by it.
const LONGEST: usize = 64;

/// The texts that are looked for.
#[derive(Debug, Default)]
pub(super) struct Pieces<'a> {
    /// The first bytes of each, as a number: hardly any place of a text starts with one of them.
    heads: FxHashSet<u64>,
    /// Each once.
    sorted: Vec<&'a [u8]>,
    /// For each, the longest other one that it starts with.
    shorter: Vec<Option<usize>>,
}

impl<'a> Pieces<'a> {
    /// Those of the texts that are long enough.
    pub(super) fn new(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut sorted: Vec<&[u8]> = texts.flat_map(parts).filter(|part| part.len() >= SHORTEST).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let heads =
            sorted.iter().map(|part| part.iter().take(SHORTEST).copied().fold(0, with_byte)).collect();
        let mut open: Vec<usize> = Vec::new();
        let mut shorter = Vec::with_capacity(sorted.len());
        for (at, part) in sorted.iter().enumerate() {
            while open.pop_if(|it| !part.starts_with(sorted[*it])).is_some() {}
            shorter.push(open.last().copied());
            open.push(at);
        }
        Self { heads, sorted, shorter }
    }

    /// Where they stand, by starts: of those that start at one place, the longest.
    pub(super) fn places_in(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        let bytes: &[u8] = if self.sorted.is_empty() { &[] } else { text.as_bytes() };
        let heads = bytes.iter().copied().scan(0, |head, byte| {
            *head = with_byte(*head, byte);
            Some(*head)
        });
        let ends = heads.enumerate().skip(SHORTEST - 1).filter(|(_, head)| self.heads.contains(head));
        ends.filter_map(move |(end, _)| {
            let start = end + 1 - SHORTEST;
            self.longest_at(&bytes[start..]).map(|length| start..start + length)
        })
    }

    /// The length of the longest one that a text starts with. It is the last in order that is not behind the text, or one
    /// that this one starts with: whatever stands between a text and what it starts with starts with it as well.
    fn longest_at(&self, text: &[u8]) -> Option<usize> {
        let mut candidate = self.sorted.partition_point(|part| *part <= text).checked_sub(1);
        while let Some(at) = candidate.filter(|at| !text.starts_with(self.sorted[*at])) {
            candidate = self.shorter[at];
        }
        candidate.map(|at| self.sorted[at].len())
    }
}

/// A text in parts of at most [`LONGEST`] bytes, the last of which reaches into the one before.
fn parts(text: &str) -> impl Iterator<Item = &[u8]> {
    let bytes = text.as_bytes();
    let whole = bytes.chunks_exact(LONGEST);
    let rest = (!whole.remainder().is_empty()).then(|| &bytes[bytes.len().saturating_sub(LONGEST)..]);
    whole.chain(rest)
}

/// The number of the last [`SHORTEST`] bytes, with one more.
fn with_byte(head: u64, byte: u8) -> u64 {
    ((head << 8) | u64::from(byte)) & ((1 << (8 * SHORTEST)) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places as pairs of start and end.
    fn places(pieces: &[&str], text: &str) -> Vec<(usize, usize)> {
        Pieces::new(pieces.iter().copied()).places_in(text).map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn the_longest_at_each_place_is_found() {
        let pieces = ["abcdef", "abcdefgh", "abcdefgz", "cdefgh", "short"];
        assert_eq!(places(&pieces, "abcdefgh"), [(0, 8), (2, 8)]);
        assert_eq!(places(&pieces, "abcdefgy abcdefgz"), [(0, 6), (9, 17)]);
        assert_eq!(places(&pieces, "abcde short"), []);
        assert_eq!(places(&pieces, "abcdeé"), []);
        assert_eq!(places(&[], "abcdef"), []);
    }

    #[test]
    fn one_that_starts_like_another_is_found_behind_it() {
        // The last in order that is not behind the text is `abcdefgg`, which it does not start with.
        assert_eq!(places(&["abcdef", "abcdefg", "abcdefgg"], "abcdefgx"), [(0, 7)]);
        assert_eq!(places(&["abcdef", "abcdefga", "abcdefgaa"], "abcdefgx"), [(0, 6)]);
    }

    #[test]
    fn a_long_one_is_found_in_parts() {
        let long: String = (0..50u8).map(|at| format!("{at:02}-")).collect();
        let found = places(&[&long], &format!("x{long}"));
        assert_eq!(found, [(1, 65), (65, 129), (87, 151)]);
        assert_eq!(places(&[&long], &long[64..128]), [(0, 64)]);
    }

    #[test]
    fn places_are_those_of_a_naive_search() {
        let pieces = ["aabaab", "aabaaba", "baabaa", "ababab", "bbbbbb", "aaaaaaa"];
        for seed in 0u32..4_000 {
            let text: String = (0..12).map(|bit| if seed >> bit & 1 == 0 { 'a' } else { 'b' }).collect();
            let naive = (0..text.len()).filter_map(|at| {
                let here = pieces.iter().filter(|piece| text[at..].starts_with(**piece));
                here.map(|piece| (at, at + piece.len())).max()
            });
            assert_eq!(places(&pieces, &text), naive.collect::<Vec<_>>(), "{text}");
        }
    }
}
