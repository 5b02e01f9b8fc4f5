"""The bank says the truth: each claim is compared with differences of its own, not numnet's."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from benchmarks.checker.bank import cases
from benchmarks.checker.case import CAUSES, Case, differentiable

CASES = cases()
# Of the sixth order, each relative to the entry that it moves; the best one counts.
STEPS = (3e-2, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
WEIGHTS = {1: 45 / 60, 2: -9 / 60, 3: 1 / 60}
BEHAVIOUR = frozenset({"accumulates", "mutates-input", "nondeterministic"})


def double(value: Any) -> Any:
    """The same in float64 where it is float32."""
    array = np.asarray(value)
    return array.astype(float) if array.dtype.kind == "f" else value


class Setting:
    """A case at a point, with an upstream gradient, all in float64."""

    def __init__(self, case: Case, backward: Any = None) -> None:
        self.case = case
        self.forward, claimed = case.functions()
        self.backward = backward or claimed
        point = case.point()
        self.structure = type(point)
        self.given = {name: double(value) for name, value in case.named(point).items()}
        self.rng = np.random.default_rng(99)
        y = self.call(self.forward, self.given)
        self.y = y[0] if case.with_saved else y
        self.dy = (
            tuple(self.rng.normal(size=np.shape(part)) for part in self.y)
            if isinstance(self.y, tuple)
            else self.rng.normal(size=np.shape(self.y))
        )

    def call(self, function: Any, given: Any, *first: Any) -> Any:
        copies = {n: np.array(v) if isinstance(v, np.ndarray) else v for n, v in given.items()}
        if self.structure is dict:
            return function(*first, **copies)
        return function(*first, *copies.values())

    def value(self, given: Any) -> float:
        y = self.call(self.forward, given)
        y = y[0] if self.case.with_saved else y
        if self.case.kind == "gradient":
            return float(np.real(y))
        pairs = zip(self.dy, y, strict=True) if isinstance(y, tuple) else [(self.dy, y)]
        return float(sum(np.sum(a * np.asarray(b)) for a, b in pairs))

    def claims(self) -> dict[str, Any]:
        if self.case.kind == "gradient":
            found = self.call(self.backward, self.given)
        elif self.case.with_saved:
            found = self.backward(self.dy, self.call(self.forward, self.given)[1])
        else:
            self.call(self.forward, self.given)  # a layer that remembers
            dy = tuple(map(np.copy, self.dy)) if isinstance(self.dy, tuple) else self.dy.copy()
            found = self.call(self.backward, self.given, dy)
        if isinstance(found, dict):
            return found
        listed = found if self.structure in (tuple, list) else [found]
        return dict(zip(self.given, listed, strict=True))

    def sizes(self, name: str) -> Any:
        """Of the entries, and 1 or the largest one for a 0: how far each one is moved."""
        x = np.abs(np.asarray(self.given[name]))
        return np.where(x == 0, x.max(initial=0.0) or 1.0, x)

    def direction(self, name: str) -> Any:
        scale = self.sizes(name)
        signs = self.rng.choice([-1.0, 1.0], scale.shape)
        return scale * signs * self.rng.uniform(0.5, 1, scale.shape)

    def along(self, name: str, v: Any, t: float) -> float:
        return self.value(self.given | {name: self.given[name] + t * v})

    def difference(self, name: str, v: Any, h: float) -> float:
        terms = (
            w * (self.along(name, v, k * h) - self.along(name, v, -k * h))
            for k, w in WEIGHTS.items()
        )
        return sum(terms) / h

    def complex_step(self, name: str, v: Any) -> float:
        """NaN where the forward does not take complex numbers."""
        try:
            y = self.call(self.forward, self.given | {name: self.given[name] + 1e-30j * v})
            parts = y if isinstance(y, tuple) else (y,)
            dy = (1.0,) if self.case.kind == "gradient" else self.dy
            dy = dy if isinstance(dy, tuple) else (dy,)
            terms = zip(dy, parts, strict=True)
            return float(sum(np.sum(a * np.imag(b)) for a, b in terms) / 1e-30)
        except Exception:
            return np.nan

    def outside(self, name: str, v: Any, claimed: Any) -> float:
        """How far a slope lies outside of the one-sided ones."""
        here, h = self.value(self.given), 1e-6
        ends = (self.along(name, v, h) - here) / h, (here - self.along(name, v, -h)) / h
        slope = float((v * claimed).sum())
        return max(0.0, min(ends) - slope, slope - max(ends))

    def error(self, name: str, gradient: Any, size: Any = 0.0) -> float:
        """Of the claim along a direction, relative to the terms that it sums."""
        v = self.direction(name)
        claimed = np.asarray(gradient, float)
        scale = np.abs(v * claimed).sum() + np.abs(v * size).sum()
        if not self.case.smooth:
            # Tied entries that move as one have no kink, which shows a gradient given to each.
            outside = [self.outside(name, u, claimed) for u in (v, self.sizes(name))]
            return max(outside) / max(scale, 1e-300)
        slopes = [self.difference(name, v, h) for h in STEPS]
        scale = max(scale, 1e-300, *map(abs, slopes[2:4]))
        # Of a mistake not: some functions drop the imaginary part, and some mistakes are zeros.
        slopes += [] if self.case.mistake else [self.complex_step(name, v)]
        return float(np.nanmin(np.abs(np.array(slopes) - (v * claimed).sum()))) / scale


def plain(case: Case) -> bool:
    return case.kind in ("backward", "gradient")


def ids(found: list[Case]) -> Any:
    return pytest.mark.parametrize("case", found, ids=[case.name for case in found])


RIGHT = [c for c in CASES if plain(c) and not c.mistake]
MISTAKES = [c for c in CASES if plain(c) and c.mistake]


def test_the_bank_is_large_enough() -> None:
    assert sum(case.mistake for case in CASES) >= 120
    assert sum(case.difficult for case in CASES) >= 80
    assert {"linear", "losses", "activations", "softmax", "students"} <= {c.family for c in CASES}


def test_causes_are_words_of_the_table() -> None:
    for case in CASES:
        assert case.causes <= CAUSES, case.name
        assert bool(case.causes) == case.mistake, case.name
        assert case.expected <= {"right", "wrong", "undecided", "raises"}, case.name
        assert not case.mistake or "right" not in case.expected, case.name
        assert len(case.expected) == 1 or case.mistake or case.note, case.name


def test_names_are_unique() -> None:
    assert max(Counter(case.name for case in CASES).values()) == 1


@ids(RIGHT)
def test_right_is_right(case: Case) -> None:
    with np.errstate(all="ignore"):
        setting = Setting(case)
        claims = setting.claims()
        for name in differentiable(case, case.point()):
            error = setting.error(name, claims[name])
            assert error <= max(case.tolerance, 1e-6), (name, error)


@ids(MISTAKES)
def test_a_mistake_is_one(case: Case) -> None:
    with np.errstate(all="ignore"):
        assert mistaken(case) == case.shows


def mistaken(case: Case) -> bool:
    """Whether the claim differs from a difference, in value, in form or from call to call."""
    setting = Setting(case)
    if case.causes & BEHAVIOUR:
        return misbehaves(case)
    try:
        claims = setting.claims()
    except (TypeError, ValueError):  # not as many gradients as arguments
        return "raises" in case.expected
    names = differentiable(case, case.point())
    truths = Setting(case, case.truth).claims()
    found = {}
    for name in names:
        truth = np.asarray(truths[name], float)
        assert setting.error(name, truth) <= case.tolerance, f"the right version of d{name}"
        found[name] = strange(claims[name], truth) or (
            setting.error(name, claims[name] if claims[name] is not None else 0 * truth, truth)
            > case.tolerance
        )
    assert case.array is None or found[case.array] or not case.shows, case.array
    return any(found.values())


def strange(claim: Any, truth: Any) -> bool:
    """Whether a claim has another shape or type than an array of floating numbers, or NaN."""
    if claim is None:
        return False
    try:
        array = np.asarray(claim)
    except ValueError:
        return True
    if array.dtype.kind != "f" or array.dtype == np.float16 or array.shape != truth.shape:
        return True
    return not np.isfinite(array).all()


def misbehaves(case: Case) -> bool:
    """Whether a second call gives something else, or the arguments change."""
    forward, backward = case.functions()
    given = {n: np.array(v) for n, v in case.named(case.point()).items()}
    before = {n: v.copy() for n, v in given.items()}
    y = forward(*given.values())
    first: tuple[Any, ...] = (np.ones_like(y),) if case.kind == "backward" else ()
    results = [[np.copy(g) for g in backward(*first, *given.values())] for _ in range(2)]
    changed = any(not np.array_equal(given[n], before[n]) for n in given)
    changed |= any(not np.array_equal(dy, np.ones_like(dy)) for dy in first)
    if "mutates-input" in case.causes:
        return changed
    assert not changed
    if case.causes == {"nondeterministic"}:
        return not np.array_equal(y, forward(*given.values()))
    return any(not np.array_equal(a, b) for a, b in zip(*results, strict=True))


@ids([c for c in CASES if plain(c) and not c.fresh])
def test_functions_repeat(case: Case) -> None:
    with np.errstate(all="ignore"):
        if case.causes & {"mutates-input"}:
            return
        one, two = Setting(case), Setting(case)
        pairs = zip(one.y, two.y, strict=True) if isinstance(one.y, tuple) else [(one.y, two.y)]
        for a, b in pairs:
            np.testing.assert_equal(a, b)


@ids([c for c in CASES if not plain(c)])
def test_layers_and_models(case: Case) -> None:
    if case.causes & {"not-reduced", "mutates-input"}:
        return
    assert (own_error(case) > 1e-6) == case.mistake


def own_error(case: Case) -> float:
    """The relative error of a layer's or a model's gradients along a direction."""
    made, point = case.backward(), case.point()
    model, loss = made if case.kind == "model" else (made, None)
    x = point[0] if case.kind == "model" else point
    rng = np.random.default_rng(5)
    y, saved = model.propagate(x)
    theta = model.parameters.value.copy()
    dy = loss.backward(loss.forward(y, point[1])[1]) if loss else rng.normal(size=y.shape)
    model.parameters.zero_grad()
    dx = model.backpropagate(dy, saved)
    claims, at = [dx, model.parameters.grad.copy()], [x, theta]
    vs = [rng.choice([-1.0, 1.0], a.shape) * rng.uniform(0.5, 1, a.shape) for a in at]

    def value(t: float) -> float:
        model.parameters.value = theta + t * vs[1]
        y = model(x + t * vs[0])
        return float((dy * y).sum()) if loss is None else float(loss(y, point[1]))

    slope = sum(w * (value(k * 1e-3) - value(-k * 1e-3)) for k, w in WEIGHTS.items()) / 1e-3
    claimed = sum(float((v * g).sum()) for v, g in zip(vs, claims, strict=True))
    return abs(slope - claimed) / sum(
        float(np.abs(v * g).sum()) for v, g in zip(vs, claims, strict=True)
    )
