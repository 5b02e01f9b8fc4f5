"""The Python of CONTRIBUTING.md is code that runs."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import numnet

FILE = Path(__file__).parents[1] / "CONTRIBUTING.md"


BLOCKS = re.findall(
    r"```python\n(.*?)```", FILE.read_text("utf-8") if FILE.exists() else "", re.DOTALL
)
pytestmark = pytest.mark.skipif(not BLOCKS, reason="the tests stand outside a checkout")


def test_an_operation_of_ones_own_is_right() -> None:
    names: dict[str, Any] = {}
    exec(BLOCKS[0], names)

    def forward(x: Any) -> tuple[Any, Any]:
        t = numnet.Tensor(x, requires_grad=True)
        y = names["cube"](t)
        return y.value, (t, y)

    def backward(dy: Any, saved: Any) -> Any:
        t, y = saved
        y.backward(dy)
        return t.grad.numpy()

    x = np.random.default_rng(0).normal(size=(3, 4))
    assert numnet.check_backward(forward, backward, x, with_saved=True).verdict == "right"


def test_the_template_does_what_its_examples_say() -> None:
    names: dict[str, Any] = {"np": np, "Array": NDArray[Any]}
    exec(BLOCKS[1], names)
    runner = doctest.DocTestRunner()
    finder = doctest.DocTestFinder()
    for name in ("cube", "cube_dx"):
        for test in finder.find(names[name], name, globs=names):
            runner.run(test)
    assert runner.summarize(verbose=False) == (0, 2)
