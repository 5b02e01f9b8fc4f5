"""The same on a cluster: two worker processes on this machine, one of which is killed."""

from __future__ import annotations

import logging
import os
import signal

import numpy as np
import pytest
from shards.parts import Meanwhile, Scale, ctrl_c

import numnet
from numnet import Linear, Objective, Sequential, SoftmaxCrossEntropy, Tanh

distributed = pytest.importorskip("distributed", reason="needs dask's cluster: numnet[scale]")

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 4)), RNG.integers(0, 3, 40)
MODEL = Sequential(Linear(4, 5), Tanh(), Linear(5, 3), rng=0)
THETA = MODEL.parameters.value


@pytest.fixture(scope="module")
def cluster():
    quiet = {"silence_logs": logging.CRITICAL, "dashboard_address": None}
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", **quiet
    ) as found:
        yield found


@pytest.fixture(scope="module")
def client(cluster):
    with distributed.Client(cluster) as found:
        yield found


@pytest.fixture(scope="module")
def objective():
    return Objective(MODEL, SoftmaxCrossEntropy(), X, Y, l2=0.1)


def test_a_cluster_gives_the_serial_gradient(client, objective):
    sharded = objective.sharded(client.get_executor(), [1, 30, 9])
    for theta in (THETA, THETA + 1e-30j, THETA.astype("f4")):
        (value, gradient), (v, g) = sharded(theta), objective(theta)
        tolerance = 1e-6 if theta.dtype == "f4" else 1e-12
        assert abs(value - v) <= tolerance * abs(v)
        assert gradient.dtype == g.dtype
        assert np.abs(gradient - g).max() <= tolerance * np.abs(g).max()
    first, second = sharded(THETA)[1], sharded(THETA)[1]
    assert first.flags.writeable
    assert first.tobytes() == second.tobytes()


def test_a_memory_map_stays_where_it_is(client, objective, tmp_path):
    np.save(tmp_path / "x.npy", X)
    held = Objective(MODEL, SoftmaxCrossEntropy(), np.load(tmp_path / "x.npy", mmap_mode="r"), Y)
    sharded = held.sharded(client.get_executor(), 3)
    assert abs(sharded(THETA)[0] - held(THETA)[0]) < 1e-12


def test_a_worker_that_is_killed_is_done_without(client, cluster, objective):
    sharded = objective.sharded(client.get_executor(), 4)
    expected = sharded(THETA)
    pid = cluster.workers[0].pid
    os.kill(pid, signal.SIGKILL)
    for _ in range(5):
        value, gradient = sharded(THETA)
        assert (value, gradient.tobytes()) == (expected[0], expected[1].tobytes())


def test_what_a_worker_raises(client):
    squares = Objective(MODEL, numnet.MSE(), X, np.eye(3)[Y])
    with pytest.raises(numnet.NonFiniteError, match=r"^shard \d, Objective: .*Scale"):
        squares.sharded(client.get_executor(), 2)(np.full(43, 1e200))

    class Local(Scale):
        pass

    local = Objective(Sequential(Local(4), Linear(4, 3)), SoftmaxCrossEntropy(), X, Y)
    with pytest.raises(TypeError, match=r"Local\(\).* cannot be sent to another process"):
        local.sharded(client.get_executor(), 2)


def test_ctrl_c_and_the_same_again(client):
    model = Sequential(Scale(4, sleeps=0.1), Linear(4, 3), rng=0)
    both = Meanwhile(client.get_executor(), 8, ctrl_c)
    sharded = Objective(model, SoftmaxCrossEntropy(), X, Y).sharded(both, 4)
    theta = model.parameters.value
    with pytest.raises(KeyboardInterrupt):
        sharded(theta)
    both.later.join()
    assert np.isfinite(sharded(theta)[0])


def test_the_client_itself_is_no_executor(client, objective):
    with pytest.raises(TypeError, match=r"Use client.get_executor\(\)"):
        objective.sharded(client)


def test_a_cluster_that_is_closed(client, cluster, objective):
    sharded = objective.sharded(client.get_executor(), 2)
    cluster.close()
    with pytest.raises(RuntimeError, match=r"its executor takes no work: .*closed.* Make a new"):
        sharded(THETA)
