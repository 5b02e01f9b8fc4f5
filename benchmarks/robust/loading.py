"""Loads files in a process of its own: what that costs, and what the interpreter was asked to do.

`python -m benchmarks.robust.loading GOOD FILE...` prints JSON: a line a file, then the events.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import numnet

MOST_ADDRESSES = 4 * 2**30  # a bomb that goes off ends this process, not the machine


def attempt(path: str) -> str:
    """The name of the error that loading raises, or "" for none."""
    try:
        numnet.load(path)
    except Exception as error:
        return type(error).__name__
    return ""


def cost(path: str) -> dict[str, Any]:
    """Error, seconds, and bytes of memory at the most; the last is traced in a second attempt."""
    start = time.perf_counter()
    error = attempt(path)
    seconds = time.perf_counter() - start
    tracemalloc.start()
    try:
        attempt(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return {"file": Path(path).name, "error": error, "seconds": seconds, "peak": peak}


def events(paths: Sequence[str]) -> dict[str, list[str]]:
    """The audit events of loading these files, alone and into a model; and of a pickle's.

    They have been loaded before: what is imported at first use is no deed of the file.
    """
    seen: set[str] = set()
    listening = False

    def hook(event: str, _: tuple[Any, ...]) -> None:
        if listening:
            seen.add(event)

    def load_all() -> None:
        for path in paths:
            attempt(path)
        numnet.load(paths[0], into=into)

    into = numnet.load(paths[0]).copy()
    numnet.load(paths[0], into=into)
    sys.addaudithook(hook)
    listening = True
    load_all()
    listening = False
    found = sorted(seen)
    # That the hook would have noticed.
    pickled = Path(paths[0]).with_name("pickled.npy")
    np.save(pickled, np.array([Path("a")], object), allow_pickle=True)
    seen.clear()
    listening = True
    np.load(pickled, allow_pickle=True)
    listening = False
    return {"load": found, "pickle": sorted(seen)}


def main(paths: Sequence[str]) -> None:
    """Print the cost of each file, and the events of all."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    attempt(paths[0])
    for path in paths:
        print(json.dumps(cost(path)), flush=True)
    print(json.dumps(events(paths)))


if __name__ == "__main__":
    main(sys.argv[1:])
