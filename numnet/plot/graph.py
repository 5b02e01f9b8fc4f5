"""The recorded graph of a tensor: boxes in rows, the leaves above, the result at the bottom."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from ..autograd.graph import summary
from .layered import Item, Layered
from .style import BLUE, FAINT, INK, PAPER, VERMILLION, Picture

if TYPE_CHECKING:
    from ..autograd.graph import Graph
    from ..autograd.vertices import Vertex

Box = tuple[float, float, float, float]  # left, top, width, height

MOST = 200  # boxes in a picture
WRAP = 40  # letters in a line
FONT = "DejaVu Sans Mono"  # comes with matplotlib; all letters are equally wide
POINTS = 8.0
LETTER, LINE = 0.603 * POINTS / 72, 1.35 * POINTS / 72  # inches
PAD, GAP, DROP, MARGIN = 0.07, 0.22, 0.3, 0.15  # inches
# Frames differ in corners, dashes and width too, so that a grey print still tells them apart.
LOOKS: dict[str, dict[str, Any]] = {
    "leaf": {"edgecolor": BLUE, "facecolor": "#E3EEF7", "linewidth": 1.8},
    "constant": {"edgecolor": FAINT, "facecolor": PAPER, "linewidth": 1.0, "linestyle": "--"},
    "operation": {"edgecolor": INK, "facecolor": "#F1F1F1", "linewidth": 0.8},
    "result": {"edgecolor": VERMILLION, "facecolor": "#FBE9DD", "linewidth": 2.6},
}
NOTE = "rms, grad: root mean square of the entries; a single number stands as it is"


def draw_graph(graph: Graph) -> Figure:
    """The picture of a graph; every unit is the inch."""
    if len(graph.nodes) > MOST:
        raise ValueError(
            f"graph: expected at most {MOST} nodes to draw, got {len(graph.nodes)}. "
            "print(graph) lists all; the graph() of a tensor in between shows a part"
        )
    lines = {v.name: _lines(v) for v in graph.nodes}
    widths: dict[Item, float] = {n: _width(lines[n]) for n in lines}
    layout = Layered({v.name: v.operands for v in graph.nodes}, widths, GAP)
    left = min(layout.x[i] - layout.width[i] / 2 for i in layout.x)
    right = max(layout.x[i] + layout.width[i] / 2 for i in layout.x)
    top = MARGIN + 2 * LINE + 4 * PAD
    heights = [max(_height(lines.get(str(i), [])) for i in row) for row in layout.rows]
    middles = [top + sum(heights[:r]) + r * DROP + height / 2 for r, height in enumerate(heights)]
    total = max(right - left, LETTER * len(NOTE)) + 2 * MARGIN
    bottom = middles[-1] + heights[-1] / 2 + MARGIN
    figure = Picture(total, bottom)
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0.0, total), ylim=(bottom, 0.0))
    ax.set_axis_off()
    shift = (total - right - left) / 2
    boxes: dict[Item, Box] = {}
    for r, row in enumerate(layout.rows):
        for item in row:
            high = _height(lines[str(item)]) if item in widths else 0.0
            wide = layout.width[item]
            boxes[item] = layout.x[item] + shift - wide / 2, middles[r] - high / 2, wide, high
    bands = {
        item: (middles[r] - heights[r] / 2, middles[r] + heights[r] / 2)
        for r, row in enumerate(layout.rows)
        for item in row
    }
    _draw_edges(ax, layout, boxes, bands)
    for vertex in graph.nodes:
        kind = "result" if vertex is graph.nodes[-1] and vertex.operation else vertex.kind
        _box(ax, *boxes[vertex.name], kind, lines[vertex.name])
    _legend(ax, total)
    return figure


def _lines(vertex: Vertex) -> list[str]:
    """What stands in the box: how it was made, then shape, value and gradient."""
    text = f"{vertex.name} = {vertex.text}" if vertex.operation else vertex.name
    facts = [str(vertex.value.shape)]
    if value := summary(vertex.value):
        facts.append(value if vertex.value.size == 1 else f"rms {value}")
    if vertex.grad is not None:
        facts.append(f"grad {summary(vertex.grad)}")
    return [
        *textwrap.wrap(text, WRAP, subsequent_indent="  ", break_on_hyphens=False),
        "  ".join(facts),
    ]


def _width(lines: list[str]) -> float:
    return LETTER * max(map(len, lines)) + 2 * PAD


def _height(lines: list[str]) -> float:
    return LINE * len(lines) + 2 * PAD


def _box(
    ax: Axes, x: float, y: float, wide: float, high: float, kind: str, lines: list[str]
) -> None:
    corner = "round,pad=0,rounding_size=0.09" if kind == "leaf" else "square,pad=0"
    ax.add_patch(FancyBboxPatch((x, y), wide, high, corner, zorder=2, **LOOKS[kind]))
    for i, line in enumerate(lines):
        ax.text(
            x + wide / 2,
            y + PAD + (i + 0.5) * LINE,
            line,
            ha="center",
            va="center_baseline",
            fontfamily=FONT,
            fontsize=POINTS,
            color=INK,
            weight="bold" if i < max(1, len(lines) - 1) else "normal",
            parse_math=False,
            zorder=3,
        )


def _draw_edges(
    ax: Axes,
    layout: Layered,
    boxes: dict[Item, Box],
    bands: dict[Item, tuple[float, float]],
) -> None:
    """Arrows that leave a box below and enter one above, side by side and not across each other."""
    ports: dict[tuple[Item, Item, bool], float] = {}
    for item, (x, _, wide, _) in boxes.items():
        for neighbours, enters in ((layout.above[item], True), (layout.below[item], False)):
            ordered = sorted(neighbours, key=lambda n: layout.x[n])
            for i, other in enumerate(ordered):
                ports[item, other, enters] = x + wide * (i + 1) / (len(ordered) + 1)
    for path in layout.paths:
        first, last = path[0], path[-1]
        points = [(ports[first, path[1], False], boxes[first][1] + boxes[first][3])]
        codes = [Path.MOVETO]
        for a, b in pairwise(path):
            # Sideways between the rows only, where no box is in the way.
            (x0, y0), (x1, y1) = (ports[a, b, False], bands[a][1]), (ports[b, a, True], bands[b][0])
            points += [(x0, y0), (x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2), (x1, y1)]
            codes += [Path.LINETO] + [Path.CURVE4] * 3
        end = ports[last, path[-2], True], boxes[last][1]
        # A last line of no length would have no direction for the arrow's head.
        if end[1] > points[-1][1] + 1e-9:
            points.append(end)
            codes.append(Path.LINETO)
        arrow = FancyArrowPatch(path=Path(points, codes), arrowstyle="-|>", mutation_scale=8)
        arrow.set(color=INK, linewidth=0.9, zorder=1)
        ax.add_patch(arrow)


def _legend(ax: Axes, total: float) -> None:
    widths = [_width([kind]) for kind in LOOKS]
    x = (total - sum(widths) - GAP * (len(widths) - 1)) / 2
    for kind, wide in zip(LOOKS, widths, strict=True):
        _box(ax, x, MARGIN, wide, _height([kind]), kind, [kind])
        x += wide + GAP
    ax.text(
        total / 2,
        MARGIN + 1.7 * LINE + 2 * PAD,
        NOTE,
        ha="center",
        va="center",
        fontsize=POINTS,
        color=INK,
    )
