"""The simplest expressions for the claimed and for the true gradient.

Each candidate is compared along four random directions, up to one constant; what fits is compared
entry by entry, and at the other points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..causes import Scene, Suspect, View
from ..causes.suspect import CONVINCING, weight
from ..noise import generator
from .candidates import Candidates, Meter
from .tree import Node

Array = NDArray[Any]
WORK = (500.0, 1500.0, 3000.0, 5000.0)  # candidates up to each depth; a large one counts more
MADE = 40_000.0  # deltas that lead to them
DIRECTIONS = 4
KEPT = 3
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
    along: list[float]
    found: list[Found] = field(default_factory=list)

    @cached_property
    def largest(self) -> float:
        return max(abs(t) for t in self.along)


def find_expressions(scene: Scene, candidates: Candidates) -> tuple[list[Found], list[Found]]:
    """Expressions for the claimed and for the true gradient, the simplest first."""
    here = scene.here
    probes = generator(0).normal(size=(here.index.size, DIRECTIONS))
    targets = [
        Target(true, (side @ probes).tolist())
        for true, side in ((False, here.claimed), (True, here.true))
    ]
    seen: set[str] = set()
    work, meter = 0.0, Meter(MADE)
    with np.errstate(all="ignore"):
        for level, most in zip(candidates.levels(here), WORK, strict=False):
            for stage in level.stages(here.shape, meter):
                for node in stage:
                    work += node.effort
                    if work > most:
                        break
                    if node.text not in seen:
                        seen.add(node.text)
                        _compare(node, scene, probes, targets)
                if all(target.found for target in targets) or work > most:
                    break
            if all(target.found for target in targets) or meter.left < 0.0:
                break
    claimed, true = (sorted(target.found, key=lambda found: found.cost) for target in targets)
    return claimed[:KEPT], true[:KEPT]


def _compare(node: Node, scene: Scene, probes: Array, targets: list[Target]) -> None:
    along = (scene.here.at(node.value) @ probes).tolist()
    size = sum(a * a for a in along)
    if not 0.0 < size < np.inf:
        return
    for target in targets:
        if len(target.found) >= KEPT + EXTRA:
            continue
        ratio = sum(t * a for t, a in zip(target.along, along, strict=True)) / size
        near = 1e-4 * target.largest
        if ratio == 0.0 or not all(
            abs(t - ratio * a) <= near for t, a in zip(target.along, along, strict=True)
        ):
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
