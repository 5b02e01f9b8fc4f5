"""The same gradient by layers, a Module and Tensors."""

from __future__ import annotations

from benchmarks.tape.engines import CASES, OWN


class Tape:
    """Forward and backward."""

    params = (list(OWN), list(CASES))
    param_names = ("engine", "case")

    def setup(self, engine: str, case: str) -> None:
        self.call = OWN[engine](CASES[case], CASES[case].arrays())
        self.call()

    def time_gradient(self, engine: str, case: str) -> None:
        self.call()
