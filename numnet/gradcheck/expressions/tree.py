"""An expression in the arrays that the caller knows: its text, value, and how to evaluate it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Tree = tuple[Any, ...]
LARGE = 40_000  # multiply-adds that cost as much as all that a small array does
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4  # how tightly a text binds


@dataclass(eq=False)
class Node:
    """One expression; value is that at the point of the check.

    tree holds the operation and the trees of its operands, so that two expressions can be
    compared; cost is how complicated it is.
    """

    tree: Tree
    text: str
    binds: int
    cost: int
    value: Array
    rule: Callable[..., Array] = field(repr=False)
    operands: tuple[Node, ...] = ()

    def on(self, known: Mapping[str, Array]) -> Array:
        """The value for other values of the known arrays; KeyError where one is not known."""
        if not self.operands:
            return self.rule(known)
        return self.rule(*(operand.on(known) for operand in self.operands))

    @cached_property
    def sources(self) -> frozenset[str]:
        """The texts of all that it is made of, itself included."""
        return frozenset({self.text}).union(*(operand.sources for operand in self.operands))

    @cached_property
    def mapped(self) -> bool:
        """Whether a matrix product is in it."""
        return any("@" in text for text in self.sources)

    @cached_property
    def effort(self) -> float:
        """What it costs to compute, in units of a small array's."""
        inner = self.operands[0].value.shape[-1] if self.tree[0] == "@" else 10
        return 1.0 + self.value.size * inner / LARGE

    @cached_property
    def transposed(self) -> Node:
        return make(("T", self.tree), f"{self.tight(ATOM)}.T", ATOM, 0, np.transpose, self)

    def tight(self, binds: int) -> str:
        """The text, in parentheses where it binds less tightly."""
        return self.text if self.binds >= binds else f"({self.text})"


def name(label: str, known: Mapping[str, Array], cost: int = 1) -> Node:
    """A known array."""
    return Node(
        ("name", label), label, ATOM, cost, numeric(known[label]), lambda k: numeric(k[label])
    )


def numeric(value: Array) -> Array:
    return value.astype(np.float64) if value.dtype.kind != "f" else value


def make(
    tree: Tree, text: str, binds: int, cost: int, rule: Callable[..., Array], *operands: Node
) -> Node:
    """An operation on other expressions."""
    value = rule(*[operand.value for operand in operands])
    for operand in operands:
        cost += operand.cost
    return Node(tree, text, binds, cost, value, rule, operands)


def matmul(a: Node, b: Node) -> Node:
    text = f"{a.tight(PRODUCT)} @ {b.tight(POWER)}"
    return make(("@", a.tree, b.tree), text, PRODUCT, 1, np.matmul, a, b)


def times(a: Node, b: Node) -> Node:
    text = f"{_factor(a)} * {b.tight(POWER)}"
    return make(("*", a.tree, b.tree), text, PRODUCT, 1, np.multiply, a, b)


def _factor(a: Node) -> str:
    """The text on the left of *; a matrix product there reads better in parentheses."""
    return f"({a.text})" if a.tree[0] == "@" else a.tight(PRODUCT)


def divided(a: Node, b: Node) -> Node:
    text = f"{_factor(a)} / {b.tight(POWER)}"
    return make(("/", a.tree, b.tree), text, PRODUCT, 1, np.divide, a, b)


def plus(a: Node, b: Node) -> Node:
    return make(("+", a.tree, b.tree), f"{a.text} + {b.text}", SUM, 1, np.add, a, b)


def minus(a: Node, b: Node) -> Node:
    text = f"{a.text} - {b.tight(PRODUCT)}"
    return make(("-", a.tree, b.tree), text, SUM, 1, np.subtract, a, b)


def total(a: Node, axis: int | None, keepdims: bool = False, mean: bool = False) -> Node:
    """A sum or a mean along one axis, or over all."""

    def rule(value: Array) -> Array:
        reduce = np.mean if mean else np.sum
        return np.asarray(reduce(value, axis=axis, keepdims=keepdims))

    inside = "" if axis is None else str(axis)
    inside += ", keepdims=True" if keepdims else ""
    method = "mean" if mean else "sum"
    text = f"{a.tight(ATOM)}.{method}({inside})"
    return make((method, a.tree, axis), text, ATOM, 1, rule, a)


def applied(template: str, cost: int, function: Callable[[Array], Array], a: Node) -> Node:
    """An elementwise function by its template, such as "(1 - {a}**2)"."""
    text = template.replace("({a})", f"({a.text})").replace("({a},", f"({a.text},")
    text = text.replace("{a}", a.tight(ATOM))
    if template.startswith("(") and template.endswith(")"):
        binds = ATOM
    elif " * " in template or " / " in template:
        binds = PRODUCT
    else:
        binds = POWER if template.endswith(("**2", "**3")) else ATOM
    return make((template, a.tree), text, binds, cost, function, a)


def softmaxed(a: Node, axis: int) -> Node:
    """The softmax along an axis, written out."""

    def rule(value: Array) -> Array:
        e = np.exp(value - value.max(axis=axis, keepdims=True))
        result: Array = e / e.sum(axis=axis, keepdims=True)
        return result

    e = f"np.exp({a.text})"
    text = f"{e} / {e}.sum({axis}, keepdims=True)"
    return make(("softmax", a.tree, axis), text, PRODUCT, 3, rule, a)


def softmax_back(s: Node, g: Node, axis: int) -> Node:
    """s * (g - sum of g * s): the Jacobian of softmax times g."""

    def rule(s: Array, g: Array) -> Array:
        result: Array = s * (g - (g * s).sum(axis=axis, keepdims=True))
        return result

    inner = f"({_factor(g)} * {s.tight(POWER)}).sum({axis}, keepdims=True)"
    text = f"{s.tight(PRODUCT)} * ({g.text} - {inner})"
    return make(("softmax back", s.tree, g.tree, axis), text, PRODUCT, 3, rule, s, g)


def log_softmax_back(s: Node, g: Node, axis: int) -> Node:
    """g - s times the sum of g."""

    def rule(s: Array, g: Array) -> Array:
        result: Array = g - s * g.sum(axis=axis, keepdims=True)
        return result

    text = f"{g.text} - {_factor(s)} * {g.tight(ATOM)}.sum({axis}, keepdims=True)"
    return make(("log_softmax back", s.tree, g.tree, axis), text, SUM, 3, rule, s, g)
