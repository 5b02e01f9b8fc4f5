"""setup.cfg and pyproject.toml against the folders of the checkout and against each other."""

from __future__ import annotations

import configparser
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

if not (ROOT / "setup.cfg").exists():
    pytest.skip("the tests stand outside a checkout", allow_module_level=True)


def _setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def _pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_packages_are_the_folders_with_an_init() -> None:
    folders = {path.parent for path in (ROOT / "numnet").rglob("__init__.py")}
    names = sorted(".".join(folder.relative_to(ROOT).parts) for folder in folders)
    assert _setup()["options"]["packages"].split() == names


def test_modules_lie_in_packages() -> None:
    folders = {path.parent for path in (ROOT / "numnet").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_package_data_is_all_that_is_not_python() -> None:
    section = _setup()["options.package_data"]
    named = {
        path
        for package, patterns in section.items()
        for pattern in patterns.split()
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    found = {
        path
        for path in (ROOT / "numnet").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert ROOT / "numnet" / "py.typed" in found
    assert named == found


def test_name_and_python_agree() -> None:
    setup, project = _setup(), _pyproject()["project"]
    assert project["name"] == setup["metadata"]["name"]
    assert project["requires-python"] == setup["options"]["python_requires"]


def test_runtime_dependencies_are_three() -> None:
    lines = _setup()["options"]["install_requires"].split("\n")
    assert [line.split()[0] for line in lines if line] == ["numpy", "scipy", "matplotlib"]
