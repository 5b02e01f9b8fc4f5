"""The sum over shards is the serial one, on any executor; what goes wrong is told."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import traceback
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st
from shards.parts import Meanwhile, Net, Posted, Scale, Shuffled, ctrl_c

import numnet
from numnet import MSE, BinaryCrossEntropy, Linear, Objective, Sequential, SoftmaxCrossEntropy, Tanh
from numnet.shards import ShardedObjective, worker
from numnet.shards.sharded import OWNER, _look_for_threads

RNG = np.random.default_rng(0)
N = 23
X = RNG.normal(size=(N, 4))
CASES = {
    "softmax": (SoftmaxCrossEntropy(), RNG.integers(0, 3, N)),
    "soft labels": (SoftmaxCrossEntropy(), RNG.dirichlet(np.ones(3), N)),
    "mse": (MSE(), RNG.normal(size=(N, 3))),
    "bce": (BinaryCrossEntropy(from_logits=True), RNG.random((N, 3))),
}
LABELS = CASES["softmax"][1]


def setting(case="softmax", l2=0.0, dtype="float64"):
    loss, y = CASES[case]
    model = Sequential(Linear(4, 5), Tanh(), Linear(5, 3), rng=1, dtype=dtype)
    return model, Objective(model, loss, X, y, l2)


@pytest.fixture(scope="module")
def threads():
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def sizes_from(draw):
    """From 1 to 7 unequal sizes that add up to N."""
    ends = draw(st.sets(st.integers(1, N - 1), max_size=6))
    return np.diff([0, *sorted(ends), N]).tolist()


def same(found, expected):
    """Equal to 1e-12 of the largest entry."""
    (value, gradient), (v, g) = found, expected
    assert abs(value - v) <= 1e-12 * abs(v)
    assert gradient.shape == g.shape
    assert gradient.dtype == g.dtype
    assert np.abs(gradient - g).max() <= 1e-12 * np.abs(g).max()


@given(st.sampled_from([*CASES]), st.data(), st.sampled_from([0.0, 0.3]))
def test_any_split_gives_the_serial_gradient(threads, case, data, l2):
    _, objective = setting(case, l2)
    theta = np.random.default_rng(data.draw(st.integers(0, 99))).normal(size=43)
    sharded = objective.sharded(threads, sizes_from(data.draw))
    same(sharded(theta), objective(theta))


def test_a_sum_that_is_none_would_be_seen(threads):
    _, objective = setting("softmax", 0.3)
    theta = np.full(43, 0.1)
    for rows in (N + 1, N - 1):
        sharded = objective.sharded(threads, [3, 20])
        sharded.rows = (rows,)
        with pytest.raises(AssertionError):
            same(sharded(theta), objective(theta))


@pytest.mark.parametrize("shards", [1, 2, 3, 7, [1, 2, 3, 4, 5, 6, 2], [22, 1]])
def test_processes_give_the_bits_of_threads(shards, threads, processes):
    model, objective = setting("softmax", 0.3)
    here, there = objective.sharded(threads, shards), objective.sharded(processes, shards)
    for theta in (model.parameters.value, model.parameters.value * 3):
        (value, gradient), (other, same_gradient) = here(theta), there(theta)
        assert value == other
        assert gradient.tobytes() == same_gradient.tobytes()
        same(here(theta), objective(theta))


def test_the_bits_repeat_in_whatever_order_the_answers_come():
    model, objective = setting("mse", 0.1)
    theta = model.parameters.value
    found = set()
    for seed in range(8):
        sharded = objective.sharded(Shuffled(7, seed), 7)
        for _ in range(2):
            value, gradient = sharded(theta)
            found.add((value, gradient.tobytes()))
    assert len(found) == 1


def test_the_dtype_is_that_of_theta(threads):
    model, objective = setting("mse", 0.1)
    theta = model.parameters.value
    sharded = objective.sharded(threads, 3)
    value, gradient = sharded(theta.astype(np.float32))
    assert type(value) is float
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, objective(theta)[1], rtol=1e-4, atol=1e-6)
    value, gradient = sharded(theta + 1e-30j)
    assert type(value) is complex
    assert gradient.dtype == np.complex128
    expected = objective(theta + 1e-30j)
    np.testing.assert_allclose(gradient.imag, expected[1].imag, rtol=1e-12, atol=1e-45)
    assert sharded(theta.tolist())[0] == sharded(theta)[0]
    same(sharded(np.ones(43, int)), objective(np.ones(43)))
    narrow = setting("mse", 0.1, "float32")[1]
    assert narrow.sharded(threads, 3)(theta.astype("f4"))[1].dtype == np.float32


def test_the_gradient_is_fresh_and_nothing_else_changes(threads):
    model, objective = setting("softmax", 0.3)
    theta = model.parameters.value + 0.5
    before = theta.copy(), pickle.dumps(model)
    sharded = objective.sharded(threads, 3)
    first, second = sharded(theta)[1], sharded(theta)[1]
    assert first.flags.writeable
    assert not np.shares_memory(first, second)
    np.testing.assert_array_equal(theta, before[0])
    assert pickle.dumps(model) == before[1]


def test_later_changes_of_the_model_are_not_seen(threads, processes):
    for pool in (threads, processes):
        model, objective = setting()
        theta = model.parameters.value.copy()
        sharded = objective.sharded(pool, 2)
        expected = sharded(theta)
        model.layers = (Linear(4, 3),)
        same(sharded(theta), expected)


def test_a_module_that_says_it_is_rowwise(threads, processes):
    objective = Objective(Net().initialize(rng=0), SoftmaxCrossEntropy(), X, LABELS)
    theta = objective.model.parameters.value
    for pool in (threads, processes):
        same(objective.sharded(pool, 3)(theta), objective(theta))


def test_lbfgs_takes_the_same_way(processes):
    model, objective = setting("softmax", 1e-2)
    ends = [
        scipy.optimize.minimize(
            fun, model.parameters.value, jac=True, method="L-BFGS-B", options={"maxiter": 15}
        )
        for fun in (objective, objective.sharded(processes, 3))
    ]
    assert ends[0].nit == ends[1].nit
    np.testing.assert_allclose(ends[1].x, ends[0].x, rtol=1e-6, atol=1e-8)


def test_after_the_shards_only_theta_and_the_sums_travel():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(1000, 50)), rng.integers(0, 3, 1000)
    model = Sequential(Linear(50, 3), rng=0)
    post = Posted()
    sharded = Objective(model, SoftmaxCrossEntropy(), x, y).sharded(post, 4)
    assert len(post.sent) == 4
    assert sum(post.sent) > x.nbytes + y.nbytes
    theta = model.parameters.value
    post.sent.clear()
    post.returned.clear()
    for _ in range(3):
        sharded(theta)
    assert len(post.sent) == len(post.returned) == 12
    assert max(post.sent) < theta.nbytes + 600
    assert max(post.returned) < theta.nbytes + 300


def test_of_a_memory_map_the_path_travels(tmp_path, processes):
    np.save(tmp_path / "x.npy", np.random.default_rng(1).normal(size=(1000, 50)))
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    model = Sequential(Linear(50, 3), rng=0)
    objective = Objective(model, MSE(), x, np.zeros((1000, 3), np.float32))
    post = Posted()
    objective.sharded(post, 4)
    assert max(post.sent) < 250 * 3 * 4 + 3000
    theta = model.parameters.value
    same(objective.sharded(processes, [1, 998, 1])(theta), objective(theta))


def test_a_worker_that_lost_its_shards_is_sent_them_once():
    model, objective = setting()
    post = Posted()
    sharded = objective.sharded(post, 3)
    theta = model.parameters.value
    expected = sharded(theta)
    worker._kept.clear()
    post.sent.clear()
    value, gradient = sharded(theta)
    assert (value, gradient.tobytes()) == (expected[0], expected[1].tobytes())
    assert gradient.flags.writeable
    assert len(post.sent) == 6
    sharded(theta)
    assert len(post.sent) == 9


def test_the_shards_of_an_objective_that_is_gone_are_dropped(threads):
    _, objective = setting()
    first, second = objective.sharded(threads, 3), objective.sharded(threads, 2)
    numbers = first._number, second._number
    assert [len(worker._kept[OWNER][number]) for number in numbers] == [3, 2]
    del first
    gc.collect()
    assert numbers[0] not in worker._kept[OWNER]
    assert numbers[1] in worker._kept[OWNER]
    assert second(np.ones(43))[0] > 0


def test_a_broken_executor_is_told_and_may_be_replaced(threads):
    model, objective = setting()
    theta = model.parameters.value
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    sharded = objective.sharded(pool, 2)
    expected = sharded(theta)
    (process,) = pool._processes.values()
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"2 shards, l2=0\): its executor .* Make a new one"):
            sharded(theta)
    pool.shutdown()
    sharded.executor = threads
    assert sharded(theta)[1].tobytes() == expected[1].tobytes()


def test_a_dead_executor():
    _, objective = setting()
    pool = ThreadPoolExecutor(1)
    sharded = objective.sharded(pool, 2)
    pool.shutdown()
    for call in (lambda: sharded(np.ones(43)), lambda: objective.sharded(pool, 2)):
        with pytest.raises(RuntimeError, match=r"takes no work: .*after shutdown"):
            call()


def sleeper():
    model = Sequential(Scale(4, sleeps=0.1), Linear(4, 3), rng=0)
    return model.parameters.value, Objective(model, SoftmaxCrossEntropy(), X, LABELS)


def test_an_executor_that_is_shut_down_in_a_call():
    theta, objective = sleeper()
    pool = ThreadPoolExecutor(1)
    both = Meanwhile(pool, 8, lambda: pool.shutdown(cancel_futures=True))
    sharded = objective.sharded(both, 4)
    with pytest.raises(RuntimeError, match="its executor was shut down in a call"):
        sharded(theta)
    both.later.join()


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_what_a_worker_raises_arrives_with_its_shard_and_traceback(kind, request):
    pool = request.getfixturevalue(kind)
    x = X.copy()
    x[10, 2] = 77.0
    model = Sequential(Scale(4, fails_at=77.0), Linear(4, 3), rng=0)
    quiet = Objective(model, SoftmaxCrossEntropy(), X, LABELS)
    objective = Objective.__new__(Objective)
    objective.__dict__.update(quiet.__dict__, x=x)
    sharded = objective.sharded(pool, [5, 5, 13])
    with pytest.raises(LookupError, match=r"^shard 2, Objective: met what it was told") as raised:
        sharded(model.parameters.value)
    told = "".join(traceback.format_exception(raised.value))
    assert "parts.py" in told
    assert 'raise LookupError("met' in told
    same(quiet.sharded(pool, 3)(np.ones(19)), quiet(np.ones(19)))


def test_after_an_error_nothing_is_waiting():
    class Stuck(Posted):
        tasks = ()

        def submit(self, *args):
            if len(self.sent) < 5:
                return super().submit(*args)
            self.tasks = (*self.tasks, Future())
            if len(self.tasks) == 5:
                self.tasks[3].set_exception(LookupError("one of them"))
            return self.tasks[-1]

    _, objective = setting()
    sharded = objective.sharded(Stuck(), 5)
    with pytest.raises(LookupError, match="shard 3, Objective: one of them"):
        sharded(np.ones(43))
    assert [task.cancelled() for task in sharded.executor.tasks] == [True] * 3 + [False, True]


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals as POSIX has them")
@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_ctrl_c_in_a_call_ends_it_and_the_next_one_works(kind, request):
    theta, objective = sleeper()
    both = Meanwhile(request.getfixturevalue(kind), 8, ctrl_c)
    sharded = objective.sharded(both, 4)
    with pytest.raises(KeyboardInterrupt):
        sharded(theta)
    both.later.join()
    same(sharded(theta), objective(theta))


BIG = np.full(43, 1e200)


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_numbers_that_are_not_finite_are_explained(kind, request):
    pool = request.getfixturevalue(kind)
    _, objective = setting("mse")
    sharded = objective.sharded(pool, [20, 3])
    with pytest.raises(numnet.NonFiniteError, match=r"^Objective: expected finite theta, .*0.W"):
        sharded(np.full(43, np.nan))
    with pytest.raises(numnet.NonFiniteError, match=r"^shard \d, Objective: .*Scale"):
        sharded(BIG)
    x = X.copy()
    x[21] = 1e300
    far = Objective(Linear(4, 3), MSE(), x, CASES["mse"][1]).sharded(pool, [20, 3])
    with pytest.raises(numnet.NonFiniteError, match=r"^shard 1, Objective: Linear.*overflow"):
        far(np.full(15, 1e9))
    heavy = setting("mse", 1e300)[1].sharded(pool, 2)
    with pytest.raises(numnet.NonFiniteError, match=r"with l2=1e\+300 the penalty, overflows"):
        heavy(np.full(43, 1e9))


@pytest.mark.parametrize(("l2", "entry"), [(1e300, 1e5), (1e308, 1.85)])
def test_a_penalty_that_overflows_in_the_value_or_in_the_gradient_alone(threads, l2, entry):
    with np.errstate(over="ignore"):
        assert np.isfinite([l2 / 2 * np.square(entry), l2 * entry]).sum() == 1
    sharded = Objective(Linear(4, 3), MSE(), X, CASES["mse"][1], l2).sharded(threads, 2)
    with pytest.raises(numnet.NonFiniteError, match=r"with l2=.* the penalty, overflows float64"):
        sharded(np.eye(15)[0] * entry)


def test_a_theta_of_another_size(threads):
    sharded = setting()[1].sharded(threads)
    with pytest.raises(ValueError, match=r"values of shape \(43,\), got float64 of shape \(42,\)"):
        sharded(np.ones(42))


def test_what_is_no_executor():
    class Client:
        def get_executor(self):
            raise AssertionError

    _, objective = setting()
    with pytest.raises(TypeError, match=r"expected a concurrent.futures.Executor, got 2"):
        objective.sharded(2)
    with pytest.raises(TypeError, match=r"Use client.get_executor\(\)"):
        objective.sharded(Client())


def test_what_cannot_be_sent_to_a_process_is_told_at_once(processes, threads):
    class Local(Scale):
        pass

    model = Sequential(Local(4), Linear(4, 3), rng=0)
    objective = Objective(model, SoftmaxCrossEntropy(), X, LABELS)
    with pytest.raises(TypeError, match=r"Local\(\).* cannot be sent to another process: .*module"):
        objective.sharded(processes, 2)
    theta = model.parameters.value
    same(objective.sharded(threads, 2)(theta), objective(theta))


def test_shards_that_nobody_holds_whole(tmp_path, processes, threads):
    model, objective = setting("softmax", 0.2)
    shards = []
    for k, part in enumerate((slice(0, 9), slice(9, N))):
        paths = tmp_path / f"x{k}.npy", tmp_path / f"y{k}.npy"
        np.save(paths[0], X[part])
        np.save(paths[1], LABELS[part])
        shards.append(paths)
    theta = model.parameters.value
    for pool in (processes, threads):
        sharded = ShardedObjective(model, SoftmaxCrossEntropy(), shards, pool, l2=0.2)
        assert sharded.rows == (9, 14)
        same(sharded(theta), objective(theta))
    post = Posted()
    ShardedObjective(model, SoftmaxCrossEntropy(), shards, post)
    assert max(post.sent) < 3000
    missing = [shards[0], (tmp_path / "none.npy", shards[1][1])]
    with pytest.raises(FileNotFoundError) as raised:
        ShardedObjective(model, SoftmaxCrossEntropy(), missing, processes)
    assert raised.value.__notes__[-1].startswith("raised in shard 1 of ShardedObjective(")


def test_shards_that_do_not_fit(threads):
    def made(shards, model=None):
        return ShardedObjective(model or Linear(4, 3), SoftmaxCrossEntropy(), shards, threads)

    good = X[:5], LABELS[:5]
    with pytest.raises(ValueError, match=r"^shard 1, .*expected x of shape \(N, 4\), got \(5, 3\)"):
        made([good, (X[:5, :3], LABELS[:5])])
    with pytest.raises(ValueError, match=r"shard 1: expected x of shape \(N, 4\) as in shard 0"):
        made([good, (X[:5, :3], LABELS[:5])], Tanh())
    with pytest.raises(ValueError, match=r"shard 1: expected y of shape \(N,\) as in shard 0"):
        made([good, (X[:5], np.eye(3)[LABELS[:5]])])
    with pytest.raises(ValueError, match=r"^shard 2, Objective: expected at least one row of data"):
        made([good, good, (X[:0], LABELS[:0])])
    with pytest.raises(ValueError, match=r"^shard 1, .*one row of x for each row of y"):
        made([good, (X[:5], LABELS[:4])])
    with pytest.raises(ValueError, match="expected at least one shard, got none"):
        made([])
    with pytest.raises(TypeError, match=r"shard 1: expected a pair \(x, y\), got int"):
        made([good, 3])


def test_repr(threads):
    text = repr(setting(l2=0.5)[1].sharded(threads, 2))
    assert text.startswith("ShardedObjective(Sequential(")
    assert text.endswith("SoftmaxCrossEntropy(), 2 shards, l2=0.5)")


def test_without_threadpoolctl_it_says_so_once():
    code = (
        "import os, sys\n"
        "sys.modules['threadpoolctl'] = None\n"
        "import warnings, numpy as np, numnet\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "o = numnet.Objective(numnet.Linear(1, 1, bias=False), numnet.MSE(), [[1.], [2.]], "
        "[[2.], [4.]])\n"
        "with warnings.catch_warnings(record=True) as said, ThreadPoolExecutor(2) as pool:\n"
        "    warnings.simplefilter('always')\n"
        "    print(o.sharded(pool, 2)(np.array([1.])), o.sharded(pool, 2).rows)\n"
        "print([(str(w.message)[:30], w.filename) for w in said])\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept, capture_output=True, text=True, check=True
    )
    expected = "[('sharded: without threadpoolctl', '<string>')]"
    assert done.stdout.splitlines() == ["(2.5, array([-5.])) (1, 1)", expected]


@pytest.mark.parametrize("library", ["OPENBLAS", "OMP", "MKL"])
def test_where_blas_has_one_thread_there_is_nothing_to_say(library, monkeypatch):
    monkeypatch.setattr("numnet.shards.sharded.controller", lambda: None)
    for name in ("OPENBLAS", "OMP", "MKL"):
        monkeypatch.setenv(f"{name}_NUM_THREADS", "2")
    with pytest.warns(UserWarning, match=r'"numnet\[scale\]", or set OPENBLAS_NUM_THREADS=1'):
        _look_for_threads.__wrapped__()
    monkeypatch.setenv(f"{library}_NUM_THREADS", "1")
    _look_for_threads.__wrapped__()
