"""What a backward does beside its sums: memory, arguments, dtypes, the form of what it returns."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "state"


def forward(x: Any, w: Any) -> Any:
    return np.tanh(x * w)


def backward(dy: Any, x: Any, w: Any) -> Any:
    d = dy * (1 - np.tanh(x * w) ** 2)
    return d * w, (d * x).sum(0)


def at(rng: Any) -> Any:
    return rng.normal(size=(6, 4)), rng.normal(size=4)


def accumulating() -> Any:
    grads = [np.zeros((6, 4)), np.zeros(4)]

    def claimed(dy: Any, x: Any, w: Any) -> Any:
        for total, new in zip(grads, backward(dy, x, w), strict=True):
            total += new
        return grads[0].copy(), grads[1].copy()

    return forward, claimed


def in_one_buffer() -> Any:
    grad = np.zeros(4)

    def claimed(dy: Any, x: Any, w: Any) -> Any:
        nonlocal grad
        dx, dw = backward(dy, x, w)
        grad += dw
        return dx, grad

    return forward, claimed


def with_momentum() -> Any:
    velocity = np.zeros(4)

    def claimed(dy: Any, x: Any, w: Any) -> Any:
        nonlocal velocity
        dx, dw = backward(dy, x, w)
        velocity = 0.9 * velocity + dw
        return dx, velocity

    return forward, claimed


def right_once() -> Any:
    used: list[int] = []

    def claimed(dy: Any, x: Any, w: Any) -> Any:
        dx, dw = backward(dy, x, w)
        used.append(1)
        return (dx, dw) if len(used) == 1 else (np.zeros_like(dx), np.zeros_like(dw))

    return forward, claimed


def jittered() -> Any:
    rng = np.random.default_rng(5)

    def claimed(dy: Any, x: Any, w: Any) -> Any:
        dx, dw = backward(dy, x, w)
        return dx, dw * (1 + 0.1 * rng.normal())

    return forward, claimed


def random_forward() -> Any:
    rng = np.random.default_rng(6)

    def noisy(x: Any, w: Any) -> Any:
        return forward(x, w) + 0.1 * rng.normal(size=x.shape)

    return noisy, backward


def counting_forward() -> Any:
    calls = [0]

    def drifting(x: Any, w: Any) -> Any:
        calls[0] += 1
        return forward(x, w) * (1 + 0.01 * calls[0])

    return drifting, backward


def scales_dy(dy: Any, x: Any, w: Any) -> Any:
    dy *= 1 - np.tanh(x * w) ** 2
    return dy * w, (dy * x).sum(0)


def zeroes_w(dy: Any, x: Any, w: Any) -> Any:
    found = backward(dy, x, w)
    w[:] = 0
    return found


def takes_a_step(dy: Any, x: Any, w: Any) -> Any:
    dx, dw = backward(dy, x, w)
    w -= 0.1 * dw
    return dx, dw


def centres_x(x: Any, w: Any) -> Any:
    x -= x.mean(0)
    return np.tanh(x * w)


def writes_into_x(x: Any, w: Any) -> Any:
    np.multiply(x, w, out=x)
    return np.tanh(x)


def sorts_x(x: Any, w: Any) -> Any:
    x.sort(axis=0)
    return np.tanh(x * w)


def whole_numbers(dy: Any, x: Any, w: Any) -> Any:
    dx, dw = np.zeros(x.shape, int), backward(dy, x, w)[1]
    dx[:] = 5 * backward(dy, x, w)[0]
    return dx, dw


def half(dy: Any, x: Any, w: Any) -> Any:
    dx, dw = backward(dy, x, w)
    return dx.astype(np.float16), dw


def holed(dy: Any, x: Any, w: Any) -> Any:
    dx, dw = backward(dy, x, w)
    dx[2, 1] = np.nan
    return dx, dw


def endless(dy: Any, x: Any, w: Any) -> Any:
    dx, dw = backward(dy, x, w)
    return dx / 0.0, dw


BASE = Case("tanh gain", FAMILY, forward, backward, at)
# A wrong number of gradients, or a wrong thing, may be said in a report or by an error.
EITHER = frozenset({"wrong", "raises"})


def wrong(name: str, causes: str, claimed: Any = backward, **more: Any) -> Case:
    return BASE.wrong(name, causes, claimed, **more)


CASES = [
    BASE,
    wrong("gradients not zeroed", "accumulates", fresh=accumulating, array="x"),
    wrong("one buffer for all calls, added to", "accumulates", fresh=in_one_buffer, array="w"),
    wrong("momentum in the gradient", "accumulates", fresh=with_momentum, array="w"),
    wrong("zeros from the second call on", "accumulates zeros", fresh=right_once, array="x"),
    wrong("noise in the backward", "accumulates nondeterministic", fresh=jittered, array="w"),
    wrong(
        "noise in the forward",
        "nondeterministic",
        fresh=random_forward,
        expected=frozenset({"undecided"}),
    ),
    wrong(
        "forward counts its calls",
        "nondeterministic",
        fresh=counting_forward,
        expected=frozenset({"undecided"}),
    ),
    wrong("dy scaled in place", "mutates-input", scales_dy),
    wrong("parameter set to 0", "mutates-input", zeroes_w),
    wrong("step taken in the backward", "mutates-input", takes_a_step),
    wrong("x centred in place", "mutates-input", forward=centres_x),
    wrong("product written into x", "mutates-input", forward=writes_into_x),
    wrong("x sorted in place", "mutates-input", forward=sorts_x),
    wrong("gradient of integers", "dtype", whole_numbers, array="x"),
    wrong("gradient of half precision", "dtype", half, array="x", tolerance=1e-4),
    wrong("one NaN", "nonfinite", holed, array="x"),
    wrong("infinite", "nonfinite", endless, array="x"),
    wrong("one gradient for two", "shape", lambda dy, x, w: backward(dy, x, w)[0], expected=EITHER),
    wrong(
        "three gradients for two",
        "shape",
        lambda dy, x, w: (dy, *backward(dy, x, w)),
        expected=EITHER,
    ),
    wrong("exchanged", "shape swapped", lambda dy, x, w: backward(dy, x, w)[::-1], expected=EITHER),
    wrong("flat", "shape", {"x": lambda dy, x, w: backward(dy, x, w)[0].ravel()}),
    wrong("a row too few", "shape", {"x": lambda dy, x, w: backward(dy, x, w)[0][1:]}),
    wrong("an axis too many", "shape", {"w": lambda dy, x, w: backward(dy, x, w)[1][:, None]}),
    wrong("nothing returned", "zeros shape", lambda dy, x, w: None, expected=EITHER),
    wrong("None for w", "zeros", {"w": lambda dy, x, w: None}),
    wrong(
        "complex",
        "dtype unknown",
        {"w": lambda dy, x, w: backward(dy, x, w)[1] + 1j},
        expected=EITHER,
    ),
    wrong("a text", "dtype shape", {"w": lambda dy, x, w: "dw"}, expected=EITHER),
    wrong("objects", "dtype shape", {"w": lambda dy, x, w: np.array([None] * 4)}, expected=EITHER),
    wrong("ragged", "dtype shape", {"w": lambda dy, x, w: [[1.0], [1.0, 2.0]]}, expected=EITHER),
    wrong(
        "the function for its value",
        "dtype shape",
        {"w": lambda dy, x, w: backward},
        expected=EITHER,
    ),
]
