"""A model as a table: layers, shapes, parameters and multiply-adds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .model import Model


def table(model: Model) -> str:
    """The summary that `str(model)` shows; N is the number of examples.

    Examples
    --------
    >>> import numnet
    >>> print(numnet.Sequential(numnet.Linear(784, 10), numnet.Tanh(), numnet.Linear(10, 3)))
    layer                  output    parameters  multiply-adds
    0  Linear(784 -> 10)   (N, 10)        7 850          7 840
    1  Tanh()              (N, 10)            0              0
    2  Linear(10 -> 3)     (N, 3)            33             30
    total                                 7 883          7 870
    """
    rows: list[tuple[str, ...]] = [("layer", "output", "parameters", "multiply-adds")]
    shape: tuple[int, ...] | None = None
    works = 0
    chain = hasattr(model, "layers")
    layers: list[tuple[str, Any]] = list(_innermost(model) if chain else model._children())
    if not (layers or chain):
        layers = [("", model)]
    counted: set[int] = set()
    for label, layer in layers:
        # Only a chain says what the input of a layer is.
        shape, work = _flow(layer, shape if chain else None)
        works += work
        name = f"{label}  {layer!r}" if len(layers) > 1 else repr(layer)
        out = "?" if shape is None else f"(N, {', '.join(map(str, shape))})"
        # What is shared or tied counts where it stands first.
        new = [slot for slot in layer.parameters.slots().values() if id(slot) not in counted]
        counted.update(map(id, new))
        rows.append((name, out, _number(sum(slot.value.size for slot in new)), _number(work)))
    own = sum(slot.value.size for slot in model._slots.values())
    if own and layers and layers[0][1] is not model:
        rows.append((f"{', '.join(model._slots)}", "", _number(own), ""))
    if len(rows) > 2:
        rows.append(("total", "", _number(model.parameters.size), _number(works)))
    return _aligned(rows)


def _innermost(chain: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The layers of a chain and of the chains in it, with their names."""
    for name, layer in chain._children():
        if hasattr(layer, "layers"):
            yield from _innermost(layer, f"{path}{name}.")
        else:
            yield path + name, layer


def _flow(layer: Any, shape: tuple[int, ...] | None) -> tuple[tuple[int, ...] | None, int]:
    """The shape of one example after the layer, None where unknown, and its multiply-adds."""
    if hasattr(layer, "layers"):
        work = 0
        for inner in layer.layers:
            shape, part = _flow(inner, shape)
            work += part
        return shape, work
    D, Q = getattr(layer, "in_features", None), getattr(layer, "out_features", None)
    if D is not None and Q is not None:
        parts = [part for _, part in layer._children()]
        return (Q,), sum(_flow(part, None)[1] for part in parts) if parts else D * Q
    if shape is None:
        return None, 0
    try:
        # A user's layer tells its shape by doing; an error is for the real call to report.
        return layer(np.zeros((1, *shape))).shape[1:], 0
    except Exception:
        return None, 0


def _number(n: int) -> str:
    return f"{n:,}".replace(",", " ")


def _aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{a:<{widths[0]}}   {b:<{widths[1]}}   {c:>{widths[2]}}  {d:>{widths[3]}}".rstrip()
        for a, b, c, d in rows
    )
