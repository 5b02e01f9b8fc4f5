"""`numnet check`: the gradient in a user's own file, judged in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..gradcheck.printing import on_terminal
from . import options
from .subject import Subject, request

EXIT = {"right": 0, "wrong": 1, "undecided": 3}


def parser() -> argparse.ArgumentParser:
    """The options of `numnet check`."""
    p = options.Parser(
        prog="numnet check",
        description="Judge the gradient in a file of your own, and say what is wrong with it. "
        "The file is imported, and so run, in a process of its own.",
        epilog="exit status: 0 right; 1 wrong; 2 an option or the file is wrong; 3 undecided; "
        "130 interrupted. Example: numnet check layer.py:forward,backward --at make_inputs",
        allow_abbrev=False,
    )
    # fmt: off
    p.add_argument("target", type=_target, metavar="FILE.py:NAMES",
                   help="forward,backward: y = forward(*at) and backward(dy, *at); "
                   "loss,grad: a number loss(*at) and grad(*at); "
                   "loss: loss(*at) returns (value, gradient)")
    p.add_argument("--at", default="make_inputs", metavar="NAME",
                   help="the point: a variable of the file, or a function that returns it: an "
                   "array, a tuple of the arguments, or a dict of them (default: make_inputs)")
    p.add_argument("--wrt", type=_words, metavar="x,W",
                   help="check only these arguments, by name or position (default: all floating "
                   "arrays)")
    p.add_argument("--kind", choices=("gradient", "backward"),
                   help="what the second function is (default: by the arguments that it takes)")
    p.add_argument("--saved", action="store_true",
                   help="forward returns (y, saved), and backward takes (dy, saved)")
    p.add_argument("--seed", type=options.seed, default=0, metavar="S",
                   help="of dy and of the directions (default: 0)")
    p.add_argument("--budget", type=options.positive_integer, metavar="K",
                   help="most calls of the first function (default: as many as needed)")
    p.add_argument("--timeout", type=options.positive_number, default=60.0, metavar="SECONDS",
                   help="stop the file's process after so long (default: 60)")
    p.add_argument("--json", action="store_true", help="print the report as JSON")
    p.add_argument("--html", type=Path, metavar="PAGE",
                   help="write the report as one HTML page too")
    # fmt: on
    return p


def _target(text: str) -> tuple[Path, tuple[str, ...]]:
    file, _, functions = text.rpartition(":")
    names = tuple(functions.split(","))
    if not file.endswith(".py") or len(names) > 2 or not all(
        name.replace(".", "_").isidentifier() for name in names
    ):  # fmt: skip
        raise argparse.ArgumentTypeError(
            f"expected FILE.py:forward,backward or FILE.py:loss,grad, got {text!r}"
        )
    if not Path(file).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {file}")
    return Path(file), names


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def run(args: argparse.Namespace) -> int:
    """Check, print, and return the exit status."""
    file, names = args.target
    subject = Subject(
        str(file), names, args.at, args.wrt, args.kind, args.saved, args.seed, args.budget,
        None if args.html is None else str(args.html), on_terminal(),
    )  # fmt: skip
    result = _answer(subject, args.timeout)
    if "error" in result:
        raise ValueError(result["error"])
    report = result["report"]
    print(json.dumps(report, indent=1) if args.json else result["text"])
    return EXIT[report["verdict"]]


def _answer(subject: Subject, timeout: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.json"
        # What the file prints goes to stderr: stdout is for the report.
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.subject"],
            stdin=subprocess.PIPE,
            stdout=sys.stderr.fileno(),
            text=True,
            start_new_session=True,
        )
        try:
            process.communicate(request(subject, path), timeout=timeout)
        except subprocess.TimeoutExpired:
            raise ValueError(
                f"{subject.file}: not done after {timeout:g} s. An endless loop? Check at smaller "
                "arrays, or allow more time with --timeout"
            ) from None
        finally:
            _end(process)
        if not path.exists():
            raise ValueError(
                f"{subject.file}: its process ended without a result, with status "
                f"{process.returncode}. Does it call os._exit, or crash in compiled code?"
            )
        answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return answer


def _end(process: subprocess.Popen[str]) -> None:
    """Stop the process, and all that it started, if it still runs."""
    if process.poll() is None:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
