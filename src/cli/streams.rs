//! Where output goes: findings to one stream, everything said about the run to the other.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// The two streams of a run.
pub(super) struct Streams<'a> {
    /// What was asked for.
    pub(super) out: &'a mut dyn Write,
    /// What is said about it.
    pub(super) err: &'a mut (dyn Write + Send),
}

impl Streams<'_> {
    /// Writes what was asked for, to the end. A reader that went away (`| head`) has had enough, which is no failure.
    ///
    /// # Errors
    /// Everything else that stops a write, such as a full disk.
    pub(super) fn print(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), String> {
        match write(&mut *self.out).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(format!("the output could not be written: {error}"))
            }
            _ => Ok(()),
        }
    }

    /// Says a line about the run. When nobody can hear it there is nobody to tell.
    pub(super) fn say(&mut self, line: impl Display) {
        let _ = writeln!(self.err, "authlint: {line}");
    }

    /// Says why the job could not be done.
    pub(super) fn fail(&mut self, message: impl Display) {
        let _ = writeln!(self.err, "error: {message}");
    }

    /// Writes text as it is.
    pub(super) fn tell(&mut self, text: impl Display) {
        let _ = write!(self.err, "{text}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn printed_to(kind: ErrorKind) -> Result<(), String> {
        let mut streams = Streams { out: &mut Broken(kind), err: &mut Vec::new() };
        streams.print(|out| writeln!(out, "a finding"))
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        assert_eq!(printed_to(ErrorKind::BrokenPipe), Ok(()));
    }

    #[test]
    fn a_full_disk_is_one() {
        assert!(printed_to(ErrorKind::StorageFull).is_err());
    }
}
