"""The course's network on tensors: many starts of it side by side, its loss, its update by hand.

Ten columns leave most of a matrix product's speed unused. R networks stand in one W1 of R Q columns
and in R matrices W2; no parameter of one touches another, so that the sum of their losses has the
gradient that each would have alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from numnet import Tensor

Array = NDArray[Any]
Start = Callable[[np.random.Generator, tuple[int, ...]], Array]

GUARD, TINY = 1e-16, 1e-30


def course_loss(p: Tensor, t: Array) -> Tensor:
    """The loss as the course writes it; t is one-hot.

    -(1/N) sum[y log(y^ + 1e-16) + (1 - y) log(1 - y^ + 1e-16)]

    Examples
    --------
    >>> loss = course_loss(Tensor([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
    >>> round(loss.item() / float(np.log(2)), 12)
    2.0
    """
    return -(t * (p + GUARD).log() + (1 - t) * (1 - p + GUARD).log()).sum() / len(t)


def safe_loss(p: Tensor, t: Array) -> Tensor:
    """The same loss in the form that float32 can take; of R networks, from p (R, N, C), R losses.

    1 - y^ is the sum of the other classes' probabilities: it is not lost where y^ rounds to 1.

    Examples
    --------
    >>> loss = safe_loss(Tensor([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
    >>> round(loss.item() / float(np.log(2)), 12)
    2.0
    """
    others = p @ (1 - np.eye(t.shape[1], dtype=t.dtype))
    terms = t * (p + TINY).log() + (1 - t) * (others + TINY).log()
    return -terms.sum(axis=(-2, -1)) / len(t)


def course_update(parameters: Sequence[Tensor], epsilon: float) -> None:
    """The course's last two lines of a pass, for each parameter."""
    for W in parameters:
        if W.grad is None:
            raise ValueError("course_update: a parameter has no gradient. Call backward first")
        W.data -= epsilon * W.grad.data
        W.grad.data.zero_()


def drawn(
    start: Start, bias: Start, seeds: Sequence[int], D: int, Q: int = 10, C: int = 3
) -> list[Tensor]:
    """W1 (D, R Q), b1 (R Q,), W2 (R, C, Q), b2 (R, C, 1) in float32, one network for each seed."""
    parts: list[list[Array]] = [[], [], [], []]
    for seed in seeds:
        rng = np.random.default_rng(seed)
        shapes = ((D, Q), (Q,), (Q, C), (C,))
        for part, draw, shape in zip(parts, (start, bias, start, bias), shapes, strict=True):
            part.append(draw(rng, shape))
    W1, b1, W2, b2 = parts
    arrays = (
        np.hstack(W1),
        np.concatenate(b1),
        np.stack([W.T for W in W2]),
        np.stack(b2)[:, :, None],
    )
    return [Tensor(a.astype(np.float32), requires_grad=True) for a in arrays]


def probabilities(x: Array, parameters: Sequence[Tensor], activation: str) -> Tensor:
    """Y^ of each network, of shape (R, N, C)."""
    W1, b1, W2, b2 = parameters
    R, _, Q = W2.shape
    a1 = getattr(x @ W1 + b1, activation)()
    # Along three adjacent columns a sum is slow: the classes stand above the examples.
    return (W2 @ a1.T.reshape(R, Q, len(x)) + b2).softmax(axis=1).transpose((0, 2, 1))


def descended(
    data: numnet.data.Dataset,
    parameters: Sequence[Tensor],
    activation: str,
    update: Callable[[list[Tensor]], Callable[[], None]],
    marks: Sequence[int],
) -> dict[int, list[tuple[float, float, float]]]:
    """Full-batch descent in place; (train %, test %, loss) of each network at some passes.

    `update(tensors)` returns what takes a step with their gradients and zeroes these.
    """
    x, t = data.x_train, numnet.one_hot(data.y_train, len(data.classes), np.float32)
    # A pixel that no training image has never moves its weights: left out, all else is the same.
    seen = x.any(axis=0)
    first = parameters[0]
    W1 = Tensor(np.ascontiguousarray(first.value[seen]), requires_grad=True)
    trained = [W1, *parameters[1:]]
    step = update(trained)
    x = np.ascontiguousarray(x[:, seen])
    found = {}
    for done in range(1, max(marks) + 1):
        safe_loss(probabilities(x, trained, activation), t).sum().backward()
        step()
        if done in marks:
            first.data[seen] = W1.value
            found[done] = standing(data, parameters, activation)
    return found


def standing(
    data: numnet.data.Dataset, parameters: Sequence[Tensor], activation: str
) -> list[tuple[float, float, float]]:
    """(train %, test %, loss) of each network, each from its own labels."""
    with numnet.no_grad():
        train = probabilities(data.x_train, parameters, activation)
        test = probabilities(data.x_test, parameters, activation)
        t = numnet.one_hot(data.y_train, len(data.classes), np.float32)
        values = safe_loss(train, t).value
    right = [
        100 * (p.value.argmax(axis=2) == y).mean(axis=1)
        for p, y in ((train, data.y_train), (test, data.y_test))
    ]
    return [(float(a), float(b), float(v)) for a, b, v in zip(*right, values, strict=True)]
