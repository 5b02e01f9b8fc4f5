"""Arguments that many functions take."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numnet.arguments import generator, real_dtype


@pytest.mark.parametrize("rng", [0, 7, np.random.SeedSequence(7), None])
def test_a_source_of_randomness_is_made(rng: Any) -> None:
    assert isinstance(generator(rng), np.random.Generator)
    if rng is not None:
        assert generator(rng).random() == np.random.default_rng(rng).random()


def test_a_generator_is_handed_back_itself() -> None:
    rng = np.random.default_rng(0)
    assert generator(rng) is rng


@pytest.mark.parametrize(
    ("rng", "error"), [("zero", TypeError), (0.5, TypeError), (-1, ValueError)]
)
def test_what_is_no_source_is_refused(rng: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"^rng: expected a non-negative integer.* got {rng!r}$"):
        generator(rng)


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float64"), float])
def test_two_dtypes_are_taken(dtype: Any) -> None:
    assert real_dtype(dtype) == np.dtype(dtype)


@pytest.mark.parametrize(
    ("dtype", "got"),
    [
        ("float7", "'float7'"),
        ("", "''"),
        ("float16", "float16"),
        (int, "int64"),
        (complex, "compl"),
    ],
)
def test_other_dtypes_are_refused(dtype: Any, got: str) -> None:
    with pytest.raises(TypeError, match=f"^dtype: expected float32 or float64, got {got}"):
        real_dtype(dtype)
