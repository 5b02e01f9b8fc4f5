"""Layers: a kernel pair with parameters, wired by hand."""

from .activations import LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Softplus, Tanh
from .initial import Initial, constant, glorot, he, normal
from .layer import Layer
from .linear import Linear
from .sequential import Sequential

__all__ = [
    "Initial",
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
    "constant",
    "glorot",
    "he",
    "normal",
]
