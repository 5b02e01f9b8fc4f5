"""The Python of README runs as it stands, block after block, and does what the text says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parents[1] / "README.md"
README = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
pytestmark = pytest.mark.skipif(not README, reason="the tests stand outside a checkout")
# Hypothesis may spare itself the search for the least example that fails.
END = """
from hypothesis import Phase, settings

try:
    settings(phases=[Phase.generate])(test_scale)()
except AssertionError as error:
    print("test_scale:", error)
"""


def test_readme_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join([*BLOCKS, END])],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    proof, _, rest = done.stdout.partition("\n9")
    assert "4 gradients checked: 4 right" in proof
    assert float("9" + rest.partition("%")[0]) > 95
    assert (tmp_path / "curves.png").stat().st_size > 10_000
    scale, _, tested = rest.partition("test_scale:")
    for told in (scale, tested):
        assert "cause: not-reduced" in told
        assert "sum it over axis 0" in told


def test_readme_names_files_that_exist() -> None:
    named = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert len(named) > 5
    assert [path for path in named if not (FILE.parent / path).exists()] == []
