"""What can be a sum over shards: the sizes of the shards, the model, the loss."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.function_loss import FunctionLoss, as_loss
from ..losses import Loss
from ..model import Model
from .parcel import Rows


def split(shards: int | Sequence[int], rows: int) -> list[slice]:
    """The rows of each shard: so many nearly equal ones, or of the sizes given.

    Raises
    ------
    ValueError, TypeError
        If a shard would be empty, or the sizes do not add up.

    Examples
    --------
    >>> split(2, 5), split([1, 4], 5)
    ([slice(0, 3, None), slice(3, 5, None)], [slice(0, 1, None), slice(1, 5, None)])
    """
    if _integer(shards):
        if not 1 <= shards <= rows:  # type: ignore[operator]
            raise ValueError(
                f"sharded: expected from 1 to {rows} shards, one for each of the {rows} rows at "
                f"most, got {shards}"
            )
        sizes = [rows // shards + (k < rows % shards) for k in range(shards)]  # type: ignore
    else:
        if not (isinstance(shards, Sequence | np.ndarray) and all(map(_integer, shards))):
            raise TypeError(
                f"sharded: expected the number of shards or the rows of each, got {shards!r}"
            )
        sizes = list(shards)
        for number, size in enumerate(sizes):
            if size < 1:
                raise ValueError(f"sharded: expected rows in every shard, got {size} in {number}")
        if sum(sizes) != rows:
            raise ValueError(
                f"sharded: expected the rows of the shards to add up to {rows}, got "
                f"{' + '.join(map(str, sizes)) or 'no shard'} = {sum(sizes)}"
            )
    ends = list(itertools.accumulate(map(int, sizes)))
    return [slice(stop - size, stop) for size, stop in zip(sizes, ends, strict=True)]


def _integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def pairs(shards: Any) -> list[tuple[Rows, Rows]]:
    found = list(shards)
    if not found:
        raise ValueError("sharded: expected at least one shard, got none")
    for number, pair in enumerate(found):
        if not (isinstance(pair, tuple | list) and len(pair) == 2):
            raise TypeError(f"shard {number}: expected a pair (x, y), got {type(pair).__name__}")
    return found


def summed(loss: Any) -> Loss:
    """The loss, if it is a sum of row terms."""
    loss = as_loss(loss)
    if isinstance(loss, FunctionLoss):
        raise ValueError(
            f"sharded: the value of {loss!r} for a part of the rows is not known: it is a function "
            "of all. Derive from numnet.Loss to divide by the number of all rows"
        )
    return loss


def rowwise(model: Any) -> Model:
    """The model, if an example's output does not depend on the others."""
    if not isinstance(model, Model):
        raise TypeError(f"sharded: expected a model such as numnet.Sequential, got {model!r}")
    if not model.rowwise:
        path, part = _mixing(model)
        place = f"{path.removesuffix('.')} of {model!r}, " if path else ""
        raise ValueError(
            f"sharded: {place}{part!r}: expected a model whose output for an example does not "
            f"depend on the others, got rowwise = False. If it does not, say so in its class: "
            "rowwise = True"
        )
    return model


def _mixing(model: Model, path: str = "") -> tuple[str, Model]:
    """The innermost part that is not rowwise; a container's `rowwise` is a property."""
    for name, part in model._children() if isinstance(type(model).rowwise, property) else ():
        if isinstance(part, Model) and not part.rowwise:
            return _mixing(part, f"{path}{name}.")
    return path, model


def equally_wide(shapes: list[Any]) -> tuple[int, ...]:
    """The rows of each shard, from the shapes of its x and y."""
    first = [shape[1:] for shape in shapes[0]]
    for number, found in enumerate(shapes):
        for name, shape, width in zip("xy", found, first, strict=True):
            if shape[1:] != width:
                expected = str(("N", *width)).replace("'", "")
                raise ValueError(
                    f"shard {number}: expected {name} of shape {expected} as in shard 0, "
                    f"got {shape}"
                )
    return tuple(x[0] for x, _ in shapes)
