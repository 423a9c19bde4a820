//! Statements: which one an expression stands in, what names it needs and gives, and its lines with their comments.

use rustc_hash::FxHashSet;

use super::code::{Code, Node};
use crate::facts::{
    ExprId, ExprKind, FileFacts, PatId,
    expr::{Block, Literal, Stmt},
    pattern::PatKind,
};
use crate::link::children;
use crate::source::{Place, SourceFile, Span};

/// A statement of a block.
#[derive(Clone, Copy)]
pub(super) struct Statement<'p> {
    /// The block, as an expression.
    pub(super) around: Node,
    pub(super) block: &'p Block,
    /// Its position.
    pub(super) at: usize,
}

impl<'p> Statement<'p> {
    /// The statements around an expression, the innermost first.
    pub(super) fn around(code: &Code<'p>, node: Node) -> Vec<Self> {
        let span = code.expr(node).span;
        let blocks = code.around(node).filter_map(|it| match &code.expr(it).kind {
            ExprKind::Block(block) => Some((it, block)),
            _ => None,
        });
        let statement = |(around, block): (Node, &'p Block)| {
            let at = block.spans.iter().position(|own| own.contains(span))?;
            Some(Self { around, block, at })
        };
        blocks.filter_map(statement).collect()
    }

    pub(super) fn span(&self) -> Span {
        self.block.spans[self.at]
    }

    pub(super) fn stmt(&self) -> &'p Stmt {
        &self.block.stmts[self.at]
    }
}

/// What an expression is made of.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The single names in it: locals, for the most part.
    pub(super) names: FxHashSet<String>,
    /// Whether it may end the function, or wait.
    pub(super) jumps: bool,
    /// Whether anything but calls on names, paths and numbers is in it.
    pub(super) has_texts: bool,
}

impl Parts {
    pub(super) fn of(facts: &FileFacts, root: ExprId) -> Self {
        let mut parts = Self::default();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            match &facts.expr(id).kind {
                ExprKind::Path(path) => parts.names.extend(path.as_ident().map(ToString::to_string)),
                ExprKind::Try(_) | ExprKind::Await(_) | ExprKind::Return(_) | ExprKind::Break(_) => {
                    parts.jumps = true;
                }
                ExprKind::Literal(Literal::Str(_) | Literal::Bytes(_))
                | ExprKind::Macro(_)
                | ExprKind::Unknown => parts.has_texts = true,
                _ => {}
            }
            children(facts, id, &mut open);
        }
        parts
    }
}

/// The name that a plain pattern binds.
pub(super) fn bound(facts: &FileFacts, pat: PatId) -> Option<&str> {
    match &facts.pat(pat).kind {
        PatKind::Ident(name, None) => Some(name),
        _ => None,
    }
}

/// Whether a text names a word.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    ends_of(text, word).next().is_some()
}

/// Where a word ends in a text.
pub(super) fn ends_of<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).map(|(at, _)| (at, at + word.len())).filter_map(move |(start, end)| {
        let is_whole = !is_part(text[..start].chars().next_back()) && !is_part(text[end..].chars().next());
        is_whole.then_some(end)
    })
}

/// The whole lines of a span with the comments directly above, line ends included; nothing where other code shares them.
pub(super) fn lines(file: &SourceFile, span: Span) -> Option<Span> {
    let text = &file.text;
    let (first, last) = (file.line_index(span.start), file.line_index(span.end));
    let line = |index: usize| file.slice(file.line_span(index));
    let before = text.get(file.line_span(first).start as usize..span.start as usize)?;
    let behind = text.get(span.end as usize..file.line_span(last).end as usize)?.trim_start();
    if !before.trim_start_matches('\u{feff}').trim().is_empty()
        || !(behind.is_empty() || behind.starts_with("//"))
    {
        return None;
    }
    let is_comment = |index: &usize| line(*index).trim_start().starts_with("//");
    let comments = (0..first).rev().take_while(is_comment).count();
    // A byte order mark stays where it is.
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let start = file.line_span(first - comments).start.max(u32::try_from(mark).ok()?);
    let end = text[span.end as usize..].find('\n')? + span.end as usize + 1;
    Some(Span::new(start, u32::try_from(end).ok()?))
}

/// The lines to take out, so that no two empty lines meet where they were.
pub(super) fn without_gap(file: &SourceFile, lines: Span) -> Span {
    let text = &file.text;
    let above = text[..lines.start as usize].lines().next_back().unwrap_or_default();
    let above = above.trim_start_matches('\u{feff}').trim();
    let below = text[lines.end as usize..].split_inclusive('\n').next().unwrap_or_default();
    if below.trim().is_empty() && (above.is_empty() || above.ends_with('{')) {
        let length = u32::try_from(below.len()).unwrap_or_default();
        return Span::new(lines.start, lines.end + length);
    }
    lines
}

/// A span as a place of a file.
pub(super) fn place(node: Node, span: Span) -> Place {
    Place { file: node.file, span }
}
