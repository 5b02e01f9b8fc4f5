"""Layers that break the contract of views, copies, files and names in one way each."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from contract.own import Bent

import numnet


class KeepsACopy(Bent):
    def _bind(self, storage: Any, slots: Any) -> None:
        super()._bind(storage, slots)
        self.__dict__["g"] = self.g.copy()


class IsItsOwnReplica(Bent):
    def replica(self, values: Any = None) -> Self:
        return self if values is None else super().replica(values)


class ReplicatesACopy(Bent):
    def replica(self, values: Any = None) -> Self:
        return self.copy() if values is None else super().replica(values)


class IsItsOwnCopy(Bent):
    def copy(self) -> Self:
        return self


class SharesItsBuffers(Bent):
    def __deepcopy__(self, memo: Any) -> Self:
        other = self.replica()
        other.parameters.zero_grad()
        return other


class PicklesItsClassAlone(Bent):
    def __reduce__(self) -> Any:
        return type(self), ()


class DrawsAtCopying(Bent):
    def __getstate__(self) -> Any:
        state = super().__getstate__()
        return state | {"_held": {n: a + 1 for n, a in state["_held"].items()}}


class HasMoreThanItSays(Bent):
    def __init__(self) -> None:
        super().__init__()
        self.gain = float(np.random.default_rng().uniform(1, 2))

    def forward(self, x: Any, ctx: Any) -> Any:
        y, saved = super().forward(x, ctx)
        return y * self.gain, saved

    def backward(self, dy: Any, saved: Any) -> Any:
        return super().backward(dy * self.gain, saved)


class Nameless(Bent):
    def __repr__(self) -> str:
        return "layer"


class LeavesOutItsSlope(numnet.LeakyReLU):
    def __init__(self) -> None:
        super().__init__(0.7)

    def __repr__(self) -> str:
        return "LeakyReLU()"


class StaysAsItIs(Bent):
    def astype(self, dtype: Any) -> Self:
        return self.copy()


class DrawsForItself(Bent):
    def __init__(self) -> None:
        super().__init__()
        self._starts["g"] = lambda rng: np.random.default_rng().standard_normal(3)


class DrawsGlobally(Bent):
    def __init__(self) -> None:
        super().__init__()
        self._starts["g"] = lambda rng: (np.random.rand(), rng.standard_normal(3))[1]  # noqa: NPY002


class HoldsItself(Bent):
    def __init__(self) -> None:
        super().__init__()
        self.function = self.backward
