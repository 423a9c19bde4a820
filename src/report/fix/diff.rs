//! What fixes change, as a unified diff.

use std::io;

use similar::TextDiff;

use crate::report::{KeyShape, mask::Masks};
use crate::source::{FileId, Files, Place};

/// A file that fixes change.
#[derive(Debug)]
pub struct Changed {
    /// The file, with its old text.
    pub file: FileId,
    /// Its new text.
    pub text: String,
}

/// Writes a unified diff of the files, in their order. Secrets are masked in it, so a diff that touches one cannot be applied.
///
/// # Errors
/// When `out` cannot be written to.
pub fn diff(
    changed: &[Changed],
    files: &Files,
    (secrets, key_shapes): (&[Place], &[KeyShape<'_>]),
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let masks = Masks::new(files, secrets, key_shapes);
    for it in changed {
        let source = files.get(it.file);
        let name = masks.name(&source.shown);
        let (old, new) = (masks.source(it.file, &source.text), masks.code(&it.text));
        let diff = TextDiff::from_lines(old.as_ref(), new.as_str());
        let mut unified = diff.unified_diff();
        write!(out, "{}", unified.context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_diff_names_its_file_and_masks_secrets() {
        let (files, id) = sample::one_file("src/a.rs", "one\nk(\"hunter22\")\nthree\n");
        let secrets = [sample::place(&files, id, "\"hunter22\"")];
        let changed = [Changed { file: id, text: "one\nk(read())\nthree\n".to_owned() }];
        let mut out = Vec::new();
        diff(&changed, &files, (&secrets, &[]), &mut out).expect("a vector takes it");
        let expected =
            "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,3 +1,3 @@\n one\n-k(\"********\")\n+k(read())\n three\n";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }
}
