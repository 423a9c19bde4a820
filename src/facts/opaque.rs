//! Functions with a part that is not understood: the others still say what they say.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use syn::parse::Parse;

use super::{
    lower::Lower,
    mend::{name_end, parts, regrouped},
    recover::parse_all,
};

/// The function that a piece is, without its body where that is what does not parse, else without the types of such
/// parameters, else without its generics and what it returns; and the tokens that were not understood.
pub(super) fn function<'p, T: Parse>(
    lower: &mut Lower<'_>,
    piece: &'p [TokenTree],
) -> Option<(Vec<T>, &'p [TokenTree])> {
    let [head @ .., TokenTree::Group(body)] = piece else { return None };
    let name = head.iter().position(|tree| matches!(tree, TokenTree::Ident(it) if it == "fn"))? + 1;
    let at = name + parameters(&head[name..])?;
    let TokenTree::Group(list) = &head[at] else { return None };
    let span = lower.span_of_trees(piece);
    let mut read = |trees: &[TokenTree]| lower.may_reread(span).then(|| parse_all(trees).ok())?;
    if let Some(found) = read(&[head, &[semicolon(body)]].concat()) {
        return Some((found, &piece[head.len()..]));
    }
    let list = [regrouped(list, understood(list))];
    let with_types = [&head[..at], &list, &head[at + 1..], &piece[head.len()..]].concat();
    let without = [&head[..=name], &list, &piece[head.len()..]].concat();
    let found = read(&with_types).or_else(|| read(&without))?;
    Some((found, &head[name + 1..]))
}

/// Where the parameters stand behind a function's name, over its generics.
fn parameters(trees: &[TokenTree]) -> Option<usize> {
    let mut open = 0_usize;
    let mut is_arrow = false;
    trees.iter().position(|tree| {
        let char = if let TokenTree::Punct(punct) = tree { punct.as_char() } else { ' ' };
        match char {
            '<' => open += 1,
            '>' if !is_arrow => open = open.saturating_sub(1),
            _ => {}
        }
        is_arrow = char == '-';
        open == 0 && matches!(tree, TokenTree::Group(it) if it.delimiter() == Delimiter::Parenthesis)
    })
}

/// Parameters, with `_` for the types that do not parse.
fn understood(list: &Group) -> TokenStream {
    let parts = parts(list.stream()).into_iter().filter_map(|part| {
        let is_comma = matches!(part.last(), Some(TokenTree::Punct(it)) if it.as_char() == ',');
        let bare = &part[..part.len() - usize::from(is_comma)];
        if parse_all::<syn::FnArg>(bare).is_ok() {
            return Some(part);
        }
        let end = name_end(bare)?;
        let span = bare[end - 1].span();
        let rest = [Ident::new("_", span).into(), Punct::new(',', Spacing::Alone).into()];
        Some(bare[..end].iter().cloned().chain(rest).collect())
    });
    parts.flatten().collect()
}

fn semicolon(body: &Group) -> TokenTree {
    let mut semicolon = Punct::new(';', Spacing::Alone);
    semicolon.set_span(body.span_open());
    semicolon.into()
}
