"""Layers and losses on the tape: one node each, whose backward is the one that they bring along."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..losses import Loss
from ..model import Model
from .current import CONTEXT
from .modes import RECORDING
from .node import Edge, Node, made
from .recorded import Recorded

Array = NDArray[Any]


class LayerNode(Node):
    """A recorded pass through a layer, which adds its parameters' gradients to its own slots."""

    __slots__ = ("saved",)

    def __init__(self, layer: Model, x: Recorded, y: Array, saved: Any, owns: bool) -> None:
        edges: list[Edge] = [(x._node or x, 0, _no_backward)] if x._requires_grad else []
        super().__init__(layer, y, (x._array,), {}, edges, (x._changed, [0]))
        self.saved = saved
        # Its parameters are no leaves of the graph.
        self.leads = self.leads or owns

    def pull(self, dy: Array, inputs: bool) -> list[tuple[Recorded | Node, Array]]:
        for target, _, _ in self.edges:
            if inputs or target.leads:
                dx = self.label._backward(dy, self.saved, True)
                return [(target, self.fitted(dx, target, 0))]
        self.label._backward(dy, self.saved, False)
        return []

    def free(self) -> None:
        super().free()
        self.saved = None


def _no_backward(*arguments: Any) -> Any:
    raise NotImplementedError


def record_layer(layer: Model, x: Recorded) -> Any:
    """The outputs of a layer as a tensor."""
    y, saved = layer._forward(layer._cast(x._array, "x"), CONTEXT.get())
    owns = bool(layer._slots) or layer._has_parameters()
    if not (RECORDING.get() and (owns or x._requires_grad)):
        return x._make(y)
    return made(x, LayerNode(layer, x, y, saved, owns))


def record_loss(loss: Loss, y_pred: Recorded, y_true: Any) -> Any:
    """The value of a loss as a tensor of shape ()."""
    both = isinstance(y_true, Recorded) and y_true.requires_grad
    truth = y_true._array if isinstance(y_true, Recorded) else y_true
    value, saved = loss.finite(y_pred._array, truth)
    y = np.asarray(value, y_pred._array.dtype)
    inputs = [t for t in (y_pred, y_true) if isinstance(t, Recorded)]
    if not RECORDING.get() or not any(t.requires_grad for t in inputs):
        return y_pred._make(y)

    def to_pred(dy: Array, *rest: Any) -> Any:
        return loss.backward(saved, dy.item())

    def to_true(dy: Array, *rest: Any) -> Any:
        return loss.backward(saved, dy.item(), both=True)[1]  # type: ignore[call-arg]

    if both and not loss.gives_dy_true:
        raise TypeError(f"{loss!r} has no gradient to y_true. Write y_true.detach()")
    edges: list[Edge] = [
        (t._node or t, i, backward)
        for i, (t, backward) in enumerate(zip(inputs, (to_pred, to_true), strict=False))
        if t.requires_grad
    ]
    held = [*(t._changed for t in inputs), [0]]
    return made(y_pred, Node(loss, y, (y_pred._array, np.asarray(truth)), {}, edges, held))
