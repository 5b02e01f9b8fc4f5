"""Where the boxes of a layered drawing stand: rows from the inputs down, few crossings, no overlap.

After Sugiyama, Tagawa and Toda 1981: longest paths give the rows, means of neighbours their order.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise

Item = Hashable
SWEEPS = 24
PULLS = 0.1, 2.0, 8.0  # of an edge from an input, between results, between two bends


class Layered:
    """Items in rows, with bends where an edge passes a row, and the middle x of each.

    Parameters
    ----------
    operands : mapping of item to items
        What each item is made of; items before those that are made of them.
    widths : mapping of item to float
        Of their boxes.
    gap : float
        Between two boxes of a row.

    Attributes
    ----------
    rows : list of list
        From the top, each from left to right; a bend is a tuple (source, target, row).
    x : dict
        The middle of each item and bend.
    paths : list of list
        Of each edge the items from its source through its bends to its target.
    """

    def __init__(
        self,
        operands: Mapping[Item, Sequence[Item]],
        widths: Mapping[Item, float],
        gap: float,
    ) -> None:
        row = _rows(operands)
        self.rows: list[list[Item]] = [[] for _ in range(max(row.values()) + 1)]
        for item in operands:
            self.rows[row[item]].append(item)
        self.paths: list[list[Item]] = []
        for target, sources in operands.items():
            for source in dict.fromkeys(sources):
                bends = [(source, target, r) for r in range(row[source] + 1, row[target])]
                for bend in bends:
                    self.rows[bend[2]].append(bend)
                self.paths.append([source, *bends, target])
        self.width = {item: widths.get(item, 0.0) for r in self.rows for item in r}
        self.gap = gap
        self.inputs = {item for item, sources in operands.items() if not sources}
        self.above: dict[Item, list[Item]] = {item: [] for item in self.width}
        self.below: dict[Item, list[Item]] = {item: [] for item in self.width}
        for path in self.paths:
            for a, b in pairwise(path):
                self.above[b].append(a)
                self.below[a].append(b)
        self._order()
        self._place()

    def crossings(self) -> int:
        """How many pairs of edges cross between two rows."""
        return sum(self._crossings(upper, lower) for upper, lower in pairwise(self.rows))

    def _crossings(self, upper: list[Item], lower: list[Item]) -> int:
        rank = {item: i for i, item in enumerate(lower)}
        ends = [rank[b] for a in upper for b in sorted(self.below[a], key=rank.__getitem__)]
        return sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])

    def _order(self) -> None:
        """Sort rows by the mean rank of their neighbours, down and up; keep the best order."""
        best, fewest = [list(row) for row in self.rows], self.crossings()
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            near = self.above if down else self.below
            steps = pairwise(self.rows if down else self.rows[::-1])
            for fixed, moved in steps:
                rank = {item: float(i) for i, item in enumerate(fixed)}
                own = {item: float(i) for i, item in enumerate(moved)}
                mean = {
                    item: sum(rank[n] for n in near[item]) / len(near[item])
                    if near[item]
                    else own[item]
                    for item in moved
                }
                moved.sort(key=mean.__getitem__)
            if (count := self.crossings()) < fewest:
                best, fewest = [list(row) for row in self.rows], count
        self.rows = best

    def _place(self) -> None:
        """Move each item towards the mean of its neighbours as far as its row lets it."""
        self.x: dict[Item, float] = dict.fromkeys(self.width, 0.0)
        for sweep in range(SWEEPS):
            for row in self.rows if sweep % 2 == 0 else self.rows[::-1]:
                self._spread(row, [self._wanted(item) for item in row])

    def _wanted(self, item: Item) -> tuple[float, float]:
        """Where the neighbours pull an item, and how strongly."""
        pulls = [(self.x[n], self._pull(n, item)) for n in self.above[item]]
        pulls += [(self.x[n], self._pull(item, n)) for n in self.below[item]]
        weight = sum(pull for _, pull in pulls)
        return (sum(x * p for x, p in pulls) / weight, weight) if pulls else (self.x[item], 1.0)

    def _pull(self, source: Item, target: Item) -> float:
        # What is made of results runs straight down; the inputs stand beside it.
        if isinstance(source, tuple) and isinstance(target, tuple):
            return PULLS[2]
        return PULLS[0] if source in self.inputs else PULLS[1]

    def _spread(self, row: list[Item], wanted: list[tuple[float, float]]) -> None:
        """The places nearest to those wanted (least squares) at which nothing overlaps."""
        offset = 0.0
        offsets = []
        blocks: list[tuple[float, float, int]] = []
        for i, (item, (x, weight)) in enumerate(zip(row, wanted, strict=True)):
            if i:
                offset += (self.width[row[i - 1]] + self.width[item]) / 2 + self.gap
            offsets.append(offset)
            # Pool adjacent violators: what wants to stand too near stands at the common mean.
            blocks.append((x - offset, weight, 1))
            while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
                (a, v, n), (b, w, m) = blocks[-2:]
                blocks[-2:] = [((a * v + b * w) / (v + w), v + w, n + m)]
        places = [mean for mean, _, count in blocks for _ in range(count)]
        for item, place, offset in zip(row, places, offsets, strict=True):
            self.x[item] = place + offset


def _rows(operands: Mapping[Item, Sequence[Item]]) -> dict[Item, int]:
    """The length of the longest path from an input; the inputs stand just above their first use."""
    row: dict[Item, int] = {}
    for item, sources in operands.items():
        row[item] = 1 + max((row[s] for s in sources), default=-1)
    for item, sources in operands.items():
        if not sources:
            row[item] = min((row[t] for t, of in operands.items() if item in of), default=1) - 1
    return row
