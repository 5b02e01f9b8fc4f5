"""What must hold of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.peers.comparison import REFERENCE, Comparison

MEAN = 0.6  # of the ratios to the best peers
SCALING = 1.7  # from one thread to two
# Of the products and the optimizer's passes alone, where these take more than so many seconds
# and nothing else is said below.
BARE = ((5e-3, 1.10), (1e-3, 1.25))
SPECIAL = {
    "full64": (("layers", "prototype", 0.7),),
    "full32": (("layers", "prototype", 0.7),),
    "mid": (("layers", "bare", 1.35), ("module", "layers", 1.15)),
    "small": (
        ("layers", "inlined", 1.6),
        ("layers", "jax", 0.6),
        ("layers", "torch", 0.2),
        ("module", "layers", 1.4),
    ),
}
TAPED = ("torch", "autograd", "mygrad")  # a Module is ahead of these everywhere


@dataclass(frozen=True)
class Bound:
    """The time of `one`, in times of the other, and how much it may be."""

    one: str
    other: str
    found: float
    most: float

    @property
    def kept(self) -> bool:
        return self.found <= self.most

    def __str__(self) -> str:
        return f"{self.one} {self.found:.2f} of {self.other}, at most {self.most:g}"


def bounds(workload: str, found: Comparison) -> Iterator[Bound]:
    """Those of a workload, by what was measured."""
    asked = [(REFERENCE, peer, 1.0) for peer in found.peers[:1]]
    asked += [(REFERENCE, "bare", most) for least, most in BARE if found.seconds("bare") > least][
        :1
    ]
    asked += SPECIAL.get(workload, ())
    asked += [("module", peer, 1.0) for peer in TAPED]
    for one, other, most in asked:
        if other in found.wall:
            yield Bound(one, other, found.ratio(one, other), most)
