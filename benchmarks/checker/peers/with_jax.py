"""jax.test_util.check_grads of a custom_vjp whose functions are NumPy, in 64 bits, without jit."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.checker.answer import Answer, last_line
from benchmarks.checker.case import Case
from benchmarks.checker.scalar import NotApplicable, plain


def check(case: Case) -> Answer:
    """The reverse mode to first order, with JAX's default tolerances."""
    if case.causes == {"mutates-input"}:
        raise NotApplicable("arrays of JAX cannot be written to")
    jax: Any = import_module("jax")
    check_grads = import_module("jax.test_util").check_grads
    jax.config.update("jax_enable_x64", True)
    form, calls = plain(case), [0]

    # Outside of jit JAX hands numbers to these functions, so that NumPy can take them.
    @jax.custom_vjp
    def function(*values: Any) -> Any:
        calls[0] += 1
        return jax.numpy.asarray(form.forward(*map(np.array, values)))

    def backward(values: Any, dy: Any) -> Any:
        found = form.backward(np.array(dy), *map(np.array, values))
        return tuple(
            jax.numpy.zeros_like(v) if g is None else jax.numpy.asarray(g)
            for g, v in zip(found, form.values, strict=True)
        )

    function.defvjp(lambda *values: (function(*values), values), backward)
    try:
        check_grads(function, tuple(map(jax.numpy.asarray, form.values)), 1, modes=["rev"])
    except (AssertionError, ValueError, TypeError, RuntimeError) as error:
        return Answer("wrong", calls=calls[0], said=last_line(error))
    return Answer("right", calls=calls[0])
