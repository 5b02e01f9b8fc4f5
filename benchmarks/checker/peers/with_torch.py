"""torch.autograd.gradcheck of a Function that calls the forward and the backward in NumPy."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.checker.answer import Answer, last_line
from benchmarks.checker.case import Case
from benchmarks.checker.scalar import NotApplicable, Plain, plain


def slow(case: Case) -> Answer:
    """The whole Jacobian, with torch's default tolerances."""
    return _check(case, fast=False)


def fast(case: Case) -> Answer:
    """One random projection, with torch's default tolerances."""
    return _check(case, fast=True)


def _check(case: Case, fast: bool) -> Answer:
    torch: Any = import_module("torch")

    form = plain(case)
    if _reduced(plain(case)):
        raise NotApplicable("autograd itself sums a gradient to the shape of its input")
    function, calls = _function(form), [0]
    tensors = [torch.from_numpy(v).requires_grad_(True) for v in form.values]

    def run(*values: Any) -> Any:
        calls[0] += 1
        return function.apply(*values)

    try:
        torch.autograd.gradcheck(run, tensors, fast_mode=fast)
    except (RuntimeError, ValueError, TypeError) as error:  # GradcheckError and autograd's own
        return Answer("wrong", calls=calls[0], said=last_line(error))
    return Answer("right", calls=calls[0])


def _function(form: Plain) -> Any:
    torch: Any = import_module("torch")

    class Wrapped(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *values: Any) -> Any:
            ctx.save_for_backward(*values)
            y = form.forward(*(v.detach().numpy() for v in values))
            return torch.from_numpy(np.array(y))

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            values = [v.detach().numpy() for v in ctx.saved_tensors]
            found = form.backward(dy.numpy(), *values)
            return tuple(g if g is None else torch.from_numpy(np.array(g)) for g in found)

    return Wrapped


def _reduced(form: Plain) -> bool:
    """Whether a gradient has another shape, from which torch sums it without a word."""
    try:
        found = form.backward(np.ones_like(form.forward(*form.values)), *form.values)
        pairs = [(np.shape(g), v.shape) for g, v in zip(found, form.values, strict=True)]
        return any(g and g != v and np.broadcast_shapes(g, v) == g for g, v in pairs)
    except ValueError:
        return False
