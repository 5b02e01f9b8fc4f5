"""Einstein sums: products of any number of arrays, summed over the letters left out."""

from __future__ import annotations

import string
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tape import operation

Array = NDArray[Any]


def _letters(subscripts: str, shapes: list[tuple[int, ...]]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, an ellipsis written out."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(shapes):
        raise ValueError(f"einsum: {len(terms)} terms in {subscripts!r} for {len(shapes)} operands")
    free = [c for c in string.ascii_letters if c not in subscripts]
    widths = [len(s) - len(t.replace("...", "")) for t, s in zip(terms, shapes, strict=True)]
    width = max([w for t, w in zip(terms, widths, strict=True) if "..." in t], default=0)
    dots = "".join(free[:width])
    terms = [t.replace("...", dots[width - w :]) for t, w in zip(terms, widths, strict=True)]
    if not arrow:
        every = "".join(terms)
        once = sorted(c for c in set(every) - set(dots) if every.count(c) == 1)
        output = dots + "".join(once)
    return terms, output.replace("...", dots)


def _to_operand(i: int) -> Any:
    def backward(dy: Array, y: Array, *operands: Array, subscripts: str) -> Array:
        terms, output = _letters(subscripts, [np.shape(a) for a in operands])
        mine, x = terms[i], np.asarray(operands[i])
        others = [(t, a) for j, (t, a) in enumerate(zip(terms, operands, strict=True)) if j != i]
        once = "".join(dict.fromkeys(mine))
        # A letter of this operand alone was summed: its gradient is the same along it.
        known = "".join(c for c in once if c in output or any(c in t for t, _ in others))
        inputs = ",".join([output, *(t for t, _ in others)])
        part = np.einsum(f"{inputs}->{known}", dy, *(a for _, a in others))
        sizes = dict(zip(mine, x.shape, strict=True))
        part = part.reshape([part.shape[known.index(c)] if c in known else 1 for c in once])
        # An ellipsis may have been broadcast over an axis of length 1.
        for axis, c in enumerate(once):
            if sizes[c] == 1 and part.shape[axis] > 1:
                part = part.sum(axis=axis, keepdims=True)
        part = np.broadcast_to(part, [sizes[c] for c in once])
        if len(once) == len(mine):
            return part
        # A letter twice reads the diagonal alone.
        dx = np.zeros(x.shape, part.dtype)
        places = np.indices(part.shape, sparse=True)
        dx[tuple(places[once.index(c)] for c in mine)] = part
        return dx

    return backward


@operation(each=_to_operand)
def _einsum(*operands: Any, subscripts: str) -> Any:
    return np.einsum(subscripts, *operands)


def einsum(subscripts: str, *operands: Any) -> Any:
    """y as `numpy.einsum`; the gradient to an operand is the sum of dy with all the others."""
    return _einsum(*operands, subscripts=subscripts)
