"""Optimizers: they step one flat vector of parameters by one of gradients; learning rates."""

from .decoupled import AdamW
from .descent import SGD
from .mean_square import RMSprop
from .moments import Adam
from .optimizer import Optimizer
from .rising import OneCycle, WarmUp
from .schedules import CosineDecay, StepDecay

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "CosineDecay",
    "OneCycle",
    "Optimizer",
    "RMSprop",
    "StepDecay",
    "WarmUp",
]
