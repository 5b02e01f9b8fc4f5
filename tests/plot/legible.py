"""How well a colour is told from another: by eye, and in a grey print."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import to_rgba_array


def _rgb(colour: Any) -> np.ndarray:
    if isinstance(colour, str):
        return to_rgba_array(colour)[0, :3]
    return np.asarray(colour)[..., :3]


def luminance(colour: Any) -> Any:
    """Relative luminance (WCAG 2) of an sRGB colour, 0 for black to 1 for white."""
    u = _rgb(colour)
    linear = np.where(u <= 0.04045, u / 12.92, ((u + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one: Any, other: Any) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted((float(luminance(one)), float(luminance(other))))
    return (high + 0.05) / (low + 0.05)


def luma(colour: Any) -> Any:
    """What a printer makes of a colour that has no colours (ITU-R BT.601)."""
    return _rgb(colour) @ [0.299, 0.587, 0.114]
