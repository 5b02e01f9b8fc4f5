"""What two expressions, the claimed and the true one, differ in."""

from __future__ import annotations

from collections import Counter

from .tree import Tree

ADDED = ("+", "-")
SENTENCES = {
    "transposed": "a matrix in it is transposed, or lacks its transpose",
    "missing-factor": "a factor in it is missing, too many, or taken at the wrong array",
    "missing-term": "a term in it is missing or too many",
    "wrong-axis": "a sum in it runs along the wrong axis",
    "not-reduced": "a sum in it is missing or too many",
}
SUMMED = ("sum", "mean")


def cause_of(claimed: Tree, true: Tree) -> str | None:
    """The cause that turns the true expression into the claimed one; None where none is certain."""
    if claimed == true:
        return None
    if _untransposed(claimed) == _untransposed(true):
        return "transposed"
    for whole, part in ((claimed, true), (true, claimed)):
        if whole[0] in ADDED and part in whole[1:]:
            return "missing-term"
        if whole[0] == "softmax back":
            if part == whole[2]:
                return "missing-factor"
            if part[0] == "softmax back" and part[2] == whole[2] and part[3] != whole[3]:
                return "wrong-axis"
            if _products_of(part) >= Counter([whole[1], whole[2]]):
                return "missing-term"
        if whole[0] == "log_softmax back":
            if part == whole[2]:
                return "missing-term"
            if part[0] == "log_softmax back" and part[1:3] == whole[1:3]:
                return "wrong-axis"
        if whole[0] in SUMMED and part == whole[1]:
            return "not-reduced"
    return _of_products(claimed, true) or _inside(claimed, true)


def _of_products(claimed: Tree, true: Tree) -> str | None:
    """A factor missing, one too many, or one in place of another."""
    left, right = _products_of(claimed), _products_of(true)
    common = left & right
    if not common:
        return None
    left, right = left - common, right - common
    if not left or not right:
        return "missing-factor"
    if left.total() == right.total() == 1:
        a, b = next(iter(left)), next(iter(right))
        return cause_of(a, b) if a[0] in ("@", "softmax", *SUMMED) else "missing-factor"
    return None


def _inside(claimed: Tree, true: Tree) -> str | None:
    """The same operation on operands of which one differs."""
    if claimed[0] != true[0] or len(claimed) != len(true):
        return None
    if claimed[0] in (*SUMMED, "softmax"):
        if claimed[1] == true[1]:
            return "wrong-axis"
        return cause_of(claimed[1], true[1]) if claimed[2] == true[2] else None
    differing = [(a, b) for a, b in zip(claimed[1:], true[1:], strict=True) if a != b]
    if len(differing) != 1:
        return None
    a, b = differing[0]
    if not (isinstance(a, tuple) and isinstance(b, tuple)):
        return "wrong-axis" if "softmax" in claimed[0] else None
    return cause_of(a, b)


def _products_of(tree: Tree) -> Counter[Tree]:
    if tree[0] == "*":
        return _products_of(tree[1]) + _products_of(tree[2])
    if tree[0] == "{a} * (1 - {a})":
        return Counter([tree[1], ("(1 - {a})", tree[1])])
    return Counter([tree])


def _untransposed(tree: Tree) -> Tree:
    """Without transposes, and matrix products without the order of their operands."""
    if tree[0] == "T":
        return _untransposed(tree[1])
    parts = [_untransposed(part) if isinstance(part, tuple) else part for part in tree[1:]]
    if tree[0] in ("@", "outer"):
        parts.sort(key=repr)
    return (tree[0], *parts)
