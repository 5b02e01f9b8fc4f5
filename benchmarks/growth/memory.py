"""The peak of a training run's resident memory, above the interpreter with numnet imported."""

from __future__ import annotations

import re
from pathlib import Path

import numnet
from benchmarks.growth.apart import answer
from benchmarks.growth.nets import Net

PROCESS = Path("/proc/self")


def kilobytes(name: str) -> int:
    """A line of this process's status, of Linux: VmRSS is resident, VmHWM its peak."""
    text = (PROCESS / "status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)[1])  # type: ignore[index]


def measured(
    widths: list[int], batch: int, dtype: str, rows: int, held_out: int
) -> dict[str, float]:
    """Megabytes: the peak of fit, that of loading before it, and what the bound counts.

    The rows that are held out are some of those that are trained on, and take no room.
    """
    net = Net(tuple(widths), batch, dtype)
    # What is loaded at its first use belongs to the import.
    numnet.fit, numnet.SGD, net.model(), net.loss(), numnet.data.load_mnist
    before = kilobytes("VmRSS")
    x, y, mnist = net.images(rows)
    loading = kilobytes("VmHWM") - before
    (PROCESS / "clear_refs").write_text("5")  # the peak begins anew
    data = kilobytes("VmRSS") - before
    model = net.model()
    validation = (x[:held_out], y[:held_out]) if held_out else None
    rule = numnet.SGD(lr=1e-3, momentum=0.9)
    numnet.fit(model, net.loss(), x, y, validation, rule, 1, batch, 0, False)
    peak = kilobytes("VmHWM") - before
    counted = x.nbytes + y.nbytes + 3 * net.parameters + net.activations
    return {
        "peak": peak / 1024,
        "loading": loading / 1024,
        "after_loading": data / 1024,
        "data": (x.nbytes + y.nbytes) / 2**20,
        "parameters": 3 * net.parameters / 2**20,
        "activations": net.activations / 2**20,
        "ratio": 1024 * peak / counted,
        "mnist": mnist,
    }


if __name__ == "__main__":
    answer(measured)
