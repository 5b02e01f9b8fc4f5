"""Optimizers: they step one flat vector of parameters by one of gradients."""

from .descent import SGD
from .optimizer import Optimizer

__all__ = ["SGD", "Optimizer"]
