"""The truth to 50 digits, and errors counted in units in the last place."""

from __future__ import annotations

import mpmath
import numpy as np

DIGITS = 50


def exactly(values):
    """Floats as numbers of mpmath, in the shape of nested lists; nothing is rounded."""
    return [exactly(v) if np.ndim(v) else mpmath.mpf(float(v)) for v in values]


def ulps(actual, truth):
    """How far each float is from a number of mpmath, in units in the last place of that number.

    Below the smallest normal number the unit is that number: a result may underflow to 0.
    """
    actual = np.asarray(actual)
    kind = np.finfo(actual.dtype)
    errors = []
    with mpmath.workdps(DIGITS):
        for a, t in zip(actual.ravel(), np.ravel(np.array(truth, dtype=object)), strict=True):
            unit = mpmath.mpf(float(kind.tiny))
            if abs(t) >= unit:
                unit = mpmath.ldexp(float(kind.eps), mpmath.frexp(t)[1] - 1)
            errors.append(float(abs(mpmath.mpf(float(a)) - t) / unit))
    return np.reshape(errors, actual.shape)


def within(bound, actual, truth):
    """Every float is within so many units in the last place of the truth; NaN fails."""
    errors = ulps(actual, truth)
    off = ~(errors <= bound)
    if off.any():
        where = tuple(int(i) for i in np.argwhere(off)[0])
        allowed = np.broadcast_to(bound, off.shape)[where]
        raise AssertionError(
            f"entry {where}: {np.asarray(actual)[where]!r} is {errors[where]:.3g} ulps off, "
            f"expected at most {allowed:.3g}"
        )


def near(units, actual, truth, terms):
    """|actual - truth| <= units eps terms, the terms being those that may cancel; NaN fails."""
    actual = np.asarray(actual)
    kind = np.finfo(actual.dtype)
    flat = np.broadcast_to(np.asarray(terms, dtype=object), actual.shape).ravel()
    truths = np.ravel(np.array(truth, dtype=object))
    with mpmath.workdps(DIGITS):
        for i, (a, t, s) in enumerate(zip(actual.ravel(), truths, flat, strict=True)):
            bound = units * float(kind.eps) * s + float(kind.tiny)
            if not abs(mpmath.mpf(float(a)) - t) <= bound:
                raise AssertionError(
                    f"entry {i}: {a!r}, expected {mpmath.nstr(t, 20)} within "
                    f"{mpmath.nstr(bound, 3)}"
                )


def special(dtype):
    """Numbers at which formulas break: zeros, subnormals, the edges of exp, huge ones."""
    kind = np.finfo(dtype)
    edge = float(np.log(kind.max))
    sizes = [0.0, kind.smallest_subnormal, kind.tiny, 1e-30, kind.eps, kind.eps / 2]
    sizes += [0.5, 1.0, 17.0, 37.0, edge - 1, edge + 1, edge + 20, 1e30]
    return np.array([sign * float(s) for s in sizes for sign in (1, -1)], dtype)


def spread(dtype, count=300, seed=0):
    """The special numbers and random ones of every size between the smallest and 1e30."""
    rng = np.random.default_rng(seed)
    edge = float(np.log(np.finfo(dtype).max))
    tiny = rng.choice([-1, 1], count) * 10.0 ** rng.uniform(-36, 30, count)
    pieces = rng.normal(size=count), rng.uniform(-edge, edge, count), tiny
    return np.concatenate([special(dtype), *(p.astype(dtype) for p in pieces)])
