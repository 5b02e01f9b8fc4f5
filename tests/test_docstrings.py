"""Every public name has a docstring with a worked example; the examples run as doctests."""

from __future__ import annotations

import importlib
import inspect

import pytest

import numnet

FOLDERS = ("autograd", "data", "files", "gradcheck", "kernels", "layers", "losses", "optim", "plot",
           "shards", "testing", "train")  # fmt: skip


def public() -> dict[str, object]:
    """Every function and class that a package names in its __all__."""
    packages = [numnet, *(importlib.import_module(f"numnet.{name}") for name in FOLDERS)]
    found = {f"{p.__name__}.{name}": getattr(p, name) for p in packages for name in p.__all__}
    return {name: value for name, value in found.items() if callable(value)}


@pytest.mark.parametrize("name", public())
def test_a_public_docstring_has_a_worked_example(name: str) -> None:
    text = inspect.getdoc(public()[name]) or ""
    assert text.partition("\n")[0].endswith("."), "one line, with a period"
    examples = text.partition("Examples\n--------\n")[2]
    assert ">>> " in examples
    assert "+SKIP" not in examples


def test_the_list_is_not_empty() -> None:
    assert len(public()) > 80
