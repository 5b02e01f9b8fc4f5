"""The benchmarks are no part of numnet: their tests run without the tracer, in half the time."""

from __future__ import annotations

from collections.abc import Iterator

import coverage
import pytest


@pytest.fixture(scope="module", autouse=True)
def untraced() -> Iterator[None]:
    measured = coverage.Coverage.current()
    if measured is None:
        yield
        return
    measured.stop()
    yield
    measured.start()
