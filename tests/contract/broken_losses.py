"""Losses that break the contract in one way each; every check must refuse one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from contract.own import Quartic


class NumPysNumber(Quartic):
    def _forward(self, y_pred: Any, y_true: Any, rows: int | None) -> Any:
        value, saved = super()._forward(y_pred, y_true, rows)
        return np.asarray(value)[()], saved


class Wider(Quartic):
    def _backward(self, saved: Any, dy: complex) -> Any:
        return super()._backward(saved, np.float64(dy))


class WritesToItsArguments(Quartic):
    def _forward(self, y_pred: Any, y_true: Any, rows: int | None) -> Any:
        out = super()._forward(y_pred.copy(), y_true, rows)
        y_pred -= y_true
        return out


class WritesToSaved(Quartic):
    def _backward(self, saved: Any, dy: complex) -> Any:
        e, divisor = saved
        e *= e * e
        return e * (4 * dy / divisor)


class ReadsMemoryInItsOrder(Quartic):
    def _forward(self, y_pred: Any, y_true: Any, rows: int | None) -> Any:
        return super()._forward(y_pred.ravel("K").reshape(y_pred.shape), y_true + 0, rows)

    def cast(self, y_true: Any, like: Any) -> Any:
        return super().cast(np.ascontiguousarray(y_true), like)


class DividesByThePart(Quartic):
    def _forward(self, y_pred: Any, y_true: Any, rows: int | None) -> Any:
        return super()._forward(y_pred, y_true, None)


class NeedsARow(Quartic):
    def _forward(self, y_pred: Any, y_true: Any, rows: int | None) -> Any:
        y_pred.max()
        return super()._forward(y_pred, y_true, rows)


class RemembersTheLast(Quartic):
    def _forward(self, y_pred: Any, y_true: Any, rows: int | None) -> Any:
        value, self.last = super()._forward(y_pred, y_true, rows)
        return value, None

    def _backward(self, saved: Any, dy: complex) -> Any:
        return super()._backward(self.last, dy)


class IgnoresDy(Quartic):
    def _backward(self, saved: Any, dy: complex) -> Any:
        return super()._backward(saved, 1.0)


class ForgetsTheFactor(Quartic):
    def _backward(self, saved: Any, dy: complex) -> Any:
        return super()._backward(saved, dy) / 4


class ChecksTwice(Quartic):
    def forward(self, y_pred: Any, y_true: Any, rows: int | None = None) -> Any:
        if np.shape(y_pred) != np.shape(y_true):
            raise ValueError("shapes differ")
        return super().forward(y_pred, y_true, rows)


class Broadcasts(Quartic):
    def check(self, shape: Any, y_true: Any) -> Any:
        y = np.asarray(y_true)
        return super().check(shape, np.broadcast_to(y, shape) if y.ndim < len(shape) else y)


class ChecksWithoutAnswer(Quartic):
    def check(self, shape: Any, y_true: Any) -> Any:
        super().check(shape, y_true)
        return y_true


class LeavesOutItsPower(Quartic):
    def __init__(self, weight: float | None = None) -> None:
        self.weight = 2.0 if weight is None else weight

    def _forward(self, y_pred: Any, y_true: Any, rows: int | None) -> Any:
        value, saved = super()._forward(y_pred, y_true, rows)
        return self.weight * value, saved

    def __reduce__(self) -> Any:
        return type(self), (1.0,)
