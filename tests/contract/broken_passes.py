"""Layers that break the contract of the passes in one way each; a check must refuse each."""

from __future__ import annotations

from typing import Any

import numpy as np
from contract.own import Bent


class WiderGradient(Bent):
    def backward(self, dy: Any, saved: Any) -> Any:
        return super().backward(dy, saved) * np.ones(3)


class WiderSaved(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        y, (t, x) = super().forward(x, ctx)
        return y, (t, x.astype(np.float64))

    def backward(self, dy: Any, saved: Any) -> Any:
        return super().backward(dy, (saved[0], saved[1].astype(dy.dtype)))


class WritesToX(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        out = super().forward(x.copy(), ctx)
        x *= self.g
        return out


class WritesToDy(Bent):
    def backward(self, dy: Any, saved: Any) -> Any:
        dy *= 1 - saved[0] ** 2
        self.add_grad("g", (dy * saved[1]).sum(0))
        return dy * self.g


class WritesAndPutsBack(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        x += 0
        return super().forward(x, ctx)


class ReadsMemoryInItsOrder(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        return super().forward(x.ravel("K").reshape(x.shape), ctx)


class NeedsARow(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        x.max()
        return super().forward(x, ctx)


class DropsAxes(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        y, saved = super().forward(x, ctx)
        return np.squeeze(y), saved

    def backward(self, dy: Any, saved: Any) -> Any:
        return super().backward(dy.reshape(saved[1].shape), saved)


class RemembersTheLast(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        y, self.last = super().forward(x, ctx)
        return y, None

    def backward(self, dy: Any, saved: Any) -> Any:
        return super().backward(dy[: len(self.last[0])], [a[: len(dy)] for a in self.last])


class Overwrites(Bent):
    def add_grad(self, name: str, grad: Any) -> None:
        self._slot(name).written = False
        super().add_grad(name, grad)


class AddsAlways(Bent):
    def add_grad(self, name: str, grad: Any) -> None:
        slot = self._slot(name)
        slot.grad += grad
        slot.written = True


class Clips(Bent):
    def backward(self, dy: Any, saved: Any) -> Any:
        return super().backward(np.clip(dy, -1, 1), saved)


class Penalizes(Bent):
    def backward(self, dy: Any, saved: Any) -> Any:
        self.add_grad("g", self.g)
        return super().backward(dy, saved)


class CentresTheBatch(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        return super().forward(x - x.mean(0) if len(x) else x, ctx)


class Counts(Bent):
    calls = 0

    def forward(self, x: Any, ctx: Any) -> Any:
        self.calls += 1
        return super().forward(x, ctx)


class ShiftsItsBuffer(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        if ctx.train:
            self.buffers["shift"] += 1
        return super().forward(x, ctx)


class Steps(Bent):
    def backward(self, dy: Any, saved: Any) -> Any:
        dx = super().backward(dy, saved)
        self.g -= 0.1 * self._slot("g").grad
        return dx


class ForgetsTheMean(Bent):
    def backward_parameters(self, dy: Any, saved: Any) -> None:
        self.add_grad("g", (dy * saved[1]).sum(0))


class RoundsInCalls(Bent):
    def __call__(self, x: Any) -> Any:
        return np.round(super().__call__(x), 3)


class IsNoisy(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        return super().forward(x + np.random.default_rng().normal(size=x.shape) * 0.1, ctx)


class DropsTheImaginaryPart(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        y, saved = super().forward(x.real, ctx)
        return y + 0 * x, saved


class HoldsParametersFixed(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        t = np.tanh(x * self.g.real)
        return t + self.buffers["shift"].astype(t.real.dtype), (t, x)


class WrongSign(Bent):
    def backward(self, dy: Any, saved: Any) -> Any:
        return -super().backward(dy, saved)


class TakesAnyDy(Bent):
    def backpropagate(self, dy: Any, saved: Any, need_dx: bool = True) -> Any:
        return self._backward(np.resize(dy, saved[0]), saved[2], need_dx)


class TakesAnyWidth(Bent):
    def forward(self, x: Any, ctx: Any) -> Any:
        return super().forward(x[:, :3], ctx)
