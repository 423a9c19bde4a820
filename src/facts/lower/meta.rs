//! Attributes and their arguments.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Token,
    parse::{ParseStream, Parser},
};

use super::{Lower, name};
use crate::facts::{
    Name,
    item::{Attribute, MetaArg},
};

impl Lower<'_> {
    pub(super) fn attributes(&mut self, attributes: &[syn::Attribute]) -> Vec<Attribute> {
        let others = attributes.iter().filter(|attribute| !attribute.path().is_ident("doc"));
        others.map(|attribute| self.attribute(attribute)).collect()
    }

    fn attribute(&mut self, attribute: &syn::Attribute) -> Attribute {
        let args = match &attribute.meta {
            syn::Meta::Path(_) => Vec::new(),
            syn::Meta::List(list) => args(list.tokens.clone()),
            syn::Meta::NameValue(pair) => {
                vec![MetaArg { name: Name::default(), value: Some(value(&pair.value)), args: Vec::new() }]
            }
        };
        let start = Self::span(attribute.pound_token.span);
        let span = start.to(Self::span(attribute.bracket_token.span.close()));
        Attribute { path: joined(attribute.path()), args, span }
    }
}

/// The path joined with `::`.
fn joined(path: &syn::Path) -> Name {
    let names: Vec<Name> = path.segments.iter().map(|segment| name(&segment.ident)).collect();
    Name::from(names.join("::"))
}

/// The arguments as far as they can be read.
fn args(tokens: TokenStream) -> Vec<MetaArg> {
    let read = |input: ParseStream<'_>| {
        let mut list = Vec::new();
        while !input.is_empty() {
            match arg(input) {
                Ok(arg) => list.push(arg),
                Err(_) => break,
            }
            if input.parse::<Token![,]>().is_err() {
                break;
            }
        }
        // What is left is not for us, and must not fail the rest.
        input.parse::<TokenStream>()?;
        Ok(list)
    };
    read.parse2(tokens).unwrap_or_default()
}

fn arg(input: ParseStream<'_>) -> syn::Result<MetaArg> {
    if input.peek(syn::Lit) {
        let literal: syn::Expr = input.parse()?;
        return Ok(MetaArg { name: Name::default(), value: Some(value(&literal)), args: Vec::new() });
    }
    let path = input.call(syn::Path::parse_mod_style)?;
    let name = joined(&path);
    if input.peek(syn::token::Paren) {
        let inner;
        syn::parenthesized!(inner in input);
        return Ok(MetaArg { name, value: None, args: args(inner.parse()?) });
    }
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let expr: syn::Expr = input.parse()?;
        return Ok(MetaArg { name, value: Some(value(&expr)), args: Vec::new() });
    }
    Ok(MetaArg { name, value: None, args: Vec::new() })
}

/// A literal's content; any other expression as its tokens.
fn value(expr: &syn::Expr) -> String {
    match expr {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => text.value(),
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => number.base10_digits().to_owned(),
        other => other.to_token_stream().to_string(),
    }
}
