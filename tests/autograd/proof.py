"""The proof that every operation of the tape must pass, and the operations that there are."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from helpers import LAYOUTS, close, complex_step, laid_out

import numnet
from numnet import Tensor


def operations_of(module: Any) -> set[str]:
    """The public functions that a module defines."""
    return {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


@dataclass(frozen=True)
class Case:
    """function(*at) on tensors is oracle(*at) on arrays; arrays of floats have a gradient."""

    function: Any
    oracle: Any
    at: tuple[Any, ...]

    @property
    def wrt(self) -> list[int]:
        return [i for i, a in enumerate(self.at) if is_floating(a)]

    def cast(self, dtype: Any) -> Case:
        at = tuple(np.array(a, dtype) if is_floating(a) else a for a in self.at)
        return Case(self.function, self.oracle, at)


def is_floating(a: Any) -> bool:
    return isinstance(a, np.ndarray | np.generic) and a.dtype.kind in "fc"


def draw(*shape: int, seed: int = 0, low: float = 0.25, signs: bool = True) -> np.ndarray:
    """Numbers from low to 2, each different, by default of both signs."""
    rng = np.random.default_rng([seed, *shape])
    size = rng.uniform(low, 2, shape)
    return np.array(size * rng.choice([-1.0, 1.0], shape) if signs else size)


def upstream(y: np.ndarray) -> np.ndarray:
    return np.asarray(draw(*y.shape, seed=99, low=0.5), y.dtype)


def pulled(function: Any, *at: Any, dy: Any = None) -> tuple[np.ndarray, list[Any]]:
    """The result, and the gradient to each array of floats, None for the others."""
    given = [Tensor(a, requires_grad=True) if is_floating(a) else a for a in at]
    y = function(*given)
    y.backward(upstream(y.value) if dy is None else dy)
    return y.value, [g.grad.numpy() if isinstance(g, Tensor) else None for g in given]


def on_arrays(function: Any) -> Any:
    """The function from arrays to an array, by way of tensors without gradient."""

    def call(*at: Any) -> np.ndarray:
        return function(*(Tensor(a) if is_floating(a) else a for a in at)).value

    return call


def sizes(forward: Any, at: tuple[Any, ...], i: int, dy: np.ndarray) -> np.ndarray:
    """How large the terms are that each entry of a gradient is the sum of."""
    total = np.full(at[i].shape, np.max(np.abs(dy), initial=0.0))
    for entry in np.ndindex(dy.shape):
        one = np.zeros_like(dy)
        one[entry] = dy[entry]
        total += np.abs(complex_step(forward, at, i, one))
    return total


def prove(case: Case) -> None:
    """Forward as the oracle, backward as the complex step; nothing changed, no dtype widened."""
    forward = on_arrays(case.function)
    dy = upstream(np.asarray(case.oracle(*case.at)))
    truth = {i: complex_step(forward, case.at, i, dy) for i in case.wrt}
    terms = {i: sizes(forward, case.at, i, dy) for i in case.wrt}
    for dtype in (np.float64, np.float32):
        narrow = case.cast(dtype)
        expected = np.asarray(case.oracle(*case.at))
        for layout in LAYOUTS:
            at = tuple(laid_out(a, layout) if is_floating(a) else a for a in narrow.at)
            for a in at:
                if is_floating(a):
                    a.flags.writeable = False
            given = np.array(dy, dtype)
            given.flags.writeable = False
            y, grads = pulled(narrow.function, *at, dy=given)
            assert y.dtype == dtype
            scale = np.max(np.abs(expected), initial=1.0)
            close(y, expected, scale)
            for i in case.wrt:
                assert grads[i].dtype == dtype, f"argument {i}"
                # Rounded to float32 the point is another one; its derivative is of order 1 here.
                close(grads[i], truth[i], terms[i] if dtype == np.float64 else 4 + terms[i])
    wide = case.cast(complex)
    y, grads = pulled(wide.function, *wide.at, dy=np.array(dy, complex))
    for i in case.wrt:
        close(grads[i].real, truth[i], terms[i])
        assert grads[i].dtype == complex
        assert not grads[i].imag.any()
    independently(case)


def independently(case: Case) -> None:
    """The checker's word on it."""

    def backward(dy: Any, *at: Any) -> Any:
        return tuple(pulled(case.function, *at, dy=dy)[1])

    if all(case.at[i].size for i in case.wrt):
        names = [f"a{i}" for i in range(len(case.at))]
        report = numnet.check_backward(
            on_arrays(case.function), backward, case.at, wrt=case.wrt, names=names
        )
        assert report.verdict == "right", str(report)


def refuted(case: Case) -> None:
    """The proof must fail."""
    with pytest.raises((AssertionError, ValueError)):
        prove(case)


def table(cases: dict[str, list[tuple[Any, ...]]]) -> Any:
    """All cases as parameters of a test, each with a name."""
    return [
        pytest.param(Case(*case), id=f"{name}-{k}")
        for name, found in cases.items()
        for k, case in enumerate(found)
    ]
