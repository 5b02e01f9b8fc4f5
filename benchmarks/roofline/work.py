"""The work of a kernel and of a training step: its operations and its compulsory traffic.

An operation is an addition, multiplication, division, comparison, root, exponential, logarithm or
hyperbolic tangent of one number. The compulsory traffic is that of the arguments, each read once,
and of the results, each written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

import numnet
from benchmarks.peers.workloads import Workload
from numnet.summary import _flow

# For one entry of the largest argument, as the kernel's docstring writes the formula.
OPERATIONS = {
    "relu": 1,
    "relu_dx": 2,
    "leaky_relu": 2,
    "leaky_relu_dx": 2,
    "softplus": 7,
    "softplus_dx": 5,
    "tanh": 1,
    "tanh_dx": 3,
    "sigmoid": 4,
    "sigmoid_dx": 3,
    "softmax": 5,
    "softmax_dx": 4,
    "log_softmax": 5,
    "log_softmax_dx": 4,
    "softmax_cross_entropy": 5,
    "softmax_cross_entropy_dz": 1,
    "binary_cross_entropy": 8,
    "binary_cross_entropy_dp": 6,
    "binary_cross_entropy_logits": 10,
    "binary_cross_entropy_logits_dz": 6,
    "mse": 3,
    "mse_dy_pred": 1,
    "dropout": 2,
    "dropout_dx": 2,
    "gate": 4,
    "gate_dx": 2,
    "gate_dh": 1,
    "gate_dt": 2,
    "linear_db": 1,
}
# For one parameter, in the passes of an optimizer's update, and the vectors of its state.
UPDATES = {"SGD": (4, 1), "Adam": (12, 2)}


@dataclass(frozen=True)
class Point:
    """Something that was measured: its work and its time.

    Parameters
    ----------
    name : str
        What it is.
    dtype : str
        Of its numbers.
    operations, traffic : int
        Of one call, the traffic in bytes.
    seconds : float
        Of one call.
    """

    name: str
    dtype: str
    operations: int
    traffic: int
    seconds: float

    @property
    def rate(self) -> float:
        """Thousand million operations a second."""
        return self.operations / self.seconds / 1e9

    @property
    def intensity(self) -> float:
        """Operations a byte."""
        return self.operations / self.traffic


def products(N: int, D: int, Q: int) -> int:
    """Of one product of (N, D) and (D, Q): a multiplication and an addition each.

    Examples
    --------
    >>> products(2, 3, 4)
    48
    """
    return 2 * N * D * Q


def linear(name: str, N: int, D: int, Q: int) -> int:
    """Of a kernel of the linear map from (N, D) to (N, Q).

    Examples
    --------
    >>> linear("linear", 2, 3, 4), linear("linear_dW", 2, 3, 4), linear("linear_db", 2, 3, 4)
    (56, 48, 8)
    """
    if name == "linear_db":
        return N * Q
    return products(N, D, Q) + (N * Q if name == "linear" else 0)


def traffic(arguments: Sequence[Any], results: Any) -> int:
    """Bytes of the arrays among arguments and results, each array once.

    Examples
    --------
    >>> x = np.zeros((2, 3))
    >>> traffic([x, x, 0.5], (np.float64(1), x + 1))
    104
    """
    read = {id(a): a.nbytes for a in arguments if isinstance(a, np.ndarray)}
    written = results if isinstance(results, tuple) else (results,)
    return sum(read.values()) + sum(np.asarray(result).nbytes for result in written)


def step_operations(workload: Workload) -> int:
    """Of one training step: forward, loss, backward without the first layer's dx, update.

    Examples
    --------
    >>> step_operations(Workload((3, 4, 1), 2, "float64", "tanh", 0.1))
    288
    """
    N, widths = workload.batch, workload.widths
    model: Any = (
        numnet.tied_autoencoder(list(widths), workload.hidden)
        if workload.tied
        else numnet.Sequential(*(numnet.Linear(D, Q) for D, Q in pairwise(widths)))
    )
    # Forward, dW and dx.
    found = products(N, 1, 3 * _flow(model, None)[1] - widths[0] * widths[1])
    outputs = [*widths[1:], *(widths[-2::-1] if workload.tied else ())]
    # Every bias is added, and every gradient summed for it.
    found += 2 * N * sum(outputs)
    code = len(widths) - 2 if workload.tied else len(outputs) - 1
    hidden = [Q for i, Q in enumerate(outputs[:-1]) if i != code]
    found += N * sum(hidden) * _pair(workload.hidden, "dx")
    if workload.classifies:
        found += N * outputs[-1] * _pair("softmax_cross_entropy", "dz")
    else:
        found += N * outputs[-1] * _pair("mse", "dy_pred")
    if workload.tied:
        found += N * outputs[-1] * _pair("sigmoid", "dx")
    return found + UPDATES["Adam" if workload.adam else "SGD"][0] * len(workload.start())


def step_traffic(workload: Workload) -> int:
    """Bytes of x, of y and of the parameters and the optimizer's state, these read and written.

    Examples
    --------
    >>> step_traffic(Workload((3, 4, 1), 2, "float64", "tanh", 0.1))
    736
    """
    x, y = workload.data()
    state = UPDATES["Adam" if workload.adam else "SGD"][1]
    given = x.nbytes + (0 if y is x else y.nbytes)
    return given + 2 * (1 + state) * workload.start().nbytes


def _pair(forward: str, backward: str) -> int:
    return OPERATIONS[forward] + OPERATIONS[f"{forward}_{backward}"]
