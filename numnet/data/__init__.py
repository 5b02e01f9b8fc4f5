"""Data to learn from: handwritten digits in the package, MNIST and Fashion-MNIST from files."""

from __future__ import annotations

from .augmentation import augment
from .dataset import Dataset
from .digits import load_digits
from .mnist import load_fashion_mnist, load_mnist

__all__ = ["Dataset", "augment", "load_digits", "load_fashion_mnist", "load_mnist"]
