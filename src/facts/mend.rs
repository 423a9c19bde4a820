//! Code of edition 2015 in the words of today, for what syn refuses: trait objects `Fn(A) -> B` without `dyn`, parameters
//! of trait methods without a name, and names that are keywords by now. Spans stay those of the file.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

/// The tokens with what is old in them said anew, groups included. Only for what does not parse: what is meant otherwise
/// may change.
pub(super) fn mended(trees: &[TokenTree]) -> TokenStream {
    let mut level = Level::default();
    for (at, tree) in trees.iter().enumerate() {
        level.take(tree, trees.get(at + 1));
    }
    level.out.into_iter().collect()
}

/// The tokens of one group as they are made.
#[derive(Default)]
struct Level {
    out: Vec<TokenTree>,
    /// How many `<` are open behind the name of a function whose parameters are still to come.
    signature: Option<usize>,
}

impl Level {
    fn take(&mut self, tree: &TokenTree, next: Option<&TokenTree>) {
        match tree {
            TokenTree::Group(group) => self.group(group),
            TokenTree::Ident(ident) => self.ident(ident, next),
            other => {
                self.angle(other);
                self.out.push(other.clone());
            }
        }
    }

    fn group(&mut self, group: &Group) {
        let is_parameters = self.signature == Some(0) && group.delimiter() == Delimiter::Parenthesis;
        let trees: Vec<TokenTree> = group.stream().into_iter().collect();
        let inner = mended(&trees);
        let inner = if is_parameters { named(inner) } else { inner };
        if is_parameters || group.delimiter() == Delimiter::Brace {
            self.signature = None;
        }
        self.out.push(regrouped(group, inner));
    }

    fn ident(&mut self, ident: &Ident, next: Option<&TokenTree>) {
        let is_function = ident == "fn" && matches!(next, Some(TokenTree::Ident(_)));
        if is_function {
            self.signature = Some(0);
        }
        if is_name(ident, self.out.last(), next) {
            let text = ident.to_string();
            return self.out.push(Ident::new_raw(&text, ident.span()).into());
        }
        let is_callable = ["Fn", "FnMut", "FnOnce"].iter().any(|name| ident == name);
        if is_callable && is_group(next, Delimiter::Parenthesis) {
            let start = self.type_start();
            if is_before_type(&self.out[..start]) {
                self.out.insert(start, Ident::new("dyn", ident.span()).into());
            }
        }
        self.out.push(ident.clone().into());
    }

    fn angle(&mut self, tree: &TokenTree) {
        let Some(open) = &mut self.signature else { return };
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '<' => *open += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' && !is_punct(self.out.last(), '-') => {
                *open = open.saturating_sub(1);
            }
            _ => {}
        }
    }

    /// Where the path starts whose last name comes next, `for<…>` included.
    fn type_start(&self) -> usize {
        let mut at = self.out.len();
        while at >= 2 && is_punct(self.out.get(at - 1), ':') && is_punct(self.out.get(at - 2), ':') {
            at -= 2;
            // `mut ::a::Fn()`: a word that stands apart is none of the path.
            let colon = self.out[at].span().start();
            let is_joined = |tree: &TokenTree| tree.span().end() == colon;
            at -=
                usize::from(matches!(self.out[..at].last(), Some(it @ TokenTree::Ident(_)) if is_joined(it)));
        }
        if !is_punct(self.out[..at].last(), '>') {
            return at;
        }
        // Between the angles of `for<…>` stand lifetimes and commas.
        let is_lifetimes =
            |tree: &TokenTree| !matches!(tree, TokenTree::Group(_)) && !is_punct(Some(tree), '<');
        let before = self.out[..at - 1].iter().rposition(|tree| !is_lifetimes(tree)).unwrap_or(0);
        let is_for =
            is_punct(self.out.get(before), '<') && before > 0 && is_word(&self.out[before - 1], "for");
        if is_for { before - 1 } else { at }
    }
}

/// Whether a type without `dyn` may come behind these tokens: a bound comes behind `:` and `+`.
fn is_before_type(before: &[TokenTree]) -> bool {
    match before {
        [] => true,
        [.., TokenTree::Punct(punct)] => ['<', '>', ',', '&', '='].contains(&punct.as_char()),
        [.., quote, TokenTree::Ident(_)] if is_punct(Some(quote), '\'') => true,
        [.., word] => ["mut", "const", "for", "as"].iter().any(|it| is_word(word, it)),
    }
}

/// Whether a keyword stands where only a name can.
fn is_name(ident: &Ident, before: Option<&TokenTree>, next: Option<&TokenTree>) -> bool {
    let is_next_word = |words: &[&str]| words.iter().any(|word| next.is_some_and(|tree| is_word(tree, word)));
    let is_declared = ["fn", "mod", "let"].iter().any(|word| before.is_some_and(|tree| is_word(tree, word)));
    let is_block = is_group(next, Delimiter::Brace) && !is_declared;
    if ident == "async" {
        !(is_block || is_punct(next, '|') || is_next_word(&["move", "fn", "unsafe", "extern"]))
    } else if ident == "try" {
        !(is_block || is_punct(next, '!'))
    } else if ident == "dyn" {
        let is_bound = match next {
            Some(TokenTree::Ident(_)) => true,
            Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
            Some(TokenTree::Punct(punct)) => match punct.as_char() {
                ':' => ident.span().end() != punct.span().start(),
                char => ['\'', '?', '*'].contains(&char),
            },
            _ => false,
        };
        is_declared || is_punct(before, '.') || !is_bound
    } else if ident == "await" {
        !is_punct(before, '.') || is_group(next, Delimiter::Parenthesis)
    } else {
        false
    }
}

/// Parameters, with `_:` before those that have no name.
fn named(parameters: TokenStream) -> TokenStream {
    let parts = parts(parameters).into_iter().flat_map(|part| {
        let has_name = part.is_empty()
            || name_end(&part).is_some()
            || part.iter().any(|tree| is_word(tree, "self"))
            || is_punct(part.first(), '.');
        let span = part.first().map(TokenTree::span).filter(|_| !has_name);
        let name = span.into_iter().flat_map(|span| {
            let mut colon = Punct::new(':', Spacing::Alone);
            colon.set_span(span);
            [Ident::new("_", span).into(), colon.into()]
        });
        name.chain(part).collect::<Vec<TokenTree>>()
    });
    parts.collect()
}

/// A list cut behind its commas, those between angles left alone.
pub(super) fn parts(list: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    let mut open = 0_usize;
    let mut is_arrow = false;
    for tree in list {
        let char = if let TokenTree::Punct(punct) = &tree { punct.as_char() } else { ' ' };
        match char {
            '<' => open += 1,
            '>' if !is_arrow => open = open.saturating_sub(1),
            _ => {}
        }
        is_arrow = char == '-';
        if let Some(part) = parts.last_mut() {
            part.push(tree);
        }
        if char == ',' && open == 0 {
            parts.push(Vec::new());
        }
    }
    parts
}

/// Where the type starts in `name: Type`: behind the first colon that is no half of `::`.
pub(super) fn name_end(part: &[TokenTree]) -> Option<usize> {
    let is_colon = |at: usize| is_punct(part.get(at), ':');
    let is_lone = |at: &usize| is_colon(*at) && !is_colon(at + 1) && !(*at > 0 && is_colon(at - 1));
    let first_angle = part.iter().position(|tree| is_punct(Some(tree), '<')).unwrap_or(part.len());
    (0..first_angle).find(is_lone).map(|at| at + 1)
}

/// The same delimiters around other tokens.
pub(super) fn regrouped(group: &Group, inner: TokenStream) -> TokenTree {
    let mut made = Group::new(group.delimiter(), inner);
    made.set_span(group.span());
    made.into()
}

fn is_punct(tree: Option<&TokenTree>, char: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

fn is_group(tree: Option<&TokenTree>, delimiter: Delimiter) -> bool {
    matches!(tree, Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
}

fn is_word(tree: &TokenTree, word: &str) -> bool {
    matches!(tree, TokenTree::Ident(ident) if ident == word)
}
