//! The weaknesses that a rule's page refers to, by their numbers in the Common Weakness Enumeration.

/// A weakness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cwe<'a> {
    /// Its number.
    pub(super) number: u32,
    /// What it is called.
    pub(super) name: &'a str,
}

/// Those that the references of a page name, in their order: `- CWE-798, use of hard-coded credentials`, or as a link.
pub(super) fn cwes(page: &str) -> Vec<Cwe<'_>> {
    let references = page.split_once("\n## References\n").map_or("", |(_, references)| references);
    references.lines().filter_map(cwe).collect()
}

fn cwe(line: &str) -> Option<Cwe<'_>> {
    let rest = line.strip_prefix("- ")?.trim_start_matches('[').strip_prefix("CWE-")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
    let name = rest[digits..].trim_start_matches([',', ':', ' ']);
    let name = name.split_once(']').map_or(name, |(name, _)| name);
    Some(Cwe { number: rest[..digits].parse().ok()?, name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn both_forms_are_read() {
        let page = "# a\n- CWE-1, no\n## References\n\n- CWE-798, use of keys\n- [CWE-488: Exposure](https://x/488)\n- RFC 1\n";
        let found = [Cwe { number: 798, name: "use of keys" }, Cwe { number: 488, name: "Exposure" }];
        assert_eq!(cwes(page), found);
    }

    #[test]
    fn every_rule_names_a_weakness() {
        for rule in RULES {
            assert!(!cwes(rule.page).is_empty(), "the references of {} name no CWE", rule.id);
        }
    }
}
