"""What a checker says about a case, and what that is worth."""

from __future__ import annotations

import functools
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.checker.case import Case

SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """One checker on one case.

    Parameters
    ----------
    verdict : str
        "right", "wrong", "undecided", "not applicable", "crashed" or "too slow".
    cause : str or None
        In the words of the table of causes; None of a checker that has no such words.
    warned : bool
        Whether it warned of a point that shows little.
    calls : int
        Of the forward.
    seconds : float
        Of the processor, which other work on the machine does not lengthen.
    fixes : tuple
        Triples of an array's name, the expression of the claim and that of the truth.
    said : str
        Its message.
    """

    verdict: str
    cause: str | None = None
    warned: bool = False
    calls: int = 0
    seconds: float = 0.0
    fixes: tuple[tuple[str, str, str], ...] = ()
    said: str = ""


def outcome(case: Case, answer: Answer) -> str:
    """What an answer is worth, in one word of the table.

    Examples
    --------
    >>> double = Case("double", "all", lambda x: 2 * x, lambda dy, x: 2 * dy, None)
    >>> outcome(double, Answer("right")), outcome(double, Answer("wrong"))
    ('passed', 'false alarm')
    >>> outcome(double.wrong("half", "scale", lambda dy, x: dy), Answer("right"))
    'missed'
    """
    verdict = answer.verdict
    if verdict in ("not applicable", "crashed", "too slow"):
        return "caught" if verdict == "crashed" and "raises" in case.expected else verdict
    if not case.shows:
        return "warned" if answer.warned else "not shown"
    if "right" in case.expected:
        if verdict in case.expected:
            return "passed"
        return "false alarm" if verdict == "wrong" else "undecided"
    if verdict in case.expected or verdict == "wrong":
        return "caught"
    return "missed" if verdict == "right" else "undecided"


def naming(case: Case, answer: Answer) -> str | None:
    """Whether a caught mistake has its right name: "rightly", "wrongly", "unnamed" or None.

    None where nothing was caught, and where "unknown" was said and no word quite fits.
    """
    if outcome(case, answer) != "caught" or answer.verdict == "crashed":
        return None
    if answer.cause in (None, "unknown"):
        return None if "unknown" in case.causes else "unnamed"
    return "rightly" if answer.cause in case.causes else "wrongly"


class Counter:
    """A function that counts its calls and keeps its signature."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.calls = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return self.function(*args, **kwargs)


class TooSlow(BaseException):
    """The time of a case is over; no Exception, so that no checker catches it."""


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Stop what takes more time of the processor, where the system can and in the main thread."""
    if not hasattr(signal, "setitimer") or threading.current_thread() != threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise TooSlow

    old = signal.signal(signal.SIGPROF, stop)
    # Again each second: what is raised inside a callback of the collector goes unheard.
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


def last_line(error: BaseException) -> str:
    """The kind of an error and the first line of its message."""
    lines: Sequence[str] = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:200]
