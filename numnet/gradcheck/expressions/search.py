"""The simplest expressions for the claimed and for the true gradient.

Each candidate is compared along four random directions, up to one constant; what fits is compared
entry by entry, and at the other points.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..causes import Scene, Suspect, View
from ..causes.suspect import CONVINCING, weight
from ..noise import generator
from .arrivals import results
from .deltas import seeds, through_function, through_weights
from .forwards import Forwards
from .tree import Node, minus, plus

Array = NDArray[Any]
WORK = (500.0, 1500.0, 3000.0, 5000.0)  # candidates up to each depth; a large one counts more
LARGE = 4000  # entries
SECONDS = 3.0  # on a machine that is slow
DIRECTIONS = 4
DELTAS = 400  # that go on through another layer
KEPT = 3
DEPTHS = 4  # known arrays; functions of them; of linear maps; of linear maps of those
EXTRA = 2


@dataclass(frozen=True)
class Found:
    """An expression with its constant factor."""

    node: Node
    ratio: float

    @property
    def cost(self) -> int:
        return self.node.cost + (0 if self.ratio == 1.0 else 1)

    @property
    def text(self) -> str:
        """With the constant as a student would write it."""
        return scaled(self.node, self.ratio)


@dataclass
class Target:
    """The claimed or the true gradient, and the expressions found for it."""

    true: bool
    along: Array
    found: list[Found] = field(default_factory=list)


def find_expressions(scene: Scene) -> tuple[list[Found], list[Found]]:
    """Expressions for the claimed and for the true gradient, the simplest first."""
    here = scene.here
    start = time.process_time()
    plain = frozenset(
        str(name) for name, value in here.reference.problem.context.items() if not callable(value)
    )
    stop = start + SECONDS
    arguments = frozenset(here.reference.problem.base)
    moving = frozenset(here.reference.problem.wrt)
    forwards = Forwards(here.known, arguments, moving, plain, stop - 0.5 * SECONDS)
    rng = generator(0)
    probes = rng.normal(size=(here.index.size, DIRECTIONS))
    claimed = Target(False, here.claimed @ probes)
    true = Target(True, here.true @ probes)
    seen: set[str] = set()
    work = 0.0
    with np.errstate(all="ignore"):
        for depth in range(DEPTHS):
            forwards.grow(depth)
            for stage in _stages(forwards, here):
                for node in stage:
                    work += 1.0 + node.value.size / LARGE
                    if work > WORK[depth] or time.process_time() > stop:
                        break
                    if node.text not in seen:
                        seen.add(node.text)
                        _compare(node, scene, probes, (claimed, true))
                if (claimed.found and true.found) or work > WORK[depth]:
                    break
            if (claimed.found and true.found) or time.process_time() > stop:
                break
    for target in (claimed, true):
        target.found.sort(key=lambda found: found.cost)
    return claimed.found[:KEPT], true.found[:KEPT]


def _stages(forwards: Forwards, here: View) -> Iterator[Iterator[Node]]:
    """Gradients of the right shape, one layer further back at each stage."""
    deltas: list[Node] = [node for node in seeds(forwards) if node.value.size]
    yield (r for g in deltas for r in results(g, here.shape, forwards))
    scalar = not any(label.startswith("dy") for label in here.known)
    if scalar:
        # Those first that depend on all arguments, and that an earlier depth has not tried.
        names = {node.text for node in forwards.names}
        new = (1, -1, 0, 0)[forwards.depth]
        deltas.sort(key=lambda g: (-len(names & g.sources), new * g.cost))
    if forwards.depth > 1 and scalar:
        # Residuals of many outputs: straight back through the weights, then the derivative.
        back: list[Node] = []
        yield _growing(through_weights(deltas[:DELTAS], forwards), back, here, forwards)
        yield _growing(through_function(back[:DELTAS], forwards), [], here, forwards)
    latest = deltas
    for _ in range(2):
        grown: list[Node] = []
        yield _growing(through_function(latest[:DELTAS], forwards), grown, here, forwards)
        back = []
        both = [*latest[:DELTAS], *grown]
        yield _growing(through_weights(both[: 2 * DELTAS], forwards), back, here, forwards)
        yield (
            made
            for g in [*deltas[:20], *grown[:60], *back[:20]]
            for r in results(g, here.shape, forwards)
            for made in _with_term(r, [*deltas[:1], *forwards.names])
        )
        latest = back


def _growing(
    new: Iterator[Node], grown: list[Node], here: View, forwards: Forwards
) -> Iterator[Node]:
    for node in new:
        if np.isfinite(node.value).all():
            grown.append(node)
            yield from results(node, here.shape, forwards)


def _with_term(node: Node, names: list[Node]) -> Iterator[Node]:
    """With a known array added: a penalty, or a path around."""
    for f in names:
        if f.value.shape == node.value.shape and f.text not in node.text:
            yield plus(node, f)
            yield minus(node, f)


def _compare(node: Node, scene: Scene, probes: Array, targets: tuple[Target, ...]) -> None:
    here = scene.here
    along = here.at(node.value) @ probes
    size = float(along @ along)
    if not size > 0.0 or not np.isfinite(size):
        return
    for target in targets:
        if len(target.found) >= KEPT + EXTRA:
            continue
        ratio = float(target.along @ along) / size
        error = np.abs(target.along - ratio * along).max()
        if not error <= 1e-4 * np.abs(target.along).max() or ratio == 0.0:
            continue
        simple = simple_constant(ratio, 1e-4)
        if simple is not None and _confirmed(node, simple, target.true, scene):
            target.found.append(Found(node, simple))


def _confirmed(node: Node, ratio: float, true: bool, scene: Scene) -> bool:
    """Whether it holds at the point and at another one."""

    def sides(view: View) -> tuple[Array, Array, Array]:
        right = ratio * view.at(node.on(view.known))
        if true:
            return view.true, right, 4.0 * view.true_slack
        return view.claimed, right, 4.0 * view.claimed_slack

    suspect = Suspect("unknown", sides, "")
    here = weight(suspect, scene.here, 0)
    if here is None:
        return False
    confirmed = False
    for other in (*scene.others, scene.again):
        try:
            more = weight(suspect, other, 0) if other else 0.0
        except KeyError:
            continue
        if more is None:
            return False
        confirmed |= other is not None and more > 0.5 * CONVINCING
        here += more
    return confirmed and here > CONVINCING


def simple_constant(ratio: float, accuracy: float) -> float | None:
    """2, -1, 1/5, 2/15, 0.6: the constant that a ratio stands for; None: none of these."""
    size = abs(ratio)
    sign = 1.0 if ratio > 0 else -1.0
    for top in (1.0, 2.0):
        for value in (size / top, top / size):
            if abs(value - round(value)) <= accuracy * value and 1.0 <= round(value) < 1e7:
                whole = float(round(value))
                return sign * (whole * top if value == size / top else top / whole)
    short = float(f"{size:.3g}")
    return sign * short if abs(size - short) <= accuracy * size else None


def scaled(node: Node, ratio: float) -> str:
    """The text of ratio * node."""
    sign, size = ("-" if ratio < 0 else ""), abs(ratio)
    if size == 1.0:
        return f"{sign}{node.tight(2)}" if sign else node.text
    if size == round(size):
        return f"{sign}{round(size)} * {_product(node)}"
    for top in (1, 2):
        whole = top / size
        if abs(whole - round(whole)) <= 1e-9 * whole:
            front = f"{sign}{_product(node)}" if top == 1 else f"{sign}{top} * {_product(node)}"
            return f"{front} / {round(whole)}"
    return f"{sign}{size:.12g} * {_product(node)}"


def _product(node: Node) -> str:
    return f"({node.text})" if node.tree[0] == "@" else node.tight(2)
