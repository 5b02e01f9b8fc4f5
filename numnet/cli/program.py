"""The command `numnet`: which command is meant, and what its exit status says.

0 done or right, 1 the thing checked is wrong, 2 usage or input, 3 undecided, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from .stream import Patient

# Each command by the module here that has its `parser()` and its `run(options)`.
COMMANDS = {"train": "training", "autoencoder": "autoencoder", "check": "check",
            "doctor": "doctor"}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default. Without a command the main job, train, is meant.

    Returns
    -------
    int
        0 done or right, 1 wrong, 2 usage or input, 3 undecided, 130 interrupted.

    Examples
    --------
    >>> main(["--hidden", "0"])  # a line on stderr says why
    2
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    out, err = Patient(sys.stdout), Patient(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = _run(words)
        out.flush()
        if out.error is not None and not isinstance(out.error, BrokenPipeError):
            status = status or _fail(f"standard output: {out.error.strerror}")
        err.flush()
    return status


def _run(words: list[str]) -> int:
    name = words.pop(0) if words and not words[0].startswith("-") else "train"
    if name not in COMMANDS:
        return _fail(f"unknown command {name!r}; there is {', '.join(COMMANDS)}. Try numnet --help")
    # Networks of this size gain nothing from a second BLAS thread, and on a busy machine lose
    # tenfold by waiting for it. NumPy reads the variable once, when a command first imports it.
    # The doctor is asked about the machine as it is.
    if name != "doctor":
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        command = import_module(f"{__package__}.{COMMANDS[name]}")
        return int(command.run(command.parser().parse_args(words)))
    except SystemExit as end:  # argparse has printed help or what was wrong
        return end.code if isinstance(end.code, int) else 2
    except KeyboardInterrupt as stop:
        _fail(str(stop) or "interrupted; nothing was written")
        return 130
    except ImportError as error:
        # What Ctrl-C becomes within the initialization of a compiled module.
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        _fail("interrupted; nothing was written")
        return 130
    except MemoryError as error:
        return _fail(f"not enough memory: {error}")
    except (ValueError, TypeError, ArithmeticError, OSError) as error:
        return _fail(str(error))


def _fail(message: str) -> int:
    print(f"numnet: {message}", file=sys.stderr)
    return 2
