"""The elementwise functions that stand in derivatives, with the NumPy text that says them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def sigmoid(a: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-a))


def softmax(a: Array, axis: int) -> Array:
    e = np.exp(a - a.max(axis=axis, keepdims=True))
    result: Array = e / e.sum(axis=axis, keepdims=True)
    return result


# Text, how simple it is (1: an array, 2: one operation, 3: a derivative of a named function ...).
FUNCTIONS: tuple[tuple[str, int, Callable[[Array], Array]], ...] = (
    ("{a}", 1, lambda a: a),
    ("({a} > 0)", 2, lambda a: (a > 0).astype(float)),
    ("({a} < 0)", 3, lambda a: (a < 0).astype(float)),
    ("(1 - {a}**2)", 2, lambda a: 1.0 - a * a),
    ("{a} * (1 - {a})", 2, lambda a: a * (1.0 - a)),
    ("(1 - {a})", 3, lambda a: 1.0 - a),
    ("{a}**2", 2, lambda a: a * a),
    ("{a}**3", 3, lambda a: a**3),
    ("np.sign({a})", 2, np.sign),
    ("np.abs({a})", 3, np.abs),
    ("np.exp({a})", 2, np.exp),
    ("np.exp(-{a})", 3, lambda a: np.exp(-a)),
    ("np.exp(-{a}**2)", 4, lambda a: np.exp(-a * a)),
    ("np.log({a})", 3, np.log),
    ("np.sqrt({a})", 3, np.sqrt),
    ("np.sin({a})", 3, np.sin),
    ("np.cos({a})", 3, np.cos),
    ("np.tanh({a})", 3, np.tanh),
    ("(1 - np.tanh({a})**2)", 3, lambda a: 1.0 - np.tanh(a) ** 2),
    ("1 / (1 + np.exp(-{a}))", 3, sigmoid),
    ("np.exp(-{a}) / (1 + np.exp(-{a}))**2", 4, lambda a: sigmoid(a) * (1.0 - sigmoid(a))),
    ("1 / (1 + np.exp({a}))", 5, lambda a: sigmoid(-a)),
    ("(1 + {a}**2)", 4, lambda a: 1.0 + a * a),
)
NORMALIZED: tuple[tuple[str, int, Callable[[Array], Array]], ...] = (
    ("softmax({a})", 5, lambda a: softmax(a, -1)),
    ("softmax({a}) * (1 - softmax({a}))", 6, lambda a: softmax(a, -1) * (1.0 - softmax(a, -1))),
    ("softmax({a}, axis=0)", 6, lambda a: softmax(a, 0)),
    ("{a}.sum(-1, keepdims=True)", 4, lambda a: a.sum(-1, keepdims=True)),
    ("{a}.sum(0)", 4, lambda a: a.sum(0, keepdims=True)),
)
