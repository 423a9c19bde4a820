//! What is known of a place, for people.

use std::io;

use super::KeyShape;
use super::mask::Masks;
use crate::finding::{Seen, Step};
use crate::source::{FileId, Files, Place};

/// How many places of one subject or answer are shown.
const STEPS: usize = 12;

/// All that is told of a place.
#[derive(Clone, Debug)]
pub struct Why<'a> {
    /// The file.
    pub file: FileId,
    /// The 0-based line.
    pub line: usize,
    /// What holds for the file or the line as a whole.
    pub notes: Vec<String>,
    /// What is seen at the line.
    pub seen: Vec<&'a Seen>,
    /// What stands nearest, where nothing is seen at the line.
    pub nearest: Vec<&'a Seen>,
    /// What the rules say.
    pub answers: Vec<Told>,
    /// The files that places are in.
    pub files: &'a Files,
    /// The literals that are credentials: their content is masked wherever it would be shown.
    pub secrets: &'a [Place],
    /// What keys look like: tokens of these shapes are masked as well.
    pub key_shapes: &'a [KeyShape<'a>],
}

/// What rules say of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Their ids.
    pub rules: Vec<&'static str>,
    /// What: lower case, no full stop.
    pub text: String,
    /// Where that is seen.
    pub steps: Vec<Step>,
}

/// Writes it. The same `why` gives the same bytes.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn why(why: &Why<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let masks = Masks::new(why.files, why.secrets, why.key_shapes);
    Page { why, masks, out }.write()
}

struct Page<'p, 'a> {
    why: &'p Why<'a>,
    masks: Masks<'a>,
    out: &'p mut dyn io::Write,
}

impl Page<'_, '_> {
    fn write(&mut self) -> io::Result<()> {
        self.line()?;
        for note in &self.why.notes {
            let note = self.masks.message(note);
            writeln!(self.out, "note: {note}")?;
        }
        if self.why.seen.is_empty() {
            self.nothing()?;
        }
        for seen in &self.why.seen {
            self.seen(seen)?;
        }
        writeln!(self.out)?;
        for told in &self.why.answers {
            let text = self.masks.message(&told.text);
            writeln!(self.out, "{}: {text}", told.rules.join(", "))?;
            self.steps(&told.steps)?;
        }
        Ok(())
    }

    /// The name of the place, and the line itself.
    fn line(&mut self) -> io::Result<()> {
        let Why { file, line, files, .. } = *self.why;
        let source = files.get(file);
        let name = self.masks.name(&source.shown);
        let text = self.masks.source(file, &source.text);
        let line_text = text.get(source.line_span(line).range()).unwrap_or_default();
        writeln!(self.out, "{name}:{}\n{} │ {}", line + 1, line + 1, line_text.trim_end())?;
        writeln!(self.out)
    }

    fn nothing(&mut self) -> io::Result<()> {
        writeln!(self.out, "nothing that authlint follows stands on this line")?;
        if !self.why.nearest.is_empty() {
            writeln!(self.out, "nearest in this file:")?;
        }
        let nearest: Vec<Step> = self.why.nearest.iter().map(|it| it.subject.clone()).collect();
        self.steps(&nearest)
    }

    fn seen(&mut self, seen: &Seen) -> io::Result<()> {
        let (place, text) = self.step(&seen.subject);
        writeln!(self.out, "{place}: {text}")?;
        for held in &seen.holds {
            let held = self.masks.message(held);
            writeln!(self.out, "    holds {held}")?;
        }
        self.steps(&seen.steps)
    }

    /// The places, those on the line before all others where there are too many.
    fn steps(&mut self, steps: &[Step]) -> io::Result<()> {
        let mut shown: Vec<&Step> = steps.iter().collect();
        if shown.len() > STEPS {
            shown.sort_by_key(|step| !self.is_here(step.place));
        }
        for step in shown.iter().take(STEPS) {
            let (place, text) = self.step(step);
            writeln!(self.out, "    {place}: {text}")?;
        }
        if let Some(more @ 1..) = steps.len().checked_sub(STEPS) {
            writeln!(self.out, "    and {more} more")?;
        }
        Ok(())
    }

    fn is_here(&self, place: Place) -> bool {
        let source = self.why.files.get(place.file);
        place.file == self.why.file && source.line_index(place.span.start) == self.why.line
    }

    fn step(&self, step: &Step) -> (String, String) {
        let source = self.why.files.get(step.place.file);
        let at = source.line_column(step.place.span.start);
        let name = self.masks.name(&source.shown);
        (format!("{name}:{}:{}", at.line, at.column), self.masks.message(&step.label))
    }
}
