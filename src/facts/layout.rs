//! New code as text: tokens that `quote` made, laid out as rustfmt does. Nothing that was read is laid out anew.

use proc_macro2::TokenStream;
use quote::quote;

/// What prettyplease sets a body in by.
const INDENT: &str = "    ";
/// Up to this many characters a chain of calls stays on one line.
const WIDTH: usize = 90;

/// An expression, its further lines set in by four spaces a level; `None` where the tokens are no expression.
#[must_use]
pub fn laid_out(expression: &TokenStream) -> Option<String> {
    let text = body(&quote!(#expression;))?;
    Some(joined(text.trim_end().strip_suffix(';')?))
}

/// Statements and items, a line each at least, without a line end behind the last; `None` where the tokens are none.
#[must_use]
pub fn laid_out_statements(statements: &TokenStream) -> Option<String> {
    body(statements).map(|text| text.trim_end().to_owned())
}

/// The text of a function's body.
fn body(tokens: &TokenStream) -> Option<String> {
    let file = syn::parse2::<syn::File>(quote!(fn body() { #tokens })).ok()?;
    let text = prettyplease::unparse(&file);
    let inner = text.strip_prefix("fn body() {\n")?.trim_end().strip_suffix('}')?;
    let lines = inner.lines().map(|line| line.strip_prefix(INDENT).unwrap_or(line));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// A chain of calls that was broken over lines, on one line where that is short.
fn joined(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.map(str::trim_start).collect();
    let length = first.len() + rest.iter().map(|line| line.len()).sum::<usize>();
    if length <= WIDTH && rest.iter().all(|line| line.starts_with('.')) {
        return first.to_owned() + &rest.concat();
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_chain_stays_on_its_line() {
        let code = quote!(std::env::var("KEY").expect("KEY must be set").as_str());
        assert_eq!(
            laid_out(&code).as_deref(),
            Some("std::env::var(\"KEY\").expect(\"KEY must be set\").as_str()")
        );
    }

    #[test]
    fn statements_have_a_line_each() {
        let code = quote!(first(); let a = second(););
        assert_eq!(laid_out_statements(&code).as_deref(), Some("first();\nlet a = second();"));
    }

    #[test]
    fn what_is_no_code_is_nothing() {
        assert_eq!(laid_out(&quote!(let)), None);
    }
}
