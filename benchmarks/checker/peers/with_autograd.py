"""autograd.test_util.check_grads of a primitive whose rule calls the backward in NumPy."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from benchmarks.checker.answer import Answer, last_line
from benchmarks.checker.case import Case
from benchmarks.checker.scalar import plain


def check(case: Case) -> Answer:
    """The reverse mode to first order, with autograd's tolerances."""
    extend: Any = import_module("autograd.extend")
    check_grads = import_module("autograd.test_util").check_grads

    form, calls = plain(case), [0]

    @extend.primitive
    def function(*values: Any) -> Any:
        calls[0] += 1
        y = form.forward(*values)
        return y if y.ndim else y[()]

    def one(k: int, v: Any) -> Any:
        return function(*form.values[:k], v, *form.values[k + 1 :])

    def rule(k: int) -> Any:
        return lambda y, *values: lambda dy: form.backward(dy, *values)[k]

    extend.defvjp(function, *(rule(k) for k in range(len(form.values))))
    try:
        for k in range(len(form.values)):
            check_grads(partial(one, k), modes=["rev"], order=1)(form.values[k])
    except (AssertionError, ValueError, TypeError, RuntimeError) as error:
        return Answer("wrong", calls=calls[0], said=last_line(error))
    return Answer("right", calls=calls[0])
