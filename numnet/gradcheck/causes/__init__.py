"""What may be wrong with a gradient: one file for each kind of mistake, each a general relation.

A relation between the claimed and the true gradient is a `Suspect`. It is found at the point of
the check and believed when it also holds at a second, random one, to the reference's accuracy.
"""

from __future__ import annotations

from .lineup import (
    ELSEWHERE,
    PATTERNS,
    PLAIN,
    also_fitting,
    identify,
    is_contradicted,
    rather_partial,
    wrong_factor,
)
from .suspect import Suspect
from .view import Scene, View, look

__all__ = [
    "ELSEWHERE",
    "PATTERNS",
    "PLAIN",
    "Scene",
    "Suspect",
    "View",
    "also_fitting",
    "identify",
    "is_contradicted",
    "look",
    "rather_partial",
    "wrong_factor",
]
