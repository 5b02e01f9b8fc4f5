"""The deltas from which gradients are made, shared by all arrays of one report.

They do not depend on the array in question, and are made when the first one asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..causes import View
from .arrivals import results
from .deltas import seeds, through_function, through_weights
from .forwards import Forwards
from .tree import Node, minus, plus

DEPTHS = 4  # known arrays; functions of them; of linear maps; of linear maps of those
DELTAS = 400  # that go on through another layer
ENTRIES = 1_000_000  # of all that a stream keeps


@dataclass
class Meter:
    """How much more one search may make."""

    left: float


class Stream:
    """Finite nodes made when asked for, and kept for who asks next as long as there is room."""

    def __init__(self, source: Callable[[], Iterator[Node]]) -> None:
        self._source = source
        self._room = ENTRIES
        self._rest = self._finite()
        self.kept: list[Node] = []

    def _finite(self) -> Iterator[Node]:
        for node in self._source():
            if np.isfinite(node.value).all():
                yield node

    def __iter__(self) -> Iterator[Node]:
        yield from self.kept
        full = self._room < 0
        for node in islice(self._finite(), len(self.kept), None) if full else self._rest:
            self._room -= node.value.size
            if self._room >= 0:
                self.kept.append(node)
            yield node


class Level:
    """The deltas at one depth: each stage leads those of the stages before one step further."""

    def __init__(self, forwards: Forwards) -> None:
        self.forwards = forwards
        self.seeds = [node for node in seeds(forwards) if node.value.size]
        self.deltas = list(self.seeds)
        self.straight: list[Stream] = []
        if not any(label.startswith("dy") for label in forwards.known):
            # Those first that depend on all arguments, and that an earlier depth has not tried.
            names = {node.text for node in forwards.names}
            new = (1, -1, 0, 0)[forwards.depth]
            self.deltas.sort(key=lambda g: (-len(names & g.sources), new * g.cost))
            if forwards.depth > 1:
                # Residuals of many outputs: straight back through the weights, then the derivative.
                back = self._through_weights(self.deltas, [])
                self.straight = [back, self._through_function(back.kept)]
        first = self._through_function(self.deltas)
        back = self._through_weights(self.deltas, first.kept)
        second = self._through_function(back.kept)
        self.rounds = ((first, back), (second, self._through_weights(back.kept, second.kept)))

    def _through_function(self, deltas: list[Node]) -> Stream:
        return Stream(lambda: through_function(deltas[:DELTAS], self.forwards))

    def _through_weights(self, latest: list[Node], grown: list[Node]) -> Stream:
        return Stream(
            lambda: through_weights([*latest[:DELTAS], *grown][: 2 * DELTAS], self.forwards)
        )

    def stages(self, shape: tuple[int, ...], meter: Meter) -> Iterator[Iterator[Node]]:
        """Gradients of this shape, one layer further back at each stage."""
        yield self._arriving(self.seeds, shape, meter)
        for stream in self.straight:
            yield self._arriving(stream, shape, meter)
        for grown, back in self.rounds:
            yield self._arriving(grown, shape, meter)
            yield self._arriving(back, shape, meter)
            deltas = [*self.deltas[:20], *grown.kept[:60], *back.kept[:20]]
            yield (
                made
                for result in self._arriving(deltas, shape, meter)
                for made in _with_term(result, [*self.deltas[:1], *self.forwards.names])
            )

    def _arriving(
        self, deltas: Iterable[Node], shape: tuple[int, ...], meter: Meter
    ) -> Iterator[Node]:
        for g in deltas:
            meter.left -= g.effort
            if meter.left < 0.0:
                return
            yield from results(g, shape, self.forwards)


class Candidates:
    """The levels of one report."""

    def __init__(self) -> None:
        self._levels: list[Level] = []

    def levels(self, here: View) -> Iterator[Level]:
        """One for each depth, made when the search gets there."""
        for depth in range(DEPTHS):
            if depth == len(self._levels):
                forwards = self._levels[-1].forwards.grown() if depth else _known(here)
                self._levels.append(Level(forwards))
            yield self._levels[depth]


def _known(here: View) -> Forwards:
    problem = here.reference.problem
    plain = (str(name) for name, value in problem.context.items() if not callable(value))
    return Forwards(here.known, frozenset(problem.base), frozenset(problem.wrt), frozenset(plain))


def _with_term(node: Node, names: list[Node]) -> Iterator[Node]:
    """With a known array added: a penalty, or a path around."""
    for f in names:
        if f.value.shape == node.value.shape and f.text not in node.text:
            yield plus(node, f)
            yield minus(node, f)
