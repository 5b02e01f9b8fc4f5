"""A process that has imported all but numnet and forks once for each run of pytest.

It is started with -P in a copy of the tree and with the names of what to import, reads one JSON
object a line from its input and answers each with one line. It imports nothing of this project.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import io
import json
import os
import py_compile
import select
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

TAIL = 4000
MEMORY = 4 << 30


class Recorder:
    """A plugin of pytest: an order of the tests, no shrinking, the name of the one that fails."""

    def __init__(self, pipe: int, first: list[str]) -> None:
        self.pipe = pipe
        self.rank = {name: k for k, name in enumerate(first)}

    def pytest_configure(self) -> None:
        """Take the tests' own profile and leave out the shrinking."""
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.reuse, Phase.generate)
        own = settings()
        settings.register_profile("unshrunk", parent=own, phases=phases)
        settings.load_profile("unshrunk")

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Begin with those that failed of other mutants."""
        items.sort(key=lambda item: self.rank.get(item.nodeid, len(self.rank)))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Name a test that failed."""
        if report.failed:
            os.write(self.pipe, report.nodeid.encode()[:TAIL] + b"\n")

    def pytest_collectreport(self, report: Any) -> None:
        """Name a file that could not be imported."""
        self.pytest_runtest_logreport(report)


def prepare(imported: list[str]) -> None:
    """Import what the tests import, numnet apart, and the parts of pytest that a run imports."""
    for name in imported:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import pytest

    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "test_nothing.py"
        test.write_text("def test_nothing():\n    pass\n")
        options = ["-q", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
        with contextlib.redirect_stdout(io.StringIO()):
            pytest.main([*options, "-c", os.devnull, f"--rootdir={folder}", str(test)])
    gc.collect()
    gc.freeze()


def run(task: dict[str, Any]) -> dict[str, Any]:
    """Write the mutated file if there is one, run its tests in a child, put the file back."""
    path = Path(task["file"]) if task["file"] else None
    own = path.read_bytes() if path else b""
    if path:
        # Unchecked: Python would take the old code for the new file.
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
        path.write_text(task["code"], encoding="utf-8")
    try:
        return _run(task, keep=path is None)
    finally:
        if path:
            path.write_bytes(own)
            compile_unchecked(path)


def compile_unchecked(path: Path) -> None:
    """Keep the compiled file, whatever its time or the source's."""
    py_compile.compile(
        str(path), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )


def _run(task: dict[str, Any], keep: bool) -> dict[str, Any]:
    start = time.perf_counter()
    status: int | None = None
    reader, writer = os.pipe()
    with tempfile.TemporaryFile() as output, open(reader, "rb") as pipe:
        child = os.fork()
        if child == 0:
            _pytest(task["tests"], Recorder(writer, task["first"]), output.fileno(), keep)
        os.close(writer)
        try:
            status = _wait(child, start + task["timeout"])
        finally:
            # What a test started and left is not to disturb the next one.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)
            if status is None:
                os.waitpid(child, 0)
        seconds = time.perf_counter() - start
        by = os.read(reader, TAIL) if select.select([pipe], [], [], 0)[0] else b""
        output.seek(max(0, output.seek(0, os.SEEK_END) - TAIL))
        text = output.read().decode(errors="replace")
    return {
        "code": None if status is None else os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "by": by.decode(errors="replace").partition("\n")[0],
        "output": text,
    }


def _wait(child: int, end: float) -> int | None:
    """The child's status, or None if the time is over."""
    while time.perf_counter() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.002)
    return None


def _pytest(tests: list[str], recorder: Recorder, output: int, keep: bool) -> None:
    """The child: never returns."""
    code: int = 99
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Ignored where this was started in the background; some tests interrupt themselves.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.dont_write_bytecode = not keep
        with contextlib.suppress(ImportError, ValueError, OSError):
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        import pytest

        _import(tests, recorder.pipe)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
        options += ["--basetemp=.tests-temporary"]
        code = int(pytest.main([*options, *tests], plugins=[recorder]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _import(tests: list[str], pipe: int) -> None:
    """Import what is doctested as Python does: pytest would make a second module of it."""
    for path in (Path(test) for test in tests if test.startswith("numnet/")):
        parts = path.with_suffix("").parts
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                importlib.import_module(".".join(parts[:-1] if path.stem == "__init__" else parts))
        except BaseException:
            os.write(pipe, b"import")
            raise


def main() -> None:
    """Answer until the input ends."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))  # through the finally above
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an import prints is no answer
    prepare(sys.argv[1:])
    for path in Path("numnet").rglob("*.py"):
        compile_unchecked(path)
    for line in sys.stdin:
        answers.write(json.dumps(run(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
