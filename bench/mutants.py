"""Small faults put into a module, one at a time: what a test of the module should notice.

The faults: a bound moved (``<`` for ``<=``), a comparison turned round, ``and`` for ``or``, a ``not`` taken away, plus for minus, a number
one higher, True for False, a code or a field's name misspelt, a value not returned, a ``continue``, ``break`` or bare ``return`` taken away.
Left out: what only words a finding (texts with a space, f-strings, a choice or a list of them, and of a call to ``found`` its pointer,
message and mend), docstrings,
annotations, imports, and the marks of rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_WORDING = slice(3, 6)
"""The pointer, the message and the mend among what is given to ``found``."""


@dataclass(frozen=True)
class Mutant:
    """A fault: the name at the top of its module that holds it, its line, the line's text, and what was put for what."""

    name: str
    line: int
    text: str
    was: str
    now: str

    @property
    def id(self) -> str:
        """What it is known by also after the lines above it have changed."""
        return f"{self.name}: {self.was} -> {self.now} in: {self.text}"


def mutants(tree: ast.Module, source: str) -> Iterator[Mutant]:
    """Every fault of a module. While one is told, ``tree`` holds it; after the last one the tree is as it was."""
    lines = source.splitlines()
    for statement in tree.body:
        for name in defined(statement):
            for parent, field, index, node in _places(statement):
                for other in _others(node):
                    line = getattr(node, "lineno", statement.lineno)
                    _put(parent, field, index, ast.fix_missing_locations(ast.copy_location(other, node)))
                    yield Mutant(name, line, lines[line - 1].strip(), _word(node), _word(other))
                    _put(parent, field, index, node)
            break


def defined(statement: ast.stmt) -> Sequence[str]:
    """The names that a statement at the top of a module defines; () for an import or a docstring."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Assign(targets=targets):
            return tuple(n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return (name,)
    return ()


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Each node below a node, with where it hangs; without what is left out."""
    for field, value in list(ast.iter_fields(parent)):
        if field in ("annotation", "returns", "decorator_list", "target", "targets", "op", "ops"):
            continue
        for index, node in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(node, ast.AST) or _words_only(parent, field, index, node):
                continue
            yield parent, field, index, node
            yield from _places(node)


def _words_only(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> bool:
    if _is_wording(node) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return True
    is_found = isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "found"
    return is_found and field == "args" and index in range(*_WORDING.indices(_WORDING.stop))


def _is_wording(node: ast.AST | None) -> bool:
    """Whether something makes a piece of a sentence: a text with a space, an f-string, one of two of them, a list of them joined."""
    match node:
        case ast.JoinedStr():
            return True
        case ast.Constant(value=str(value)):
            return any(c.isspace() for c in value)
        case ast.IfExp(body=one, orelse=other):
            return _is_wording(one) or _is_wording(other)
        case ast.BinOp(left=one, right=other):
            return _is_wording(one) or _is_wording(other)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(value)), attr="join")):
            return value != ""
        case ast.Return(value=value):
            return _is_wording(value)
    return False


def _others(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=right):
            for n, op in enumerate(ops):
                for other in _COMPARISONS[type(op)]:
                    yield ast.Compare(left, [*ops[:n], other(), *ops[n + 1 :]], right)
        case ast.BoolOp(op=ast.And(), values=values):
            yield ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            yield ast.BinOp(left, _OPERATORS[type(op)](), right)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if (
            value and not value.startswith("/") and not any(c.isspace() for c in value)
        ):
            yield ast.Constant(f"{value}XX")
        case ast.Return(value=None) | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Return(value=value) if not isinstance(value, ast.Constant) or value.value is not None:
            yield ast.Return(ast.Constant(None))


def _word(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:45]} … {text[-42:]}"
