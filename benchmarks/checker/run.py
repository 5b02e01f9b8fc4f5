"""One checker on one case, whatever happens."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import machine
from benchmarks.checker import own
from benchmarks.checker.answer import (
    SECONDS,
    Answer,
    TooSlow,
    last_line,
    limit,
    naming,
    outcome,
)
from benchmarks.checker.case import Case
from benchmarks.checker.peers import with_autograd, with_jax, with_scipy, with_torch
from benchmarks.checker.scalar import NotApplicable

Check = Callable[[Case], Answer]

CHECKERS: dict[str, tuple[str, Check]] = {
    "numnet": ("numnet", own.check),
    "torch, slow": ("torch", with_torch.slow),
    "torch, fast": ("torch", with_torch.fast),
    "JAX": ("jax", with_jax.check),
    "autograd": ("autograd", with_autograd.check),
    "SciPy": ("scipy", with_scipy.check),
}


_FIRST = Case("x", "first", lambda x: 2 * x, lambda dy, x: 2 * dy, lambda rng: np.ones(2))


@dataclass(frozen=True)
class Result:
    """A case, the answer to it, and what that is worth."""

    case: Case
    answer: Answer

    @property
    def outcome(self) -> str:
        """As `answer.outcome` says."""
        return outcome(self.case, self.answer)

    @property
    def naming(self) -> str | None:
        """As `answer.naming` says."""
        return naming(self.case, self.answer)


def installed() -> list[str]:
    """The checkers whose library is there."""
    return [name for name, (library, _) in CHECKERS.items() if machine.installed(library)]


def examine(checker: str, cases: Sequence[Case], seconds: float = SECONDS) -> list[Result]:
    """The answers of a checker to the cases; what it raises is an answer too."""
    check = CHECKERS[checker][1]
    _timed(
        check, _FIRST, 10 * SECONDS
    )  # what is imported at the first call is no part of any case's time
    return [Result(case, _timed(check, case, seconds)) for case in cases]


def _timed(check: Check, case: Case, seconds: float) -> Answer:
    start = time.process_time()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), limit(seconds):
            warnings.simplefilter("ignore")
            answer = check(case)
    except NotApplicable as why:
        answer = Answer("not applicable", said=str(why))
    except TooSlow:
        answer = Answer("too slow")
    except Exception as error:  # a crash of a checker is a result
        answer = Answer("crashed", said=last_line(error))
    return replace(answer, seconds=time.process_time() - start)
