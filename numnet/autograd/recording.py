"""Layers and losses on the tape: one node each, whose backward is the one that they bring along."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..losses import Loss
from .current import CONTEXT
from .modes import RECORDING
from .node import Edge, Node, Pulled, record
from .recorded import Recorded

Array = NDArray[Any]


class LayerNode(Node):
    """A recorded pass through a layer, which adds its parameters' gradients to its own slots."""

    __slots__ = ()

    def pull(self, dy: Array, inputs: bool) -> list[Pulled]:
        for target, position, _ in self.edges:
            if inputs or target.leads:
                return [(target, self.label._backward(dy, self.saved, True), position)]
        self.label._backward(dy, self.saved, False)
        return []


class LossNode(Node):
    """A recorded loss, which has a gradient to y_pred and perhaps one to y_true."""

    __slots__ = ()

    def pull(self, dy: Array, inputs: bool) -> list[Pulled]:
        # 0 where y_pred alone has a gradient, 1 where y_true has one.
        loss, last = self.label, self.edges[-1][1]
        try:
            if last == 0:
                grads = (loss.backward(self.saved, dy.item()),)
            else:
                grads = loss.backward(self.saved, dy.item(), both=True)
        except Exception as error:
            error.add_note(f"raised in the backward of {self.name} to argument {last}")
            raise
        return [(t, grads[i], i) for t, i, _ in self.edges if inputs or t.leads]


def _no_backward(*arguments: Any) -> Any:
    """In the edges of nodes that pull in a way of their own."""
    raise NotImplementedError


def record_layer(layer: Any, x: Recorded) -> Any:
    """The outputs of a layer as a tensor; layer may be the one of a recording twin."""
    if original := layer.__dict__.get("_original"):
        layer = original()
    y, saved = layer._forward(layer._cast(x._array, "x"), CONTEXT.get())
    owns = bool(layer._slots) or layer._has_parameters()
    if not (RECORDING.get() and (owns or x._requires_grad)):
        return x._make(y)
    edges: list[Edge] = [(x._node or x, 0, _no_backward)] if x._requires_grad else []
    held = (x._changed, [0])
    # Its parameters are no leaves of the graph, but the backward leads to them.
    return record(LayerNode, x, layer, y, (x._array,), edges, held, saved=saved, leads=owns)


def record_loss(loss: Loss, y_pred: Recorded, y_true: Any) -> Any:
    """The value of a loss as a tensor of shape ()."""
    edges: list[Edge] = []
    held = [y_pred._changed]
    truth = y_true
    if y_pred._requires_grad:
        edges.append((y_pred._node or y_pred, 0, _no_backward))
    if isinstance(y_true, Recorded):
        truth = y_true._array
        held.append(y_true._changed)
        if y_true._requires_grad:
            edges.append((y_true._node or y_true, 1, _no_backward))
    value, saved = loss.finite(y_pred._array, truth)
    y = np.asarray(value, y_pred._array.dtype)
    if not (edges and RECORDING.get()):
        return y_pred._make(y)
    if edges[-1][1] == 1 and not loss.gives_dy_true:
        raise TypeError(f"{loss!r} has no gradient to y_true. Write y_true.detach()")
    held.append([0])
    values = y_pred._array, np.asarray(truth)
    return record(LossNode, y_pred, loss, y, values, edges, held, saved=saved)
