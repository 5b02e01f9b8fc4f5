"""Imports only go down the floors of the house, and the public names are the same in any order."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import numnet

PACKAGE = Path(numnet.__path__[0])
FILES = sorted(PACKAGE.rglob("*.py"))

# Each module and each folder, lowest floor first. A new one is added here, or the test fails.
FLOORS = {
    "arguments": 1,
    "atomic": 1,
    "blas": 1,
    "context": 1,
    "data": 1,
    "errors": 1,
    "gradcheck": 1,
    "kernels": 1,
    "labels": 1,
    "metrics": 1,
    "parameters": 1,
    "processor": 1,
    "copies": 2,
    "losses": 2,
    "model": 2,
    "nonfinite": 2,
    "packing": 2,
    "part": 2,
    "summary": 2,
    "autograd": 3,
    "layers": 3,
    "layerwise": 4,
    "objective": 4,
    "shards": 4,
    "checks": 5,
    "files": 5,
    "optim": 5,
    "train": 6,
    "__main__": 7,
    "cli": 7,
    "plot": 7,
    "testing": 7,
}


def module_name(path: Path) -> list[str]:
    """The dotted name of a file within numnet, in parts; that of an __init__ ends in it."""
    return list(path.relative_to(PACKAGE).with_suffix("").parts)


def running_imports(
    node: ast.AST, functions: tuple[str, ...] = ()
) -> Iterator[tuple[ast.Import | ast.ImportFrom, tuple[str, ...]]]:
    """Each import that can run, with the functions around it; those for type checkers cannot."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, functions
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            for other in child.orelse:
                yield from running_imports(other, functions)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from running_imports(child, (*functions, child.name))
        else:
            yield from running_imports(child, functions)


def targets(node: ast.Import | ast.ImportFrom, importer: list[str]) -> list[str]:
    """The dotted names that an import reaches, "numnet" in front of those of numnet."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not node.level:
        base = (node.module or "").split(".")
    else:
        inside = ["numnet", *importer[:-1]]
        base = inside[: len(inside) - node.level + 1] + (node.module or "").split(".")
        base = [part for part in base if part]
    if base == ["numnet"]:
        return [f"numnet.{alias.name}" for alias in node.names]
    return [".".join(base)]


def faults_of(source: str, importer: list[str]) -> list[str]:
    """What a file with this text does against the floors."""
    here = importer[0]
    faults = []
    for node, functions in running_imports(ast.parse(source)):
        for target in targets(node, importer):
            top, _, rest = target.partition(".")
            there = rest.partition(".")[0]
            if top != "numnet" or there in (here, "__version__"):
                continue
            line = f"{'/'.join(importer)}.py:{node.lineno} imports {target}"
            if here == "gradcheck":
                faults.append(f"{line}, but gradcheck stands alone")
            elif there == "plot" and functions and functions[-1] == "plot":
                continue
            elif there not in FLOORS:
                faults.append(f"{line}, which has no floor")
            elif FLOORS[there] > FLOORS[here]:
                faults.append(f"{line}, from floor {FLOORS[here]} up to floor {FLOORS[there]}")
    return faults


def test_every_module_has_a_floor() -> None:
    found = {module_name(path)[0] for path in FILES} - {"__init__"}
    assert found - set(FLOORS) == set(), "add them to FLOORS"


@pytest.mark.parametrize("path", FILES, ids=lambda p: "/".join(module_name(p)))
def test_imports_only_go_down(path: Path) -> None:
    name = module_name(path)
    if name != ["__init__"]:
        assert faults_of(path.read_text(encoding="utf-8"), name) == []


@pytest.mark.parametrize(
    ("importer", "source", "word"),
    [
        ("kernels/affine", "from ..layers import Linear", "from floor 1 up to floor 3"),
        ("kernels/affine", "from .. import train", "from floor 1 up to floor 6"),
        ("kernels/affine", "import numnet.optim.descent", "from floor 1 up to floor 5"),
        ("kernels/__init__", "from ..model import Model", "from floor 1 up to floor 2"),
        ("model", "from .layers.linear import Linear", "from floor 2 up to floor 3"),
        ("model", "def f():\n    from . import train", "from floor 2 up to floor 6"),
        ("model", "try:\n    from .train import fit\nfinally:\n    pass", "up to floor 6"),
        ("model", "from . import fit", "no floor"),
        ("model", "import numnet", "no floor"),
        ("model", "def draw(self):\n    from . import plot", "from floor 2 up to floor 7"),
        ("model", "from . import plot", "from floor 2 up to floor 7"),
        ("gradcheck/report", "from ..errors import FormatError", "stands alone"),
        ("gradcheck/report", "def plot(self):\n    from .. import plot", "stands alone"),
    ],
)
def test_an_import_that_goes_up_is_found(importer: str, source: str, word: str) -> None:
    (fault,) = faults_of(source, importer.split("/"))
    assert word in fault


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("layers/linear", "from .. import kernels\nfrom .layer import Layer"),
        ("layers/__init__", "from .linear import Linear"),
        ("train/loop", "from ..optim import SGD\nfrom . import step"),
        ("train/history", "def plot(self):\n    from .. import plot"),
        ("train/history", "class H:\n    def plot(self):\n        from ..plot import curves"),
        ("parameters", "if TYPE_CHECKING:\n    from .part import Part"),
        ("gradcheck/report", "import numpy\nfrom .finding import Finding"),
        ("cli/__init__", "from .. import __version__"),
    ],
)
def test_an_import_that_goes_down_is_not(importer: str, source: str) -> None:
    assert faults_of(source, importer.split("/")) == []


def test_modules_of_one_floor_do_not_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        name = module_name(path)
        for node, functions in running_imports(ast.parse(path.read_text(encoding="utf-8"))):
            reached = {t.split(".")[1] for t in targets(node, name) if t.startswith("numnet.")}
            if not functions:
                graph.setdefault(name[0], set()).update(reached - {name[0]})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def test_the_checker_needs_numpy_and_scipy_alone() -> None:
    for path in FILES:
        name = module_name(path)
        if name[0] != "gradcheck":
            continue
        allowed = {"numnet", "numpy", "scipy", *sys.stdlib_module_names}
        if name[-1] == "picture":
            allowed.add("matplotlib")
        for node, _ in running_imports(ast.parse(path.read_text(encoding="utf-8"))):
            tops = {target.partition(".")[0] for target in targets(node, name)}
            assert tops <= allowed, f"{path.name}:{node.lineno}"


def names_held(path: Path) -> set[str]:
    """The public functions, classes and methods that a file defines or, an __init__, hands on."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    held = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    if path.name == "__init__.py":
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                held.update(alias.asname or alias.name for alias in node.names)
    return {name for name in held if not name.startswith("_")}


def test_no_file_bears_the_name_of_what_it_holds() -> None:
    for path in FILES:
        if path.name == "__init__.py":
            taken = {p.stem for p in path.parent.iterdir() if p.suffix == ".py" or p.is_dir()}
            taken.add(path.parent.name)
        else:
            taken = {path.stem}
        assert not taken & names_held(path), path


def test_no_public_name_is_that_of_a_module() -> None:
    modules = {module_name(path)[0] for path in FILES}
    assert not modules & set(numnet._HOME)


def test_type_checkers_are_told_of_every_public_name() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    told = []
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            assert alias.asname == alias.name, "written `name as name`, it is handed on"
            told.append((node.module, alias.name))
    expected = [(home, name) for name, home in numnet._HOME.items()]
    expected += [(None, name) for name in numnet._SUBMODULES]
    assert sorted(told, key=str) == sorted(expected, key=str)
    assert len(set(numnet.__all__)) == len(numnet.__all__)


def in_a_fresh_process(code: str) -> str:
    """What the code prints, with this very numnet and warnings as errors."""
    path = [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_numnet_loads_numpy_alone() -> None:
    loaded = json.loads(
        in_a_fresh_process(
            "import json, sys, numnet, numpy; print(json.dumps(sorted(sys.modules)))"
        )
    )
    tops = {name.partition(".")[0] for name in loaded}
    assert "numpy" in tops
    assert not tops & {"scipy", "matplotlib", "tqdm", "pooch", "PIL"}
    assert [name for name in loaded if name.startswith("numnet.")] == []


def test_training_loads_numpy_alone() -> None:
    loaded = in_a_fresh_process(
        "import sys, numnet\n"
        "model = numnet.Sequential(numnet.Linear(2, 2), numnet.Softplus())\n"
        "numnet.fit(model, numnet.MSE(), [[1.0, 2.0]], [[1.0, 2.0]], epochs=1)\n"
        "print(*sys.modules)"
    )
    tops = {name.partition(".")[0] for name in loaded.split()}
    assert not tops & {"scipy", "matplotlib"}


def test_every_public_name_is_the_same_in_two_orders() -> None:
    code = (
        "import json, types, numnet\n"
        "def kind(value):\n"
        "    if isinstance(value, types.ModuleType): return 'module ' + value.__name__\n"
        "    return ' '.join([type(value).__name__, value.__module__, value.__qualname__])\n"
        "names = list(numnet.__all__){}\n"
        "first = {{name: kind(getattr(numnet, name)) for name in names}}\n"
        "again = {{name: kind(getattr(numnet, name)) for name in names}}\n"
        "assert first == again, [n for n in names if first[n] != again[n]]\n"
        "print(json.dumps(first))\n"
    )
    forwards = json.loads(in_a_fresh_process(code.format("")))
    backwards = json.loads(in_a_fresh_process(code.format("[::-1]")))
    assert list(forwards) == numnet.__all__
    assert forwards == backwards
    for name, kind in forwards.items():
        assert kind.startswith("module ") == (name in numnet._SUBMODULES), f"{name} is a {kind}"


def test_an_unknown_name_is_an_attribute_error_and_dir_lists_the_rest() -> None:
    with pytest.raises(AttributeError, match="module 'numnet' has no attribute 'Lineer'"):
        _ = numnet.Lineer
    assert set(numnet.__all__) <= set(dir(numnet))
