"""One training step, and what is said when it fails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..context import Context
from ..errors import DivergenceError
from ..losses import Loss
from ..model import Model
from ..objective import check_data, evaluate
from ..optim import Optimizer
from .divergence import explain_loss, explain_update

Array = NDArray[Any]


def train_step(
    model: Model,
    loss: Loss,
    optimizer: Optimizer,
    x: ArrayLike,
    y: ArrayLike,
    ctx: Context | None = None,
    *,
    checked: bool = False,
) -> tuple[float, Array]:
    """Forward, loss, backward, update.

    Parameters
    ----------
    model : Model
        Changed in place.
    loss : Loss
        Such as `MSE()`.
    optimizer : Optimizer
        Bound to the model's parameters, or to those of a part of it.
    x, y : array_like
        One batch.
    ctx : Context, optional
        By default that of training, with fresh randomness.
    checked : bool
        True if the arguments are known to fit, as fit makes sure once for all steps.

    Returns
    -------
    value : float
        The loss before the update.
    y_pred : ndarray
        The outputs before the update.

    Raises
    ------
    DivergenceError
        If the loss, or a parameter after the update, is not finite. The parameters are those from
        before the step, and the optimizer's state is reset.
    ValueError, TypeError
        If x or y does not fit, or the optimizer belongs to another model, before anything changes.

    Examples
    --------
    >>> import numnet
    >>> layer = numnet.Linear(1, 1, bias=False, init=numnet.constant(1.0))
    >>> opt = numnet.SGD(layer.parameters, lr=0.25)
    >>> value, y_pred = train_step(layer, numnet.MSE(), opt, [[2.0]], [[4.0]])
    >>> value, layer.W
    (4.0, array([[3.]]))
    """
    data: Any
    truth: Any
    if checked:
        data, truth = x, y
    else:
        data, truth = check_data(model, loss, x, y)
        check_optimizer(optimizer, model)
    if ctx is None:
        ctx = Context(train=True, rng=np.random.default_rng())
    model.parameters.zero_grad()
    # Overflow is looked for below, with a better message than NumPy's warning.
    with np.errstate(over="ignore", invalid="ignore"):
        value, y_pred = evaluate(model, loss, data, truth, ctx)
        if not math.isfinite(value):
            optimizer.reset()
            raise DivergenceError(f"the loss became {value}: {explain_loss(model, data, y_pred)}")
        theta = optimizer.parameters.value
        before = theta.copy()
        optimizer.step()
        # The dot product is one fast pass; it may overflow where the entries do not.
        if not math.isfinite(np.dot(theta, theta)) and not np.isfinite(theta).all():
            theta[...] = before
            optimizer.reset()
            raise DivergenceError(explain_update(model, loss, data, truth, optimizer))
    ctx.commit()
    return value, y_pred


def check_optimizer(optimizer: Optimizer, model: Model) -> None:
    """Make sure that the optimizer steps parameters of this model and no others."""
    if not isinstance(optimizer, Optimizer):
        hint = f". Write {optimizer.__name__}(lr=...)" if isinstance(optimizer, type) else ""
        raise TypeError(
            f"expected an optimizer such as numnet.SGD(lr=0.1), got {optimizer!r}{hint}"
        )
    own = {id(slot) for slot in model.parameters.slots().values()}
    if any(id(slot) not in own for slot in optimizer.parameters.slots().values()):
        raise ValueError(f"{optimizer!r} is bound to another model; make a new one for this")
