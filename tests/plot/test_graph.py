from __future__ import annotations

import io
import sys
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from plot.legible import contrast, luma
from plot.places import meet

import numnet
from numnet import Tensor
from numnet.autograd import Graph
from numnet.plot.style import PAPER


def two_layers() -> Graph:
    """The net of the course with its two-sided cross-entropy written out."""
    rng = np.random.default_rng(0)
    shapes = {"W1": (4, 5), "b1": (5,), "W2": (5, 3), "b2": (3,)}
    t = {n: Tensor(rng.normal(size=s), requires_grad=True) for n, s in shapes.items()}
    t["x"], t["y"] = Tensor(rng.random((6, 4))), Tensor(np.eye(3)[[0, 1, 2, 0, 1, 2]])
    e = ((t["x"] @ t["W1"] + t["b1"]).tanh() @ t["W2"] + t["b2"]).exp()
    p = e / e.sum(axis=1, keepdims=True)
    y = t["y"]
    loss = -(y * (p + 1e-16).log() + (1 - y) * (1 - p + 1e-16).log()).sum() / 6
    return loss.graph(names=t)


class Net(numnet.Module):
    def __init__(self) -> None:
        self.c1 = numnet.Linear(784, 100)
        self.c2 = numnet.Linear(100, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.c2(self.c1(x).relu())


def module() -> Graph:
    net = Net().initialize(rng=0)
    labels = np.array([0, 1, 2, 0])
    return numnet.SoftmaxCrossEntropy()(net(Tensor(np.ones((4, 784)))), Tensor(labels)).graph()


def tangle(seed: int = 0, count: int = 20) -> Graph:
    """Results of results at random, near and far."""
    rng = np.random.default_rng(seed)
    made = [Tensor(rng.random(3), requires_grad=True) for _ in range(4)]
    for _ in range(count):
        i, j = rng.integers(0, len(made), 2)
        made.append(made[i] * made[j] if rng.random() < 0.7 else made[i].tanh())
    return sum(made[-3:], start=Tensor(0.0)).sum().graph()


def uneven() -> Graph:
    """Of two results side by side one has a line more."""
    x, y = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    return (x * x + y.tanh()).sum().graph(names={"the_" + "very_" * 5 + "first": x, "y": y})


def boxes(figure: Figure) -> list[FancyBboxPatch]:
    return [p for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch)]


def arrows(figure: Figure) -> list[FancyArrowPatch]:
    return [p for p in figure.axes[0].patches if isinstance(p, FancyArrowPatch)]


def bounds(box: FancyBboxPatch) -> tuple[float, float, float, float]:
    x, y = box.get_x(), box.get_y()
    return x, y, x + box.get_width(), y + box.get_height()


def drawn(graph: Graph) -> Figure:
    figure = graph.plot()
    figure.savefig(io.BytesIO(), format="png")
    return figure


def assert_legible(figure: Figure) -> None:
    """Nothing overlaps, every text lies in its box, no arrow passes through a box."""
    ax = figure.axes[0]
    (width, height) = figure.get_size_inches()
    renderer = FigureCanvasAgg(figure).get_renderer()
    frames = [bounds(box) for box in boxes(figure)]
    for left, top, right, bottom in frames:
        assert -1e-9 < left < right < width + 1e-9
        assert -1e-9 < top < bottom < height + 1e-9
    for a, b in combinations(frames, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (a, b)
    for text in ax.texts:
        area = text.get_window_extent(renderer).transformed(ax.transData.inverted())
        x0, x1 = sorted((area.x0, area.x1))
        y0, y1 = sorted((area.y0, area.y1))
        assert 0 < x0 < x1 < width
        assert 0 < y0 < y1 < height
        if text.get_fontfamily() != ["DejaVu Sans Mono"]:
            assert not any(meet([x0, x1, y0, y1], [f[0], f[2], f[1], f[3]]) for f in frames)
            continue
        inside = [f for f in frames if f[0] < x0 and f[1] < y0 and x1 < f[2] and y1 < f[3]]
        assert len(inside) == 1, text.get_text()
    for arrow in arrows(figure):
        # Enlarged, for curves become lines of a length that suits pixels.
        path = arrow._path_original.transformed(Affine2D().scale(200))  # type: ignore[attr-defined]
        (line,) = path.to_polygons(closed_only=False)
        for left, top, right, bottom in frames:
            (x, y), edge = line.T / 200, 1e-6
            within = (left < x) & (x < right) & (top + edge < y) & (y < bottom - edge)
            assert not within.any()


@pytest.mark.parametrize("make", [two_layers, module, tangle, uneven])
def test_nothing_overlaps(make: object) -> None:
    assert_legible(make().plot())  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(1, 5))
def test_nothing_overlaps_in_a_tangle(seed: int) -> None:
    assert_legible(tangle(seed, 4 * seed).plot())


@pytest.mark.parametrize("make", [two_layers, tangle])
def test_the_page_ends_at_one_margin_from_all_that_is_drawn(make: Callable[[], Graph]) -> None:
    figure = make().plot()
    (width, height), frames = figure.get_size_inches(), np.array([*map(bounds, boxes(figure))])
    margin = frames[-1, 1]
    assert 0.1 < margin < 0.3
    assert frames[:, 0].min() == pytest.approx(margin)
    assert frames[:, 2].max() == pytest.approx(width - margin)
    assert frames[:, 3].max() == pytest.approx(height - margin)
    # The legend is centred above, and nowhere is a band much higher than a line empty.
    assert frames[-4, 0] == pytest.approx(width - frames[-1, 2])
    note = figure.axes[0].texts[-1].get_position()
    assert note[0] == pytest.approx(width / 2)
    tops, bottoms = np.append(np.sort(frames[:, 1]), height), np.sort([*frames[:, 3], note[1]])
    assert all(tops[tops >= bottom].min() - bottom < 0.35 for bottom in bottoms)


@pytest.mark.parametrize("make", [two_layers, module, tangle, uneven])
def test_arrows_join_borders_evenly_in_the_order_of_where_they_lead(
    make: Callable[[], Graph],
) -> None:
    graph = make()
    figure = graph.plot()
    box = {v.name: bounds(b) for v, b in zip(graph.nodes, boxes(figure), strict=False)}
    below: dict[str, list[tuple[float, float]]] = {name: [] for name in box}
    above: dict[str, list[tuple[float, float]]] = {name: [] for name in box}
    found = []
    for arrow in arrows(figure):
        path = arrow._path_original  # type: ignore[attr-defined]
        line, last = path.vertices, np.flatnonzero(path.codes == Path.CURVE4)[-1]
        (x0, y0), (x1, y1) = line[[0, -1]]
        (source,) = [n for n, b in box.items() if b[0] < x0 < b[2] and abs(y0 - b[3]) < 1e-9]
        (target,) = [n for n, b in box.items() if b[0] < x1 < b[2] and abs(y1 - b[1]) < 1e-9]
        found.append((source, target))
        below[source].append((x0, line[3, 0]))
        above[target].append((x1, line[last - 2, 0]))
        # Straight out, straight in, and down all the way.
        assert line[1, 0] == x0
        assert line[-2, 0] == x1
        assert (np.diff(line[:, 1]) > -1e-9).all()
    assert sorted(found) == sorted(set(graph.edges))
    for ends in (below, above):
        for name, places in ends.items():
            at, other = np.array(sorted(places)).reshape(-1, 2).T
            left, _, right, _ = box[name]
            np.testing.assert_allclose(at, np.linspace(left, right, len(at) + 2)[1:-1])
            assert (np.diff(other) > 0).all()


def test_lines_fill_their_box_evenly_and_all_but_the_facts_are_bold() -> None:
    figure = two_layers().plot()
    texts = figure.axes[0].texts
    for left, top, right, bottom in map(bounds, boxes(figure)):
        own = [t for t in texts if left < t.get_position()[0] < right]
        own = [t for t in own if top < t.get_position()[1] < bottom]
        x, y = np.array([t.get_position() for t in own]).T
        np.testing.assert_allclose(x, (left + right) / 2)
        assert y.mean() == pytest.approx((top + bottom) / 2)
        np.testing.assert_allclose(y, np.linspace(y[0], y[-1], len(y)))
        weights = [t.get_weight() for t in own]
        assert weights == ["bold"] * max(1, len(own) - 1) + ["normal"] * (len(own) > 1)


def test_each_node_has_a_box_that_tells_all_and_each_edge_an_arrow() -> None:
    graph = two_layers()
    figure = drawn(graph)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert len(boxes(figure)) == len(graph.nodes) + 4, "and four in the legend"
    assert len(arrows(figure)) == len(set(graph.edges))
    for vertex in graph.nodes:
        assert (f"{vertex.name} = {vertex.text}" if vertex.operation else vertex.name) in (
            " ".join(texts).replace("   ", " ")
        )
    loss = graph.nodes[-1]
    assert f"()  {float(loss.value):.4g}  grad 1" in texts
    assert any(t.startswith("(4, 5)  rms ") and "  grad " in t for t in texts)
    assert "(6, 4)  rms 0.5745" in texts or any(t.startswith("(6, 4)  rms") for t in texts)


def test_results_stand_below_what_they_are_made_of() -> None:
    graph = tangle(3)
    figure = graph.plot()
    box = dict(zip((v.name for v in graph.nodes), map(bounds, boxes(figure)), strict=False))
    for source, target in graph.edges:
        assert box[source][3] < box[target][1]


def test_the_way_through_the_net_runs_straight_down() -> None:
    graph = two_layers()
    box = dict(zip((v.name for v in graph.nodes), map(bounds, boxes(graph.plot())), strict=False))
    middles = [(box[f"t{i}"][0] + box[f"t{i}"][2]) / 2 for i in (1, 2, 3, 4, 5, 6, 8)]
    assert max(middles) - min(middles) < 0.7


def test_kinds_differ_in_a_grey_print() -> None:
    figure = module().plot()
    *_, leaf, constant, operation, result = boxes(figure)
    looks = {
        (
            type(box.get_boxstyle()).__name__,
            box.get_linestyle(),
            box.get_linewidth(),
        )
        for box in (leaf, constant, operation, result)
    }
    assert len(looks) == 4
    assert constant.get_linestyle() == "--"
    assert "Round" in type(leaf.get_boxstyle()).__name__
    assert result.get_linewidth() >= 2 * operation.get_linewidth()
    for box in (leaf, constant, operation, result):
        assert contrast(box.get_edgecolor(), PAPER) > 3
        assert luma(box.get_facecolor()) > 0.85


def test_text_is_legible_on_every_box_and_paper_is_white_under_any_style() -> None:
    import matplotlib

    with matplotlib.rc_context({"figure.facecolor": "black", "text.color": "white"}):
        figure = module().plot()
    assert figure.get_facecolor()[:3] == (1.0, 1.0, 1.0)
    for text in figure.axes[0].texts:
        for box in boxes(figure):
            assert contrast(text.get_color(), box.get_facecolor()) > 7


def test_names_are_not_taken_for_formulas() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    graph = (x * 2.0).sum().graph(names={"$x_1$": x})
    assert "$x_1$" in [t.get_text() for t in drawn(graph).axes[0].texts]
    assert not any(t.get_parse_math() for t in graph.plot().axes[0].texts if "$" in t.get_text())


def test_without_gradients_none_are_drawn() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    texts = [t.get_text() for t in (x * 2.0).graph().plot().axes[0].texts]
    assert "(2,)  rms 3.162" in texts


def test_a_leaf_alone_and_infinite_values_are_drawn() -> None:
    assert_legible(drawn(Tensor(3.0, requires_grad=True).graph()))
    x = Tensor([1e308, np.inf, np.nan], requires_grad=True)
    assert_legible(drawn((x + 1.0).graph()))


def test_too_many_nodes() -> None:
    y = Tensor(1.0, requires_grad=True)
    for _ in range(200):
        y = y + 1.0
    with pytest.raises(ValueError, match=r"at most 200 nodes to draw, got 201.*print\(graph\)"):
        y.graph().plot()


def test_pyplot_is_not_needed() -> None:
    before = "matplotlib.pyplot" in sys.modules
    module().plot()
    assert ("matplotlib.pyplot" in sys.modules) == before
