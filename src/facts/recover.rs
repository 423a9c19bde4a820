//! A file item by item: what syn refuses costs one item, not the file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};

use super::lower::Lower;

/// Lowers a whole file.
pub(super) fn file(lower: &mut Lower<'_>, stream: TokenStream) {
    match syn::parse2::<syn::File>(stream.clone()) {
        Ok(file) => {
            lower.file_attributes(&file.attrs);
            let top = lower.items(&file.items);
            lower.set_top(top);
        }
        Err(_) => {
            let top = items(lower, stream);
            lower.set_top(top);
        }
    }
}

/// Lowers as many items of a stream as can be read, and names the rest.
fn items(lower: &mut Lower<'_>, stream: TokenStream) -> Vec<super::ItemId> {
    let (attributes, stream) = inner_attributes(stream);
    lower.file_attributes(&attributes);
    let mut found = Vec::new();
    for piece in pieces(stream) {
        match syn::parse2::<Items>(piece.clone()) {
            Ok(items) => found.extend(lower.items(&items.0)),
            Err(error) => found.extend(part(lower, piece, &error)),
        }
    }
    found
}

/// An item that does not parse: what is in its braces may, if it is a module or an impl.
fn part(lower: &mut Lower<'_>, piece: TokenStream, error: &syn::Error) -> Option<super::ItemId> {
    let trees: Vec<TokenTree> = piece.into_iter().collect();
    let span = lower.span_of_trees(&trees);
    let [head @ .., TokenTree::Group(body)] = trees.as_slice() else {
        lower.problem(span, error);
        return None;
    };
    if body.delimiter() != Delimiter::Brace {
        lower.problem(span, error);
        return None;
    }
    let is_keyword = |tree: &TokenTree, name: &str| matches!(tree, TokenTree::Ident(ident) if ident == name);
    let keyword = |name| head.iter().any(|tree| is_keyword(tree, name));
    if keyword("fn") || !(keyword("mod") || keyword("impl") || keyword("trait")) {
        lower.problem(span, error);
        return None;
    }
    let emptied = head.iter().cloned().chain([empty(body)]).collect::<TokenStream>();
    let Ok(item) = syn::parse2::<syn::Item>(emptied) else {
        lower.problem(span, error);
        return None;
    };
    if keyword("mod") {
        let inner = items(lower, body.stream());
        return lower.module_with(&item, inner, span);
    }
    let members = members(lower, body.stream());
    lower.impl_with(&item, &members, span)
}

fn empty(group: &proc_macro2::Group) -> TokenTree {
    let mut emptied = proc_macro2::Group::new(group.delimiter(), TokenStream::new());
    emptied.set_span(group.span());
    TokenTree::Group(emptied)
}

/// The functions and constants of an impl or trait that can be read.
fn members(lower: &mut Lower<'_>, stream: TokenStream) -> Vec<syn::ImplItem> {
    let mut found = Vec::new();
    for piece in pieces(stream) {
        match syn::parse2::<syn::ImplItem>(piece.clone()) {
            Ok(member) => found.push(member),
            Err(error) => {
                let trees: Vec<TokenTree> = piece.into_iter().collect();
                let span = lower.span_of_trees(&trees);
                lower.problem(span, &error);
            }
        }
    }
    found
}

struct Items(Vec<syn::Item>);

impl Parse for Items {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(Self(items))
    }
}

fn inner_attributes(stream: TokenStream) -> (Vec<syn::Attribute>, TokenStream) {
    let split = |input: ParseStream<'_>| {
        Ok((input.call(syn::Attribute::parse_inner)?, input.parse::<TokenStream>()?))
    };
    split.parse2(stream.clone()).unwrap_or((Vec::new(), stream))
}

/// A stream cut behind each `;` and each `{…}` at its own level: one piece an item, its attributes with it.
fn pieces(stream: TokenStream) -> Vec<TokenStream> {
    let mut pieces = Vec::new();
    let mut current: Vec<TokenTree> = Vec::new();
    let mut has_initialiser = false;
    for tree in stream {
        let is_semicolon = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ';');
        let is_block = matches!(&tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        has_initialiser |= matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '=');
        current.push(tree);
        // `static A: T = { … };` ends at its semicolon.
        if is_semicolon || (is_block && !has_initialiser && !is_use(&current)) {
            pieces.push(current.drain(..).collect());
            has_initialiser = false;
        }
    }
    if !current.is_empty() {
        pieces.push(current.into_iter().collect());
    }
    pieces
}

fn is_use(trees: &[TokenTree]) -> bool {
    trees.iter().any(|tree| matches!(tree, TokenTree::Ident(ident) if ident == "use"))
}
