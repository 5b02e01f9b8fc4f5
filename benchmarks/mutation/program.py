"""What of a file is run: two texts of which this is the same are one program."""

from __future__ import annotations

import ast
import marshal
import warnings


def program(text: str) -> bytes | None:
    """What Python would run, without annotations, docstrings and places; None if it cannot.

    Examples
    --------
    >>> program("def f(x: int) -> int: return +1") == program("def f(x):  # one\\n  return 1")
    True
    >>> program("def f(x): return 2") == program("def f(x): return 1")
    False
    >>> program("def f(x") is None
    True
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a mutant may compare a literal by "is"
            return _compiled(text)
    except (SyntaxError, ValueError):
        return None


def _compiled(text: str) -> bytes:
    tree = _Bare().visit(ast.parse(text))
    for node in ast.walk(tree):
        if "lineno" in node._attributes:
            vars(node).update(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
    return marshal.dumps(compile(tree, "", "exec"), 0)


class _Bare(ast.NodeTransformer):
    """Takes out what a type checker or a reader alone looks at."""

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(0)  # a dataclass reads that it is there
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if [ast.unparse(part) for part in node.body] == ["..."]:  # an overload, a protocol's method
            return ast.Pass()
        node.returns = None
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        if any(getattr(part, "id", "") == "TYPE_CHECKING" for part in ast.walk(node.test)):
            return ast.Pass()
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = ""
        return self.generic_visit(node)
