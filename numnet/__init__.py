"""Neural networks in plain NumPy whose every gradient is proved, and a gradient checker.

`import numnet` loads NumPy alone; each public name is imported from its module at first use, SciPy
and matplotlib with those that need them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# The public names by the module that holds them; type checkers read the imports below instead.
_PUBLIC = {
    "autograd": ("Module", "Tensor", "detect_anomaly", "no_grad", "operation"),
    "checks": ("check_layer", "check_model"),
    "context": ("Context",),
    "errors": ("DivergenceError", "FormatError", "GraphError", "NonFiniteError"),
    "files": ("load", "save"),
    "gradcheck": ("Finding", "GradientError", "Report", "check_backward", "check_gradient"),
    "labels": ("one_hot",),
    "layers": (
        "Autoencoder",
        "Dropout",
        "Flatten",
        "Highway",
        "Layer",
        "LeakyReLU",
        "Linear",
        "LogSoftmax",
        "ReLU",
        "Sequential",
        "Sigmoid",
        "Softmax",
        "Softplus",
        "Tanh",
        "Tied",
        "constant",
        "glorot",
        "he",
        "interpolate",
        "normal",
        "pca_autoencoder",
        "tied_autoencoder",
    ),
    "losses": ("MSE", "BinaryCrossEntropy", "Loss", "SoftmaxCrossEntropy"),
    "metrics": ("accuracy", "confusion_matrix"),
    "objective": ("Objective",),
    "optim": (
        "SGD",
        "Adam",
        "AdamW",
        "CosineDecay",
        "OneCycle",
        "Optimizer",
        "RMSprop",
        "StepDecay",
        "WarmUp",
    ),
    "parameters": ("Parameters",),
    "shards": ("ShardedObjective",),
    "train": ("History", "fit", "train_step"),
}
_SUBMODULES = ("autograd", "data", "gradcheck", "kernels", "plot", "testing")
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}

if TYPE_CHECKING:
    from . import autograd as autograd
    from . import data as data
    from . import gradcheck as gradcheck
    from . import kernels as kernels
    from . import plot as plot
    from . import testing as testing
    from .autograd import Module as Module
    from .autograd import Tensor as Tensor
    from .autograd import detect_anomaly as detect_anomaly
    from .autograd import no_grad as no_grad
    from .autograd import operation as operation
    from .checks import check_layer as check_layer
    from .checks import check_model as check_model
    from .context import Context as Context
    from .errors import DivergenceError as DivergenceError
    from .errors import FormatError as FormatError
    from .errors import GraphError as GraphError
    from .errors import NonFiniteError as NonFiniteError
    from .files import load as load
    from .files import save as save
    from .gradcheck import Finding as Finding
    from .gradcheck import GradientError as GradientError
    from .gradcheck import Report as Report
    from .gradcheck import check_backward as check_backward
    from .gradcheck import check_gradient as check_gradient
    from .labels import one_hot as one_hot
    from .layers import Autoencoder as Autoencoder
    from .layers import Dropout as Dropout
    from .layers import Flatten as Flatten
    from .layers import Highway as Highway
    from .layers import Layer as Layer
    from .layers import LeakyReLU as LeakyReLU
    from .layers import Linear as Linear
    from .layers import LogSoftmax as LogSoftmax
    from .layers import ReLU as ReLU
    from .layers import Sequential as Sequential
    from .layers import Sigmoid as Sigmoid
    from .layers import Softmax as Softmax
    from .layers import Softplus as Softplus
    from .layers import Tanh as Tanh
    from .layers import Tied as Tied
    from .layers import constant as constant
    from .layers import glorot as glorot
    from .layers import he as he
    from .layers import interpolate as interpolate
    from .layers import normal as normal
    from .layers import pca_autoencoder as pca_autoencoder
    from .layers import tied_autoencoder as tied_autoencoder
    from .losses import MSE as MSE
    from .losses import BinaryCrossEntropy as BinaryCrossEntropy
    from .losses import Loss as Loss
    from .losses import SoftmaxCrossEntropy as SoftmaxCrossEntropy
    from .metrics import accuracy as accuracy
    from .metrics import confusion_matrix as confusion_matrix
    from .objective import Objective as Objective
    from .optim import SGD as SGD
    from .optim import Adam as Adam
    from .optim import AdamW as AdamW
    from .optim import CosineDecay as CosineDecay
    from .optim import OneCycle as OneCycle
    from .optim import Optimizer as Optimizer
    from .optim import RMSprop as RMSprop
    from .optim import StepDecay as StepDecay
    from .optim import WarmUp as WarmUp
    from .parameters import Parameters as Parameters
    from .shards import ShardedObjective as ShardedObjective
    from .train import History as History
    from .train import fit as fit
    from .train import train_step as train_step

# testing needs Hypothesis, and a star import should not.
__all__ = [*_HOME, *_SUBMODULES[:-1]]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    elif name in _SUBMODULES:
        value = import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
