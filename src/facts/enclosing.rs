//! Which item something stands in, by names that stay when lines move.

use super::{FileFacts, Item, ItemKind};
use crate::source::Span;

impl FileFacts {
    /// The items around a span, from the outside: `tests::impl Drop for Pool::drop`. Empty where it stands in none.
    #[must_use]
    pub fn enclosing(&self, span: Span) -> String {
        let mut around: Vec<&Item> = self.items.iter().filter(|item| item.span.contains(span)).collect();
        around.sort_by_key(|item| (item.span.start, std::cmp::Reverse(item.span.end)));
        let names: Vec<String> = around.into_iter().map(name).filter(|name| !name.is_empty()).collect();
        names.join("::")
    }
}

fn name(item: &Item) -> String {
    match &item.kind {
        ItemKind::Impl(it) => match &it.trait_path {
            Some(of) => format!("impl {of} for {}", it.self_ty),
            None => format!("impl {}", it.self_ty),
        },
        _ => item.name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::gather;
    use crate::source::{SourceFile, Span};

    fn around(text: &str, inner: &str) -> String {
        let start = u32::try_from(text.find(inner).expect("it is there")).expect("a small text");
        let end = start + u32::try_from(inner.len()).expect("a small text");
        let file = SourceFile::new("a.rs".into(), "a.rs".into(), text.into());
        gather(&[&file], 1)[0].enclosing(Span::new(start, end))
    }

    #[test]
    fn names_the_items_from_the_outside() {
        let text =
            "mod m { impl Drop for P<u8> { fn drop(&mut self) { static X: u8 = 1; y(); } } }\nuse a::b;";
        assert_eq!(around(text, "1"), "m::impl Drop for P<u8>::drop::X");
        assert_eq!(around(text, "y()"), "m::impl Drop for P<u8>::drop");
        assert_eq!(around(text, "a::b"), "");
    }
}
