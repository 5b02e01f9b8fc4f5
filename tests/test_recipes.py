"""Every recipe runs as it stands, where the package that it names is installed."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "tutorials" / "recipes.md"
BLOCKS = re.findall(
    r"```python\n(# needs (\w+)\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
)


@pytest.mark.parametrize(
    ("code", "package"), BLOCKS, ids=[f"{i}-{name}" for i, (_, name) in enumerate(BLOCKS)]
)
def test_a_recipe_runs_and_its_gradient_is_right(code: str, package: str) -> None:
    spec = importlib.util.find_spec(package)
    # A folder of tests of the same name has no origin.
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "1 right" in done.stdout


def test_every_recipe_says_what_it_needs() -> None:
    assert len(BLOCKS) == PAGE.read_text(encoding="utf-8").count("```python")
    assert {package for _, package in BLOCKS} == {"torch", "jax", "autograd", "mygrad", "scipy"}


def test_a_recipe_can_fail() -> None:
    code = next(code for code, package in BLOCKS if package == "scipy")
    broken = code.replace("2 * A.T", "A.T")
    assert broken != code
    done = subprocess.run(
        [sys.executable, "-c", broken], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode != 0
    assert "GradientError" in done.stderr
