"""The functions of a user's own file, and the point at which they are checked.

It runs in a process of its own: `python -m numnet.cli.subject` reads what to check as one line of
JSON, and writes what came of it, as JSON too, to the file named there.
"""

from __future__ import annotations

import inspect
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..gradcheck import Report, check_backward, check_gradient
from ..gradcheck.printing import print_report

MODULE = "subject"


@dataclass(frozen=True)
class Subject:
    """What to check: one function of the file that returns (value, gradient), or two."""

    file: str
    functions: tuple[str, ...]
    at: str = "make_inputs"
    wrt: tuple[str, ...] | None = None
    kind: str | None = None
    with_saved: bool = False
    seed: int = 0
    budget: int | None = None
    html: str | None = None
    colour: bool = False


def check_subject(subject: Subject) -> Report:
    """Import the file and check its functions."""
    module = _imported(Path(subject.file))
    at = _point(_named(module, subject.at, "--at "), subject)
    functions = [_function(module, name) for name in subject.functions]
    wrt = None if subject.wrt is None else [_position(key) for key in subject.wrt]
    kind = subject.kind or _kind(functions, at, subject)
    if kind == "gradient":
        fun, grad = functions if len(functions) == 2 else (functions[0], None)
        return check_gradient(fun, grad, at, wrt=wrt, rng=subject.seed, budget=subject.budget)
    forward, backward = functions
    return check_backward(
        forward, backward, at, wrt=wrt, rng=subject.seed, budget=subject.budget,
        with_saved=subject.with_saved,
    )  # fmt: skip


def _imported(path: Path) -> ModuleType:
    module = ModuleType(MODULE)
    module.__file__ = str(path)
    sys.modules[MODULE] = module
    sys.path.insert(0, str(path.resolve().parent))  # its neighbours, as when it is run
    exec(compile(path.read_bytes(), str(path), "exec"), vars(module))
    return module


def _named(module: ModuleType, name: str, option: str = "") -> Any:
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            there = [n for n, v in vars(module).items() if n[0] != "_" and inspect.isfunction(v)]
            holds = f"its functions are {', '.join(there)}" if there else "it holds no function"
            raise ValueError(f"{option}{name}: {module.__file__} has no such name; {holds}")
        found = getattr(found, part)
    return found


def _function(module: ModuleType, name: str) -> Callable[..., Any]:
    found = _named(module, name)
    if not callable(found):
        raise TypeError(f"{name}: expected a function, got {type(found).__name__}")
    return found


def _point(found: Any, subject: Subject) -> Any:
    """The point itself, or what a function of nothing, or of a Generator `rng`, makes."""
    if not callable(found):
        return found
    takes_rng = "rng" in inspect.signature(found).parameters
    at = found(rng=np.random.default_rng(subject.seed)) if takes_rng else found()
    if at is None:
        raise TypeError(f"--at {subject.at}: it returned None; is its return statement missing?")
    return at


def _position(key: str) -> str | int:
    return int(key) if key.isdigit() else key


def _kind(functions: list[Callable[..., Any]], at: Any, subject: Subject) -> str:
    """A backward takes dy before the arguments, or dy and saved; a gradient the arguments alone."""
    if len(functions) == 1:
        return "gradient"
    if subject.with_saved or not _takes(functions[1], at):
        return "backward"
    if not _takes(functions[1], at, 0.0):
        return "gradient"
    raise ValueError(
        f"{subject.functions[1]} takes any number of arguments. Say which it is with "
        "--kind gradient, called with the arguments, or --kind backward, with dy before them"
    )


def _takes(function: Callable[..., Any], at: Any, *first: Any) -> bool:
    try:
        signature = inspect.signature(function)
        if isinstance(at, Mapping):
            signature.bind(*first, **at)
        else:
            signature.bind(*first, *(at if isinstance(at, tuple | list) else (at,)))
    except TypeError:
        return False
    except ValueError:  # a function in C may have no signature
        return True
    return True


def _told(error: BaseException, path: str) -> str:
    """The error as Python prints it, from the first place in the user's file on."""
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, f in enumerate(frames) if Path(f.filename) == Path(path)), None)
    lines = traceback.format_exception_only(error)
    if first is not None:
        lines = ["Traceback (most recent call last):\n",
                 *traceback.format_list(frames[first:]), *lines]  # fmt: skip
    elif isinstance(error, ValueError | TypeError):
        lines = ["\n".join([str(error), *getattr(error, "__notes__", [])])]
    return "".join(lines).rstrip()


def answer(subject: Subject) -> dict[str, Any]:
    """What came of it, for JSON: a report, or the error that stood in its way."""
    try:
        report = check_subject(subject)
        if subject.html is not None:
            report.to_html(subject.html)
    except (Exception, SystemExit) as error:
        return {"error": _told(error, subject.file)}
    return {"report": report.to_dict(), "text": print_report(report, subject.colour)}


def main() -> None:
    """Read the subject from stdin and write the answer."""
    request = json.loads(sys.stdin.readline())
    result = answer(Subject(**request["subject"]))
    Path(request["answer"]).write_text(json.dumps(result), encoding="utf-8")


def request(subject: Subject, path: Path) -> str:
    """The line that `main` reads."""
    return json.dumps({"subject": asdict(subject), "answer": str(path)}) + "\n"


if __name__ == "__main__":
    main()
