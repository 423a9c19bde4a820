//! A file item by item: what syn refuses costs one item, not the file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};

use super::{
    ItemId,
    lower::Lower,
    mend::{mended, regrouped},
    opaque,
};

/// At how many places of a stretch that was refused another item is looked for.
const ATTEMPTS: usize = 8;

/// Lowers a whole file.
pub(super) fn file(lower: &mut Lower<'_>, stream: TokenStream) {
    let top = if let Ok(file) = syn::parse2::<syn::File>(stream.clone()) {
        lower.file_attributes(&file.attrs);
        lower.items(&file.items)
    } else {
        let (attributes, stream) = inner_attributes(stream);
        lower.file_attributes(&attributes);
        items(lower, stream)
    };
    lower.set_top(top);
}

/// Lowers as many items of a stream as can be read, and names the rest.
fn items(lower: &mut Lower<'_>, stream: TokenStream) -> Vec<ItemId> {
    let mut found = Vec::new();
    for piece in pieces(stream) {
        let error = match parse_all::<syn::Item>(&piece) {
            Ok(items) => {
                found.extend(lower.items(&items));
                continue;
            }
            Err(error) => error,
        };
        if let Some(item) = container(lower, &piece) {
            found.push(item);
        } else {
            let read = read_again::<syn::Item>(lower, &piece, &error);
            found.extend(lower.items(&read));
        }
    }
    found
}

/// A module, impl or trait that does not parse as a whole: with those of its items that do.
fn container(lower: &mut Lower<'_>, piece: &[TokenTree]) -> Option<ItemId> {
    let [head @ .., TokenTree::Group(body)] = piece else { return None };
    if body.delimiter() != Delimiter::Brace || !lower.may_reread(lower.span_of_trees(piece)) {
        return None;
    }
    let emptied: Vec<TokenTree> = head.iter().cloned().chain([regrouped(body, TokenStream::new())]).collect();
    let (mut attributes, stream) = inner_attributes(body.stream());
    let read = parse_all(&emptied).or_else(|_| parse_all(&trees(mended(&emptied))));
    match read.ok()?.pop()? {
        syn::Item::Mod(mut module) => {
            module.attrs.append(&mut attributes);
            if !lower.enter(lower.span_of_trees(piece)) {
                return None;
            }
            let inner = items(lower, stream);
            lower.leave();
            Some(lower.module(&module, Some(inner)))
        }
        syn::Item::Impl(mut block) => {
            block.items = members(lower, stream);
            Some(lower.impl_item(&block))
        }
        syn::Item::Trait(mut block) => {
            block.items = members(lower, stream);
            Some(lower.trait_item(&block))
        }
        _ => None,
    }
}

/// The members of an impl or trait that can be read.
fn members<T: Parse>(lower: &mut Lower<'_>, stream: TokenStream) -> Vec<T> {
    let mut found = Vec::new();
    for piece in pieces(stream) {
        match parse_all(&piece) {
            Ok(members) => found.extend(members),
            Err(error) => found.extend(read_again(lower, &piece, &error)),
        }
    }
    found
}

/// What can be read of a piece that does not parse: all of it in the words of today, else its end, else a function without
/// what is odd in it. What is left out is named as a problem.
fn read_again<T: Parse>(lower: &mut Lower<'_>, piece: &[TokenTree], error: &syn::Error) -> Vec<T> {
    let span = lower.span_of_trees(piece);
    if lower.may_reread(span)
        && let Ok(read) = parse_all(&trees(mended(piece)))
    {
        return read;
    }
    if let Some(rest) = rest_of(lower, piece, error) {
        return rest;
    }
    if let Some((function, odd)) = opaque::function(lower, piece) {
        lower.problem(lower.span_of_trees(odd), error);
        return function;
    }
    lower.problem(span, error);
    Vec::new()
}

/// What can be read at the end of a piece that does not parse; the part before is named as a problem.
fn rest_of<T: Parse>(lower: &mut Lower<'_>, piece: &[TokenTree], error: &syn::Error) -> Option<Vec<T>> {
    let starts = (1..piece.len()).filter(|at| is_start(&piece[*at]));
    for at in starts.take(ATTEMPTS) {
        if !lower.may_reread(lower.span_of_trees(&piece[at..])) {
            break;
        }
        if let Ok(rest) = parse_all(&piece[at..]) {
            lower.problem(lower.span_of_trees(&piece[..at]), error);
            return Some(rest);
        }
    }
    None
}

fn trees(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

/// Whether an item may start with this token.
fn is_start(tree: &TokenTree) -> bool {
    const STARTS: [&str; 15] = [
        "async", "const", "enum", "extern", "fn", "impl", "mod", "pub", "static", "struct", "trait", "type",
        "union", "unsafe", "use",
    ];
    match tree {
        TokenTree::Ident(ident) => STARTS.iter().any(|start| ident == start),
        TokenTree::Punct(punct) => punct.as_char() == '#',
        _ => false,
    }
}

pub(super) fn parse_all<T: Parse>(piece: &[TokenTree]) -> syn::Result<Vec<T>> {
    let all = |input: ParseStream<'_>| {
        let mut found = Vec::new();
        while !input.is_empty() {
            found.push(input.parse()?);
        }
        Ok(found)
    };
    all.parse2(piece.iter().cloned().collect())
}

fn inner_attributes(stream: TokenStream) -> (Vec<syn::Attribute>, TokenStream) {
    let split = |input: ParseStream<'_>| {
        Ok((input.call(syn::Attribute::parse_inner)?, input.parse::<TokenStream>()?))
    };
    split.parse2(stream.clone()).unwrap_or((Vec::new(), stream))
}

/// A stream cut behind each `;` and each `{…}` at its own level: one piece an item, its attributes with it.
fn pieces(stream: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut pieces = Vec::new();
    let mut current: Vec<TokenTree> = Vec::new();
    let mut end = End::Unknown;
    for tree in stream {
        end = end.after(&tree);
        let is_end = match &tree {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && end != End::Semicolon,
            _ => false,
        };
        current.push(tree);
        if is_end {
            pieces.push(std::mem::take(&mut current));
            end = End::Unknown;
        }
    }
    if !current.is_empty() {
        pieces.push(current);
    }
    pieces
}

/// What ends an item, as far as its tokens say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Unknown,
    /// Behind `const`, which may go on as a function.
    Const,
    /// `static A: T = { … };` and `use a::{…};` end at their semicolon.
    Semicolon,
    /// Everything else ends at its braces, or at a semicolon.
    Braces,
}

impl End {
    fn after(self, tree: &TokenTree) -> Self {
        let TokenTree::Ident(ident) = tree else { return self };
        let is_one_of = |names: &[&str]| names.iter().any(|name| ident == name);
        match self {
            Self::Unknown if is_one_of(&["static", "type", "use"]) => Self::Semicolon,
            Self::Unknown if ident == "const" => Self::Const,
            Self::Unknown if is_one_of(&["pub", "unsafe", "async", "extern", "default", "crate", "auto"]) => {
                self
            }
            Self::Const if is_one_of(&["fn", "unsafe", "async", "extern", "trait", "impl", "gen"]) => {
                Self::Braces
            }
            Self::Const => Self::Semicolon,
            Self::Unknown => Self::Braces,
            Self::Semicolon | Self::Braces => self,
        }
    }
}
