"""What tests of shards send to processes, which import it from here, and executors to watch."""

from __future__ import annotations

import pickle
import signal
import threading
import time
from concurrent.futures import Executor, Future

import numpy as np

import numnet


class Scale(numnet.Layer):
    """Times a parameter; says what it was told to when it meets a number."""

    rowwise = True

    def __init__(self, width, fails_at=None, sleeps=0.0):
        self.declare(g=np.ones(width))
        self.fails_at, self.sleeps = fails_at, sleeps

    def forward(self, x):
        time.sleep(self.sleeps)
        if self.fails_at is not None and len(x) > 1 and (x == self.fails_at).any():
            raise LookupError("met what it was told to fail at")
        return x * self.g, x

    def backward(self, dy, x):
        self.add_grad("g", (dy * x).sum(0))
        return dy * self.g


class Centered(numnet.Layer):
    """Not rowwise, and does not say so."""

    def forward(self, x):
        return x - x.mean(0), None

    def backward(self, dy, saved):
        return dy - dy.mean(0)


class Net(numnet.Module):
    rowwise = True

    def __init__(self):
        self.c1 = numnet.Linear(4, 5)
        self.c2 = numnet.Linear(5, 3)

    def forward(self, x):
        return self.c2(self.c1(x).tanh())


def posted(what):
    """What arrives of it, its arrays read-only as where they are not copied, and the bytes."""
    buffers = []
    head = pickle.dumps(what, 5, buffer_callback=buffers.append)
    raw = [buffer.raw().tobytes() for buffer in buffers]
    return pickle.loads(head, buffers=raw), len(head) + sum(map(len, raw))


class Posted(Executor):
    """Does what it is handed at once, from bytes and to bytes, and counts them."""

    def __init__(self):
        self.sent, self.returned = [], []

    def submit(self, function, *args):
        task = Future()
        (function, args), size = posted((function, args))
        self.sent.append(size)
        answer, size = posted(function(*args))
        self.returned.append(size)
        task.set_result(answer)
        return task


class Shuffled(Executor):
    """Answers in an order of its own, late."""

    def __init__(self, count, seed):
        self.count, self.rng = count, np.random.default_rng(seed)
        self.tasks = []

    def submit(self, function, *args):
        task = Future()
        self.tasks.append((task, function, args))
        if len(self.tasks) == self.count:
            tasks, self.tasks = self.tasks, []
            threading.Thread(target=self.work, args=(tasks,)).start()
        return task

    def work(self, tasks):
        for i in self.rng.permutation(len(tasks)):
            task, function, args = tasks[i]
            task.set_result(function(*args))
            time.sleep(1e-3)


class Meanwhile(Executor):
    """Another one, beside which something happens a little after so many tasks are submitted."""

    def __init__(self, inner, count, action):
        self.inner, self.left, self.later = inner, count, threading.Timer(0.05, action)

    def submit(self, function, *args):
        task = self.inner.submit(function, *args)
        self.left -= 1
        if self.left == 0:
            self.later.start()
        return task


def ctrl_c():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
