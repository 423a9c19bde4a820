//! Suppression comments: `// authlint: allow(rule, reason = "…")` and `allow-file(…)`.

use super::comment::{Comment, Form, comments_with};
use super::directive::{Directive, read, right_form};
use super::{SourceFile, Span};

/// One suppression comment of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The rules named, in order, with the bytes of each name.
    pub rules: Vec<(String, Span)>,
    /// The reason given.
    pub reason: Option<String>,
    /// The date behind `until`, as written.
    pub until: Option<String>,
    /// What it covers.
    pub scope: AllowScope,
    /// The comment.
    pub span: Span,
}

/// What a suppression comment covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowScope {
    /// The whole file.
    File,
    /// Primary places that start on these lines (0-based, inclusive): its own line when code stands before it, else the
    /// lines of the statement, item, field or arm that follows.
    Lines(u32, u32),
}

/// A comment that looks like a suppression and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedAllow {
    /// The comment.
    pub span: Span,
    /// What is wrong with it, and the right form.
    pub message: String,
}

/// The suppression comments of a file, and the comments that only look like some, each in order.
///
/// `nodes` are the spans of the items, statements, fields and arms of the file, in any order, with or without their
/// attributes. Names of rules are not checked.
#[must_use]
pub fn allows(file: &SourceFile, nodes: &[Span]) -> (Vec<Allow>, Vec<MalformedAllow>) {
    let (mut allows, mut malformed) = (Vec::new(), Vec::new());
    let said = comments_with(&file.text, "uthlint");
    if said.is_empty() {
        return (allows, malformed);
    }
    let nodes = Nodes::new(nodes);
    for comment in said {
        match directive(file, &comment) {
            Directive::Prose => {}
            Directive::Malformed(message) => malformed.push(MalformedAllow { span: comment.span, message }),
            Directive::Allow(found) => {
                let scope = if found.is_file { AllowScope::File } else { nodes.scope(file, &comment) };
                let (rules, reason, until) = (found.rules, found.reason, found.until);
                allows.push(Allow { rules, reason, until, scope, span: comment.span });
            }
        }
    }
    (allows, malformed)
}

fn directive(file: &SourceFile, comment: &Comment) -> Directive {
    const DELIMITER: u32 = 2;
    let span = Span::new(comment.span.start + DELIMITER, comment.span.end);
    let found = read(file.slice(span), span.start);
    match comment.form {
        Form::Line => found,
        Form::Doc => Directive::Prose,
        Form::Block if found == Directive::Prose => found,
        Form::Block => Directive::Malformed(right_form("a suppression is a comment with `//`")),
    }
}

/// The nodes of a file, findable by where they start and where they end.
struct Nodes {
    /// By start, the larger first.
    by_start: Vec<Span>,
    /// By end, the smaller last.
    by_end: Vec<Span>,
}

impl Nodes {
    fn new(nodes: &[Span]) -> Self {
        let (mut by_start, mut by_end) = (nodes.to_vec(), nodes.to_vec());
        by_start.sort_unstable_by_key(|node| (node.start, u32::MAX - node.end));
        by_end.sort_unstable_by_key(|node| (node.end, node.start));
        Self { by_start, by_end }
    }

    fn scope(&self, file: &SourceFile, comment: &Comment) -> AllowScope {
        if comment.is_trailing { self.before(file, comment.span) } else { self.behind(file, comment) }
    }

    /// The line of the comment, and of the node that ends before it on that line all lines.
    fn before(&self, file: &SourceFile, comment: Span) -> AllowScope {
        let line = file.line_index(comment.start);
        let ended = self.by_end.partition_point(|node| node.end <= comment.start);
        let last = ended.checked_sub(1).map(|at| self.by_end[at]);
        let last = last.filter(|node| node.end > file.line_span(line).start);
        let first = last.map_or(line, |node| file.line_index(node.start));
        lines(first, line)
    }

    /// The lines of the node that starts first behind the comment, else the line of what stands there.
    fn behind(&self, file: &SourceFile, comment: &Comment) -> AllowScope {
        let own = file.line_index(comment.span.start);
        let Some(code) = comment.next_code else { return lines(own, own) };
        let at = self.by_start.partition_point(|node| node.start < comment.span.end);
        let span = match self.by_start.get(at) {
            Some(node) if node.start <= code => *node,
            _ => Span::new(code, code),
        };
        lines(file.line_index(span.start), file.line_index(span.end.saturating_sub(1).max(span.start)))
    }
}

fn lines(first: usize, last: usize) -> AllowScope {
    let line = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    AllowScope::Lines(line(first), line(last))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// The scopes of the suppressions in a text whose nodes are the given stretches of it.
    fn scopes(text: &str, nodes: &[&str]) -> Vec<AllowScope> {
        let span = |node: &&str| {
            let start = text.find(*node).expect("a stretch of the text");
            Span::new(u32::try_from(start).expect("short"), u32::try_from(start + node.len()).expect("short"))
        };
        let nodes: Vec<Span> = nodes.iter().map(span).collect();
        let file = SourceFile::new(PathBuf::from("a.rs"), "a.rs".to_owned(), text.to_owned());
        allows(&file, &nodes).0.into_iter().map(|allow| allow.scope).collect()
    }

    #[test]
    fn alone_it_covers_the_outermost_node_behind_it() {
        let item = "fn f() {\n    g();\n}";
        let text = format!("// authlint: allow(a)\n// why\n\n#[b]\n/// Doc.\n{item}\nfn h() {{}}");
        assert_eq!(scopes(&text, &["g();", item, "fn h() {}"]), [AllowScope::Lines(5, 7)]);
        let whole = format!("#[b]\n/// Doc.\n{item}");
        assert_eq!(scopes(&text, &[&whole, "fn h() {}"]), [AllowScope::Lines(3, 7)]);
    }

    #[test]
    fn where_no_node_starts_it_covers_the_next_line_of_code() {
        let text = "f()\n    // authlint: allow(a)\n    .g();\nh();\n// authlint: allow(b)";
        assert_eq!(scopes(text, &["h();"]), [AllowScope::Lines(2, 2), AllowScope::Lines(4, 4)]);
    }

    #[test]
    fn trailing_it_covers_its_line_and_what_ends_there() {
        let text = "static A: B = C::new(|| {\n    g();\n}); // authlint: allow(a)\n";
        let node = text.split(" //").next().expect("the item");
        assert_eq!(scopes(text, &["g();", node]), [AllowScope::Lines(0, 2)]);
        let text = "f(\n    a,\n); g(); // authlint: allow(a)";
        assert_eq!(scopes(text, &["f(\n    a,\n);", "g();"]), [AllowScope::Lines(2, 2)]);
        let text = "fn f() { // authlint: allow(a)\n    g();\n}";
        assert_eq!(scopes(text, &[text, "g();"]), [AllowScope::Lines(0, 0)]);
    }

    #[test]
    fn a_file_is_covered_from_anywhere() {
        assert_eq!(scopes("fn f() {} // authlint: allow-file(a)", &["fn f() {}"]), [AllowScope::File]);
    }

    #[test]
    fn documents_strings_and_blocks_suppress_nothing() {
        let text = "/// authlint: allow(a)\n//! authlint: allow(a)\nlet a = \"// authlint: allow(a)\";\n\
                    /* authlint: allow(a) */\n/* authlint */";
        let file = SourceFile::new(PathBuf::from("a.rs"), "a.rs".to_owned(), text.to_owned());
        let (allows, malformed) = allows(&file, &[]);
        assert!(allows.is_empty());
        assert_eq!(malformed.len(), 1);
        assert!(malformed[0].message.contains("`//`"), "{}", malformed[0].message);
        assert_eq!(file.slice(malformed[0].span), "/* authlint: allow(a) */");
    }
}
