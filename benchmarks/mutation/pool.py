"""Private copies of the tree, each with a process that tests mutants in it."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

SERVER = Path(__file__).with_name("server.py")
# What the tests import, once for all mutants.
IMPORTED = (
    *("numpy.testing", "scipy.optimize", "scipy.special", "matplotlib.pyplot", "mpmath"),
    *("hypothesis", "hypothesis.strategies", "hypothesis.extra.numpy"),
)
KEPT = ("numnet", "tests", "benchmarks", "tutorials", "*.toml", "*.cfg", "*.md", "Makefile")


class Pool(AbstractContextManager["Pool"]):
    """So many workers over copies of the tree as it stands now.

    Parameters
    ----------
    root : Path
        The folder that holds numnet/ and tests/.
    jobs : int
        How many mutants are tested at the same time.
    """

    def __init__(self, root: Path, jobs: int) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="mutation-")
        self.free: queue.Queue[subprocess.Popen[str]] = queue.Queue()
        # Of each suite, the tests that failed before, the latest first: they run first.
        self.failed: dict[str, list[str]] = {}
        self.workers = []
        for k in range(jobs):
            home = Path(self.folder.name) / str(k)
            for pattern in KEPT:
                for path in root.glob(pattern):
                    _copy(path, home / "tree" / path.name)
            self.workers.append(_start(home))
            self.free.put(self.workers[-1])

    def answers(self, tasks: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """What became of each task, in their order.

        Raises
        ------
        RuntimeError
            If a worker ends.
        """
        executor = ThreadPoolExecutor(len(self.workers))
        try:
            yield from executor.map(self._answer, tasks)
        finally:
            executor.shutdown(cancel_futures=True)

    def _answer(self, task: dict[str, Any]) -> dict[str, Any]:
        worker = self.free.get()
        suite = " ".join(task["tests"])
        first = self.failed.get(suite, [])
        try:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(json.dumps({**task, "first": first}) + "\n")
            worker.stdin.flush()
            line = worker.stdout.readline()
        finally:
            self.free.put(worker)
        if not line:
            raise RuntimeError("a process that tests mutants ended; its message stands above")
        answer: dict[str, Any] = json.loads(line)
        if answer["by"]:
            self.failed[suite] = [answer["by"], *(t for t in first if t != answer["by"])]
        return answer

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self.workers:
            worker.terminate()
            worker.communicate()
        self.folder.cleanup()


def _copy(path: Path, target: Path) -> None:
    if path.is_dir():
        ignore = shutil.ignore_patterns("__pycache__", ".*", "numnet-out")
        shutil.copytree(path, target, ignore=ignore)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


def _start(home: Path) -> subprocess.Popen[str]:
    tree = home / "tree"
    environment = {name: value for name, value in os.environ.items() if "NUMNET" not in name}
    environment |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    environment |= {
        "HOME": str(home),  # where a mutant may write what it likes
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(tree),  # for the processes that tests start
        "TMPDIR": str(home),
    }
    return subprocess.Popen(
        [sys.executable, "-P", str(SERVER), *IMPORTED],
        cwd=tree,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
