//! Bodies as an ordered tree of expressions.

use super::{
    ItemId, Name, PatId,
    path::{Path, TypeRef},
};
use crate::source::Span;

/// An expression of the file, by its position in [`FileFacts::exprs`](super::FileFacts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What kind.
    pub kind: ExprKind,
    /// The whole expression.
    pub span: Span,
}

/// The kinds of expressions. Parentheses are left out, but the place of what stands in them covers them. What nests deeper
/// than facts follow is [`ExprKind::Unknown`] with an empty place.
#[expect(missing_docs, reason = "the fields are the parts of the form that each variant's doc shows")]
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A path: a local, a static, a function, a unit struct.
    Path(Path),
    /// A literal.
    Literal(Literal),
    /// `callee(args)`.
    Call { callee: ExprId, args: Vec<ExprId> },
    /// `receiver.method::<T>(args)`.
    MethodCall {
        /// What it is called on.
        receiver: ExprId,
        /// The method's name.
        method: Name,
        /// The name's bytes.
        method_span: Span,
        /// The turbofish.
        turbofish: Vec<TypeRef>,
        /// The arguments without the receiver.
        args: Vec<ExprId>,
    },
    /// `base.name`; tuple fields are `0`, `1`, ….
    Field { base: ExprId, name: Name },
    /// `base[index]`.
    Index { base: ExprId, index: ExprId },
    /// `S { a, b: x, ..rest }`.
    Struct { path: Path, fields: Vec<(Name, ExprId)>, rest: Option<ExprId> },
    /// `(a, b)`.
    Tuple(Vec<ExprId>),
    /// `[a, b]`; `[a; n]` is `[a]`.
    Array(Vec<ExprId>),
    /// `&e`, `&mut e`, `&raw const e`.
    Ref(ExprId),
    /// `*e`.
    Deref(ExprId),
    /// `!e`, `-e`.
    Unary(UnaryOp, ExprId),
    /// `a + b`, `a == b`, `a && b`.
    Binary(BinaryOp, ExprId, ExprId),
    /// `a = b`.
    Assign(ExprId, ExprId),
    /// `a += b` and the like.
    AssignOp(ExprId, ExprId),
    /// `e as T`.
    Cast(ExprId, TypeRef),
    /// `a..b`.
    Range(Option<ExprId>, Option<ExprId>),
    /// A block of any flavour.
    Block(Block),
    /// `if cond { … } else …`; the condition may hold [`ExprKind::Let`].
    If { cond: ExprId, then: ExprId, otherwise: Option<ExprId> },
    /// `let pat = e` in a condition.
    Let(PatId, ExprId),
    /// `match e { … }`.
    Match { scrutinee: ExprId, arms: Vec<Arm> },
    /// `while cond { … }`.
    While { cond: ExprId, body: ExprId },
    /// `loop { … }`.
    Loop(ExprId),
    /// `for pat in iter { … }`.
    For { pat: PatId, iter: ExprId, body: ExprId },
    /// A closure. Its parameters' types stand in [`PatKind::Typed`](super::PatKind).
    Closure { params: Vec<PatId>, body: ExprId, is_async: bool, is_move: bool },
    /// `return e`.
    Return(Option<ExprId>),
    /// `break 'a e`.
    Break(Option<ExprId>),
    /// `continue`.
    Continue,
    /// `e?`.
    Try(ExprId),
    /// `e.await`.
    Await(ExprId),
    /// A macro call.
    Macro(MacroCall),
    /// Anything else.
    Unknown,
}

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A string, unescaped.
    Str(String),
    /// A byte or C string, unescaped; bytes that are not UTF-8 replaced.
    Bytes(String),
    /// A char.
    Char(char),
    /// An integer: its digits without suffix and underscores, in base 10.
    Int(Name),
    /// A float.
    Float,
    /// A bool.
    Bool(bool),
}

/// `!` and `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!e`
    Not,
    /// `-e`
    Neg,
}

/// Binary operators, as far as anyone asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// Every other one.
    Other,
}

/// A block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Which flavour.
    pub flavour: BlockFlavour,
    /// Its statements.
    pub stmts: Vec<Stmt>,
    /// The bytes of each statement, from its first attribute to its `;`. Several that one macro call declares share them.
    pub spans: Vec<Span>,
    /// The positions of the statements that stand behind `#[cfg(…)]`: of neighbours among them, often one is compiled.
    pub gated: Vec<u32>,
    /// The last expression without `;`.
    pub tail: Option<ExprId>,
}

/// What stands before a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockFlavour {
    /// `{ … }`, labelled or not.
    #[default]
    Plain,
    /// `async { … }`
    Async,
    /// `unsafe { … }`
    Unsafe,
    /// `const { … }`
    Const,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Stmt {
    /// `let pat: T = init else { … };`
    Let {
        /// The pattern.
        pat: PatId,
        /// The declared type.
        ty: Option<TypeRef>,
        /// The initialiser.
        init: Option<ExprId>,
        /// The diverging block behind `else`.
        otherwise: Option<ExprId>,
        /// The whole statement with its `;`.
        span: Span,
    },
    /// An expression, with or without `;`.
    Expr(ExprId),
    /// An item inside a body.
    Item(ItemId),
}

/// An arm of a match (or of a `select!`-like macro).
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The pattern.
    pub pat: PatId,
    /// The guard.
    pub guard: Option<ExprId>,
    /// The body.
    pub body: ExprId,
}

/// A macro call in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct MacroCall {
    /// The macro's path.
    pub path: Path,
    /// What its tokens were read as.
    pub body: MacroBody,
}

/// What the tokens of a macro call were read as, without knowing the macro: the first form that fits all tokens.
#[derive(Clone, Debug, PartialEq)]
pub enum MacroBody {
    /// `a, b, name = c`: expressions, the named ones with their name (also `name: c`, `a.name = c`, `"name" = c`, and with
    /// tracing's sigils, `name = %c`). Identifiers captured inside the first string literal without a name (`"{token}"`)
    /// follow as named arguments of that name, in the place of the literal.
    Args(Vec<(Option<Name>, ExprId)>),
    /// `pat = future => body, …`: arms of a `select!`-like macro; each future's expression stands in `futures`. Also
    /// `recv(r) -> pat => body`, `pat => body`, and `value, pat if guard` of `matches!`, whose body is `true`.
    Arms {
        /// What is waited for, in order.
        futures: Vec<ExprId>,
        /// The arms, in order.
        arms: Vec<Arm>,
    },
    /// Statements, wrapped in one block.
    Block(ExprId),
    /// Not understood: whatever expressions could be read between `,` and `;`.
    Fragments(Vec<ExprId>),
}
