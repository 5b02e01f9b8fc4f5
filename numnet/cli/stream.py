"""Standard output that never stops the work: without a reader, full, closed, or in plain ASCII."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from typing import TextIO


class Patient(io.TextIOBase):
    """A text stream that goes on, unheard, from the moment that it cannot be written to.

    What a job leaves in files must not depend on who reads its lines: `numnet | head -1` trains to
    the end. A character that the encoding lacks is written as its escape.

    Attributes
    ----------
    error : OSError or None
        Why it fell silent.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.error: OSError | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Write, if anybody can be reached."""
        with self._patience():
            if self._stream is not None:
                known = text.encode(self.encoding, "backslashreplace")
                self._stream.write(known.decode(self.encoding))
        return len(text)

    def flush(self) -> None:
        """Flush likewise."""
        with self._patience():
            if self._stream is not None:
                self._stream.flush()

    def isatty(self) -> bool:
        """Whether somebody is watching."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """That of the stream."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno: the stream is closed")
        return self._stream.fileno()

    @contextlib.contextmanager
    def _patience(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = error
            # What the buffer still holds goes nowhere, or Python complains when it ends.
            with contextlib.suppress(OSError), open(os.devnull, "wb") as null:
                os.dup2(null.fileno(), self.fileno())
