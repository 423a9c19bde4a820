//! The known name that a misspelt one most likely means.

/// The candidate nearest to `word`, if one is near enough to be meant: at most one edit for each three letters begun, where `_` is
/// `-` and case does not count. The first of equals wins.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = normal(word);
    let bound = word.len().div_ceil(3);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &normal(candidate)), candidate))
        .filter(|(distance, _)| *distance <= bound)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn normal(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).map(|letter| if letter == '_' { '-' } else { letter }).collect()
}

/// Levenshtein's distance, one row of the table at a time.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["cached-token", "client-before-fork", "runtime-before-fork"];

    #[test]
    fn counts_edits() {
        let between = |a: &str, b: &str| distance(&normal(a), &normal(b));
        assert_eq!(between("", "abc"), 3);
        assert_eq!(between("kitten", "sitting"), 3);
        assert_eq!(between("Same_one", "same-one"), 0);
    }

    #[test]
    fn finds_the_name_that_is_meant() {
        assert_eq!(nearest("cached_tokens", NAMES), Some("cached-token"));
        assert_eq!(nearest("client-befor-fork", NAMES), Some("client-before-fork"));
    }

    #[test]
    fn is_silent_when_nothing_is_near() {
        assert_eq!(nearest("unwrap", NAMES), None);
        assert_eq!(nearest("", NAMES), None);
    }
}
