"""The training loop."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import RNG, generator
from ..autograd.function_loss import LossLike, as_loss
from ..context import Context
from ..errors import DivergenceError, add_place
from ..losses import Loss
from ..model import EVALUATION, Model
from ..objective import check_data
from ..optim import SGD, Optimizer
from .history import History
from .interrupt import Interruption
from .progress import Progress
from .step import check_optimizer, train_step

Array = NDArray[Any]

BLOCK = 1000  # rows of validation data that are evaluated at a time
BESIDE = 0.01  # images that were turned or resized may leave [0, 1] by so little


def fit(
    model: Model,
    loss: LossLike,
    x: ArrayLike,
    y: ArrayLike,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    optimizer: Optimizer | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    rng: RNG = None,
    progress: bool | int | None = None,
) -> History:
    """Train a model in place; call it again to continue.

    Two runs of n and m epochs are one of n + m, bit for bit, if the second is handed the optimizer
    of the first, which holds the velocities, and `rng` is one Generator in both: a number as `rng`
    draws the same order again.

    Parameters
    ----------
    model : Model
        Its `output` is set to what the loss takes outputs for.
    loss : Loss or callable
        Such as `SoftmaxCrossEntropy()`; or a function of the outputs and the truth, two Tensors,
        that returns a Tensor of one number.
    x : array_like, shape (N, D)
        Inputs, cast to the dtype of the parameters once.
    y : array_like
        The truth, as the loss takes it.
    validation : pair (x, y), optional
        Measured after each epoch, never trained on.
    optimizer : Optimizer, optional
        One made without parameters is bound to the model. By default SGD(lr=0.1, momentum=0.9).
    epochs : int
        Passes over the data.
    batch_size : int, optional
        Rows of a step, drawn without replacement; all of them by default. The last batch of an
        epoch may be smaller.
    rng : int, Generator or None
        Order of the rows, and what layers draw.
    progress : bool or int, optional
        By default shown if stderr is a terminal; True shows it anyway, as a notebook needs, False
        never; an integer k prints a line on stdout every k epochs.

    Returns
    -------
    History
        One number per epoch under each name; `stopped` says why it ended early.

    Raises
    ------
    DivergenceError
        If a number is no longer finite: the model holds the last finite parameters, the error's
        `history` the epochs until then.
    ValueError, TypeError
        If data or an option does not fit, or there is nothing to train, before any parameter
        changes.

    Warns
    -----
    RuntimeWarning
        After Ctrl-C, which ends the run at the end of the step. A second one raises
        KeyboardInterrupt at once: the model then holds the parameters from after its last whole
        step.
    UserWarning
        If the model ends in probabilities and the loss takes logits, or y leaves [0, 1], where
        they are.

    References
    ----------
    Course, row A13.

    Examples
    --------
    >>> import numnet
    >>> layer = numnet.Linear(1, 1, init=numnet.constant(0.0))
    >>> x = np.array([[0.0], [1.0]])
    >>> history = fit(layer, numnet.MSE(), x, 2 * x, optimizer=numnet.SGD(lr=0.5), epochs=200)
    >>> history["loss"][0], round(float(layer.W[0, 0]), 6)
    (2.0, 2.0)
    """
    loss = as_loss(loss)
    epochs = _count("epochs", epochs)
    x, y = _prepared(model, loss, x, y)
    if not model.parameters.size:
        raise ValueError(
            f"fit: {model!r} has no parameters to train. A layer names its own in declare(W=...)"
        )
    batch = len(x) if batch_size is None else min(_count("batch_size", batch_size), len(x))
    held_out = None
    if validation is not None:
        if not (isinstance(validation, tuple | list) and len(validation) == 2):
            raise TypeError(
                f"fit: expected validation to be a pair (x, y), got {type(validation).__name__}"
            )
        try:
            held_out = _prepared(model, loss, *validation)
        except (TypeError, ValueError) as error:
            add_place(error, "validation", "(x, y)")
            raise
    if not (progress is None or isinstance(progress, bool)):
        progress = _count("progress", progress)
    source = generator(rng)
    optimizer = _bound(optimizer, model)
    if loss.output == "logits" and model.output == "probabilities":
        warnings.warn(
            f"{loss!r} takes logits, but {model!r} ends in probabilities: leave its last layer out",
            stacklevel=2,
        )
    if loss.output == "values" and model._last_output() == "probabilities":
        low, high = y.min(), y.max()
        if low < -BESIDE or high > 1 + BESIDE:
            warnings.warn(
                f"{model!r} ends in numbers from 0 to 1, which cannot come near y, from {low:g} to "
                f"{high:g}. Scale y, such as images / 255, or leave the last layer out",
                stacklevel=2,
            )
    if loss.output is not None:
        model.output = loss.output
        model._independent = loss.independent

    history = History()
    shown = Progress(progress, epochs)
    with Interruption() as interruption:
        try:
            for epoch in range(1, epochs + 1):
                start = time.perf_counter()
                numbers = _epoch(model, loss, optimizer, x, y, batch, source, interruption)
                if numbers is None:
                    break
                numbers |= _measured(model, loss, held_out)
                history.append(**numbers, lr=optimizer.last_lr, seconds=time.perf_counter() - start)
                shown.update(epoch, numbers)
                if interruption.asked:
                    break
        except DivergenceError as error:
            history.stopped = "diverged"
            error.history = history
            error.args = (f"epoch {history.epochs + 1}: {error}",)
            raise
        finally:
            shown.close()
    if interruption.asked:
        history.stopped = "interrupted"
        warnings.warn(
            f"interrupted after {history.epochs} of {epochs} epochs; the model keeps what it "
            "learned, and a second fit continues",
            RuntimeWarning,
            stacklevel=2,
        )
    return history


def _epoch(
    model: Model,
    loss: Loss,
    optimizer: Optimizer,
    x: Array,
    y: Array,
    batch: int,
    rng: np.random.Generator,
    interruption: Interruption,
) -> dict[str, float] | None:
    """The means over the rows of one epoch, or None if it was interrupted before its end."""
    mean, right = 0.0, 0
    ctx = Context(train=True, rng=rng)
    score = loss.scorer(y)
    for xb, yb in _batches(x, y, batch, rng):
        if interruption.asked:
            return None
        value, y_pred = train_step(model, loss, optimizer, xb, yb, ctx, checked=True)
        # Of a single batch it is the very value.
        mean += value * (len(xb) / len(x))
        if score is not None:
            right += score(y_pred, yb)
    return {"loss": mean} | ({} if score is None else {"accuracy": right / len(x)})


def _batches(
    x: Array, y: Array, batch: int, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    if batch == len(x):
        yield x, y
        return
    order = rng.permutation(len(x))
    for start in range(0, len(x), batch):
        rows = order[start : start + batch]
        # A little faster than x[rows], most for small rows.
        yield x.take(rows, axis=0), y.take(rows, axis=0)


def _measured(model: Model, loss: Loss, held_out: tuple[Array, Array] | None) -> dict[str, float]:
    if held_out is None:
        return {}
    x, y = held_out
    # In blocks, so that the activations of all rows are never there at once.
    block = BLOCK if model.rowwise else len(x)
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [
            model._forward(x[start : start + block], EVALUATION)[0]
            for start in range(0, len(x), block)
        ]
        y_pred = parts[0] if len(parts) == 1 else np.concatenate(parts)
        numbers = {"val_loss": loss._forward(y_pred, y, None)[0]}
    if not math.isfinite(numbers["val_loss"]):
        raise DivergenceError(
            f"the loss of the validation data became {numbers['val_loss']}. Lower lr"
        )
    score = loss.scorer(y)
    return numbers if score is None else numbers | {"val_accuracy": score(y_pred, y) / len(x)}


def _prepared(model: Model, loss: Loss, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Validated, and cast once to what every step would cast to."""
    data, truth = check_data(model, loss, x, y)
    return data, loss.cast(truth, data)


def _bound(optimizer: Optimizer | None, model: Model) -> Optimizer:
    if optimizer is None:
        return SGD(model.parameters, lr=0.1, momentum=0.9)
    if isinstance(optimizer, Optimizer) and optimizer._parameters is None:
        return optimizer.bind(model.parameters)
    check_optimizer(optimizer, model)
    return optimizer


def _count(name: str, number: Any) -> int:
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
        raise ValueError(f"fit: expected {name} to be a positive integer, got {number!r}")
    return int(number)
