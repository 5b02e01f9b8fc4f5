from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import numnet
from numnet.train.interrupt import Interruption

# A layer that, in its third step, tells that it runs and waits for a line: the signal comes in the
# middle of a step, however fast or slow the machine is.
SCRIPT = """
import os, signal, sys, warnings
import numpy as np, numnet
class Wait(numnet.Layer):
    uses_ctx, steps = True, 0
    def forward(self, x, ctx):
        if ctx.train:
            Wait.steps += 1
            if Wait.steps == 3:
                print("running", flush=True)
                sys.stdin.readline()
        return x, None
    def backward(self, dy, saved): return dy
x = np.ones((4, 1))
model = numnet.Sequential(Wait(), numnet.Linear(1, 1, bias=False, init=numnet.constant(0.0)))
opt = numnet.SGD(lr=0.25)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    history = numnet.fit(model, numnet.MSE(), x, x, optimizer=opt, epochs=50, {options})
print(history.stopped, history.epochs, opt.steps, model[1].W.item())
print(caught[0].category.__name__, caught[0].message, os.path.basename(caught[0].filename))
again = numnet.fit(model, numnet.MSE(), x, x, optimizer=opt, epochs=2)
print(again.stopped, opt.steps, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


def run(options, signals=1):
    environment = os.environ | {"PYTHONPATH": str(Path(numnet.__file__).parents[1])}
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SCRIPT.replace("{options}", options)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment,
    )  # fmt: skip
    with child:
        assert child.stdout.readline() == "running\n"
        for _ in range(signals):
            child.send_signal(signal.SIGINT)
        out, err = child.communicate("go\n", timeout=60)
    return child.returncode, out.splitlines(), err


posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT for one process")


@posix
@pytest.mark.parametrize(
    ("options", "epochs"), [("batch_size=None", 3), ("batch_size=4", 3), ("batch_size=1", 0)]
)
def test_control_c_ends_after_the_step(options, epochs):
    code, out, err = run(options)
    assert (code, err) == (0, "")
    # The third step was finished: w = 1 - 1/8.
    assert out[0] == f"interrupted {epochs} 3 0.875"
    assert out[1].startswith(f"RuntimeWarning interrupted after {epochs} of 50 epochs; the model")
    assert out[1].endswith("<string>")
    steps = 2 * (4 if options == "batch_size=1" else 1)
    assert out[2] == f"None {3 + (2 if steps == 8 else steps)} True"


class Kill(numnet.Layer):
    """Interrupts its own process."""

    uses_ctx = True
    times = 1

    def forward(self, x, ctx):
        if ctx.train:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)
        return x, None

    def backward(self, dy, saved):
        return dy


X = np.ones((2, 1))


def trained(layer):
    return numnet.Sequential(layer, numnet.Linear(1, 1))


@posix
def test_a_second_control_c_interrupts_at_once():
    layer = Kill()
    layer.times = 2
    with pytest.raises(KeyboardInterrupt):
        numnet.fit(trained(layer), numnet.MSE(), X, X, epochs=3)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@posix
def test_a_handler_of_the_users_own_is_left_alone():
    seen = []

    def own(number, frame):
        seen.append(number)

    before = signal.signal(signal.SIGINT, own)
    try:
        history = numnet.fit(trained(Kill()), numnet.MSE(), X, X, epochs=3)
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIGINT] * 3
    assert history.stopped is None


def test_fit_runs_in_a_thread():
    found = []
    layer = numnet.Linear(1, 1)
    thread = threading.Thread(
        target=lambda: found.append(numnet.fit(layer, numnet.MSE(), X, X, epochs=2))
    )
    thread.start()
    thread.join()
    assert found[0].epochs == 2


@posix
def test_a_control_c_as_soon_as_the_handler_is_set(monkeypatch):
    setter = signal.signal

    def then_interrupt(number, handler):
        before = setter(number, handler)
        if handler is not signal.default_int_handler:
            os.kill(os.getpid(), signal.SIGINT)
        return before

    monkeypatch.setattr(signal, "signal", then_interrupt)
    with Interruption() as interruption:
        pass
    assert interruption.asked
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_handler_is_put_back_after_an_error():
    before = signal.getsignal(signal.SIGINT)
    interruption = Interruption()

    def fail():
        with interruption:
            assert signal.getsignal(signal.SIGINT) == interruption._note
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert signal.getsignal(signal.SIGINT) is before
    assert not interruption.asked
