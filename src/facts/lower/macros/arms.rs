//! The arms of `select!`-like macros.

use proc_macro2::TokenTree;
use syn::{Expr, Ident, Pat, Token, parse::ParseStream};

/// `pat = future[, if guard] => body`, `recv(channel) -> pat => body`, `else => body`.
pub(super) struct SelectArm {
    pub future: Option<Expr>,
    pub pat: Pat,
    pub guard: Option<Expr>,
    pub body: Expr,
}

/// All arms of a call, which may start with `biased;`.
pub(super) fn select_arms(input: ParseStream<'_>) -> syn::Result<Vec<SelectArm>> {
    if input.peek(Ident) && input.peek2(Token![;]) {
        input.parse::<Ident>()?;
        input.parse::<Token![;]>()?;
    }
    let mut arms = Vec::new();
    while !input.is_empty() {
        arms.push(select_arm(input)?);
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(arms)
}

fn select_arm(input: ParseStream<'_>) -> syn::Result<SelectArm> {
    let start = input.span();
    if input.parse::<Option<Token![else]>>()?.is_some() {
        return rest_of_arm(input, None, wild(start));
    }
    if is_operation(input) {
        let operation = operation(input)?;
        let pat = match input.parse::<Option<Token![->]>>()? {
            Some(_) => Pat::parse_single(input)?,
            None => wild(start),
        };
        return rest_of_arm(input, Some(operation), pat);
    }
    let pat = Pat::parse_multi_with_leading_vert(input)?;
    if input.peek(Token![=>]) {
        return rest_of_arm(input, None, pat);
    }
    input.parse::<Token![=]>()?;
    let future = input.parse()?;
    rest_of_arm(input, Some(future), pat)
}

/// `recv(channel) -> …` and `default(timeout) => …`, as crossbeam writes them. Types and variants are capitalised.
fn is_operation(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let Ok(ident) = ahead.parse::<Ident>() else { return false };
    let is_function = ident.to_string().starts_with(|char: char| char.is_lowercase());
    ahead.peek(syn::token::Paren)
        && ahead.parse::<TokenTree>().is_ok()
        && (ahead.peek(Token![->]) || is_function && ahead.peek(Token![=>]))
}

/// `name(args)`: the arrow behind it is no minus.
fn operation(input: ParseStream<'_>) -> syn::Result<Expr> {
    let name: Ident = input.parse()?;
    let args;
    let paren_token = syn::parenthesized!(args in input);
    let func = Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path: name.into() });
    let args = args.parse_terminated(<Expr as syn::parse::Parse>::parse, Token![,])?;
    Ok(Expr::Call(syn::ExprCall { attrs: Vec::new(), func: Box::new(func), paren_token, args }))
}

fn rest_of_arm(input: ParseStream<'_>, future: Option<Expr>, pat: Pat) -> syn::Result<SelectArm> {
    let mut guard = None;
    if input.peek(Token![,]) && input.peek2(Token![if]) {
        input.parse::<Token![,]>()?;
        input.parse::<Token![if]>()?;
        guard = Some(input.parse()?);
    }
    input.parse::<Token![=>]>()?;
    // As in a match, a body in braces ends there.
    let body = Expr::parse_with_earlier_boundary_rule(input)?;
    Ok(SelectArm { future, pat, guard, body })
}

/// The pattern of an arm that has none; its place is that of the word that stands for it.
fn wild(span: proc_macro2::Span) -> Pat {
    Pat::Wild(syn::PatWild { attrs: Vec::new(), underscore_token: Token![_](span) })
}
