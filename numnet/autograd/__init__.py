"""The tape: tensors whose operations are recorded, so that no backward is written by hand.

An operation stands in one place with a backward for each argument: `arithmetic`, `elementwise`,
`products`, `contraction`, `reductions`, `normalizers`, `choosing`, `shaping`.
"""

from .graph import Graph
from .modes import detect_anomaly, no_grad
from .module import Module
from .tape import operation
from .tensor import Tensor

__all__ = ["Graph", "Module", "Tensor", "detect_anomaly", "no_grad", "operation"]
