"""What every optimizer shares: the parameters it is bound to, the learning rate, its state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..autograd import Tensor
from ..errors import DivergenceError, add_place
from ..nonfinite import is_finite
from ..parameters import Parameters
from .settings import Described, Rates, Schedule, number
from .tensors import TensorList

Array = NDArray[Any]
Steppable = Parameters | Sequence[Tensor]
Update = TypeVar("Update", bound=Callable[..., None])


def careful(update: Update) -> Update:
    """Mark an `_update` that changes the parameters by `_take` alone."""
    update.careful = True  # type: ignore[attr-defined]
    return update


class Optimizer(Described):
    """Base of the optimizers; a subclass writes `_update(value, grad, lr)`, in place on value.

    One that is `@careful` computes the new parameters aside and ends in `_take(value, new)`: a step
    needs no copy of the old ones to go back to.

    Parameters
    ----------
    parameters : Parameters or list of Tensor, optional
        Of a model, or tensors of one's own; fit binds an optimizer that was made without.
    lr : float or function of the step number, counted from 0
        Learning rate, above 0; a function may also return 0.

    Attributes
    ----------
    steps : int
        Steps taken.
    last_lr : float
        The learning rate of the last one.

    Raises
    ------
    ValueError, TypeError
        If lr is neither a finite number above 0 nor a function.

    Examples
    --------
    >>> import numnet
    >>> class SignDescent(Optimizer):
    ...     def _update(self, value, grad, lr):
    ...         value -= lr * np.sign(grad)
    >>> layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    >>> opt = SignDescent(layer.parameters, lr=0.25)
    >>> layer.parameters.grad[...] = 7.0
    >>> opt.step()
    >>> layer.W, opt.steps
    (array([[0.75]]), 1)
    """

    lr = Rates()

    def __init__(self, parameters: Steppable | None, lr: float | Schedule) -> None:
        self.lr = lr
        self.steps = 0
        self.last_lr = 0.0
        self._parameters = None if parameters is None else self._steppable(parameters)
        self._state: dict[str, Array] = {}

    @property
    def parameters(self) -> Parameters | TensorList:
        """What it steps; an error if it was bound to nothing yet."""
        if self._parameters is None:
            raise ValueError(
                f"{self!r} has no parameters: make it with {type(self).__name__}(model.parameters, "
                "...), or pass it to fit"
            )
        return self._parameters

    def _steppable(self, parameters: Any) -> Parameters | TensorList:
        if isinstance(parameters, Parameters):
            return parameters
        if not isinstance(parameters, list | tuple):
            raise TypeError(
                f"{type(self).__name__}: expected model.parameters or a list of Tensors, "
                f"got {type(parameters).__name__}"
            )
        try:
            return TensorList(parameters)
        except (TypeError, ValueError) as error:
            add_place(error, type(self).__name__, "parameters")
            raise

    def bind(self, parameters: Parameters) -> Self:
        """Step these parameters from now on.

        Raises
        ------
        ValueError
            If it is bound to others already, whose state it carries.
        """
        if self._parameters not in (None, parameters):
            raise ValueError(
                f"{self!r} is bound to another model; make a new optimizer for this one"
            )
        self._parameters = parameters
        return self

    def current_lr(self) -> float:
        """The learning rate of the next step."""
        if not callable(self.lr):
            return self.lr
        return number(type(self).__name__, "lr", self.lr(self.steps))

    def zero_grad(self) -> None:
        """Forget the gradients, which otherwise accumulate."""
        self.parameters.zero_grad()

    def step(self) -> None:
        """Change the parameters once, in place, by their gradients."""
        parameters = self.parameters
        self.last_lr = self.current_lr()
        value = parameters.value
        self._update(value, parameters.grad, self.last_lr)
        if isinstance(parameters, TensorList):
            parameters.value = value
        self.steps += 1

    def reset(self) -> None:
        """Forget what earlier steps left (velocities and the like), not the number of steps."""
        self._state.clear()

    def _update(self, value: Array, grad: Array, lr: float) -> None:
        raise NotImplementedError

    def _take(self, value: Array, new: Array) -> None:
        """Take over the new parameters in one stroke; not at all if one is not finite."""
        if not is_finite(new):
            raise DivergenceError(f"the update by {self!r} overflows. Lower lr")
        np.copyto(value, new)

    def _decayed(self, value: Array, grad: Array, weight_decay: float) -> Array:
        """grad + weight_decay value, computed aside."""
        if not weight_decay:
            return grad
        decayed = np.multiply(value, weight_decay, out=self._like("decayed", value))
        decayed += grad
        return decayed

    def _like(self, name: str, value: Array) -> Array:
        """The state array of this name, zeros at first; a change of shape or dtype is a reset."""
        state = self._state.get(name)
        if state is not None and (state.shape != value.shape or state.dtype != value.dtype):
            self.reset()
            state = None
        if state is None:
            state = self._state[name] = np.zeros_like(value)
        return state
