//! `missing-deploy-env`: the lines that give a container the variable, beside those it is given already. What the secret is
//! called that the value comes from, somebody has to say, so this is shown and never made.

use super::{code::Code, text::Look};
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::source::{
    Place, SourceFile, Span,
    deployment::{Container, Family},
};

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let missing = code.missing(finding.primary.place)?;
    let container = missing.containers.first()?;
    let edit = beside_another(code, container, &missing.read.name)
        .or_else(|| as_first(code, container, &missing.read.name))?;
    let title = format!("give `{}` to `{}`", missing.read.name, container.name);
    Fix::new(title, Applicability::HasPlaceholders, vec![edit])
}

/// A line above that of the first variable that the container is given, in its form.
fn beside_another(code: &Code<'_>, container: &Container, name: &str) -> Option<Edit> {
    let own = container.place;
    let known = container.variables.values().filter(|it| it.file == own.file && it.span.start > own.span.end);
    let first = known.min()?;
    let file = code.source(own.file);
    let look = Look::of(file);
    let start = line_start(file, first.span.start);
    let is_item = file.text[start as usize..].trim_start_matches([' ', '\t']).starts_with("- ");
    let line = match (container.family, is_item) {
        (Family::Kubernetes, true) => kubernetes(container, name),
        (Family::Compose, true) => format!("- {name}=${{{name}:?}}"),
        (Family::Compose, false) => format!("{name}: ${{{name}:?}}"),
        _ => return None,
    };
    let text = format!("{}{line}{}", look.indent(first.span.start), look.line_end());
    Some(Edit { place: Place { file: own.file, span: Span::new(start, start) }, replacement: text })
}

/// The first variable of a container that is given none.
fn as_first(code: &Code<'_>, container: &Container, name: &str) -> Option<Edit> {
    let own = container.place;
    let file = code.source(own.file);
    let look = Look::of(file);
    let line = file.line_index(own.span.start);
    let (indent, text) = (look.indent(own.span.start), file.slice(file.line_span(line)).trim());
    let (inner, key, item) = match container.family {
        Family::Kubernetes if text.starts_with("- name:") => {
            (format!("{indent}  "), "env", format!("  {}", kubernetes(container, name)))
        }
        Family::Compose if text.ends_with(':') => {
            let next = file.line_span(line + 1);
            let inner = look.indent(next.end).to_owned();
            (
                inner.clone(),
                "environment",
                format!("{}{name}: ${{{name}:?}}", &inner[indent.len().min(inner.len())..]),
            )
        }
        _ => return None,
    };
    let rest = file.text.get(file.line_span(line + 1).start as usize..)?;
    let mut block = rest.lines().take_while(|line| line.trim().is_empty() || line.starts_with(&inner));
    if inner.len() <= indent.len() || block.any(|line| line.trim_start().starts_with(key)) {
        return None;
    }
    let end = look.line_end();
    let at = file.line_span(line + 1).start;
    let replacement = format!("{inner}{key}:{end}{inner}{item}{end}");
    Some(Edit { place: Place { file: own.file, span: Span::new(at, at) }, replacement })
}

fn kubernetes(container: &Container, name: &str) -> String {
    let secret = &container.name;
    format!("- {{ name: {name}, valueFrom: {{ secretKeyRef: {{ name: {secret}, key: {name} }} }} }}")
}

fn line_start(file: &SourceFile, at: u32) -> u32 {
    file.line_span(file.line_index(at)).start
}
