"""For tests of one's own layers and gradients: an assertion, and Hypothesis strategies.

It needs Hypothesis, which numnet itself does not: `pip install "numnet[test]"`.
"""

from __future__ import annotations

try:
    import hypothesis as _hypothesis  # noqa: F401
except ImportError as error:
    raise ImportError(
        'numnet.testing needs Hypothesis, which is not installed: pip install "numnet[test]"'
    ) from error

from .assertion import assert_gradients
from .strategies import arrays, labels, layers, shapes, upstream

__all__ = ["arrays", "assert_gradients", "labels", "layers", "shapes", "upstream"]
