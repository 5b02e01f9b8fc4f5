"""The same seed gives the same bits, whatever the process."""

from __future__ import annotations

import os
import random
import subprocess
import sys

PROGRAM = """
import hashlib
import numpy as np
import numnet

rng = np.random.default_rng(5)
x, y = rng.normal(size=(60, 7)), rng.integers(0, 3, 60)
for dtype in ("float32", "float64"):
    for batch_size in (None, 16):
        layers = numnet.Linear(7, 9), numnet.Tanh(), numnet.Linear(9, 3)
        model = numnet.Sequential(*layers, rng=SEED, dtype=dtype)
        optimizer = numnet.SGD(lr=0.1, momentum=0.9)
        loss = numnet.SoftmaxCrossEntropy()
        history = numnet.fit(model, loss, x, y, optimizer=optimizer, epochs=5,
                             batch_size=batch_size, rng=SEED)
        bits = model.parameters.value.tobytes() + repr(history["loss"]).encode()
        print(hashlib.sha256(bits).hexdigest())
"""


def bits(seed: int) -> list[str]:
    environment = os.environ | {"PYTHONHASHSEED": str(random.SystemRandom().randrange(2**32))}
    program = PROGRAM.replace("SEED", str(seed))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


def test_twenty_processes_agree_to_the_bit() -> None:
    first = bits(0)
    assert len(set(first)) == 4
    assert all(bits(0) == first for _ in range(19))


def test_another_seed_is_another_run() -> None:
    assert not set(bits(0)) & set(bits(1))
