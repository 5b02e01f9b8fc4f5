"""One training step, and what is said when it fails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..autograd.function_loss import LossLike, as_loss
from ..context import Context
from ..errors import DivergenceError
from ..model import Model
from ..nonfinite import bad_parameter, is_finite
from ..objective import check_data, evaluate
from ..optim import Optimizer
from ..parameters import Parameters
from .divergence import explain_gradient, explain_loss, explain_update

Array = NDArray[Any]


def train_step(
    model: Model,
    loss: LossLike,
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
    loss : Loss or callable
        Such as `MSE()`, or a function of two Tensors that returns a Tensor of one number.
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
        If the loss, a gradient, or a parameter after the update is not finite. The parameters, the
        buffers and the number of steps are those from before it; what earlier steps left in the
        optimizer, which may have led here, is reset.
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
    loss = as_loss(loss)
    data: Any
    truth: Any
    if checked:
        data, truth = x, y
    else:
        data, truth = check_data(model, loss, x, y)
        check_optimizer(optimizer, model)
        if not isinstance(ctx, Context | None):
            raise TypeError(f"expected ctx to be a numnet.Context or None, got {ctx!r}")
    if ctx is None:
        ctx = Context(train=True, rng=np.random.default_rng())
    model.parameters.zero_grad()
    failed = ""
    # Overflow is looked for below, with a better message than NumPy's warning.
    with np.errstate(over="ignore", invalid="ignore"):
        value, y_pred = evaluate(model, loss, data, truth, ctx)
        if not math.isfinite(value):
            failed = f"the loss became {value}: {explain_loss(model, data, y_pred)}"
        # An optimizer may hide a gradient that is not finite: clip it, or take its sign.
        elif not is_finite(optimizer.parameters.grad):
            failed = explain_gradient(model, loss, data, truth)
        # What it does not step, it does not see; a layer may hide that too.
        elif optimizer.parameters != model.parameters and (found := bad_parameter(model)):
            failed = f"{found} before the step"
        elif not _updated(optimizer):
            failed = explain_update(model, optimizer)
    if failed:
        optimizer.reset()
        raise DivergenceError(failed)
    ctx.commit()
    return value, y_pred


def _updated(optimizer: Optimizer) -> bool:
    """Step, and tell whether all is finite; a step that fails or is broken off is taken back."""
    careful = getattr(optimizer._update, "careful", False)
    theta = optimizer.parameters.value
    before, steps, last_lr = (None if careful else theta.copy(), optimizer.steps, optimizer.last_lr)
    whole = False
    try:
        optimizer.step()
        whole = careful or is_finite(theta)
    except DivergenceError:
        pass  # a careful one changed nothing
    finally:
        if not whole:
            if before is not None:
                theta[...] = before
            optimizer.steps, optimizer.last_lr = steps, last_lr
            optimizer.reset()
    return whole


def check_optimizer(optimizer: Optimizer, model: Model) -> None:
    """Make sure that the optimizer steps parameters of this model and no others."""
    if not isinstance(optimizer, Optimizer):
        hint = f". Write {optimizer.__name__}(lr=...)" if isinstance(optimizer, type) else ""
        raise TypeError(
            f"expected an optimizer such as numnet.SGD(lr=0.1), got {optimizer!r}{hint}"
        )
    parameters = optimizer.parameters
    if not isinstance(parameters, Parameters):
        raise ValueError(
            f"{optimizer!r} steps a list of Tensors. Make one for the model: "
            f"numnet.{type(optimizer).__name__}(model.parameters, ...)"
        )
    own = {id(slot) for slot in model.parameters.slots().values()}
    if any(id(slot) not in own for slot in parameters.slots().values()):
        raise ValueError(f"{optimizer!r} is bound to another model; make a new one for this")
