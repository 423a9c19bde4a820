//! The line that ends a run.

use std::fmt;

use crate::finding::{Finding, Level};

/// What a run came to, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Findings shown, by level.
    pub(super) errors: usize,
    /// See `errors`.
    pub(super) warnings: usize,
    /// See `errors`.
    pub(super) notes: usize,
    /// Files reported on.
    pub(super) files: usize,
    /// Packages they belong to.
    pub(super) packages: usize,
    /// Files that the settings exclude.
    pub(super) excluded: usize,
    /// Findings that comments covered.
    pub(super) suppressed: usize,
    /// Findings that were not sure enough.
    pub(super) hidden: usize,
    /// The word for what would have been sure enough.
    pub(super) least_confidence: &'static str,
    /// Things that could not be read or understood at all.
    pub(super) failures: usize,
}

impl Summary {
    /// Counts these findings by their levels.
    pub(super) fn count(&mut self, findings: &[Finding]) {
        let count = |level| findings.iter().filter(|finding| finding.level == level).count();
        self.errors = count(Level::Deny);
        self.warnings = count(Level::Warn);
        self.notes = count(Level::Note);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(count, noun))
            .collect();
        match self.errors + self.warnings + self.notes {
            0 => write!(f, "no findings")?,
            all => write!(f, "{} ({})", counted(all, "finding"), parts.join(", "))?,
        }
        write!(f, " in {}", counted(self.files, "file"))?;
        if self.packages > 0 {
            write!(f, " of {}", counted(self.packages, "package"))?;
        }
        if self.excluded > 0 {
            write!(f, "; {} excluded", counted(self.excluded, "file"))?;
        }
        write!(f, "; {} suppressed", self.suppressed)?;
        if self.hidden > 0 {
            write!(f, "; {} hidden below {} confidence", self.hidden, self.least_confidence)?;
        }
        if self.failures > 0 {
            write!(f, "; {} stopped the job", counted(self.failures, "problem"))?;
        }
        Ok(())
    }
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_everything_that_counts() {
        let summary = Summary {
            errors: 2,
            warnings: 1,
            files: 41,
            packages: 5,
            suppressed: 1,
            hidden: 4,
            least_confidence: "medium",
            ..Summary::default()
        };
        let expected = "3 findings (2 errors, 1 warning) in 41 files of 5 packages; 1 suppressed; \
                        4 hidden below medium confidence";
        assert_eq!(summary.to_string(), expected);
    }

    #[test]
    fn leaves_out_what_there_is_none_of() {
        let summary = Summary { files: 1, failures: 1, ..Summary::default() };
        assert_eq!(summary.to_string(), "no findings in 1 file; 0 suppressed; 1 problem stopped the job");
    }
}
