//! Which lines of a text are not as they were.

use std::collections::HashMap;
use std::ops::Range;

/// How often a stretch is divided before what is left of it counts as changed.
const DEEPEST: usize = 64;

/// The lines of a text that differ from an older text.
///
/// Lines that stand only once on both sides hold the texts together (patience diff); between those, lines that are
/// equal from the start and from the end of a stretch match. Where that is not enough, lines count as changed, so that
/// too much is seen rather than too little. The cost grows with the texts, not with their product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedLines {
    /// By 0-based line: whether it is new or was changed.
    is_changed: Vec<bool>,
    /// By 0-based line: whether lines went that stood before it.
    is_cut_before: Vec<bool>,
}

impl ChangedLines {
    /// Compares two texts. Line ends, `\n` or `\r\n`, make no difference.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        let (old, new) = (lines(old), lines(new));
        let mut changed =
            Self { is_changed: vec![false; new.len()], is_cut_before: vec![false; new.len() + 1] };
        let mut open = vec![(0..old.len(), 0..new.len(), 0)];
        while let Some((of_old, of_new, depth)) = open.pop() {
            let (of_old, of_new) = trimmed(&old, &new, of_old, of_new);
            if of_old.is_empty() || of_new.is_empty() || depth == DEEPEST {
                changed.mark(&of_old, &of_new);
                continue;
            }
            let anchors = anchors(&old, &new, &of_old, &of_new);
            if anchors.is_empty() {
                changed.mark(&of_old, &of_new);
                continue;
            }
            let (mut before_old, mut before_new) = (of_old.start, of_new.start);
            for (at_old, at_new) in anchors {
                open.push((before_old..at_old, before_new..at_new, depth + 1));
                (before_old, before_new) = (at_old + 1, at_new + 1);
            }
            open.push((before_old..of_old.end, before_new..of_new.end, depth + 1));
        }
        changed
    }

    /// Whether any of these lines (0-based, inclusive) was changed, or a line between them went.
    #[must_use]
    pub fn touches(&self, first: usize, last: usize) -> bool {
        let any = |flags: &[bool], range: Range<usize>| {
            flags.get(range.start..range.end.min(flags.len())).is_some_and(|flags| flags.contains(&true))
        };
        any(&self.is_changed, first..last + 1) || any(&self.is_cut_before, first + 1..last + 1)
    }

    fn mark(&mut self, of_old: &Range<usize>, of_new: &Range<usize>) {
        self.is_changed[of_new.clone()].fill(true);
        if of_new.is_empty() && !of_old.is_empty() {
            self.is_cut_before[of_new.start] = true;
        }
    }
}

/// The lines without their ends, as [`SourceFile`](super::SourceFile) counts them.
fn lines(text: &str) -> Vec<&str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect()
}

/// Two stretches without what is equal at their starts and ends.
fn trimmed(
    old: &[&str],
    new: &[&str],
    mut of_old: Range<usize>,
    mut of_new: Range<usize>,
) -> (Range<usize>, Range<usize>) {
    while !of_old.is_empty() && !of_new.is_empty() && old[of_old.start] == new[of_new.start] {
        of_old.start += 1;
        of_new.start += 1;
    }
    while !of_old.is_empty() && !of_new.is_empty() && old[of_old.end - 1] == new[of_new.end - 1] {
        of_old.end -= 1;
        of_new.end -= 1;
    }
    (of_old, of_new)
}

/// The lines that stand once in each of two stretches and in the same order: the longest such row.
fn anchors(old: &[&str], new: &[&str], of_old: &Range<usize>, of_new: &Range<usize>) -> Vec<(usize, usize)> {
    let mut seen: HashMap<&str, (usize, usize)> = HashMap::new();
    for at in of_old.clone() {
        let (count, last) = seen.entry(old[at]).or_default();
        (*count, *last) = (*count + 1, at);
    }
    let mut count_new: HashMap<&str, usize> = HashMap::new();
    for at in of_new.clone() {
        *count_new.entry(new[at]).or_default() += 1;
    }
    let pair = |at: usize| match seen.get(new[at]) {
        Some((1, at_old)) if count_new[new[at]] == 1 => Some((*at_old, at)),
        _ => None,
    };
    longest_rising(&of_new.clone().filter_map(pair).collect::<Vec<_>>())
}

/// Of pairs in the order of their second part, the longest row in which the first part rises as well.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The last pair of the best row of each length, and of each pair the one before it in its row.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (first, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *first);
        before.push(length.checked_sub(1).map(|it| ends[it]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut row: Vec<_> =
        std::iter::successors(ends.last().copied(), |at| before[*at]).map(|at| pairs[at]).collect();
    row.reverse();
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that changed, and those that something was cut out before.
    fn changes(old: &str, new: &str) -> (Vec<usize>, Vec<usize>) {
        let changed = ChangedLines::between(&old.replace(' ', "\n"), &new.replace(' ', "\n"));
        let places =
            |flags: &[bool]| flags.iter().enumerate().filter(|(_, is)| **is).map(|(at, _)| at).collect();
        (places(&changed.is_changed), places(&changed.is_cut_before))
    }

    #[test]
    fn equal_texts_have_no_changes() {
        assert_eq!(changes("a b c", "a b c"), (vec![], vec![]));
        assert_eq!(ChangedLines::between("a\r\nb\r\n", "a\nb\n"), ChangedLines::between("a\nb\n", "a\nb\n"));
    }

    #[test]
    fn lines_are_added_changed_moved_and_cut() {
        assert_eq!(changes("a b c", "a x b c y"), (vec![1, 4], vec![]));
        assert_eq!(changes("a b c d e", "a B c D e"), (vec![1, 3], vec![]));
        assert_eq!(changes("a b c", "a c"), (vec![], vec![1]));
        assert_eq!(changes("a b c", "a b"), (vec![], vec![2]));
        assert_eq!(changes("a b c d e f", "d a b c e f"), (vec![0], vec![4]));
        assert_eq!(changes("", "a b"), (vec![0, 1], vec![]));
    }

    #[test]
    fn lines_that_repeat_are_told_apart_by_their_neighbours() {
        assert_eq!(changes("f } g } h }", "f } x } g } h }"), (vec![2, 3], vec![]));
        assert_eq!(changes("} } }", "} x }"), (vec![1], vec![]));
    }

    #[test]
    fn a_stretch_is_touched_by_what_changed_or_went_inside() {
        let changed = ChangedLines::between("a\nb\nc\nd", "a\nc\nD");
        assert!(changed.touches(0, 1) && changed.touches(2, 2) && changed.touches(1, 9));
        assert!(!changed.touches(0, 0) && !changed.touches(1, 1));
    }
}
