"""The formulas: each forward directly above its backward, arrays in, arrays out, no state.

No kernel changes its arguments; each keeps the dtype, takes non-contiguous and read-only arrays
and N = 0, and complex input wherever the function is analytic.
"""

from .affine import linear, linear_db, linear_dW, linear_dx
from .bernoulli import (
    binary_cross_entropy,
    binary_cross_entropy_dp,
    binary_cross_entropy_logits,
    binary_cross_entropy_logits_dz,
)
from .categorical import softmax_cross_entropy, softmax_cross_entropy_dz
from .dropping import dropout, dropout_dx
from .gating import gate, gate_dh, gate_dt, gate_dx
from .normalizers import log_softmax, log_softmax_dx, softmax, softmax_dx
from .rectifiers import leaky_relu, leaky_relu_dx, relu, relu_dx, softplus, softplus_dx
from .sigmoidal import sigmoid, sigmoid_dx, tanh, tanh_dx
from .squared_error import mse, mse_dy_pred

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_dp",
    "binary_cross_entropy_logits",
    "binary_cross_entropy_logits_dz",
    "dropout",
    "dropout_dx",
    "gate",
    "gate_dh",
    "gate_dt",
    "gate_dx",
    "leaky_relu",
    "leaky_relu_dx",
    "linear",
    "linear_dW",
    "linear_db",
    "linear_dx",
    "log_softmax",
    "log_softmax_dx",
    "mse",
    "mse_dy_pred",
    "relu",
    "relu_dx",
    "sigmoid",
    "sigmoid_dx",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_dz",
    "softmax_dx",
    "softplus",
    "softplus_dx",
    "tanh",
    "tanh_dx",
]
