"""A worker keeps what lives, evaluates on one BLAS thread, and says what it does not hold."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

import numpy as np
import pytest

from numnet import Linear, Objective, SoftmaxCrossEntropy
from numnet.shards import worker
from numnet.shards.parcel import Parcel

X, Y = np.ones((4, 2)), np.array([0, 1, 2, 0])
THETA = np.arange(9.0)


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(worker, "_kept", type(worker._kept)())


def ask(theta=THETA, owner="o", living=(0,), number=0, shard=0, parcel=False):
    what = Parcel((Linear(2, 3), SoftmaxCrossEntropy()), X, Y) if parcel else None
    return worker.answer(0, owner, frozenset(living), number, shard, theta, 4, what)


def test_a_shard_that_is_not_here_is_none_and_then_kept():
    assert ask() is None
    value, gradient = ask(parcel=True)
    again, same = ask()
    expected = Objective(Linear(2, 3), SoftmaxCrossEntropy(), X, Y)(THETA)
    assert value == again == expected[0]
    assert gradient.tobytes() == same.tobytes() == expected[1].tobytes()
    assert ask(shard=1) is None
    assert ask(number=1, living=(0, 1)) is None
    assert ask(owner="another") is None


def test_the_rows_of_all_divide():
    value = ask(parcel=True)[0]
    half = worker.answer(0, "o", frozenset([0]), 0, 0, THETA, 8, None)
    assert half[0] == value / 2


def test_without_theta_it_tells_shapes():
    assert ask(None) is None
    assert ask(None, parcel=True) == ((4, 2), (4,))


def test_what_no_longer_lives_is_dropped():
    ask(parcel=True)
    ask(parcel=True, number=1, living=(0, 1))
    ask(parcel=True, owner="another", number=5, living=(5,))
    ask(number=1, living=(1,))
    assert {owner: list(kept) for owner, kept in worker._kept.items()} == {"o": [1], "another": [5]}
    worker.forget("another", 5)
    worker.forget("another", 6)
    worker.forget("nobody", 0)
    assert worker._kept["another"] == {}


def test_of_many_owners_the_last_are_kept():
    for k in range(worker.OWNERS):
        ask(parcel=True, owner=f"o{k}")
    ask(owner="o0")
    ask(parcel=True, owner="new")
    assert list(worker._kept) == [*(f"o{k}" for k in range(2, worker.OWNERS)), "o0", "new"]


class Controller:
    """As threadpoolctl's: the thread that lowered the number is the one that raises it."""

    def __init__(self):
        self.threads, self.changes = 8, 0

    @contextmanager
    def limit(self, *, limits, user_api):
        assert user_api == "blas"
        before, self.threads = self.threads, limits
        self.changes += 1
        yield
        self.threads = before


@pytest.fixture
def eight(monkeypatch):
    found = Controller()
    monkeypatch.setattr(worker, "controller", lambda: found)
    return found


def test_the_thread_that_limits_restores(eight):
    inside, leave = threading.Event(), threading.Event()

    def other():
        with worker.one_blas_thread():
            inside.set()
            leave.wait()

    thread = threading.Thread(target=other, daemon=True)
    with worker.one_blas_thread():
        assert eight.threads == 1
        thread.start()
        inside.wait()
    # Had the other one found a limit to restore, this process would have one thread for ever.
    assert (eight.threads, eight.changes) == (8, 1)
    leave.set()
    thread.join()
    assert (eight.threads, eight.changes) == (8, 1)
    with worker.one_blas_thread(), worker.one_blas_thread():
        assert (eight.threads, eight.changes) == (1, 2)
    assert eight.threads == 8


def test_the_threads_are_restored_after_an_error(monkeypatch):
    class Careful(Controller):
        @contextmanager
        def limit(self, **kwargs):
            self.threads = 1
            try:
                yield
            finally:
                self.threads = 8

    found, seen = Careful(), []
    monkeypatch.setattr(worker, "controller", lambda: found)
    ask(parcel=True)

    def part(self, theta, rows):
        seen.append(found.threads)
        raise LookupError

    monkeypatch.setattr(Objective, "_part", part)
    for _ in range(2):
        with pytest.raises(LookupError):
            ask()
    assert (seen, found.threads) == ([1, 1], 8)


@pytest.mark.parametrize("fails", [False, True])
def test_blas_has_one_thread_in_a_call_and_its_own_afterwards(fails, monkeypatch):
    pytest.importorskip("threadpoolctl")
    seen = []

    def threads():
        return {found["num_threads"] for found in worker.controller().info()}

    def part(self, theta, rows):
        seen.append(threads())
        if fails:
            raise LookupError("as told")
        return Objective._part.__wrapped__(self, theta, rows)

    before = threads()
    with worker.controller().limit(limits=2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("this BLAS has one thread")
        part.__wrapped__ = Objective._part
        monkeypatch.setattr(Objective, "_part", part)
        with ThreadPoolExecutor(2) as pool:
            objective = Objective(Linear(2, 3), SoftmaxCrossEntropy(), X, Y).sharded(pool, 4)
            for _ in range(20):
                with pytest.raises(LookupError) if fails else nullcontext():
                    objective(THETA)
                assert threads() == {2}
    assert seen
    assert all(found == {1} for found in seen) or fails
    assert threads() == before


def test_without_threadpoolctl_it_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert worker.controller.__wrapped__() is None
    monkeypatch.setattr(worker, "controller", lambda: None)
    assert ask(parcel=True)[0] > 0
