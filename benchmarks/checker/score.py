"""The counts of a checker over the bank, and the list of its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.checker import fixes
from benchmarks.checker.run import Result
from benchmarks.row import markdown

# The families whose mistakes have a fix that is a short expression.
EXPRESSIBLE = ("linear", "losses", "activations", "softmax")
OUTCOMES = ("caught", "missed", "passed", "false alarm", "undecided", "crashed", "too slow")
NAMES = ("rightly", "wrongly", "unnamed")
HEAD = ("checker", "cases", *OUTCOMES, "named rightly", "wrongly", "unnamed", "calls", "seconds")


def counts(results: Sequence[Result]) -> dict[str, Any]:
    """How many cases came out how; ready for JSON."""
    found, named = Counter(r.outcome for r in results), Counter(r.naming for r in results)
    applied = [r for r in results if r.outcome != "not applicable"]
    lines = [(r, fix) for r in results for fix in r.answer.fixes if r.case.mistake]
    fixable = [r for r in results if r.case.family in EXPRESSIBLE and r.outcome == "caught"]
    return {
        "cases": len(applied),
        **{name: found[name] for name in OUTCOMES},
        "warned": found["warned"],
        "not shown": found["not shown"],
        **{name: named[name] for name in NAMES},
        "calls": sum(r.answer.calls for r in applied),
        "seconds": round(sum(r.answer.seconds for r in applied), 1),
        "fixable": len(fixable),
        "fixed": sum(bool(r.answer.fixes) for r in fixable),
        "fix lines": len(lines),
        "untrue fix lines": sum(fixes.true(r.case, *fix) is False for r, fix in lines),
    }


def failures(results: Sequence[Result]) -> list[Result]:
    """Whatever must not happen to a checker that is never wrong."""
    good = ("caught", "passed", "not applicable", "warned", "not shown")
    return [r for r in results if r.outcome not in good]


def reached(n: dict[str, Any]) -> bool:
    """Whether causes and fixes are as good as the row says; failures are counted apart."""
    named = n["rightly"] + n["wrongly"] + n["unnamed"]
    causes = n["rightly"] >= 0.9 * named and n["wrongly"] <= 0.02 * named
    return causes and 2 * n["fixed"] >= n["fixable"] and not n["untrue fix lines"]


def table(scores: dict[str, dict[str, Any]]) -> str:
    """One line a checker, in Markdown."""
    lines = [
        (
            name,
            n["cases"],
            *(n[o] for o in OUTCOMES),
            *(n[o] for o in NAMES),
            n["calls"],
            n["seconds"],
        )
        for name, n in scores.items()
    ]
    return markdown(HEAD, lines)


def families(results: Sequence[Result]) -> str:
    """One line a family, in Markdown: mistakes, right cases and what came of them."""
    lines = []
    for family in dict.fromkeys(r.case.family for r in results):
        part = [r for r in results if r.case.family == family]
        n = counts(part)
        wrong = sum(r.case.mistake for r in part)
        cells = (n["caught"], n["rightly"], n["wrongly"], n["unnamed"], n["passed"])
        lines.append((family, wrong, len(part) - wrong, *cells, len(failures(part))))
    head = ("family", "mistakes", "right", "caught", "named rightly", "wrongly", "unnamed")
    return markdown((*head, "passed", "failed"), lines)


def listing(results: dict[str, list[Result]]) -> str:
    """One line a case, in Markdown: what each checker made of it, and the names given."""
    head = ["case", "expected", "accepted causes", *results]
    lines = []
    for row in zip(*results.values(), strict=True):
        case = row[0].case
        cells = [r.outcome + (f": {r.answer.cause}" if r.answer.cause else "") for r in row]
        named = [f" ({r.naming})" if r.naming and r.answer.cause else "" for r in row]
        cells = [cell + name for cell, name in zip(cells, named, strict=True)]
        expected = "/".join(sorted(case.expected)) if case.shows else "not shown"
        lines.append((case.name, expected, " ".join(sorted(case.causes)), *cells))
    return markdown(head, lines)
