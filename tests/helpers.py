"""Strategies for arrays, and the check that every hand-written backward must pass."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

DTYPES = (np.float32, np.float64)
# |a - n| <= 1e-13 s in float64; the same number of units in the last place in float32.
UNITS = 1e-13 / np.finfo(np.float64).eps
LIMIT = float(np.float32(1e30))
STEP = 2.0**-100

dtypes = st.sampled_from(DTYPES)
rows = st.integers(0, 4)
columns = st.integers(1, 4)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
moderate = st.floats(-8, 8, width=32, allow_subnormal=False)
# Among them the numbers beyond which exp overflows or vanishes in float32.
extreme = st.floats(-LIMIT, LIMIT, width=32) | st.sampled_from(
    [0.0, -0.0, LIMIT, -LIMIT, 88.75, -88.75, 104.0, -104.0]
)


def untraced(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function without measuring coverage: for long ones whose lines other tests reach."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return function(*args, **kwargs)
        finally:
            sys.settrace(tracer)

    return run


def laid_out(values: np.ndarray, layout: str) -> np.ndarray:
    """The same values in another place and order of the memory."""
    if layout == "transposed":
        return np.array(values.T, order="C", copy=True).T
    if layout == "strided" and values.ndim:
        gap = np.nan if values.dtype.kind in "fc" else 0
        wide = np.full([2 * n for n in values.shape], gap, values.dtype)
        view = wide[(slice(None, None, 2),) * values.ndim]
        view[...] = values
        return view
    if layout == "reversed" and values.ndim:
        return values[..., ::-1].copy()[..., ::-1]
    return values.copy()


LAYOUTS = ("plain", "transposed", "strided", "reversed")
KINDS = [(layout, writeable) for layout in LAYOUTS for writeable in (True, False)]


@st.composite
def arrays(draw, shape, dtype=np.float64, elements=moderate):
    """Arrays in any layout, every other one read-only."""
    layout, writeable = draw(st.sampled_from(KINDS))
    values = laid_out(draw(hnp.arrays(dtype, shape, elements=elements)), layout)
    values.flags.writeable = writeable
    return values


def unchanged(function: Callable[..., Any], *args: Any) -> Any:
    """function(*args), which must leave its arguments as they are and give the same bits again."""
    before = [np.array(a, copy=True) for a in args]
    first = np.array(function(*args), copy=True)
    second = np.asarray(function(*args))
    for i, (after, then) in enumerate(zip(args, before, strict=True)):
        if np.asarray(after).tobytes() != then.tobytes():
            raise AssertionError(f"argument {i} was modified")
    if (first.dtype, first.shape, first.tobytes()) != (
        second.dtype,
        second.shape,
        second.tobytes(),
    ):
        raise AssertionError("the second call gave something else")
    return second


def close(actual: Any, expected: Any, scale: Any, units: float = UNITS) -> None:
    """|actual - expected| <= units eps scale in each entry, with the eps of actual; NaN fails."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape:
        raise AssertionError(f"shape {actual.shape}, expected {expected.shape}")
    kind = np.finfo(actual.dtype)
    # Below the smallest normal number a float has fewer digits.
    bound = units * float(kind.eps) * np.asarray(scale, float) + float(kind.tiny)
    off = ~(np.abs(actual.astype(np.result_type(actual, float)) - expected) <= bound)
    if off.any():
        where = tuple(int(i) for i in np.argwhere(off)[0])
        raise AssertionError(
            f"entry {where}: {actual[where]}, expected {expected[where]} "
            f"within {np.broadcast_to(bound, off.shape)[where]:.3g}"
        )


def complex_step(forward: Callable[..., Any], at: Sequence[Any], wrt: int, dy: Any) -> np.ndarray:
    """The gradient of sum(dy * forward(*at)) to at[wrt], from the imaginary part of forward."""
    point = np.array(at[wrt], complex)
    gradient = np.empty(point.shape)
    for entry in np.ndindex(point.shape):
        moved = point.copy()
        moved[entry] += 1j * STEP
        y = np.asarray(forward(*at[:wrt], moved, *at[wrt + 1 :]))
        gradient[entry] = math.fsum(np.ravel(dy * y.imag)) / STEP
    return gradient


def widened(value: Any) -> Any:
    """The same value in float64; integers stay."""
    return value.astype(np.float64) if getattr(value, "dtype", None) == np.float32 else value


@dataclass(frozen=True)
class Pair:
    """forward(*at) -> y, backward(dy, *at) -> gradient to at[wrt], and the size of its terms."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    terms: Callable[..., Any]
    wrt: int = 0

    def check(self, dy: Any, *at: Any) -> None:
        """The backward against the complex step, as close as its terms allow."""
        claimed = np.asarray(unchanged(self.backward, dy, *at))
        if claimed.dtype != at[self.wrt].dtype:
            raise AssertionError(f"dtype {claimed.dtype}, expected {at[self.wrt].dtype}")
        dy, *wide = (widened(a) for a in (dy, *at))
        close(claimed, complex_step(self.forward, wide, self.wrt, dy), self.terms(dy, *wide))
