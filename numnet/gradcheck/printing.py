"""A report as text of 80 columns: a line for what is right, a short block for what is not."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import Finding, Report

WIDTH = 80
COLOURS = {"wrong": "1;31", "undecided": "1;33", "right": "32"}


def on_terminal() -> bool:
    """Whether stdout is a terminal that shows colours, and nobody asked for none."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout is not None and sys.stdout.isatty()


def print_report(report: Report, colour: bool = False) -> str:
    """The whole report."""
    findings = report.findings
    parts = []
    for verdict in ("wrong", "undecided", "right"):
        count = sum(finding.verdict == verdict for finding in findings)
        if count:
            parts.append(f"{count} {verdict}")
    plural = "" if len(findings) == 1 else "s"
    lines = [f"{len(findings)} gradient{plural} checked: {', '.join(parts)}"]
    width = min(16, max(len(finding.name) for finding in findings))
    for finding in findings:
        head, *rest = _finding(finding, width)
        lines += [_painted(head, finding, width) if colour else head, *rest]
    for warning in report.warnings:
        lines += _wrapped(warning, "warning: ", " " * 9)
    return "\n".join(lines)


def _painted(head: str, finding: Finding, width: int) -> str:
    start = len(f"  {finding.name:<{width}}  ")
    end = start + len(finding.verdict)
    return f"{head[:start]}\033[{COLOURS[finding.verdict]}m{head[start:end]}\033[0m{head[end:]}"


def _finding(finding: Finding, width: int) -> list[str]:
    head = f"  {finding.name:<{width}}  {finding.verdict:<9}  {shaped(finding.shape)}"
    if finding.verdict == "right" and finding.cause is None:
        return [_cut(f"{head}  {_numbers(finding)}".rstrip())]
    lines = [_cut(f"{head}  cause: {finding.cause}")]
    for sentence in (finding.explanation, _worst(finding), finding.checked):
        if sentence:
            lines += _wrapped(sentence, "      ", "      ")
    if finding.alternatives:
        lines += _wrapped("or: " + ", ".join(finding.alternatives), "      ", "      ")
    return lines


def _numbers(finding: Finding) -> str:
    if finding.error is None or finding.bound is None:
        return ""
    text = f"error {finding.error:.1e} within {finding.bound:.1e}"
    if finding.detectable is not None:
        text += f", detects {finding.detectable:.1e}"
    return text


def _worst(finding: Finding) -> str:
    if finding.where is None or finding.claimed is None or finding.reference is None:
        return ""
    place = indexed(f"d{finding.name}", finding.where)
    return f"{place}: claimed {finding.claimed:.10g}, reference {finding.reference:.10g}"


def indexed(name: str, where: tuple[int, ...]) -> str:
    """W[2, 1]; a number has no index."""
    return f"{name}[{', '.join(map(str, where))}]" if where else name


def shaped(shape: tuple[int, ...]) -> str:
    """(3, 4); a number says so."""
    return str(shape) if shape else "number"


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest)


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."
