"""Several arguments, shared parameters, residual connections, products."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "wiring"


def product(x: Any, y: Any) -> Any:
    return x * y


def ratio(x: Any, y: Any) -> Any:
    return x / y


def square(x: Any) -> Any:
    return x * x


def cube_sum(x: Any, w: Any) -> Any:
    return (x * w) * w + w


def residual(x: Any, W: Any) -> Any:
    return x + np.tanh(x @ W)


def residual_backward(dy: Any, x: Any, W: Any) -> Any:
    d = dy * (1 - np.tanh(x @ W) ** 2)
    return dy + d @ W.T, x.T @ d


def blend(x: Any, y: Any, g: Any) -> Any:
    return g * x + (1 - g) * y


def bilinear(x: Any, A: Any, y: Any) -> Any:
    return x @ A @ y


def bilinear_gradient(x: Any, A: Any, y: Any) -> Any:
    return A @ y, np.outer(x, y), A.T @ x


def quadratic(x: Any, A: Any) -> Any:
    return x @ A @ x


def moments(x: Any) -> Any:
    return x.mean(axis=0), (x**2).mean(axis=0)


def moments_backward(dy: Any, x: Any) -> Any:
    return (dy[0] + 2 * dy[1] * x) / len(x)


def shifted(x: Any, a: Any, b: Any) -> Any:
    return (x - a) / b


def joined(x: Any, y: Any) -> Any:
    return np.concatenate([x, y], axis=1)


def joined_backward(dy: Any, x: Any, y: Any) -> Any:
    return dy[:, : x.shape[1]], dy[:, x.shape[1] :]


def reshaped(x: Any) -> Any:
    return np.tanh(x).transpose(1, 0, 2).reshape(x.shape[1], -1)


def reshaped_backward(dy: Any, x: Any) -> Any:
    n, t, d = x.shape
    return dy.reshape(t, n, d).transpose(1, 0, 2) * (1 - np.tanh(x) ** 2)


def reversed_time(x: Any) -> Any:
    return np.cumsum(x[::-1], axis=0)


def matrices(*shapes: tuple[int, ...]) -> Any:
    return lambda rng: tuple(rng.normal(size=shape) for shape in shapes)


def positive(*shapes: tuple[int, ...]) -> Any:
    return lambda rng: tuple(rng.uniform(0.5, 2, shape) for shape in shapes)


PRODUCT = Case(
    "product", FAMILY, product, lambda dy, x, y: (dy * y, dy * x), matrices((4, 5), (4, 5))
)
RATIO = Case(
    "ratio", FAMILY, ratio, lambda dy, x, y: (dy / y, -dy * x / y**2), positive((4, 5), (4, 5))
)
SQUARE = Case(
    "square", FAMILY, square, lambda dy, x: 2 * x * dy, lambda rng: rng.normal(size=(4, 3))
)
SHARED = Case(
    "weight used thrice",
    FAMILY,
    cube_sum,
    lambda dy, x, w: (dy * w * w, (dy * (2 * x * w + 1)).sum(0)),
    matrices((5, 4), (4,)),
)
RESIDUAL = Case("residual", FAMILY, residual, residual_backward, matrices((5, 4), (4, 4)))
BLEND = Case(
    "blend",
    FAMILY,
    blend,
    lambda dy, x, y, g: (dy * g, dy * (1 - g), (dy * (x - y)).sum(0)),
    matrices((5, 4), (5, 4), (4,)),
)
BILINEAR = Case(
    "bilinear", FAMILY, bilinear, bilinear_gradient, matrices((4,), (4, 4), (4,)), kind="gradient"
)
QUADRATIC = Case(
    "quadratic form",
    FAMILY,
    quadratic,
    lambda x, A: (A @ x + A.T @ x, np.outer(x, x)),
    matrices((5,), (5, 5)),
    kind="gradient",
)
MOMENTS = Case(
    "two outputs", FAMILY, moments, moments_backward, lambda rng: rng.normal(size=(8, 3))
)
SHIFTED = Case(
    "standardised by given numbers",
    FAMILY,
    shifted,
    lambda dy, x, a, b: (dy / b, -(dy / b).sum(0), -(dy * (x - a) / b**2).sum(0)),
    positive((6, 4), (4,), (4,)),
)
JOINED = Case("concatenation", FAMILY, joined, joined_backward, matrices((5, 3), (5, 3)))
RESHAPED = Case(
    "transpose and reshape",
    FAMILY,
    reshaped,
    reshaped_backward,
    lambda rng: rng.normal(size=(4, 4, 3)),
)
REVERSED = Case(
    "cumulative sum of a reversed series",
    FAMILY,
    reversed_time,
    lambda dy, x: np.cumsum(dy[::-1], axis=0),
    lambda rng: rng.normal(size=(6, 3)),
)

CASES = [
    PRODUCT,
    PRODUCT.wrong("exchanged", "swapped", lambda dy, x, y: (dy * x, dy * y)),
    PRODUCT.wrong("factor forgotten", "missing-factor", {"x": lambda dy, x, y: dy}),
    PRODUCT.wrong("sum rule", "missing-factor", lambda dy, x, y: (dy, dy), array="x"),
    RATIO,
    RATIO.wrong("sign", "sign", {"y": lambda dy, x, y: dy * x / y**2}),
    RATIO.wrong("square forgotten", "missing-factor", {"y": lambda dy, x, y: -dy * x / y}),
    RATIO.wrong("multiplied", "missing-factor", {"x": lambda dy, x, y: dy * y}),
    SQUARE,
    SQUARE.wrong("one use", "scale", lambda dy, x: x * dy),
    SQUARE.wrong("linear", "missing-factor", lambda dy, x: 2 * dy),
    SHARED,
    SHARED.wrong(
        "one use forgotten", "missing-term", {"w": lambda dy, x, w: (dy * (x * w + 1)).sum(0)}
    ),
    SHARED.wrong(
        "last use forgotten", "missing-term", {"w": lambda dy, x, w: (dy * 2 * x * w).sum(0)}
    ),
    SHARED.wrong("first use overwritten", "missing-term", {"w": lambda dy, x, w: dy.sum(0)}),
    RESIDUAL,
    RESIDUAL.wrong(
        "skip path forgotten",
        "missing-term",
        {"x": lambda dy, x, W: residual_backward(dy, x, W)[0] - dy},
    ),
    RESIDUAL.wrong("skip path alone", "missing-term", {"x": lambda dy, x, W: dy}),
    RESIDUAL.wrong(
        "skip path twice",
        "missing-term",
        {"x": lambda dy, x, W: residual_backward(dy, x, W)[0] + dy},
    ),
    BLEND,
    BLEND.wrong(
        "second part forgotten", "missing-term", {"g": lambda dy, x, y, g: (dy * x).sum(0)}
    ),
    BLEND.wrong("g for 1 - g", "missing-factor swapped", {"y": lambda dy, x, y, g: dy * g}),
    BLEND.wrong(
        "g summed over the wrong axis", "shape", {"g": lambda dy, x, y, g: (dy * (x - y)).sum(1)}
    ),
    BILINEAR,
    BILINEAR.wrong("A transposed", "transposed", {"A": lambda x, A, y: np.outer(y, x)}),
    BILINEAR.wrong("A for A.T", "transposed", {"y": lambda x, A, y: A @ x}),
    BILINEAR.wrong(
        "x and y exchanged", "swapped", lambda x, A, y: (A.T @ x, np.outer(x, y), A @ y)
    ),
    QUADRATIC,
    QUADRATIC.wrong(
        "as if A were symmetric", "transposed missing-term", {"x": lambda x, A: 2 * A @ x}
    ),
    QUADRATIC.wrong("one side", "missing-term", {"x": lambda x, A: A @ x}),
    MOMENTS,
    MOMENTS.wrong("second output forgotten", "missing-term", lambda dy, x: dy[0] / len(x) + 0 * x),
    MOMENTS.wrong("2 forgotten", "missing-term", lambda dy, x: (dy[0] + dy[1] * x) / len(x)),
    MOMENTS.wrong("mean forgotten", "scale", lambda dy, x: dy[0] + 2 * dy[1] * x),
    SHIFTED,
    SHIFTED.wrong(
        "square forgotten", "missing-factor", {"b": lambda dy, x, a, b: -(dy * (x - a) / b).sum(0)}
    ),
    SHIFTED.wrong(
        "shift forgotten", "missing-term", {"b": lambda dy, x, a, b: -(dy * x / b**2).sum(0)}
    ),
    SHIFTED.wrong("sign of the shift", "sign", {"a": lambda dy, x, a, b: (dy / b).sum(0)}),
    SHIFTED.wrong("division forgotten", "missing-factor", {"x": lambda dy, x, a, b: dy}),
    SHIFTED.wrong(
        "none summed", "not-reduced", lambda dy, x, a, b: (dy / b, -dy / b, -dy * (x - a) / b**2)
    ),
    JOINED,
    JOINED.wrong("parts exchanged", "swapped", lambda dy, x, y: joined_backward(dy, x, y)[::-1]),
    JOINED.wrong("first part twice", "swapped", {"y": lambda dy, x, y: dy[:, :3]}),
    RESHAPED,
    RESHAPED.wrong(
        "reshape alone",
        "transposed",
        {"x": lambda dy, x: dy.reshape(4, 4, 3) * (1 - np.tanh(x) ** 2)},
    ),
    REVERSED,
    REVERSED.wrong("not reversed", "flipped", lambda dy, x: np.cumsum(dy[::-1], axis=0)[::-1]),
    REVERSED.wrong("summed forwards", "unknown", lambda dy, x: np.cumsum(dy, axis=0)),
]
