"""Every call of a save to the system fails once: the old file is intact, the error is raised."""

from __future__ import annotations

import builtins
import errno
import itertools
import os
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

from benchmarks.row import Outcome, Row, markdown
from numnet import atomic

OLD, NEW = b"old" * 100, b"new" * 200
ERRORS: tuple[BaseException, ...] = (
    OSError(errno.ENOSPC, "no space left on device"),
    OSError(errno.EIO, "input/output error"),
    KeyboardInterrupt(),
)
CALLS = ((os, "fsync"), (os, "open"), (os, "close"), (os, "chmod"), (os, "replace"),
         (Path, "exists"), (Path, "stat"), (Path, "unlink"))  # fmt: skip


class Tripwire:
    """Stands before each call to the system, counts them, and lets some fail.

    `fails` holds the numbers and names of the calls that fail; `late` says that they do their work
    first, as when an interrupt arrives just after it.
    """

    def __init__(self, fails: set[int | str], error: BaseException, late: bool) -> None:
        self.fails, self.error, self.late = fails, error, late
        self.names: list[str] = []
        self.failed: list[str] = []
        self._within = False

    def call(self, name: str, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """The call, or its failure."""
        if self._within:  # a call that another one makes is part of it
            return function(*arguments, **options)
        fails = bool(self.fails & {len(self.names), name})
        self.names.append(name)
        self._within = True
        try:
            if not fails or self.late:
                result = function(*arguments, **options)
            elif name == "write":
                function(arguments[0][: len(arguments[0]) // 2])  # what a full disk still took
        finally:
            self._within = False
        if fails:
            self.failed.append(name)
            # Another error than the first, which it must not hide.
            raise PermissionError(errno.EACCES, "not yours") if name == "unlink" else self.error
        return result

    @contextmanager
    def set(self) -> Iterator[Tripwire]:
        """Stand before the calls of `numnet.atomic`."""
        with ExitStack() as stack:
            for owner, name in CALLS:
                stack.enter_context(mock.patch.object(owner, name, self._before(owner, name)))
            stack.enter_context(mock.patch.object(atomic, "open", self._open, create=True))
            yield self

    def _before(self, owner: Any, name: str) -> Callable[..., Any]:
        function = getattr(owner, name)

        def call(*arguments: Any, **options: Any) -> Any:
            return self.call(name, function, *arguments, **options)

        return call

    def _open(self, *arguments: Any) -> Any:
        return _File(self, self.call("create", builtins.open, *arguments))


class _File:
    """A file whose write, flush and close are counted too."""

    def __init__(self, wire: Tripwire, file: Any) -> None:
        self._wire, self._file = wire, file

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._wire.call("file.close", lambda: None)
        finally:
            self._file.close()

    def write(self, content: bytes) -> int:
        count: int = self._wire.call("write", self._file.write, content)
        return count

    def flush(self) -> None:
        self._wire.call("flush", self._file.flush)

    def fileno(self) -> int:
        number: int = self._file.fileno()
        return number


def attempt(
    fails: set[int | str], error: BaseException, late: bool = False
) -> tuple[Tripwire, str]:
    """One write over an old file under a tripwire, and what was wrong with the outcome, or ""."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        path.write_bytes(OLD)
        caught: BaseException | None = None
        with Tripwire(fails, error, late).set() as wire:
            try:
                atomic.write_atomically(path, NEW)
            except BaseException as found:  # KeyboardInterrupt too: it is what was sent
                caught = found
        return wire, _fault(wire, caught, path)


def _fault(wire: Tripwire, caught: BaseException | None, path: Path) -> str:
    content = path.read_bytes() if path.exists() else b""
    failed = wire.failed[0] if wire.failed else "nothing"
    replaced = "replace" in wire.names and (wire.late or "replace" not in wire.failed)
    # Once the new file has its place, the error says so, and where it comes from.
    told = caught is wire.error or (
        replaced and isinstance(caught, OSError) and caught.__cause__ is wire.error
    )
    undeletable = "unlink" in wire.failed
    if wire.failed and not told:
        return f"{failed} failed, and {caught!r} was raised"
    if content not in (OLD, NEW) or (content == NEW and wire.failed and not replaced):
        return f"{failed} failed, and the old file was lost"
    if sorted(path.parent.iterdir()) != [path] and not undeletable:
        return f"{failed} failed, and a temporary file was left"
    return ""


def cases() -> Iterator[tuple[str, Tripwire, str]]:
    """Every case: its label, its tripwire and what was wrong."""
    names = attempt(set(), ERRORS[0])[0].names
    for k, name in enumerate(names):
        for error in ERRORS:
            kind = _kind(error)
            for late in (False, True) if isinstance(error, KeyboardInterrupt) else (False,):
                when = " after" if late else ""
                yield f"{k} {name}: {kind}{when}", *attempt({k}, error, late)
            yield f"{k} {name} and unlink: {kind}", *attempt({k, "unlink"}, error)


def interrupts() -> tuple[int, list[str]]:
    """A KeyboardInterrupt at each single instruction of `write_atomically`; the faults."""
    faults: list[str] = []
    with warnings.catch_warnings():
        # An interrupt between open and with leaves the closing of the file to Python.
        warnings.simplefilter("ignore", ResourceWarning)
        for k in itertools.count():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.npz"
                path.write_bytes(OLD)
                try:
                    if not _interrupted(path, k):
                        return k, faults
                    faults.append(f"instruction {k}: the interrupt was lost")
                except KeyboardInterrupt:
                    if path.read_bytes() not in (OLD, NEW):
                        faults.append(f"instruction {k}: the file is neither old nor new")
                    if sorted(path.parent.iterdir()) != [path]:
                        faults.append(f"instruction {k}: a temporary file was left")
    raise RuntimeError("the instructions have no end")


def _interrupted(path: Path, k: int) -> bool:
    """Write, interrupted before the k-th instruction; whether there is a k-th."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        if frame.f_code.co_filename != atomic.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            count += 1
            if count == k + 1:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        atomic.write_atomically(path, NEW)
    finally:
        sys.settrace(before)
    return count > k


def _kind(error: BaseException) -> str:
    if isinstance(error, OSError):
        return errno.errorcode[error.errno or 0]
    return type(error).__name__


def measure(quick: bool) -> Outcome:
    """All cases; the quick run is the full one."""
    found = list(cases())
    instructions, lost = interrupts()
    faults = [f"{label}: {fault}" for label, _, fault in found if fault] + lost
    silent = [label for label, wire, _ in found if not wire.failed]
    calls = dict.fromkeys(label.split(":")[0].split()[1] for label, _, _ in found)
    figure = (
        f"{len(found)} failures of {', '.join(calls)}; an interrupt at each of {instructions} "
        f"instructions: {len(faults)} faults"
    )
    kinds = Counter(label.rpartition(": ")[2] for label, _, _ in found)
    details = "\n\n".join(
        [
            "Each call to the system fails in its turn: without doing its work, of a write with "
            "half of it done, and for an interrupt after it too; then again with the removal of "
            "the temporary file failing as well. Where the folder cannot be synced after the "
            "replacement, the error says that the new file stands whole in its place.",
            markdown(("error", "cases"), sorted(kinds.items())),
            *faults,
        ]
    )
    numbers = {"cases": len(found), "instructions": instructions, "faults": faults}
    return Outcome(figure, numbers, not faults and not silent, details=details)


ROW = Row(
    "failures",
    "any call fails: the old file intact, nothing temporary left, the error raised",
    "calls to the system that fail during a save",
    measure,
)
