"""Matrix products: batched, chained, to a power, Gram."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "linear algebra"


def batched(x: Any, W: Any) -> Any:
    """x (B, T, D) by one W (D, H)."""
    return x @ W


def batched_backward(dy: Any, x: Any, W: Any) -> Any:
    return dy @ W.T, np.tensordot(x, dy, axes=((0, 1), (0, 1)))


def gram(X: Any) -> Any:
    return X @ X.T


def gram_backward(dy: Any, X: Any) -> Any:
    return (dy + dy.T) @ X


def chain(A: Any, B: Any, C: Any) -> Any:
    return A @ B @ C


def chain_backward(dy: Any, A: Any, B: Any, C: Any) -> Any:
    return dy @ C.T @ B.T, A.T @ dy @ C.T, B.T @ A.T @ dy


def power(A: Any) -> Any:
    """A^4 by squaring twice."""
    B = A @ A
    return B @ B


def power_backward(dy: Any, A: Any) -> Any:
    B = A @ A
    dB = dy @ B.T + B.T @ dy
    return dB @ A.T + A.T @ dB


def power_one_side(dy: Any, A: Any) -> Any:
    """d(A^4) = 4 A^3 dA, as for numbers."""
    return 4 * np.linalg.matrix_power(A.T, 3) @ dy


def normal(*shapes: Any) -> Any:
    """One array, or a tuple of several."""

    def at(rng: Any) -> Any:
        arrays = tuple(rng.normal(size=shape) for shape in shapes)
        return arrays if len(shapes) > 1 else arrays[0]

    return at


BATCHED = Case("batched product", FAMILY, batched, batched_backward, normal((4, 6, 5), (5, 3)))
WIDE = Case(
    "batched product, wide", FAMILY, batched, batched_backward, normal((2, 9, 60), (60, 50))
)
GRAM = Case("Gram matrix", FAMILY, gram, gram_backward, normal((6, 40)))
CHAIN = Case("three factors", FAMILY, chain, chain_backward, normal((5, 5), (5, 5), (5, 5)))
POWER = Case("fourth power", FAMILY, power, power_backward, normal((5, 5)))

CASES = [
    BATCHED,
    BATCHED.wrong("dW of each batch", "not-reduced", {"W": lambda dy, x, W: x.swapaxes(1, 2) @ dy}),
    BATCHED.wrong(
        "dW averaged over the batch",
        "scale",
        {"W": lambda dy, x, W: (x.swapaxes(1, 2) @ dy).mean(axis=0)},
    ),
    BATCHED.wrong(
        "dW of the last batch", "unknown missing-term", {"W": lambda dy, x, W: x[-1].T @ dy[-1]}
    ),
    WIDE,
    WIDE.wrong(
        "one weight off by 1e-4",
        "partial",
        {
            "W": lambda *a: (
                batched_backward(*a)[1] + 1e-4 * (np.arange(3000).reshape(60, 50) == 1234)
            )
        },
        tolerance=1e-10,
    ),
    GRAM,
    GRAM.wrong("2 dy X", "unknown missing-term transposed", lambda dy, X: 2 * dy @ X),
    GRAM.wrong("one of two factors", "unknown missing-term", lambda dy, X: dy @ X),
    CHAIN,
    CHAIN.wrong("order of the factors", "unknown", {"A": lambda dy, A, B, C: dy @ B.T @ C.T}),
    CHAIN.wrong(
        "transposes forgotten", "unknown transposed", {"B": lambda dy, A, B, C: A @ dy @ C}
    ),
    POWER,
    POWER.wrong("4 A^3", "unknown missing-term", power_one_side),
    Case(
        "products of all sizes",
        FAMILY,
        chain,
        chain_backward,
        lambda rng: (
            1e6 * rng.normal(size=(4, 3)),
            1e-8 * rng.normal(size=(3, 5)),
            rng.normal(size=(5, 2)),
        ),
        difficult=True,
        note="gradients of 1e6 beside 1e-8",
    ),
]
