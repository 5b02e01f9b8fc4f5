"""A report as one HTML page that needs nothing beside itself."""

from __future__ import annotations

import base64
import html
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from .picture import draw_report
from .printing import indexed, print_report, shaped

if TYPE_CHECKING:
    from .report import Finding, Report

STYLE = """
:root { color-scheme: light dark; --wrong: #b33c00; --undecided: #8a6d00; --right: #00664a; }
@media (prefers-color-scheme: dark) {
  :root { --wrong: #ff9a6b; --undecided: #f0c64a; --right: #5fd0a8; }
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 1.5rem 0 0.3rem; }
.wrong { color: var(--wrong); } .undecided { color: var(--undecided); }
.right { color: var(--right); }
table { border-collapse: collapse; } td { padding: 0.1rem 1rem 0.1rem 0; vertical-align: top; }
img { max-width: 100%; height: auto; background: #fff; } pre { overflow-x: auto; }
""".strip()


def write_page(report: Report, path: str | os.PathLike[str]) -> None:
    """Write the page, whole or not at all."""
    target = Path(path)
    content = _page(report)
    part = target.with_name(target.name + ".part")
    try:
        part.write_text(content, encoding="utf-8")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(f"to_html: cannot write {target}: {error.strerror or error}") from error


def _page(report: Report) -> str:
    buffer = io.BytesIO()
    draw_report(report).savefig(buffer, format="png")
    image = base64.b64encode(buffer.getvalue()).decode()
    title = f"Gradients: {report.verdict}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body>",
        f'<h1>Gradients: <span class="{report.verdict}">{report.verdict}</span></h1>',
        *(_section(finding) for finding in report.findings),
    ]
    if report.warnings:
        listed = "".join(f"<li>{html.escape(warning)}</li>" for warning in report.warnings)
        parts.append(f"<h2>Warnings</h2><ul>{listed}</ul>")
    parts += [
        "<h2>Picture</h2>",
        f'<img alt="claimed gradients beside the reference" src="data:image/png;base64,{image}">',
        f"<h2>As printed</h2><pre>{html.escape(print_report(report))}</pre>",
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _section(finding: Finding) -> str:
    rows = [("shape", shaped(finding.shape)), ("cause", finding.cause)]
    rows.append(("or", ", ".join(finding.alternatives)))
    if finding.where is not None and finding.claimed is not None:
        place = indexed(f"d{finding.name}", finding.where)
        rows.append((place, f"claimed {finding.claimed:.12g}, reference {finding.reference:.12g}"))
    for label in ("error", "bound", "detectable"):
        value = getattr(finding, label)
        rows.append((label, None if value is None else f"{value:.2e}"))
    cells = "".join(
        f"<tr><td>{html.escape(label)}</td><td>{html.escape(text)}</td></tr>"
        for label, text in rows
        if text
    )
    told = f"<p>{html.escape(finding.explanation)}</p>" if finding.explanation else ""
    name, verdict = html.escape(f"d{finding.name}"), finding.verdict
    return f'<h2>{name}: <span class="{verdict}">{verdict}</span></h2>{told}<table>{cells}</table>'
