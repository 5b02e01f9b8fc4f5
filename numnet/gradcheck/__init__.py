"""A gradient checker for anyone's NumPy code; it imports NumPy and nothing else of numnet.

`check_gradient` judges the gradient of a scalar function, `check_backward` a forward with its
backward. Both return a `Report`.
"""

from __future__ import annotations

from .backward import check_backward
from .gradient import check_gradient
from .report import Finding, GradientError, Report

__all__ = ["Finding", "GradientError", "Report", "check_backward", "check_gradient"]
