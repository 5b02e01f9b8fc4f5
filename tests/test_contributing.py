"""The docstring template of CONTRIBUTING.md is code that runs."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

FILE = Path(__file__).parents[1] / "CONTRIBUTING.md"


@pytest.mark.skipif(not FILE.exists(), reason="the tests stand outside a checkout")
def test_the_template_does_what_its_examples_say() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", FILE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"np": np, "Array": NDArray[Any]}
    exec(code, names)
    runner = doctest.DocTestRunner()
    finder = doctest.DocTestFinder()
    for name in ("cube", "cube_dx"):
        for test in finder.find(names[name], name, globs=names):
            runner.run(test)
    assert runner.summarize(verbose=False) == (0, 2)
