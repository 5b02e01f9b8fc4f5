"""Every picture, one kind a file: each function returns a matplotlib Figure and shows nothing.

matplotlib.pyplot is never imported and no setting is changed, so that no display and no backend is
needed and no figure stays open. Save a picture with `figure.savefig("name.png")`.
"""

from __future__ import annotations

from .blends import interpolation
from .confusion import confusion_matrix
from .curves import learning_curves
from .first_layer import weights
from .grid import images
from .mistakes import misclassified
from .restored import reconstructions
from .scatter import codes

__all__ = [
    "codes",
    "confusion_matrix",
    "images",
    "interpolation",
    "learning_curves",
    "misclassified",
    "reconstructions",
    "weights",
]
