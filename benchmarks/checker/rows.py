"""The rows that run the bank: numnet alone, and numnet beside the others."""

from __future__ import annotations

import functools
from typing import Any

from benchmarks.checker import score
from benchmarks.checker.answer import SECONDS
from benchmarks.checker.bank import cases
from benchmarks.checker.run import Result, examine, installed
from benchmarks.row import Outcome, Row

QUICK_SECONDS = 2.0


@functools.cache
def answers(checker: str, quick: bool) -> list[Result]:
    """What a checker says of the whole bank; numnet is run once for both rows."""
    return examine(checker, cases(), QUICK_SECONDS if quick else SECONDS)


def bank(quick: bool) -> Outcome:
    """numnet on every case."""
    results = answers("numnet", quick)
    n = score.counts(results)
    failed = score.failures(results)
    mistakes = sum(r.case.mistake for r in results)
    figure = (
        f"{mistakes} mistakes: {n['caught']} caught, {n['missed']} missed, {n['warned']} of "
        f"{n['warned'] + n['not shown']} that no point shows warned of; causes {n['rightly']} "
        f"right, {n['wrongly']} wrong, {n['unnamed']} unnamed; {n['fixed']} of {n['fixable']} "
        f"with a fix, {n['untrue fix lines']} untrue; {len(results) - mistakes} right cases: "
        f"{n['false alarm']} false alarms, {n['undecided']} undecided, {n['crashed']} crashed"
    )
    right = not failed and score.reached(n)
    return Outcome(figure, n | {"failures": _told(failed)}, right, details=_details(results))


def peers(quick: bool) -> Outcome:
    """Every checker that is installed, on every case."""
    results = {name: answers(name, quick) for name in installed()}
    scores = {name: score.counts(found) for name, found in results.items()}
    figure = "; ".join(
        f"{name}: {n['caught']} caught, {n['missed']} missed, {n['false alarm']} false alarms"
        for name, n in scores.items()
    )
    details = score.table(scores) + "\n\n" + PEERS + "\n\n" + score.listing(results)
    right = not score.failures(results["numnet"])
    return Outcome(figure, scores, right, details=details)


MUST = (
    "all mistakes caught that the point can show, no false alarm; 90 % of causes named rightly, at "
    "most 2 % wrongly; a fix for half of the linear, loss, activation and softmax mistakes, none "
    "untrue"
)
PEERS = (
    "Each checker has its own default tolerances; SciPy's distance counts as a mistake above 1e-5 "
    "times the gradient's norm, or 1. A case that a checker has no way to take, such as several "
    "outputs or a layer of numnet, is not applied and not missed. An error raised over a mistake "
    "counts as caught. Only numnet names causes. torch sums a gradient of "
    "too many axes by itself, and JAX's arrays cannot be written to: neither is counted against "
    "them. Functions are called through NumPy in all of them."
)


def _told(failed: list[Result]) -> list[dict[str, Any]]:
    return [
        {"case": r.case.name, "outcome": r.outcome, "cause": r.answer.cause, "said": r.answer.said}
        for r in failed
    ]


def _details(results: list[Result]) -> str:
    lines = [
        f"- {r.case.name}: {r.outcome}, cause {r.answer.cause}; {r.answer.said}"
        for r in score.failures(results)
    ]
    return "\n\n".join([score.families(results), "\n".join(lines)]).strip()


ROWS = (
    Row("bank", MUST, "the bank of mistakes", bank),
    Row("peers", "the same cases", "other checkers on the same functions", peers),
)
