"""The recorded graph: what a tensor was made of, to read, to print and to plot."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import GraphError
from .recorded import Recorded
from .vertices import Reading, Vertex

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]
PLURALS = {"operation": "operations", "leaf": "leaves", "constant": "constants"}


class Graph:
    """The operations that a tensor was made of; `tensor.graph()` returns it.

    Each array of it is a vertex: the leaves, which require a gradient, the constants, which do not,
    and the result of each operation. For a tensor of one number the gradient to each is found by a
    backward pass that leaves every `.grad` as it was.

    Parameters
    ----------
    tensor : Tensor
        The result.
    names : mapping of str to Tensor or ndarray, optional
        What is to be called by a name of its own. By default parameters of a model are called as
        the model calls them, other leaves x0, x1, ..., constants k0, k1, ..., results t1, t2, ...

    Attributes
    ----------
    nodes : tuple of Vertex
        In the order of computation, each with name, kind ("leaf", "constant" or "operation"),
        operation, operands (their names), text, value and grad (None if there is none).
    edges : tuple of (str, str)
        From the name of each operand to that of the result.

    Raises
    ------
    GraphError
        If nothing was recorded, a backward freed it, or an array was changed in place.
    ValueError
        If something in `names` does not occur.

    Examples
    --------
    >>> import numnet
    >>> w = numnet.Tensor([3.0, 1.0], requires_grad=True)
    >>> loss = (w * [2.0, 5.0]).sum()
    >>> graph = loss.graph(names={"w": w})
    >>> print(graph)
    2 operations, 1 leaf, 1 constant               shape          value*      grad*
    w    leaf                                      (2,)            2.236      3.808
    k0   constant                                  (2,)            3.808
    t1 = w * k0                                    (2,)            5.523          1
    t2 = sum(t1)                                   ()                 11          1
    * of several entries their root mean square
    >>> graph.edges
    (('w', 't1'), ('k0', 't1'), ('t1', 't2'))
    >>> graph["w"].grad
    array([2., 5.])
    """

    nodes: tuple[Vertex, ...]

    def __init__(
        self, tensor: Recorded, names: Mapping[str, Recorded | Array] | None = None
    ) -> None:
        if not tensor.requires_grad:
            raise GraphError(
                "graph: nothing that this tensor was made of requires a gradient, and nothing was "
                "recorded. Make one with Tensor(array, requires_grad=True), outside of no_grad"
            )
        self.nodes = tuple(Reading(tensor, names or {}).vertices.values())

    @property
    def leaves(self) -> tuple[Vertex, ...]:
        """What requires a gradient and is no result of an operation."""
        return tuple(v for v in self.nodes if v.kind == "leaf")

    @property
    def constants(self) -> tuple[Vertex, ...]:
        """The arrays that require no gradient; single numbers stand in the operations' text."""
        return tuple(v for v in self.nodes if v.kind == "constant")

    @property
    def operations(self) -> tuple[Vertex, ...]:
        """The results of operations; the last is the tensor itself."""
        return tuple(v for v in self.nodes if v.kind == "operation")

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """From each operand to each result, by name."""
        return tuple((name, v.name) for v in self.nodes for name in v.operands)

    def __getitem__(self, name: str) -> Vertex:
        for vertex in self.nodes:
            if vertex.name == name:
                return vertex
        raise KeyError(f"{name!r} is not in the graph: {', '.join(v.name for v in self.nodes)}")

    def plot(self) -> Figure:
        """Draw it from the leaves down to the result, in boxes joined by arrows.

        Each box tells operation and operands, shape, value and gradient; the kinds differ in their
        frames. Save the picture with `figure.savefig("graph.png")`.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ValueError
            If there are more nodes than a picture can show.

        Examples
        --------
        >>> import numnet
        >>> w = numnet.Tensor(3.0, requires_grad=True)
        >>> (w * w).graph().plot().axes[0].texts[0].get_text()
        'x0'
        """
        from ..plot.graph import draw_graph

        return draw_graph(self)

    def __str__(self) -> str:
        inputs = [v for v in self.nodes if v.kind != "operation"]
        longest = min(12, max(len(v.name) for v in self.nodes))
        lines = [_row(self._count(), "shape", "value*", "grad*")]
        for v in (*inputs, *self.operations):
            text = f"{v.name:{longest}} {'=' if v.operation else ' '} {v.text or v.kind}"
            first, *rest = textwrap.wrap(
                text, 45, subsequent_indent=" " * (longest + 5), break_on_hyphens=False
            )
            grad = "" if v.grad is None else summary(v.grad)
            lines += [_row(first, str(v.value.shape), summary(v.value), grad), *rest]
        return "\n".join([*lines, "* of several entries their root mean square"])

    def __repr__(self) -> str:
        return f"Graph({self._count()})"

    def _count(self) -> str:
        kinds = [v.kind for v in self.nodes]
        return ", ".join(
            f"{kinds.count(one)} {one if kinds.count(one) == 1 else several}"
            for one, several in PLURALS.items()
        )


def _row(first: str, shape: str, value: str, grad: str) -> str:
    return f"{first:46} {shape:12} {value:>8} {grad:>10}".rstrip()


def summary(array: Array) -> str:
    """A number as it is; of several entries their root mean square."""
    if array.size == 1:
        return f"{array.item():.4g}"
    if not array.size or array.dtype.kind not in "fc":
        return ""
    # The squares of large entries would overflow.
    largest = float(np.abs(array).max())
    if largest in (0.0, np.inf) or np.isnan(largest):
        return f"{largest:.4g}"
    return f"{largest * float(np.sqrt(np.mean(np.abs(array / largest) ** 2))):.4g}"
