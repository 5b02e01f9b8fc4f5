"""Layers: a kernel pair with parameters, wired by hand."""

from .activations import LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Softplus, Tanh
from .autoencoder import Autoencoder, tied_autoencoder
from .blending import interpolate
from .highway import Highway
from .initial import Initial, constant, glorot, he, normal
from .layer import Layer
from .linear import Linear
from .noise import Dropout
from .principal import pca_autoencoder
from .sequential import Sequential
from .shaping import Flatten
from .tied import Tied

__all__ = [
    "Autoencoder",
    "Dropout",
    "Flatten",
    "Highway",
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
    "Tied",
    "constant",
    "glorot",
    "he",
    "interpolate",
    "normal",
    "pca_autoencoder",
    "tied_autoencoder",
]
