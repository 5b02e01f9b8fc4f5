"""The images that all engines train on."""

from __future__ import annotations

from functools import cache

import numnet


@cache
def images() -> numnet.data.Dataset:
    """MNIST in float32."""
    return numnet.data.load_mnist(dtype="float32")
