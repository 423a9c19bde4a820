//! New code, built from tokens.

use proc_macro2::TokenStream;
use quote::quote;

use crate::facts::{laid_out, laid_out_statements};

/// `std::env::var("NAME").expect("NAME must be set")`, a `String`.
pub(super) fn variable(name: &str) -> TokenStream {
    let message = must_be_set(name);
    quote!(std::env::var(#name).expect(#message))
}

/// What a program says when it stops because a variable is missing.
pub(super) fn must_be_set(name: &str) -> String {
    format!("{name} must be set")
}

/// Whether a text can be the name of a function: no keyword.
pub(super) fn is_name(text: &str) -> bool {
    let function = format!("fn {text}() {{}}").parse().ok();
    function.is_some_and(|tokens| laid_out_statements(&tokens).is_some())
}

/// An expression as text.
pub(super) fn expression(tokens: &TokenStream) -> Option<String> {
    laid_out(tokens)
}
