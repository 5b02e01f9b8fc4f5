"""The binary cross-entropy of entries in [0, 1], from probabilities and from logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .rectifiers import softplus
from .sigmoidal import sigmoid

Array = NDArray[Any]

# Below it the logarithm is less than -100 and is held there; the loss is flat.
LEAST_PROBABILITY = float(np.exp(-100.0))


def binary_cross_entropy(p: Array, y_true: Array, divisor: float | None = None) -> Any:
    """Two-sided cross-entropy of probabilities.

    value = -(1 / divisor) sum of y_true log(p) + (1 - y_true) log(1 - p), each log at least -100

    Parameters
    ----------
    p : ndarray, shape (N, C)
        Probabilities.
    y_true : ndarray, shape (N, C)
        In [0, 1].
    divisor : float, optional
        By default N, as the course displays it.

    Returns
    -------
    scalar
        The value, of the dtype of p.

    References
    ----------
    Course, rows A15 to A17; the clamp as in torch.nn.BCELoss.

    Examples
    --------
    >>> float(binary_cross_entropy(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])))
    100.0
    """
    # log1p(-p) keeps the digits of a small p, where 1 - p would drop them.
    log_p = _clamped_log(p, p, np.log)
    log_q = _clamped_log(1 - p, -p, np.log1p)
    return -(y_true * log_p + (1 - y_true) * log_q).sum() / (divisor or len(p) or 1)


def binary_cross_entropy_dp(
    dy: complex, p: Array, y_true: Array, divisor: float | None = None
) -> Array:
    """Gradient of `binary_cross_entropy` to the probabilities; 0 where a logarithm is clamped.

    dp = dy ((1 - y_true) / (1 - p) - y_true / p) / divisor

    Parameters
    ----------
    dy : float or complex
        Gradient to the value.
    p, y_true : ndarray, shape (N, C)
        As in the forward.
    divisor : float, optional
        That of the forward.

    Returns
    -------
    ndarray, shape (N, C)
        dp, finite.

    References
    ----------
    Course, rows A15 to A17. torch divides by max(p (1 - p), 1e-12) instead, which is not the
    derivative of its own forward below 1e-12.

    Examples
    --------
    >>> binary_cross_entropy_dp(1.0, np.array([[0.5, 0.0]]), np.array([[1.0, 1.0]]))
    array([[-2.,  0.]])
    """
    dp = (1 - y_true) * _clamped_reciprocal(1 - p) - y_true * _clamped_reciprocal(p)
    return dp * (dy / (divisor or len(p) or 1))


def binary_cross_entropy_logits(z: Array, y_true: Array, divisor: float | None = None) -> Any:
    """Two-sided cross-entropy of sigmoid(z), without a logarithm of a small number.

    value = (1 / divisor) sum of softplus(z) - z y_true
          = (1 / divisor) sum of softplus(-|z|) + |z| |[z > 0] - y_true|, where nothing cancels

    Parameters
    ----------
    z : ndarray, shape (N, C)
        Logits.
    y_true : ndarray, shape (N, C)
        In [0, 1].
    divisor : float, optional
        By default N.

    Returns
    -------
    scalar
        The value, of the dtype of z.

    References
    ----------
    The formula of torch.nn.BCEWithLogitsLoss.

    Examples
    --------
    >>> float(binary_cross_entropy_logits(np.array([[1e30, -1e30]]), np.array([[1.0, 1.0]])))
    1e+30
    """
    negative = z.real < 0
    size = np.where(negative, -z, z)
    wrong = size * np.where(negative, y_true, 1 - y_true)
    return (softplus(-size) + wrong).sum() / (divisor or len(z) or 1)


def binary_cross_entropy_logits_dz(
    dy: complex, z: Array, y_true: Array, divisor: float | None = None
) -> Array:
    """Gradient of `binary_cross_entropy_logits` to the logits.

    dz = dy (sigmoid(z) - y_true) / divisor

    Parameters
    ----------
    dy : float or complex
        Gradient to the value.
    z, y_true : ndarray, shape (N, C)
        As in the forward.
    divisor : float, optional
        That of the forward.

    Returns
    -------
    ndarray, shape (N, C)
        dz.

    References
    ----------
    The derivative of the formula above.

    Examples
    --------
    >>> binary_cross_entropy_logits_dz(2.0, np.array([[0.0]]), np.array([[1.0]]))
    array([[-1.]])
    """
    return (sigmoid(z) - y_true) * (dy / (divisor or len(z) or 1))


def _clamped_log(q: Array, argument: Array, log: Any) -> Array:
    # NaN is not clamped: a loss of NaN has to be seen.
    inside = ~(q.real <= LEAST_PROBABILITY)
    return np.where(inside, log(argument, out=np.zeros_like(argument), where=inside), -100)


def _clamped_reciprocal(q: Array) -> Array:
    inside = ~(q.real <= LEAST_PROBABILITY)
    # In float32 the reciprocal of a subnormal number is infinite.
    q = np.where(q.real < np.finfo(q.dtype).tiny, np.finfo(q.dtype).tiny, q)
    return np.where(inside, 1 / q, 0)
