//! Attributes and their arguments.

use proc_macro2::TokenStream;
use syn::{
    Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use super::{Lower, name};
use crate::facts::{
    Name,
    item::{Attribute, MetaArg},
};
use crate::source::Span;

/// How deep arguments nest; what is deeper is left out.
const NEST: u32 = 32;

impl Lower<'_> {
    pub(super) fn attributes(&mut self, attributes: &[syn::Attribute]) -> Vec<Attribute> {
        let others = attributes.iter().filter(|attribute| !attribute.path().is_ident("doc"));
        others.map(|attribute| self.attribute(attribute)).collect()
    }

    fn attribute(&self, attribute: &syn::Attribute) -> Attribute {
        let start = self.span(attribute.pound_token.span);
        let span = start.to(self.span(attribute.bracket_token.span.close()));
        if let syn::Meta::List(list) = &attribute.meta
            && list.path.is_ident("unsafe")
            && let Ok(inner) = syn::parse2::<syn::Meta>(list.tokens.clone())
        {
            return self.meta(&inner, span);
        }
        self.meta(&attribute.meta, span)
    }

    fn meta(&self, meta: &syn::Meta, span: Span) -> Attribute {
        let args = match meta {
            syn::Meta::List(list) => args(self, list.tokens.clone()),
            syn::Meta::NameValue(pair) => {
                let value = Some(self.meta_value(&pair.value));
                vec![MetaArg { name: Name::default(), value, args: Vec::new() }]
            }
            syn::Meta::Path(_) => Vec::new(),
        };
        Attribute { path: joined(meta.path()), args, span }
    }

    /// A literal's content; any other expression as its source text.
    fn meta_value(&self, expr: &syn::Expr) -> String {
        match expr {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => text.value(),
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => {
                number.base10_digits().to_owned()
            }
            other => self.text.get(self.span(other.span()).range()).unwrap_or_default().to_owned(),
        }
    }

    fn meta_args(&self, input: ParseStream<'_>, nest: u32) -> Vec<MetaArg> {
        let mut list = Vec::new();
        while !input.is_empty() {
            match self.meta_arg(input, nest) {
                Ok(arg) => list.push(arg),
                Err(_) => break,
            }
            if input.parse::<Token![,]>().is_err() {
                break;
            }
        }
        list
    }

    fn meta_arg(&self, input: ParseStream<'_>, nest: u32) -> syn::Result<MetaArg> {
        let plain = |name, value| MetaArg { name, value, args: Vec::new() };
        if input.peek(syn::Lit) {
            let literal: syn::Expr = input.parse()?;
            return Ok(plain(Name::default(), Some(self.meta_value(&literal))));
        }
        let name = path(input)?;
        if input.peek(syn::token::Paren) && nest < NEST {
            let inner;
            syn::parenthesized!(inner in input);
            let args = self.meta_args(&inner, nest + 1);
            // What is left is not for us, and must not fail the rest.
            inner.parse::<TokenStream>()?;
            return Ok(MetaArg { name, value: None, args });
        }
        if input.parse::<Option<Token![=]>>()?.is_some() {
            let expr: syn::Expr = input.parse()?;
            return Ok(plain(name, Some(self.meta_value(&expr))));
        }
        Ok(plain(name, None))
    }
}

/// The arguments in an attribute's parentheses, as far as they can be read.
pub(super) fn args(lower: &Lower<'_>, tokens: TokenStream) -> Vec<MetaArg> {
    let read = |input: ParseStream<'_>| {
        let list = lower.meta_args(input, 0);
        input.parse::<TokenStream>()?;
        Ok(list)
    };
    read.parse2(tokens).unwrap_or_default()
}

/// A path joined with `::`; keywords are names here (`crate = "…"`, `type = "…"`).
fn path(input: ParseStream<'_>) -> syn::Result<Name> {
    input.parse::<Option<Token![::]>>()?;
    let mut joined = input.call(syn::Ident::parse_any)?.unraw().to_string();
    while input.parse::<Option<Token![::]>>()?.is_some() {
        joined.push_str("::");
        joined.push_str(&input.call(syn::Ident::parse_any)?.unraw().to_string());
    }
    Ok(joined.into())
}

/// The path joined with `::`.
fn joined(path: &syn::Path) -> Name {
    if let [only] = path.segments.iter().collect::<Vec<_>>().as_slice() {
        return name(&only.ident);
    }
    let names: Vec<Name> = path.segments.iter().map(|segment| name(&segment.ident)).collect();
    Name::from(names.join("::"))
}
