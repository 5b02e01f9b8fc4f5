"""Processes that take turns with a pause between: the ratio within a turn is what counts.

A worker answers each line of its input with a line of JSON. Load from elsewhere weighs on all who
take part in a turn; threads of BLAS that have nothing to do spin for about 0.1 seconds, on whatever
comes next.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

PAUSE = 0.25  # seconds


class WorkerError(RuntimeError):
    """A worker ended, or said why it cannot go on."""


class Worker:
    """`python -m MODULE ARGUMENTS` in an environment of its own."""

    def __init__(self, module: str, arguments: Sequence[str], environment: dict[str, str]) -> None:
        self.name = ", ".join(arguments)
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, question: Any) -> None:
        """Ask without waiting for the answer."""
        with suppress(BrokenPipeError):  # `hear` says so
            self.process.stdin.write(json.dumps(question) + "\n")  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]

    def hear(self) -> Any:
        """The next answer.

        Raises
        ------
        WorkerError
            If there is none, or it is a failure.
        """
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise WorkerError(f"{self.name} ended: what it said stands above")
        answer = json.loads(line)
        if isinstance(answer, dict) and "failed" in answer:
            raise WorkerError(answer["failed"])
        return answer

    def ask(self, question: Any) -> Any:
        """The answer to a question."""
        self.tell(question)
        return self.hear()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(BrokenPipeError):  # it ended with a question unread
            self.process.stdin.close()  # type: ignore[union-attr]
        if error[0] is not None:
            self.process.terminate()
        self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]


def answer(line: Any) -> None:
    """Say one thing to whoever asked."""
    print(json.dumps(line), flush=True)


def serve(reply: Callable[[Any], Any]) -> None:
    """Answer every line of standard input, until it ends."""
    for line in sys.stdin:
        answer(reply(json.loads(line)))


def in_turns(
    asked: Mapping[str, Callable[[], Any]], turns: int, pause: float = PAUSE
) -> dict[str, list[Any]]:
    """What each answers, turn by turn, with a pause before each answer.

    Examples
    --------
    >>> in_turns({"a": lambda: 1, "b": lambda: 2}, 3, pause=0)
    {'a': [1, 1, 1], 'b': [2, 2, 2]}
    """
    found: dict[str, list[Any]] = {name: [] for name in asked}
    for turn in range(turns):
        # Each goes first in every other turn.
        for name in [*asked][:: 1 if turn % 2 else -1]:
            time.sleep(pause)
            found[name].append(asked[name]())
    return found


def ratio(found: Mapping[str, Sequence[float]], one: str, other: str) -> float:
    """The median of the ratios within a turn.

    Examples
    --------
    >>> ratio({"a": [1.0, 4.0, 9.0], "b": [1.0, 2.0, 3.0]}, "a", "b")
    2.0
    """
    return statistics.median(a / b for a, b in zip(found[one], found[other], strict=True))
