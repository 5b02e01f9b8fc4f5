"""A report as a picture: what was claimed beside what is true, and the error over the step.

The only file here that imports matplotlib.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .compared import Compared, StepCurve
from .printing import indexed

if TYPE_CHECKING:
    from .report import Finding, Report

Array = NDArray[Any]
ROWS = 6
MARKS = 200
INK, PAPER, BLUE, VERMILLION, FAINT = "#222222", "#FFFFFF", "#0072B2", "#D55E00", "#6E6E6E"


class Picture(Figure):
    """A Figure on white paper that a notebook displays although pyplot does not know it."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def draw_report(report: Report) -> Figure:
    """One row for each array: claimed, reference, difference, and the error over the step."""
    shown = [f for f in report.findings if f.compared is not None]
    order = ("wrong", "undecided", "right")
    shown = sorted(shown, key=lambda f: order.index(f.verdict))[:ROWS]
    count = max(1, len(shown))
    figure = Picture(figsize=(11.0, 0.4 + 2.6 * count), dpi=120, facecolor=PAPER)
    figure.set_layout_engine("constrained")
    if not shown:
        figure.text(0.5, 0.5, "No gradient was compared.", ha="center", va="center", color=INK)
        return figure
    grid = figure.subplots(count, 4, squeeze=False, width_ratios=(1, 1, 1, 1.5))
    for axes, finding in zip(grid, shown, strict=True):
        _row(list(axes), finding)
    return figure


def _row(axes: list[Axes], finding: Finding) -> None:
    compared = finding.compared
    if compared is None:
        return
    cause = f", {finding.cause}" if finding.cause else ""
    axes[0].set_title(
        f"d{finding.name}: {finding.verdict}{cause}\nclaimed", fontsize=9, loc="left", color=INK
    )
    true = compared.true()
    if true is None:
        _scatter(axes[1], compared)
        axes[2].set_axis_off()
        _image(axes[0], compared.claimed, _size(compared.claimed))
    else:
        size = max(_size(compared.claimed), _size(true))
        difference = compared.claimed - true
        for ax, values in zip(axes, (compared.claimed, true, difference), strict=False):
            _image(ax, values, size)
        axes[1].set_title("reference", fontsize=9, loc="left", color=INK)
        axes[2].set_title(
            f"claimed - reference,\nlargest {np.abs(difference).max(initial=0.0):.2g}",
            fontsize=9, loc="left", color=INK,
        )  # fmt: skip
        _mark(axes[2], compared)
    curve = None if compared.measure is None else compared.measure()
    _steps(axes[3], curve, finding)


def _size(values: Array) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0)) or 1.0


def _flat(values: Array) -> Array:
    """Two axes: those before the last one become one."""
    if values.ndim == 0:
        return values.reshape(1, 1)
    return values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(1, -1)


def _image(ax: Axes, values: Array, size: float) -> None:
    flat = _flat(values)
    # Blue, white and red: white is 0 on the one scale of the row.
    ax.imshow(flat, cmap="RdBu_r", vmin=-size, vmax=size, aspect="auto", interpolation="nearest")
    ax.tick_params(labelsize=7, colors=INK)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    if len(flat) == 1:
        ax.set_yticks([])
    shape = " x ".join(map(str, values.shape)) or "number"
    ax.set_xlabel(f"{shape}, blue -{size:.2g} to red {size:.2g}", fontsize=8, color=INK)


def _mark(ax: Axes, compared: Compared) -> None:
    """A ring around each entry that is wrong, unless most are."""
    wrong = compared.index[compared.wrong.astype(bool)]
    if 0 < len(wrong) <= min(MARKS, max(1, compared.claimed.size // 2)):
        rows, columns = np.unravel_index(wrong, _flat(compared.claimed).shape)
        ax.plot(columns, rows, "o", mfc="none", mec=INK, ms=9, mew=1.2)


def _scatter(ax: Axes, compared: Compared) -> None:
    """Claimed against reference for the entries that were taken at random."""
    claimed = compared.claimed.flat[compared.index]
    size = max(_size(claimed), _size(compared.reference))
    ax.plot([-size, size], [-size, size], color=FAINT, lw=1, ls="--")
    ax.plot(compared.reference, claimed, "o", color=VERMILLION, ms=3.5)
    ax.set_title(f"{len(claimed)} entries at random", fontsize=9, loc="left", color=INK)
    ax.set_xlabel("reference (dashed: equal)", fontsize=8, color=INK)
    ax.set_ylabel("claimed", fontsize=8, color=INK)
    ax.tick_params(labelsize=7, colors=INK)


def _steps(ax: Axes, curve: StepCurve | None, finding: Finding) -> None:
    if curve is None or not len(curve.steps):
        ax.set_axis_off()
        return
    h, size = curve.steps, max(abs(curve.reference), abs(curve.claimed)) or 1.0
    floor = 1e-17 * size
    apart = np.maximum(np.abs(curve.derivatives - curve.claimed), floor)
    error = np.maximum(np.abs(curve.derivatives - curve.reference), floor)
    ax.loglog(h, apart, color=VERMILLION, lw=2.2, label="to the claimed value")
    ax.loglog(h, error, color=BLUE, lw=1.2, marker=".", ms=3, label="to the reference")
    limits = (max(floor, 0.1 * float(error.min())), 1e4 * float(max(error.max(), apart.max())))
    if curve.noise:
        ax.loglog(h, curve.noise / h, color=FAINT, lw=1, ls=":", label="bound of rounding, ~ 1 / h")
    far = _truncation(h, error, curve.noise)
    if far:
        ax.loglog(h, far * h**2, color=FAINT, lw=1, ls="--", label="truncation, ~ h²")
    ax.set_ylim(*limits)
    place = "" if finding.where is None else indexed(f"d{finding.name}", finding.where)
    ax.set_title(
        f"central difference {'for ' + place if place else 'along a direction'}: distance",
        fontsize=9, loc="left", color=INK,
    )  # fmt: skip
    ax.set_xlabel("step h", fontsize=8, color=INK)
    ax.tick_params(labelsize=7, colors=INK)
    ax.legend(fontsize=7, frameon=False, loc="upper center", ncols=2)


def _truncation(h: Array, error: Array, noise: float) -> float:
    """c of the branch c h^2: where the error stands well above the rounding, at small h."""
    clear = (error > 30.0 * noise / h) & (h < 0.3 * h.max())
    ratios = (error / h**2)[clear & (h > 1e-6 * h.max())]
    return float(np.median(ratios)) if len(ratios) >= 3 else 0.0
