//! Where a report goes: to standard output in one format, and into files in as many as were asked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Environment;
use super::args::CheckArgs;
use super::colour::{ColourChoice, is_coloured};
use super::format::MessageFormat;
use super::streams::Streams;
use crate::report::{self, Report, safe};
use crate::source::write_output;

/// One report in a file, `sarif=authlint.sarif`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    format: MessageFormat,
    path: PathBuf,
}

impl Output {
    /// Reads the value of `--output`.
    ///
    /// # Errors
    /// It is not of the form, or names no format; the message says what is.
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        match value.split_once('=') {
            Some((format, path)) if !path.is_empty() => {
                Ok(Self { format: MessageFormat::parse(format)?, path: path.into() })
            }
            _ => Err("write a format and a file, such as `sarif=authlint.sarif`".to_owned()),
        }
    }
}

/// What is to be written where.
#[derive(Debug)]
pub(super) struct Outputs<'a> {
    /// The format of standard output; none where its report goes into a file.
    on_stdout: Option<MessageFormat>,
    files: Vec<(MessageFormat, &'a Path)>,
}

impl<'a> Outputs<'a> {
    /// Those that the arguments name.
    ///
    /// # Errors
    /// Two of them name one file.
    pub(super) fn of(args: &'a CheckArgs) -> Result<Self, String> {
        let main = args.output_file.iter().map(|path| (args.message_format, path.as_path()));
        let files: Vec<_> =
            main.chain(args.output.iter().map(|output| (output.format, output.path.as_path()))).collect();
        let mut seen = BTreeSet::new();
        if let Some((_, path)) = files.iter().find(|(_, path)| !seen.insert(*path)) {
            return Err(format!("two reports are to be written to {}; name two files", shown(path)));
        }
        let on_stdout = args.output_file.is_none().then_some(args.message_format);
        Ok(Self { on_stdout, files })
    }

    /// Writes all of them, whatever becomes of the others.
    ///
    /// # Errors
    /// What kept one from being written.
    pub(super) fn write(
        &self,
        report: &Report<'_>,
        choice: ColourChoice,
        cwd: &Path,
        environment: &Environment,
        streams: &mut Streams<'_>,
    ) -> Result<(), String> {
        let mut outcome = Ok(());
        for (format, path) in &self.files {
            // A file is no terminal, and variables that force colour mean what people see.
            let is_wanted = choice == ColourChoice::Always;
            let report = Report { is_coloured: format.is_coloured(is_wanted), ..*report };
            let mut bytes = Vec::new();
            let written = report::write(format.format, &report, &mut bytes)
                .map_err(|error| error.to_string())
                .and_then(|()| write_output(cwd, path, &bytes))
                .map_err(|message| format!("{}: {message}", shown(path)));
            outcome = outcome.and(written);
        }
        // The last, since it ends with how the run went.
        if let Some(format) = self.on_stdout {
            let is_wanted = is_coloured(choice, &environment.colour, environment.is_terminal);
            let success = report.success && outcome.is_ok();
            let is_coloured = format.is_coloured(is_wanted);
            let is_linked = environment.has_hyperlinks && choice != ColourChoice::Never;
            let report = Report { is_coloured, is_linked, success, ..*report };
            outcome = outcome.and(streams.print(|out| report::write(format.format, &report, out)));
        }
        outcome
    }
}

fn shown(path: &Path) -> String {
    safe(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Format;

    #[test]
    fn reads_a_format_and_a_file() {
        let output = Output::parse("sarif=out/a=b.sarif").expect("it is of the form");
        assert_eq!((output.format.format, output.path), (Format::Sarif, "out/a=b.sarif".into()));
        for wrong in ["sarif", "sarif=", "a.sarif"] {
            assert!(Output::parse(wrong).expect_err("refused").contains("`sarif=authlint.sarif`"), "{wrong}");
        }
        assert!(Output::parse("sariff=a").expect_err("refused").contains("the nearest is `sarif`"));
    }
}
