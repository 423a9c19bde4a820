//! The forms that the tokens of a macro call are tried as: statics, items, arguments, a value and a pattern.

use syn::{
    Expr, Ident, LitStr, Pat, Token, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::facts::Name;

/// `static [ref|mut] NAME: T = init`, as `lazy_static!` and `thread_local!` take it.
pub(in crate::facts::lower) struct MacroStatic {
    pub attrs: Vec<syn::Attribute>,
    pub vis: Visibility,
    pub static_token: Token![static],
    /// `thread_local!` may end without a semicolon.
    pub semi_token: Option<Token![;]>,
    pub is_mut: bool,
    pub is_ref: bool,
    pub ident: Ident,
    pub ty: syn::Type,
    pub init: Expr,
}

impl Parse for MacroStatic {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_outer)?;
        let vis = input.parse()?;
        let static_token = input.parse()?;
        let is_mut = input.parse::<Option<Token![mut]>>()?.is_some();
        let is_ref = input.parse::<Option<Token![ref]>>()?.is_some();
        let ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        input.parse::<Token![=]>()?;
        let init = input.parse()?;
        let semi_token = if input.is_empty() { None } else { Some(input.parse()?) };
        Ok(Self { attrs, vis, static_token, semi_token, is_mut, is_ref, ident, ty, init })
    }
}

/// One or more statics, and nothing else.
pub(super) struct Statics(pub Vec<MacroStatic>);

impl Parse for Statics {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut list = vec![input.parse()?];
        while !input.is_empty() {
            list.push(input.parse()?);
        }
        Ok(Self(list))
    }
}

/// Items, and nothing else.
pub(super) fn items(input: ParseStream<'_>) -> syn::Result<Vec<syn::Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.parse()?);
    }
    Ok(items)
}

/// `name = value`, `name: value` or `value`.
pub(super) struct Argument {
    pub name: Option<Name>,
    pub value: Expr,
}

/// Arguments between commas.
pub(super) fn arguments(input: ParseStream<'_>) -> syn::Result<Vec<Argument>> {
    let mut list = Vec::new();
    while !input.is_empty() {
        list.push(argument(input)?);
        if input.is_empty() {
            break;
        }
        input.parse::<Token![,]>()?;
    }
    Ok(list)
}

fn argument(input: ParseStream<'_>) -> syn::Result<Argument> {
    let ahead = input.fork();
    let name = argument_name(&ahead).ok();
    if name.is_some() {
        argument_name(input)?;
    }
    // The sigils of tracing's fields, `user = %user`.
    input.parse::<Option<Token![%]>>()?;
    input.parse::<Option<Token![?]>>()?;
    Ok(Argument { name, value: input.parse()? })
}

/// `name =`, `name:`, `a.b.name =`, `"name" =`.
fn argument_name(input: ParseStream<'_>) -> syn::Result<Name> {
    if input.peek(LitStr) {
        let name = input.parse::<LitStr>()?.value();
        equals(input)?;
        return Ok(name.into());
    }
    let mut name = Name::from(input.call(Ident::parse_any)?.unraw().to_string());
    if input.peek(Token![:]) && !input.peek(Token![::]) {
        input.parse::<Token![:]>()?;
        return Ok(name);
    }
    while input.parse::<Option<Token![.]>>()?.is_some() {
        let field = input.call(Ident::parse_any)?.unraw();
        name = smol_str::format_smolstr!("{name}.{field}");
    }
    equals(input)?;
    Ok(name)
}

/// `=`, but not `==` or `=>`.
fn equals(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![==]) || input.peek(Token![=>]) {
        return Err(input.error("expected `=`"));
    }
    input.parse::<Token![=]>().map(|_| ())
}

/// `value, pattern if guard`, as `matches!` takes it.
pub(super) fn value_and_pattern(input: ParseStream<'_>) -> syn::Result<(Expr, Pat)> {
    let value = input.parse()?;
    input.parse::<Token![,]>()?;
    let mut pat = Pat::parse_multi_with_leading_vert(input)?;
    if input.peek(Token![if]) {
        let if_token = input.parse()?;
        let guard = input.parse()?;
        pat = Pat::Guard(syn::PatGuard { attrs: Vec::new(), pat: Box::new(pat), if_token, guard });
    }
    input.parse::<Option<Token![,]>>()?;
    Ok((value, pat))
}
