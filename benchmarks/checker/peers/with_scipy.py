"""scipy.optimize.check_grad of the scalar sum(dy * forward) in one flat vector."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.answer import Answer, last_line
from benchmarks.checker.case import Case
from benchmarks.checker.scalar import NotApplicable, plain

# check_grad returns a distance and leaves the judgement to the caller; this is the usual one for
# forward differences, whose own error is near 1e-8 of the function's scale.
TOLERANCE = 1e-5


def check(case: Case) -> Answer:
    """Wrong where the distance exceeds TOLERANCE times max(1, the gradient's norm)."""
    from scipy.optimize import check_grad

    form, calls = plain(case), [0]
    if not form.values:
        raise NotApplicable("nothing to differentiate")
    dtypes = {v.dtype for v in form.values}
    if len(dtypes) > 1:
        raise NotApplicable("several dtypes in one vector")
    ends = np.cumsum([v.size for v in form.values])[:-1]
    y = form.forward(*form.values)
    dy = np.random.default_rng(0).normal(size=y.shape).astype(y.dtype)
    dy = np.ones_like(dy) if case.kind == "gradient" else dy

    def arrays(theta: Any) -> list[Any]:
        parts = zip(np.split(theta, ends), form.values, strict=True)
        return [part.reshape(v.shape).astype(v.dtype, copy=False) for part, v in parts]

    def fun(theta: Any) -> Any:
        calls[0] += 1
        return float(np.sum(dy * form.forward(*arrays(theta))))

    def grad(theta: Any) -> Any:
        found = form.backward(dy, *arrays(theta))
        pairs = list(zip(found, form.values, strict=True))
        if any(np.size(g) == v.size and np.shape(g) != v.shape for g, v in pairs):
            raise NotApplicable("a flat vector has no shapes")
        return np.concatenate([np.zeros(v.size) if g is None else np.ravel(g) for g, v in pairs])

    theta = np.concatenate([v.ravel() for v in form.values]).astype(float)
    try:
        distance = check_grad(fun, grad, theta)
        size = max(1.0, float(np.linalg.norm(grad(theta))))
    except (ValueError, TypeError, RuntimeError) as error:
        return Answer("wrong", calls=calls[0], said=last_line(error))
    verdict = "right" if distance <= TOLERANCE * size < np.inf else "wrong"
    return Answer(verdict, calls=calls[0], said=f"distance {distance:.1e} at size {size:.1e}")
