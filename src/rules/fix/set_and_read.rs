//! A text of the whole process behind a lock that one function sets and others read, each as a statement of its own.

use super::{
    code::{Code, Node},
    constant::is_alone,
    statement::{Statement, bound, ends_of},
    uses::uses_of,
};
use crate::facts::{ExprId, ExprKind, Item, ItemKind, expr::Stmt, path::TypeRef};
use crate::link::DefId;
use crate::source::{FileId, Place};

/// What gives the content of a lock.
const LOCKS: [&str; 3] = ["lock", "read", "write"];
/// What looks through a result.
const OPENS: [&str; 2] = ["unwrap", "expect"];

/// The cell with its functions, all in one file.
pub(super) struct SetAndRead<'p> {
    pub(super) file: FileId,
    pub(super) item: &'p Item,
    /// The name of the lock's type.
    pub(super) ty: &'p str,
    /// The type of what it holds.
    pub(super) held: &'static str,
    pub(super) setter: Setter<'p>,
    pub(super) readers: Vec<Reader<'p>>,
}

/// The function that does nothing but set it.
pub(super) struct Setter<'p> {
    pub(super) function: DefId,
    /// Its only parameter.
    pub(super) param: &'p str,
    /// What it makes of that, as source text in which the parameter stands once.
    pub(super) stored: &'p str,
}

/// A function that takes a copy out.
pub(super) struct Reader<'p> {
    pub(super) function: DefId,
    /// The statement, and the local that it binds.
    pub(super) taken: Statement<'p>,
    pub(super) name: &'p str,
}

/// What a use of the cell does.
enum Use<'p> {
    Sets(Setter<'p>),
    Reads(Reader<'p>),
}

impl<'p> SetAndRead<'p> {
    /// The one whose name stands at a place; nothing where a use of it is another one.
    pub(super) fn at(code: &Code<'p>, name: Place) -> Option<Self> {
        let facts = code.facts(name.file)?;
        let (id, item) = code.item_named_at(name)?;
        let ItemKind::Static(declared) = &item.kind else { return None };
        let TypeRef::Path(ty) = &declared.ty else { return None };
        let [TypeRef::Path(held)] = ty.segments.last()?.args.as_slice() else { return None };
        let is_text = held.as_ident().is_some_and(|it| it == "String");
        let def = code.names().def(name.file, id)?;
        if !is_text
            || declared.is_mut
            || declared.is_ref
            || !is_alone(facts, id)
            || code.program.is_of_api(def)
        {
            return None;
        }
        let uses = uses_of(code, def, &item.name)?;
        let all: Option<Vec<Use<'p>>> = uses.nodes.iter().map(|node| used(code, *node)).collect();
        let is_here = uses.imports.is_empty() && uses.nodes.iter().all(|it| it.file == name.file);
        let (mut setters, mut readers) = (Vec::new(), Vec::new());
        for it in all.filter(|_| is_here)? {
            match it {
                Use::Sets(setter) => setters.push(setter),
                Use::Reads(reader) => readers.push(reader),
            }
        }
        let setter = setters.pop().filter(|_| setters.is_empty() && !readers.is_empty())?;
        Some(Self { file: name.file, item, ty: ty.last_name(), held: "String", setter, readers })
    }
}

/// What is done with the cell that a node names.
fn used<'p>(code: &Code<'p>, cell: Node) -> Option<Use<'p>> {
    let locked = opened(code, called(code, cell, &LOCKS)?);
    let owner = code.owner(cell)?;
    let facts = code.facts(cell.file)?;
    let function = code.names().def(cell.file, owner).filter(|_| is_alone(facts, owner))?;
    let ItemKind::Fn(declared) = &facts.item(owner).kind else { return None };
    let body = Node { id: declared.body.filter(|_| declared.receiver.is_none())?, ..cell };
    if let Some(copy) = called(code, locked, &["clone", "to_string", "to_owned"]) {
        return taken(code, copy, body).map(|(taken, name)| Use::Reads(Reader { function, taken, name }));
    }
    let target = code.parent(locked).filter(|it| matches!(code.expr(*it).kind, ExprKind::Deref(_)))?;
    let assigned = code.parent(target)?;
    let ExprKind::Assign(_, value) = code.expr(assigned).kind else { return None };
    let [param] = declared.params.as_slice() else { return None };
    let param = bound(facts, param.pat)?;
    let stored = code.text(Node { id: value, ..cell });
    let is_made_of_it = ends_of(stored, param).count() == 1 && stored.starts_with(param);
    (is_all(code, body, assigned.id) && is_made_of_it).then_some(Use::Sets(Setter {
        function,
        param,
        stored,
    }))
}

/// The method call of one of these names on a node.
fn called(code: &Code<'_>, node: Node, names: &[&str]) -> Option<Node> {
    let parent = code.parent(node)?;
    let ExprKind::MethodCall { receiver, method, .. } = &code.expr(parent).kind else { return None };
    (*receiver == node.id && names.contains(&method.as_str())).then_some(parent)
}

/// A lock's guard, looked at through what opens it.
fn opened(code: &Code<'_>, guard: Node) -> Node {
    let waited = code.parent(guard).filter(|it| matches!(code.expr(*it).kind, ExprKind::Await(_)));
    waited.or_else(|| called(code, guard, &OPENS)).unwrap_or(guard)
}

/// The statement of a function's body that binds a copy, with the name.
fn taken<'p>(code: &Code<'p>, copy: Node, body: Node) -> Option<(Statement<'p>, &'p str)> {
    let taken = *Statement::around(code, copy).first().filter(|it| it.around == body)?;
    let Stmt::Let { pat, init, ty: None, otherwise: None, .. } = taken.stmt() else { return None };
    let name = bound(code.facts(body.file)?, *pat)?;
    let is_first = taken.block.spans[..taken.at].iter().all(|span| {
        let before = code.source(body.file).slice(*span);
        ends_of(before, name).next().is_none()
    });
    (*init == Some(copy.id) && is_first && taken.block.gated.is_empty()).then_some((taken, name))
}

/// Whether an expression is all that a body does.
fn is_all(code: &Code<'_>, body: Node, expr: ExprId) -> bool {
    let ExprKind::Block(block) = &code.expr(body).kind else { return false };
    match (block.stmts.as_slice(), block.tail) {
        ([Stmt::Expr(only)], None) => *only == expr,
        ([], Some(tail)) => tail == expr,
        _ => false,
    }
}
