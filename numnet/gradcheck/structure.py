"""Which of the returned gradients belongs to which argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .arguments import Arguments, Values


class StructureError(Exception):
    """The number of gradients does not fit; a finding, not an error of the check."""


def match_gradients(raw: Any, arguments: Arguments, who: str) -> Values:
    """The gradient of each differentiated argument by name, None where none was given."""
    wrt, names = arguments.wrt, list(arguments.values)
    if raw is None:
        return dict.fromkeys(wrt)
    if isinstance(raw, Mapping):
        missing = [name for name in wrt if name not in raw]
        unknown = [str(key) for key in raw if key not in names]
        if missing or unknown:
            raise ValueError(
                f"{who} returned gradients named {', '.join(map(str, raw)) or '(none)'};"
                f" expected the names of the arguments, {', '.join(wrt)}"
            )
        return {name: raw[name] for name in wrt}
    if arguments.style == "mapping" and len(wrt) > 1:
        raise TypeError(
            f"{who} returned a {type(raw).__name__}; expected a dict with the keys"
            f" {', '.join(wrt)}, as at has"
        )
    if isinstance(raw, tuple) or (isinstance(raw, list) and arguments.style == "sequence"):
        if len(raw) == len(names):
            given = dict(zip(names, raw, strict=True))
            return {name: given[name] for name in wrt}
        if len(raw) == len(wrt):
            return dict(zip(wrt, raw, strict=True))
        if not (isinstance(raw, list) and len(wrt) == 1):
            raise StructureError(_counted(len(raw), wrt, who))
    if len(wrt) > 1:
        raise StructureError(_counted(1, wrt, who))
    return {wrt[0]: raw}


def _counted(count: int, wrt: tuple[str, ...], who: str) -> str:
    plural = "" if count == 1 else "s"
    return f"{who} returned {count} gradient{plural} for {len(wrt)} inputs ({', '.join(wrt)})"


def read_gradient(raw: Any, name: str, who: str) -> Any:
    """One gradient as an array; None stays None."""
    if raw is None:
        return None
    if isinstance(raw, (int, float)):
        return np.array(float(raw))
    try:
        value = np.asarray(raw)
    except ValueError:
        value = np.asarray(None)
    if value.dtype.kind not in "fciub":
        raise TypeError(
            f"{who}: the gradient to {name} is a {type(raw).__name__} of dtype {value.dtype};"
            " expected an array of floating numbers"
        )
    return value
