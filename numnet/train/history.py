"""What a training run leaves: one number per epoch under each name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class History(Mapping[str, list[float]]):
    """Numbers by epoch, and why the run ended.

    "loss" and "accuracy" are means over the rows as trained: each batch before its own update.
    "val_loss" and "val_accuracy" are of the whole validation set after the epoch. "lr" is the
    learning rate of the epoch's last step, "seconds" its wall-clock time, validation included. An
    epoch that was interrupted before its last batch is not among them.

    Attributes
    ----------
    stopped : None or str
        None if the run came to its end, else "interrupted" (perhaps in its last step) or
        "diverged".

    Examples
    --------
    >>> history = History()
    >>> history.append(loss=0.5, accuracy=0.9)
    >>> history["loss"], history.epochs, history.stopped
    ([0.5], 1, None)
    """

    def __init__(self) -> None:
        self._columns: dict[str, list[float]] = {}
        self.stopped: str | None = None

    @property
    def epochs(self) -> int:
        """The number of completed epochs."""
        return len(next(iter(self._columns.values()), []))

    def append(self, **numbers: float | None) -> None:
        """Add one epoch; a None is a number that this run does not have.

        Raises
        ------
        ValueError
            If the names are not those of the epochs before.
        """
        given = {name: number for name, number in numbers.items() if number is not None}
        if self.epochs and given.keys() != self._columns.keys():
            raise ValueError(
                f"History: expected {', '.join(self._columns)} as in the epochs before, "
                f"got {', '.join(given) or 'nothing'}"
            )
        for name, number in given.items():
            self._columns.setdefault(name, []).append(number)

    def __getitem__(self, name: str) -> list[float]:
        try:
            return self._columns[name]
        except KeyError:
            have = ", ".join(self._columns) or "nothing yet"
            raise KeyError(f"the history has no {name!r}; it has {have}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {column[-1]:.4g}" for name, column in self._columns.items())
        ended = f", {self.stopped}" if self.stopped else ""
        return f"History({self.epochs} epochs{ended}; last: {last or 'nothing'})"
