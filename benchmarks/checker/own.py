"""numnet's checker on a case."""

from __future__ import annotations

from typing import Any

import numnet
from benchmarks.checker.answer import Answer, Counter
from benchmarks.checker.case import Case


def check(case: Case) -> Answer:
    """The report of numnet as an answer."""
    point = case.point()
    if case.kind == "layer":
        return _answer(case, numnet.check_layer(case.backward(), point))
    if case.kind == "model":
        return _answer(case, numnet.check_model(*case.backward(), *point))
    forward, backward = case.functions()
    counted = Counter(forward)
    options: dict[str, Any] = {"wrt": case.wrt}
    if case.context is not None:
        options["context"] = case.context(**case.named(point))
    if case.kind == "backward":
        report = numnet.check_backward(
            counted, backward, point, with_saved=case.with_saved, **options
        )
    else:
        report = numnet.check_gradient(counted, backward, point, **options)
    return _answer(case, report, counted.calls)


def _answer(case: Case, report: numnet.Report, calls: int | None = None) -> Answer:
    suspects = [f for f in report.findings if f.verdict != "right"]
    # A wrong one before an undecided one, and before both the one that the case is about.
    suspects.sort(key=lambda f: (f.name != case.array, f.verdict != "wrong"))
    fixes = []
    for finding in report.findings:
        fix = getattr(finding, "fix", None)
        if fix is not None:
            claimed, true = (fix.claimed, fix.true) if hasattr(fix, "claimed") else tuple(fix)
            fixes.append((finding.name, claimed, true))
    return Answer(
        report.verdict,
        suspects[0].cause if suspects else None,
        bool(report.warnings),
        report.calls if calls is None else calls,
        fixes=tuple(fixes),
        said="; ".join(f.explanation for f in suspects),
    )
