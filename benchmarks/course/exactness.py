"""Row A12: the course's gradients by its formulas, by numnet's layers and by the complex step.

Two gradients a and n agree where |a - n| <= 1e-13 s in each entry. s is the same backward with the
absolute values of its terms: it is what rounding is relative to, where the terms cancel.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.course.digits import first_of_each, three_digits
from benchmarks.course.network import NAMES, course_forward, course_network
from benchmarks.row import Outcome, Row, markdown

Array = NDArray[np.float64]
Gradients = dict[str, Array]

BOUND = 1e-13
STEP = 1e-30


def distance(a: Array, n: Array, s: Array) -> float:
    """The largest |a - n| / s over the entries; 0 / 0 counts as 0, NaN as infinity.

    Examples
    --------
    >>> distance(np.array([1.0, 0.0]), np.array([1.5, 0.0]), np.array([2.0, 0.0]))
    0.25
    >>> distance(np.array([1.0]), np.array([np.nan]), np.array([2.0]))
    inf
    """
    if not a.shape == n.shape == s.shape:
        return float("inf")
    e = np.abs(a - n)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(e == 0, 0.0, e / s)
    return float(np.where(np.isnan(ratio), np.inf, ratio).max(initial=0.0))


def by_hand(x: Array, t: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Gradients:
    """The course's formulas: gradients of the loss summed over the examples; t is one-hot."""
    a1, _, p = course_forward(x, W1, b1, W2, b2)
    delta3 = p - t
    delta2 = (1 - a1**2) * (delta3 @ W2.T)
    return {
        "delta3": delta3,
        "delta2": delta2,
        "dW1": x.T @ delta2,
        "db1": delta2.sum(axis=0),
        "dW2": a1.T @ delta3,
        "db2": delta3.sum(axis=0),
    }


def scales(x: Array, t: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Gradients:
    """The same backward with the absolute values of its terms."""
    a1, _, p = course_forward(x, W1, b1, W2, b2)
    return absolute(x, a1, W2, p + t)


def absolute(x: Array, a1: Array, W2: Array, s3: Array) -> Gradients:
    """The backward from Z2 down with absolute values; s3 is the scale of delta3."""
    s2 = (1 + a1**2) * (s3 @ abs(W2).T)
    return {
        "delta3": s3,
        "delta2": s2,
        "dW1": abs(x).T @ s2,
        "db1": s2.sum(axis=0),
        "dW2": abs(a1).T @ s3,
        "db2": s3.sum(axis=0),
    }


def by_layers(model: numnet.Sequential, x: Array, y: Array) -> Gradients:
    """The same from numnet: N times the gradients of the mean."""
    loss, n = numnet.SoftmaxCrossEntropy(), len(x)
    z2, saved = model[1:].propagate(model[0](x))
    delta3 = loss.backward(loss.forward(z2, y)[1])
    delta2 = np.asarray(model[1:].backpropagate(delta3, saved))
    gradient = numnet.Objective(model, loss, x, y)(model.parameters.value)[1]
    return {"delta3": n * delta3, "delta2": n * delta2} | _named(model, n * gradient)


def by_complex_step(model: numnet.Sequential, x: Array, y: Array) -> Gradients:
    """The same without a derivative: Im f(theta + i h) / h, one entry at a time."""
    loss, n = numnet.SoftmaxCrossEntropy(), len(x)
    objective = numnet.Objective(model, loss, x, y)
    z1, tail = model[0](x), model[1:]
    return {
        "delta3": n * differentiated(lambda z2: loss(z2, y), model(x)),
        "delta2": n * differentiated(lambda z: loss(tail(z), y), z1),
    } | _named(model, n * differentiated(lambda theta: objective(theta)[0], model.parameters.value))


def differentiated(fun: Callable[[NDArray[np.complex128]], complex], at: Array) -> Array:
    """The gradient of an analytic function by the complex step.

    Examples
    --------
    >>> differentiated(lambda v: (v**3).sum(), np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    point, gradient = at.astype(complex), np.empty(at.shape)
    for i in np.ndindex(at.shape):
        point[i] += 1j * STEP
        gradient[i] = fun(point).imag / STEP
        point[i] = at[i]
    return gradient


def worst_distances(model: numnet.Sequential, x: Array, y: Array) -> dict[str, tuple[float, ...]]:
    """By name: formulas to layers, formulas to complex step, layers to complex step."""
    values = [model.parameters[name] for name in NAMES]
    t = np.eye(model.parameters["2.b"].size)[y]
    hand, s = by_hand(x, t, *values), scales(x, t, *values)
    layers, step = by_layers(model, x, y), by_complex_step(model, x, y)
    return {
        name: tuple(
            distance(a[name], n[name], s[name])
            for a, n in ((hand, layers), (hand, step), (layers, step))
        )
        for name in hand
    }


def _named(model: numnet.Sequential, flat: Array) -> Gradients:
    twin = model.replica(flat).parameters
    return dict(zip(("dW1", "db1", "dW2", "db2"), (twin[name] for name in NAMES), strict=True))


def exactness(quick: bool) -> Outcome:
    """A12 at the course's start and after 200 passes of descent."""
    data = three_digits((0, 1, 2))
    rows = first_of_each(data.y_train, 3, 3 if quick else 10)
    x, y = data.x_train[rows], data.y_train[rows]
    model = course_network(0)
    start = worst_distances(model, x, y)
    numnet.fit(
        model,
        numnet.SoftmaxCrossEntropy(),
        x,
        y,
        optimizer=numnet.SGD(lr=0.03, momentum=0.9),
        epochs=200,
        progress=False,
    )
    trained = worst_distances(model, x, y)
    worst = max(max(v) for found in (start, trained) for v in found.values())
    names = ("formulas - layers", "formulas - complex step", "layers - complex step")
    table = markdown(
        ("gradient", *(f"{where}: {n}" for where in ("start", "trained") for n in names)),
        [[g, *(f"{v:.1e}" for v in (*start[g], *trained[g]))] for g in start],
    )
    return Outcome(
        f"delta3, delta2, dW1, db1, dW2, db2 by formulas, layers and complex step: "
        f"worst |a - n| / s = {worst:.1e} (bound {BOUND:.0e})",
        {"worst": worst, "bound": BOUND, "start": start, "trained": trained},
        right=worst <= BOUND,
        data=data.name,
        details=f"The largest |a - n| / s over all entries, {len(x)} examples, all "
        f"{model.parameters.value.size} parameters, at the start and after 200 passes; s is the "
        f"same backward with the absolute values of its terms.\n\n{table}",
    )


ROWS = (Row("A12", "no figure: gradients derived by hand", "six gradients, three ways", exactness),)
