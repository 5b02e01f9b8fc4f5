"""Exact kinks, which must be known as such, and steep functions, which must not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.row import Outcome, Row, markdown
from numnet.gradcheck import check_gradient

Array = NDArray[Any]
Function = Callable[[Any], Any]
CASES = 1_000  # of either kind


@dataclass(frozen=True)
class Corner:
    """A function of one number with a kink at 0, and its two slopes there."""

    value: Function
    slope: Function  # away from 0
    sides: tuple[float, float]


def step(x: Any) -> Any:
    return (x > 0) * 1.0


CORNERS = {
    "relu by maximum": Corner(lambda x: np.maximum(x, 0), step, (0.0, 1.0)),
    "relu by a mask": Corner(lambda x: x * (x.real > 0), step, (0.0, 1.0)),
    "relu by where": Corner(lambda x: np.where(x > 0, x, 0), step, (0.0, 1.0)),
    "leaky relu": Corner(lambda x: np.maximum(x, 0.1 * x), lambda x: 0.1 + 0.9 * step(x), (0.1, 1)),
    "abs": Corner(np.abs, np.sign, (-1.0, 1.0)),
    "clip": Corner(lambda x: np.clip(x, 0, 3), lambda x: step(x) * (x < 3), (0.0, 1.0)),
    "hinge": Corner(lambda x: np.maximum(0, -x), lambda x: step(x) - 1.0, (-1.0, 0.0)),
    "max of two": Corner(lambda x: np.max(np.stack([x, 2 * x])), lambda x: 1 + step(x), (1.0, 2.0)),
    "norm": Corner(lambda x: np.linalg.norm(np.stack([x, 2 * x])), np.sign, (-(5**0.5), 5**0.5)),
}
OUTER: dict[str, tuple[Function, Function]] = {
    "itself": (lambda v: v, lambda v: 1.0),
    "tanh": (np.tanh, lambda v: 1 - np.tanh(v) ** 2),
    "exp": (np.exp, np.exp),
    "sin": (lambda v: np.sin(v + 0.5), lambda v: np.cos(v + 0.5)),
    "square": (lambda v: (v + 1) ** 2, lambda v: 2 * (v + 1)),
}


def _logaddexp(k: float) -> tuple[Function, Function]:
    # The derivative to the last digit also where it is tiny, as the function is.
    return lambda x: np.logaddexp(0, k * x), lambda x: k * np.exp(-np.logaddexp(0, -k * x))


def _gelu(k: float) -> tuple[Function, Function]:
    c = (2 / np.pi) ** 0.5

    def value(x: Any) -> Any:
        u = k * x
        return 0.5 * u * (1 + np.tanh(c * (u + 0.044715 * u**3)))

    def slope(x: Any) -> Any:
        u = k * x
        t = np.tanh(c * (u + 0.044715 * u**3))
        return k * (0.5 * (1 + t) + 0.5 * u * (1 - t * t) * c * (1 + 0.134145 * u * u))

    return value, slope


# By a steepness k: the function and its derivative, smooth (the last two: once) everywhere.
SMOOTH: dict[str, Callable[[float], tuple[Function, Function]]] = {
    "tanh(k x)": lambda k: (lambda x: np.tanh(k * x), lambda x: k * (1 - np.tanh(k * x) ** 2)),
    "tanh(k x) + 1e8": lambda k: (
        lambda x: np.tanh(k * x) + 1e8,
        lambda x: k * (1 - np.tanh(k * x) ** 2),
    ),
    "softplus(k x)": _logaddexp,
    "gelu(k x)": _gelu,
    "sqrt(x^2 + 1/k^2)": lambda k: (
        lambda x: np.sqrt(x * x + k**-2.0),
        lambda x: x / np.sqrt(x * x + k**-2.0),
    ),
    "arctan(k x)": lambda k: (lambda x: np.arctan(k * x), lambda x: k / (1 + (k * x) ** 2)),
    "sin(k x)": lambda k: (lambda x: np.sin(k * x), lambda x: k * np.cos(k * x)),
    "x |x| k": lambda k: (lambda x: k * x * np.abs(x), lambda x: 2 * k * np.abs(x)),
    "huber": lambda k: (
        lambda x: np.where(np.abs(x) < 1 / k, k * x * x / 2, np.abs(x) - 0.5 / k),
        lambda x: np.clip(k * x, -1, 1),
    ),
}


def corner(seed: int) -> tuple[str, bool, str]:
    """The kind of kink, whether it was recognised at its place, and what was said."""
    draw = np.random.default_rng([30, seed])
    kind = list(CORNERS)[seed % len(CORNERS)]
    sharp, size = CORNERS[kind], int(draw.integers(2, 6))
    outer, d_outer = OUTER[str(draw.choice(list(OUTER)))]
    unit, i = 10.0 ** draw.uniform(-3, 3), int(draw.integers(size))
    weight, w = 10.0 ** draw.uniform(-1, 1) * draw.choice((-1, 1)), draw.normal(size=size)
    x = unit * draw.normal(size=size)
    x[i] = 0.0
    between = draw.choice((0.0, 0.5, 1.0))

    def fun(x: Array) -> Any:
        return weight * outer(sharp.value(x[i] / unit)) + np.tanh(x @ w / unit)

    def grad(x: Array) -> Array:
        g: Array = (1 - np.tanh(x @ w / unit) ** 2) * w / unit
        low, high = sharp.sides
        slope = low + between * (high - low) if x[i] == 0 else sharp.slope(x[i])
        g[i] += weight * d_outer(sharp.value(x[i] / unit)) * slope / unit
        return g

    finding = check_gradient(fun, grad, x, rng=seed).findings[0]
    known = (finding.verdict, finding.cause, finding.where) == ("right", "kink", (i,))
    return kind, known, f"{finding.verdict}, {finding.cause}, {finding.where}"


def steep(seed: int) -> tuple[str, bool, str]:
    """The kind of smooth function, whether it was not called a kink, and what was said."""
    draw = np.random.default_rng([31, seed])
    kind = list(SMOOTH)[seed % len(SMOOTH)]
    k, unit = 10.0 ** draw.uniform(0, 3), 10.0 ** draw.uniform(-3, 3)
    value, slope = SMOOTH[kind](k)
    x = unit * draw.normal(size=int(draw.integers(1, 5))) * draw.choice((0.01, 0.1, 1.0))
    if draw.random() < 0.5:
        x[0] = draw.choice((0.0, unit / k))
    finding = check_gradient(
        lambda x: np.sum(value(x / unit)), lambda x: slope(x / unit) / unit, x, rng=seed
    ).findings[0]
    fine = finding.cause != "kink" and finding.verdict != "wrong"
    return kind, fine, f"{finding.verdict}, {finding.cause}, {finding.where}"


def count(case: Callable[[int], tuple[str, bool, str]], seeds: Iterable[int]) -> dict[str, Any]:
    """By kind how many there were, and the seeds that came out wrong with what was said."""
    number: Counter[str] = Counter()
    missed: dict[str, dict[int, str]] = defaultdict(dict)
    for seed in seeds:
        kind, fine, said = case(seed)
        number[kind] += 1
        if not fine:
            missed[kind][seed] = said
    return {kind: {"cases": n, "missed": missed[kind]} for kind, n in number.items()}


def measure(quick: bool) -> Outcome:
    """A thousand of either; fifty if quick."""
    seeds = range(50 if quick else CASES)
    found = {"kinks": count(corner, seeds), "smooth": count(steep, seeds)}
    missed = {key: sum(len(k["missed"]) for k in kinds.values()) for key, kinds in found.items()}
    lines = [
        [key, kind, one["cases"], len(one["missed"])]
        for key, kinds in found.items()
        for kind, one in kinds.items()
    ]
    figure = (
        f"{len(seeds) - missed['kinks']} of {len(seeds)} kinks recognised at their entry; "
        f"{missed['smooth']} of {len(seeds)} smooth functions called a kink or wrong"
    )
    details = markdown(("set", "kind", "cases", "missed"), lines)
    return Outcome(figure, found, not any(missed.values()), details=details)


ROW = Row(
    "kinks",
    "100 % of exact kinks recognised, no smooth function called a kink",
    "right gradients exactly on a kink, and of steep functions",
    measure,
)
