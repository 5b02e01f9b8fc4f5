"""Every kernel on square arrays."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from numnet import kernels

WIDTH = 256


def arguments(name: str, dtype: str) -> list[Any]:
    """What a kernel takes, by the names of its parameters; options are left as they are."""
    rng = np.random.default_rng(0)
    made: list[Any] = []
    for p in inspect.signature(getattr(kernels, name)).parameters.values():
        if p.name == "b":
            made.append(rng.random(WIDTH).astype(dtype))
        elif p.default is not p.empty:
            break
        elif p.annotation in ("float", "complex"):
            made.append(0.25)
        elif p.name == "kept":
            made.append(rng.random((WIDTH, WIDTH)) > 0.25)
        elif p.name == "y_true" and name.startswith("softmax_cross_entropy"):
            made.append(rng.integers(0, WIDTH, WIDTH))
        else:
            made.append(rng.random((WIDTH, WIDTH)).astype(dtype))
    return made


class Kernels:
    """A call."""

    params = (list(kernels.__all__), ["float32", "float64"])
    param_names = ("kernel", "dtype")

    def setup(self, name: str, dtype: str) -> None:
        self.kernel, self.arguments = getattr(kernels, name), arguments(name, dtype)
        self.kernel(*self.arguments)  # BLAS and pages are ready, also for the only call of --quick

    def time_call(self, name: str, dtype: str) -> None:
        self.kernel(*self.arguments)
