"""Row A15-17: the gradient of the course's loss by the tape, by layers and by the complex step."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.course import exactness
from benchmarks.course.digits import first_of_each, three_digits
from benchmarks.course.exactness import BOUND, Gradients, absolute, differentiated, distance
from benchmarks.course.guard import guarded
from benchmarks.course.network import NAMES, course_forward, course_network
from benchmarks.course.tensors import GUARD, course_loss, course_update
from benchmarks.row import Outcome, Row, markdown
from numnet import Tensor

Array = NDArray[Any]
GRADIENTS = ("dW1", "db1", "dW2", "db2")
PASSES, STEP = 200, 0.03


def recorded(values: list[Array]) -> list[Tensor]:
    """W1, b1, W2, b2 as leaves of the tape."""
    return [Tensor(value.copy(), requires_grad=True) for value in values]


def tape_loss(x: Array, t: Array, parameters: list[Tensor]) -> Tensor:
    """The course's lines on tensors."""
    W1, b1, W2, b2 = parameters
    Z1 = x @ W1 + b1
    a1 = np.tanh(Z1)
    Z2 = a1 @ W2 + b2
    return course_loss(Z2.softmax(), t)


def by_tape(x: Array, t: Array, values: list[Array]) -> Gradients:
    """The gradients that backward() leaves."""
    parameters = recorded(values)
    tape_loss(x, t, parameters).backward()
    grads = (W.grad for W in parameters)
    return {name: g.numpy() for name, g in zip(GRADIENTS, grads, strict=True) if g is not None}


def by_layers(x: Array, t: Array, values: list[Array]) -> Gradients:
    """The same from layers wired by hand, softmax included, and the equivalent loss."""
    plain = course_network(0, x.shape[1], len(values[1]), t.shape[1])
    model = numnet.Sequential(*plain.copy().layers, numnet.Softmax())
    for name, value in zip(NAMES, values, strict=True):
        model.parameters[name] = value
    objective = numnet.Objective(model, numnet.BinaryCrossEntropy(), x, t)
    found = model.replica(objective(model.parameters.value)[1]).parameters
    return {name: found[own] for name, own in zip(GRADIENTS, NAMES, strict=True)}


def by_complex_step(x: Array, t: Array, values: list[Array]) -> Gradients:
    """The same without a derivative, and without numnet: the formulas in plain NumPy."""

    def loss(place: int, value: Array) -> complex:
        own: list[Array] = [*values]
        own[place] = value
        W1, b1, W2, b2 = own
        p = course_forward(x, W1, b1, W2, b2)[-1]
        terms = t * np.log(p + GUARD) + (1 - t) * np.log(1 - p + GUARD)
        return complex(-terms.sum() / len(x))

    return {
        name: differentiated(partial(loss, place), values[place])
        for place, name in enumerate(GRADIENTS)
    }


def scales(x: Array, t: Array, values: list[Array]) -> Gradients:
    """The backward with the absolute values of its terms."""
    a1, _, p = course_forward(x, *values)
    dp = (t / (p + GUARD) + (1 - t) / (1 - p + GUARD)) / len(x)
    s3 = p * (dp + (p * dp).sum(axis=1, keepdims=True))
    return absolute(x, a1, values[2], s3)


def worst_distances(x: Array, t: Array, values: list[Array]) -> dict[str, tuple[float, ...]]:
    """By name: tape to layers, tape to complex step, layers to complex step."""
    s = scales(x, t, values)
    found = [by(x, t, values) for by in (by_tape, by_layers, by_complex_step)]
    tape, layers, step = found
    return {
        name: tuple(
            distance(a[name], n[name], s[name])
            for a, n in ((tape, layers), (tape, step), (layers, step))
        )
        for name in GRADIENTS
    }


def another_gradient(x: Array, t: Array, values: list[Array]) -> tuple[float, float]:
    """Of delta3 = Y^ - Y, as the course derives it, to this loss: ratio of lengths, angle in deg.

    Both are of the mean.
    """
    other, own = exactness.by_hand(x, t, *values), by_tape(x, t, values)
    a, b = (np.concatenate([g[name].ravel() for name in GRADIENTS]) for g in (other, own))
    a = a / len(x)
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    return float(np.linalg.norm(b) / np.linalg.norm(a)), float(np.degrees(np.arccos(cosine)))


def three_derivations(quick: bool) -> Outcome:
    """A15 to A17 at the course's start and after 200 passes on the tape; the guard of 1e-16."""
    data = three_digits((0, 1, 2))
    rows = first_of_each(data.y_train, 3, 2 if quick else 10)
    x, t = data.x_train[rows], numnet.one_hot(data.y_train[rows], 3)
    start = course_network(0).parameters
    parameters = recorded([start[name] for name in NAMES])
    numbers: dict[str, Any] = {"bound": BOUND}
    for where in ("start", "trained"):
        values = [W.value.copy() for W in parameters]
        ratio, angle = another_gradient(x, t, values)
        numbers[where] = {
            "distances": worst_distances(x, t, values),
            "length_to_that_of_y_hat_minus_y": ratio,
            "angle_to_it_degrees": angle,
        }
        for _ in range(PASSES):
            tape_loss(x, t, parameters).backward()
            course_update(parameters, STEP)
    found = [numbers[where]["distances"] for where in ("start", "trained")]
    worst = numbers["worst"] = max(max(v) for some in found for v in some.values())
    names = ("tape - layers", "tape - complex step", "layers - complex step")
    table = markdown(
        ("gradient", *(f"{where}: {n}" for where in ("start", "trained") for n in names)),
        [[g, *(f"{v:.1e}" for some in found for v in some[g])] for g in GRADIENTS],
    )
    numbers["guard"], told = guarded()
    first, other = numbers["start"], numbers["trained"]
    return Outcome(
        f"tape, layers and complex step: worst |a - n| / s = {worst:.1e} (bound {BOUND:.0e}); "
        f"it is {first['length_to_that_of_y_hat_minus_y']:.2f} to "
        f"{other['length_to_that_of_y_hat_minus_y']:.2f} times the gradient of A12; with the guard "
        f"a float32 one gets up to {numbers['guard']['float32']['most']:.0e} times too large",
        numbers,
        right=worst <= BOUND,
        data=data.name,
        details=f"The largest |a - n| / s over all entries, {len(x)} examples, all "
        f"{sum(W.size for W in parameters)} parameters, at the course's start and after {PASSES} "
        f"passes; s is the same backward with the absolute values of its terms. Layers: Linear, "
        f"Tanh, Linear, Softmax with BinaryCrossEntropy; complex step: the formulas in NumPy alone."
        f"\n\n{table}\n\nThe course descends delta3 = Y^ - Y and displays this loss, whose gradient"
        f" is {first['length_to_that_of_y_hat_minus_y']:.2f} times as long and "
        f"{first['angle_to_it_degrees']:.1f} degrees off at the start, "
        f"{other['length_to_that_of_y_hat_minus_y']:.2f} times and "
        f"{other['angle_to_it_degrees']:.1f} degrees after {PASSES} passes.\n\n{told}",
    )


ROWS = (
    Row(
        "A15-17",
        "no figure: the loss on tensors, with log(y^ + 1e-16)",
        "three derivations, one gradient",
        three_derivations,
    ),
)
