"""Optimizers that break the contract in one way each; every check must refuse one of them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from contract.own import Heavy


class WiderState(Heavy):
    def _like(self, name: str, value: Any) -> Any:
        return self._state.setdefault(name, np.zeros(value.shape))


class StepsACopy(Heavy):
    def _update(self, value: Any, grad: Any, lr: float) -> None:
        super()._update(value.copy(), grad, lr)


class ScalesTheGradient(Heavy):
    def _update(self, value: Any, grad: Any, lr: float) -> None:
        grad *= lr
        super()._update(value, grad, 1.0)


class Decays(Heavy):
    def _update(self, value: Any, grad: Any, lr: float) -> None:
        super()._update(value, grad + 0.1 * value, lr)


class IsNoisy(Heavy):
    def _update(self, value: Any, grad: Any, lr: float) -> None:
        super()._update(value, grad + np.random.default_rng().normal(), lr)


class KeepsItsState(Heavy):
    def reset(self) -> None:
        pass


class CountsAnew(Heavy):
    def reset(self) -> None:
        super().reset()
        self.steps = 0


class BindsAnything(Heavy):
    def bind(self, parameters: Any) -> Self:
        self._parameters = parameters
        return self


class TakesAnyRate(Heavy):
    lr: Any = None


class AsksTwice(Heavy):
    def step(self) -> None:
        self.current_lr()
        super().step()


class MovesWithoutARate(Heavy):
    def _update(self, value: Any, grad: Any, lr: float) -> None:
        super()._update(value, grad, lr + 1e-4)


class StepsFirst(Heavy):
    def step(self) -> None:
        self._update(self.parameters.value, self.parameters.grad, 0.1)
        self.last_lr = self.current_lr()
        self.steps += 1


class StepsTheWholeVector(Heavy):
    def _update(self, value: Any, grad: Any, lr: float) -> None:
        storage = self.parameters._model._packed()
        super()._update(storage.value, storage.read_grad(), lr)


class KeepsTheVector(Heavy):
    first: Any = None

    def _update(self, value: Any, grad: Any, lr: float) -> None:
        self.first = value if self.first is None else self.first
        super()._update(self.first, grad, lr)


class Allocates(Heavy):
    def _update(self, value: Any, grad: Any, lr: float) -> None:
        self._state["velocity"] = 0.5 * self._like("velocity", value) + grad
        value -= lr * self._state["velocity"]


class Climbs(Heavy):
    def _update(self, value: Any, grad: Any, lr: float) -> None:
        super()._update(value, -grad, lr)


class KeepsItsModel(Heavy):
    def __deepcopy__(self, memo: Any) -> Self:
        other = type(self)(self.parameters, self.lr)
        other.steps, other._state = self.steps, {k: v.copy() for k, v in self._state.items()}
        return other


class LeavesOutItsFriction(Heavy):
    def __init__(self, *given: Any, lr: Any = 0.1) -> None:
        super().__init__(*(given or (None, lr)))
        # What its text makes has none.
        self.friction = 0.5 if given else 0.0

    def _update(self, value: Any, grad: Any, lr: float) -> None:
        super()._update(value, grad, lr * (1 - self.friction))
