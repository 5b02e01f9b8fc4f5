"""Training: one step, the loop around it, and its history."""

from .history import History
from .loop import fit
from .step import train_step

__all__ = ["History", "fit", "train_step"]
