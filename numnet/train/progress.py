"""How far a run is: a bar or one rewritten line on a terminal, or a printed line now and then."""

from __future__ import annotations

import sys
import time
from typing import Any


class Progress:
    """Shows each epoch's numbers.

    Parameters
    ----------
    how : None, bool or int
        None shows a bar (tqdm) or one rewritten line on stderr if that is a terminal, nothing
        otherwise; True and False force it; an integer k prints a line on stdout every k epochs.
    epochs : int
        Of the whole run.
    """

    def __init__(self, how: bool | int | None, epochs: int) -> None:
        self._every = 0 if how is None or isinstance(how, bool) else how
        self._epochs = epochs
        self._last = 0.0
        self._width = 0
        self._bar: Any = None
        live = sys.stderr.isatty() if how is None else how is True
        self._line = live and not self._every
        if self._line:
            try:
                from tqdm import tqdm
            except ImportError:
                return
            self._bar = tqdm(total=epochs, unit="epoch", file=sys.stderr, leave=False)
            self._line = False

    def update(self, epoch: int, numbers: dict[str, float]) -> None:
        """Show the numbers of epoch `epoch`, counted from 1."""
        if self._bar is not None:
            self._bar.set_postfix_str(_text(numbers), refresh=False)
            self._bar.update()
        elif self._every and (epoch % self._every == 0 or epoch in (1, self._epochs)):
            print(f"epoch {epoch:>{len(str(self._epochs))}}: {_text(numbers)}", flush=True)
        elif self._line and (time.monotonic() - self._last > 0.1 or epoch == self._epochs):
            self._last = time.monotonic()
            text = f"epoch {epoch}/{self._epochs}: {_text(numbers)}"[:78]
            # Spaces rather than an escape sequence: a dumb terminal shows them right too.
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
            self._width = len(text)

    def close(self) -> None:
        """Leave the terminal at the start of an empty line."""
        if self._bar is not None:
            self._bar.close()
        elif self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()


def _text(numbers: dict[str, float]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} " + (f"{100 * x:.1f} %" if "accuracy" in name else f"{x:.4g}")
        for name, x in numbers.items()
    )
