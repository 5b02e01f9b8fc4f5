"""How far a run is: a bar or one rewritten line on a terminal, or a printed line now and then."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Any


class Progress:
    """Shows each epoch's numbers.

    Parameters
    ----------
    how : None, bool or int
        None shows a bar (tqdm) or one rewritten line on stderr if that is a terminal, nothing
        otherwise; True shows it on whatever stderr is, False never; an integer k prints a line on
        stdout every k epochs.
    epochs : int
        Of the whole run.
    """

    def __init__(self, how: bool | int | None, epochs: int) -> None:
        self._every = 0 if how is None or isinstance(how, bool) else how
        self._epochs = epochs
        self._last = 0.0
        self._width = 0
        self._bar: Any = None
        self._line = False
        with contextlib.suppress(AttributeError, ValueError):  # no stderr at all, or a closed one
            terminal = sys.stderr.isatty()
            self._line = how is True or (how is None and terminal)
        if self._line:
            try:
                from tqdm import tqdm
            except ImportError:
                return
            # The time left, the numbers, and a bar in the room that they leave. Without nrows a
            # terminal that does not know its size would be taken for one of no lines.
            form = "{n_fmt}/{total_fmt} {remaining} {desc} |{bar}|"
            self._bar = tqdm(
                total=epochs, file=sys.stderr, leave=False, bar_format=form, ncols=_room(), nrows=24
            )
            self._line = False

    def update(self, epoch: int, numbers: dict[str, float]) -> None:
        """Show the numbers of epoch `epoch`, counted from 1."""
        if self._bar is not None:
            self._bar.ncols = _room()
            self._bar.set_description_str(_text(numbers), refresh=False)
            self._bar.update()
        elif self._every and (epoch % self._every == 0 or epoch in (1, self._epochs)):
            print(f"epoch {epoch:>{len(str(self._epochs))}}: {_text(numbers)}", flush=True)
        elif self._line and (time.monotonic() - self._last > 0.1 or epoch == self._epochs):
            self._last = time.monotonic()
            room = _room()
            text = f"{epoch}/{self._epochs}: {_text(numbers)}"[:room]
            # Spaces rather than an escape sequence: a dumb terminal shows them right too.
            sys.stderr.write("\r" + text.ljust(min(self._width, room)))
            sys.stderr.flush()
            self._width = len(text)

    def close(self) -> None:
        """Leave the terminal at the start of an empty line."""
        if self._bar is not None:
            self._bar.close()
        elif self._width:
            sys.stderr.write("\r" + " " * min(self._width, _room()) + "\r")
            sys.stderr.flush()


def _room() -> int:
    """The columns of the terminal at stderr but the last, beyond which some begin a new line."""
    given = os.environ.get("COLUMNS", "")
    width = int(given) if given.isdecimal() else 0
    if not width:
        with contextlib.suppress(AttributeError, OSError, ValueError):  # no terminal
            width = os.get_terminal_size(sys.stderr.fileno()).columns
    return (width or 80) - 1


def _text(numbers: dict[str, float]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} " + (f"{100 * x:.1f} %" if "accuracy" in name else f"{x:.4g}")
        for name, x in numbers.items()
    )
