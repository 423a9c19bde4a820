//! Macro calls: their tokens read as what they look like, without knowing the macro.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Expr as Syn, Ident, Pat, Token, Visibility,
    parse::{Parse, ParseStream, Parser},
};

use super::{Lower, name};
use crate::facts::{
    ExprId, ExprKind, ItemId, ItemKind, Name,
    expr::{Arm, Block, BlockFlavour, Literal, MacroBody, MacroCall, Stmt},
    path::{Path, Segment},
};
use crate::source::Span;

/// How deep groups in tokens that are no expression are opened.
const NEST: u32 = 32;

/// `static [ref|mut] NAME: T = init`, as `lazy_static!` and `thread_local!` take it.
pub(super) struct MacroStatic {
    pub attrs: Vec<syn::Attribute>,
    pub vis: Visibility,
    pub start: proc_macro2::Span,
    pub is_mut: bool,
    pub is_ref: bool,
    pub ident: Ident,
    pub ty: syn::Type,
    pub init: Syn,
}

impl Parse for MacroStatic {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_outer)?;
        let start = input.span();
        let vis = input.parse()?;
        input.parse::<Token![static]>()?;
        let is_mut = input.parse::<Option<Token![mut]>>()?.is_some();
        let is_ref = input.parse::<Option<Token![ref]>>()?.is_some();
        let ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        input.parse::<Token![=]>()?;
        let init = input.parse()?;
        Ok(Self { attrs, vis, start, is_mut, is_ref, ident, ty, init })
    }
}

struct Statics(Vec<MacroStatic>);

impl Parse for Statics {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut list = vec![input.parse()?];
        while input.parse::<Option<Token![;]>>()?.is_some() && !input.is_empty() {
            list.push(input.parse()?);
        }
        // `thread_local!` may end without a semicolon; anything else is no list of statics.
        if input.is_empty() { Ok(Self(list)) } else { Err(input.error("expected `;`")) }
    }
}

impl Lower<'_> {
    /// A macro call in item position: statics, items, or just a call.
    pub(super) fn item_macro(&mut self, it: &syn::ItemMacro, out: &mut Vec<ItemId>) {
        if it.mac.path.is_ident("macro_rules") {
            let paths = called_paths(it.mac.tokens.clone());
            out.push(self.macro_item(it, ItemKind::MacroRules(paths)));
            return;
        }
        let path = self.path(&it.mac.path);
        if let Some(statics) = self.statics(&it.mac, &path) {
            self.add_attributes(&statics, &it.attrs);
            out.extend(statics);
            return;
        }
        if let Some(items) = parsed_items(it.mac.tokens.clone()) {
            let ids = self.items(&items);
            self.mark_macro(&ids, &path);
            self.add_attributes(&ids, &it.attrs);
            out.extend(ids);
            return;
        }
        let args = match self.macro_body(&it.mac.tokens) {
            MacroBody::Args(args) => args.into_iter().map(|(_, e)| e).collect(),
            MacroBody::Fragments(list) => list,
            MacroBody::Block(e) => vec![e],
            MacroBody::Arms { futures, .. } => futures,
        };
        out.push(self.macro_item(it, ItemKind::MacroCall(path, args)));
    }

    /// What stands above a macro call stands above each item in it.
    fn add_attributes(&mut self, ids: &[ItemId], attributes: &[syn::Attribute]) {
        if attributes.is_empty() {
            return;
        }
        let own = self.attributes(attributes);
        for id in ids {
            self.facts.items[id.0 as usize].attributes.extend(own.iter().cloned());
        }
    }

    /// The statics that a macro declares inside a body; whether it is such a macro.
    pub(super) fn statics_of_macro(&mut self, mac: &syn::Macro, block: &mut Block) -> bool {
        let path = self.path(&mac.path);
        let Some(statics) = self.statics(mac, &path) else { return false };
        block.stmts.extend(statics.into_iter().map(Stmt::Item));
        true
    }

    fn statics(&mut self, mac: &syn::Macro, path: &Path) -> Option<Vec<ItemId>> {
        let statics = syn::parse2::<Statics>(mac.tokens.clone()).ok()?;
        Some(statics.0.iter().map(|it| self.macro_static(it, path)).collect())
    }

    pub(super) fn macro_end(mac: &syn::Macro) -> Span {
        Self::span(mac.delimiter.span().close())
    }

    /// A macro call in a body.
    pub(super) fn macro_expr(&mut self, mac: &syn::Macro) -> ExprId {
        let path = self.path(&mac.path);
        let span = path.span.to(Self::macro_end(mac));
        let body = self.macro_body(&mac.tokens);
        self.add_expr(ExprKind::Macro(MacroCall { path, body }), span)
    }

    fn macro_body(&mut self, tokens: &TokenStream) -> MacroBody {
        if let Ok(args) = arguments.parse2(tokens.clone()) {
            let mut list: Vec<(Option<Name>, ExprId)> =
                args.iter().map(|arg| (arg.name.clone(), self.expr(&arg.value))).collect();
            self.captured(&mut list);
            return MacroBody::Args(list);
        }
        if let Ok(arms) = select_arms.parse2(tokens.clone()) {
            let futures = arms.iter().filter_map(|arm| Some(self.expr(arm.future.as_ref()?))).collect();
            let arms = arms.iter().map(|arm| self.select_arm(arm)).collect();
            return MacroBody::Arms { futures, arms };
        }
        if let Ok((value, pat)) = value_and_pattern.parse2(tokens.clone()) {
            return self.matched(&value, &pat);
        }
        if let Ok(stmts) = syn::Block::parse_within.parse2(tokens.clone()) {
            let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
            let span = self.span_of_trees(&trees);
            let block = self.statements(&stmts, BlockFlavour::Plain);
            return MacroBody::Block(self.add_expr(ExprKind::Block(block), span));
        }
        let mut list = Vec::new();
        self.fragments(tokens.clone(), 0, &mut list);
        MacroBody::Fragments(list)
    }

    fn select_arm(&mut self, arm: &SelectArm) -> Arm {
        let guard = arm.guard.as_ref().map(|e| self.expr(e));
        let pat = self.pat(&arm.pat);
        let body = self.expr(&arm.body);
        Arm { pat, guard, body }
    }

    /// `matches!(value, pattern if guard)`.
    fn matched(&mut self, value: &Syn, pat: &Pat) -> MacroBody {
        let future = self.expr(value);
        let guard = Self::guard(pat).map(|e| self.expr(e));
        let pat = self.pat(pat);
        let span = self.facts.pat(pat).span;
        let body = self.add_expr(ExprKind::Literal(Literal::Bool(true)), span);
        MacroBody::Arms { futures: vec![future], arms: vec![Arm { pat, guard, body }] }
    }

    /// Identifiers that the first string literal captures, as arguments of their own.
    fn captured(&mut self, list: &mut Vec<(Option<Name>, ExprId)>) {
        let text = list.iter().find_map(|(_, id)| match &self.facts.expr(*id).kind {
            ExprKind::Literal(Literal::Str(text)) => Some((text.clone(), self.span_of(*id))),
            _ => None,
        });
        let Some((text, span)) = text else { return };
        for ident in captures(&text) {
            if list.iter().any(|(name, _)| name.as_deref() == Some(ident)) {
                continue;
            }
            let name = Name::new(ident);
            let segments = vec![Segment { name: name.clone(), args: Vec::new() }];
            let path = Path { segments, span, ..Path::default() };
            let id = self.add_expr(ExprKind::Path(path), span);
            list.push((Some(name), id));
        }
    }

    /// Whatever expressions stand between separators, groups opened.
    fn fragments(&mut self, tokens: TokenStream, nest: u32, out: &mut Vec<ExprId>) {
        for piece in pieces(tokens) {
            if let Ok(e) = syn::parse2::<Syn>(piece.iter().cloned().collect()) {
                out.push(self.expr(&e));
                continue;
            }
            if nest >= NEST {
                continue;
            }
            for tree in piece {
                if let TokenTree::Group(group) = tree {
                    self.fragments(group.stream(), nest + 1, out);
                }
            }
        }
    }
}

/// `name = value` or `value`.
struct Argument {
    name: Option<Name>,
    value: Syn,
}

fn arguments(input: ParseStream<'_>) -> syn::Result<Vec<Argument>> {
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
    if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>]) {
        let ident: Ident = input.parse()?;
        input.parse::<Token![=]>()?;
        // The sigils of tracing's fields, `user = %user`.
        input.parse::<Option<Token![%]>>()?;
        input.parse::<Option<Token![?]>>()?;
        return Ok(Argument { name: Some(name(&ident)), value: input.parse()? });
    }
    input.parse::<Option<Token![%]>>()?;
    input.parse::<Option<Token![?]>>()?;
    Ok(Argument { name: None, value: input.parse()? })
}

/// `pat = future[, if guard] => body`, `recv(channel) -> pat => body`, `else => body`.
struct SelectArm {
    future: Option<Syn>,
    pat: Pat,
    guard: Option<Syn>,
    body: Syn,
}

fn select_arms(input: ParseStream<'_>) -> syn::Result<Vec<SelectArm>> {
    if input.peek(Ident) && input.peek2(Token![;]) {
        // `biased;`
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
    if input.parse::<Option<Token![else]>>()?.is_some() {
        return rest_of_arm(input, None, wild());
    }
    if is_receiver_arm(input) {
        let future: Syn = input.call(Syn::parse_without_eager_brace)?;
        input.parse::<Token![->]>()?;
        let pat = Pat::parse_single(input)?;
        return rest_of_arm(input, Some(future), pat);
    }
    let pat = Pat::parse_multi_with_leading_vert(input)?;
    if input.peek(Token![=>]) {
        return rest_of_arm(input, None, pat);
    }
    input.parse::<Token![=]>()?;
    let future = input.parse()?;
    rest_of_arm(input, Some(future), pat)
}

/// `recv(channel) -> …`, as crossbeam writes it.
fn is_receiver_arm(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Ident>().is_ok()
        && ahead.peek(syn::token::Paren)
        && ahead.parse::<TokenTree>().is_ok()
        && ahead.peek(Token![->])
}

fn rest_of_arm(input: ParseStream<'_>, future: Option<Syn>, pat: Pat) -> syn::Result<SelectArm> {
    let mut guard = None;
    if input.peek(Token![,]) && input.peek2(Token![if]) {
        input.parse::<Token![,]>()?;
        input.parse::<Token![if]>()?;
        guard = Some(input.parse()?);
    }
    input.parse::<Token![=>]>()?;
    let body = input.parse()?;
    Ok(SelectArm { future, pat, guard, body })
}

fn wild() -> Pat {
    Pat::Wild(syn::PatWild { attrs: Vec::new(), underscore_token: Token![_](proc_macro2::Span::call_site()) })
}

fn value_and_pattern(input: ParseStream<'_>) -> syn::Result<(Syn, Pat)> {
    let value = input.parse()?;
    input.parse::<Token![,]>()?;
    let mut pat = Pat::parse_multi_with_leading_vert(input)?;
    if input.peek(Token![if]) {
        let if_token = input.parse::<Token![if]>()?;
        let guard = input.parse()?;
        pat = Pat::Guard(syn::PatGuard { attrs: Vec::new(), pat: Box::new(pat), if_token, guard });
    }
    input.parse::<Option<Token![,]>>()?;
    Ok((value, pat))
}

/// Items read out of a macro's tokens: plain ones, or those of a `cfg_if!`'s branches.
fn parsed_items(tokens: TokenStream) -> Option<Vec<syn::Item>> {
    let items = |input: ParseStream<'_>| {
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse::<syn::Item>()?);
        }
        Ok(items)
    };
    if let Ok(found) = items.parse2(tokens.clone()) {
        return (!found.is_empty()).then_some(found);
    }
    if !tokens
        .clone()
        .into_iter()
        .next()
        .is_some_and(|tree| matches!(tree, TokenTree::Ident(it) if it == "if"))
    {
        return None;
    }
    let branches = tokens.into_iter().filter_map(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    let mut all = Vec::new();
    for branch in branches {
        all.extend(items.parse2(branch).ok()?);
    }
    (!all.is_empty()).then_some(all)
}

/// Tokens between separators.
fn pieces(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut pieces = vec![Vec::new()];
    let mut previous = None;
    for tree in tokens {
        let char = match &tree {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        let is_path = char == Some(':')
            && (previous == Some(':')
                || matches!(&tree, TokenTree::Punct(it) if it.spacing() == proc_macro2::Spacing::Joint));
        let is_separator = matches!(char, Some(',' | ';')) || (char == Some(':') && !is_path);
        let is_arrow = char == Some('>') && previous == Some('=');
        previous = char;
        if is_separator || is_arrow {
            if is_arrow && let Some(piece) = pieces.last_mut() {
                piece.pop();
            }
            pieces.push(Vec::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(tree);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The paths that are called in a macro's definition: `name(`, `a::b(`.
fn called_paths(tokens: TokenStream) -> Vec<Path> {
    let mut found = Vec::new();
    let mut open = vec![tokens];
    while let Some(stream) = open.pop() {
        let mut segments: Vec<Segment> = Vec::new();
        let mut span = Span::default();
        for tree in stream {
            match &tree {
                TokenTree::Ident(ident) => {
                    let own = Lower::span(ident.span());
                    span = if segments.is_empty() { own } else { span.to(own) };
                    segments.push(Segment { name: name(ident), args: Vec::new() });
                    continue;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => continue,
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Parenthesis && !segments.is_empty() {
                        found.push(Path { segments: std::mem::take(&mut segments), span, ..Path::default() });
                    }
                    open.push(group.stream());
                }
                _ => {}
            }
            segments.clear();
        }
    }
    found
}

/// The identifiers captured by a format string: `{name}`, `{name:?}`.
fn captures(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        if let Some(escaped) = rest.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let end = rest.find(['}', ':', '{']).unwrap_or(rest.len());
        let ident = rest[..end].trim();
        let is_ident = ident.chars().next().is_some_and(|char| char.is_alphabetic() || char == '_')
            && ident.chars().all(|char| char.is_alphanumeric() || char == '_');
        if is_ident && !found.contains(&ident) {
            found.push(ident);
        }
    }
    found
}
