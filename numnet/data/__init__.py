"""Data to learn from: handwritten digits in the package, and published sets from their files."""

from __future__ import annotations

from .augmentation import augment
from .california import load_california
from .dataset import Dataset
from .digits import load_digits
from .mnist import load_fashion_mnist, load_mnist
from .regression import Regression

__all__ = [
    "Dataset",
    "Regression",
    "augment",
    "load_california",
    "load_digits",
    "load_fashion_mnist",
    "load_mnist",
]
