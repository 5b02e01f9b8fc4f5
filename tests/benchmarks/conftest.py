"""The benchmarks are no part of numnet, whose coverage is measured."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def _no_part_of_numnet(untraced: None) -> None:
    pass
