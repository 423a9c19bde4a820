//! Tokens that are no code of any known form: cut at separators, searched for calls; and format strings.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use crate::facts::{
    Name,
    lower::{Lower, name},
    path::{Path, Segment},
};
use crate::source::Span;

/// Tokens between `,`, `;`, `:` and `=>`.
pub(super) fn pieces(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut pieces = vec![Vec::new()];
    let mut previous = None;
    for tree in tokens {
        let char = match &tree {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        let is_joint = matches!(&tree, TokenTree::Punct(it) if it.spacing() == Spacing::Joint);
        let is_path = char == Some(':') && (previous == Some(':') || is_joint);
        let is_separator = matches!(char, Some(',' | ';')) || (char == Some(':') && !is_path);
        let is_arrow = char == Some('>') && previous == Some('=');
        previous = char;
        let Some(piece) = pieces.last_mut() else { continue };
        if is_arrow {
            piece.pop();
        }
        if is_separator || is_arrow {
            pieces.push(Vec::new());
        } else {
            piece.push(tree);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

impl Lower<'_> {
    /// The paths that are called in a macro's definition: `name(`, `a::b(`.
    pub(super) fn called_paths(&self, tokens: TokenStream) -> Vec<Path> {
        let mut found = Vec::new();
        let mut open = vec![tokens];
        while let Some(stream) = open.pop() {
            let mut segments: Vec<Segment> = Vec::new();
            let mut span = Span::default();
            for tree in stream {
                match &tree {
                    TokenTree::Ident(ident) => {
                        let own = self.span(ident.span());
                        // Two words side by side are no path: `return f(…)`.
                        if segments.is_empty() || self.scan.code.as_bytes()[own.start as usize - 1] != b':' {
                            (segments, span) = (Vec::new(), own);
                        }
                        span = span.to(own);
                        segments.push(Segment { name: name(ident), args: Vec::new() });
                        continue;
                    }
                    TokenTree::Punct(punct) if punct.as_char() == ':' => continue,
                    TokenTree::Group(group) => {
                        if group.delimiter() == Delimiter::Parenthesis && !segments.is_empty() {
                            let segments = std::mem::take(&mut segments);
                            found.push(Path { segments, span, ..Path::default() });
                        }
                        open.push(group.stream());
                    }
                    _ => {}
                }
                segments.clear();
            }
        }
        found
    }
}

/// The identifiers captured by a format string: `{name}`, `{name:?}`.
pub(super) fn captures(text: &str) -> Vec<Name> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        if let Some(escaped) = rest.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let end = rest.find(['}', ':', '{']).unwrap_or(rest.len());
        let ident = rest[..end].trim();
        let is_ident = ident.chars().next().is_some_and(|char| char.is_alphabetic() || char == '_')
            && ident.chars().all(|char| char.is_alphanumeric() || char == '_');
        if is_ident && end < rest.len() {
            found.push(Name::new(ident));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_identifiers() {
        assert_eq!(
            captures("{a} {b:?} { c } {} {0} {:>w$} {{d}} {e.f} {_g:>5} {a}"),
            ["a", "b", "c", "_g", "a"]
        );
        assert!(captures("{").is_empty());
        assert!(captures("{a").is_empty());
        assert_eq!(captures("{{{a}}}"), ["a"]);
    }
}
