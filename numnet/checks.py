"""The checker applied to numnet's own objects: a layer, a module, a model with its loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arguments import RNG
from .autograd.function_loss import LossLike, as_loss
from .gradcheck import Report, check_gradient
from .gradcheck.examine import Sought, seeking
from .layerwise import blamed, check_part, flat, point_of
from .model import EVALUATION, Model
from .objective import check_data, evaluate

Array = NDArray[Any]


def check_layer(layer: Model, x: ArrayLike, rng: RNG = 0, budget: int | None = None) -> Report:
    """Check the backward of a layer, a module or a whole model against its forward.

    The gradients to x and to every parameter, for a random gradient dy to the output.

    Parameters
    ----------
    layer : Layer or Module
        In evaluation mode; it is not changed.
    x : array_like, shape (N, D)
        The point; several rows, away from symmetric values.
    rng : int or Generator
        Of dy and of the directions.
    budget : int, optional
        Most evaluations of the forward.

    Returns
    -------
    Report
        One finding for x and for each parameter.

    Raises
    ------
    ValueError, TypeError
        If x does not fit the layer.

    Examples
    --------
    >>> import numnet
    >>> report = check_layer(numnet.Sequential(numnet.Linear(3, 2), rng=0), [[1.0, 2.0, -1.0]])
    >>> report.verdict, [finding.name for finding in report.findings]
    ('right', ['x', '0.W', '0.b'])
    """
    if not isinstance(layer, Model):
        raise TypeError(f"check_layer: expected a layer or a model, got {layer!r}")
    # A private copy, so that a layer that changes its input in place cannot reach the caller's.
    point = point_of(layer, np.array(layer._cast(x, "x")))
    return check_part(layer, point, rng, budget)


def check_model(
    model: Model,
    loss: LossLike,
    x: ArrayLike,
    y: ArrayLike,
    rng: RNG = 0,
    budget: int | None = None,
) -> Report:
    """Check the gradient of the loss on some data to every parameter of a model.

    Where it is wrong, every layer and the loss are checked by themselves too, at their place, so
    that the report names the layer, or says that it is none of them. At a kink it names the unit.

    Parameters
    ----------
    model : Layer or Module
        In evaluation mode; it is not changed.
    loss : Loss or callable
        Such as `SoftmaxCrossEntropy()`, or a function of two Tensors that returns a Tensor.
    x, y : array_like
        A few dozen rows say as much as all.
    rng : int or Generator
        Of the directions.
    budget : int, optional
        Most evaluations of the loss.

    Returns
    -------
    Report
        One finding for each parameter.

    Raises
    ------
    ValueError, TypeError
        If x or y does not fit, or the model has no parameters.

    Examples
    --------
    >>> import numnet
    >>> model = numnet.Sequential(numnet.Linear(2, 3), numnet.Tanh(), numnet.Linear(3, 2), rng=0)
    >>> check_model(model, numnet.SoftmaxCrossEntropy(), [[1.0, 2.0], [0.5, -1.0]], [0, 1]).verdict
    'right'
    """
    criterion = as_loss(loss)
    data, truth = check_data(model, criterion, x, y)
    parameters = model.parameters
    if not len(parameters):
        raise ValueError(f"check_model: {model!r} has no parameters; use check_layer for its dx")

    def fun(**arrays: Array) -> Any:
        twin = model.replica(flat(arrays))
        y_pred = twin._forward(twin._cast(arrays["x"], "x"), EVALUATION)[0]
        return criterion._forward(y_pred, truth, None)[0]

    def grad(**arrays: Array) -> dict[str, Array]:
        twin = model.replica(flat(arrays))
        evaluate(twin, criterion, twin._cast(arrays["x"], "x"), truth, EVALUATION)
        return dict(twin.parameters.gradients)

    # x is held fixed; that it is among the arguments shows a layer that changes it in place.
    point = point_of(model, data)
    with seeking(Sought.CAUSE):  # the formula is that of a layer or of the loss
        report = check_gradient(fun, grad, point, wrt=list(parameters), rng=rng, budget=budget)
    kinked = any(finding.cause == "kink" for finding in report)
    if report.verdict == "wrong" or kinked:
        return blamed(report, model, criterion, data, truth, rng, budget)
    return report
