"""The executors that are compared, each with two workers, and one that watches another."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

WORKERS = 2


@contextmanager
def threads() -> Iterator[Executor]:
    """A pool of threads."""
    with ThreadPoolExecutor(WORKERS) as pool:
        yield pool


@contextmanager
def processes() -> Iterator[Executor]:
    """A pool of processes, which begin empty."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        yield pool


@contextmanager
def cluster() -> Iterator[Executor]:
    """Dask's cluster of worker processes on this machine, reached over TCP."""
    with client() as found:
        yield found.get_executor()


@contextmanager
def client() -> Iterator[Any]:
    """The client of such a cluster."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as found,
        Client(found) as reached,
    ):
        yield reached


def pids(reached: Any) -> list[int]:
    """The process of each worker of a cluster."""
    return sorted(reached.run(os.getpid).values())


KINDS = {"threads": threads, "process": processes, "cluster": cluster}


@dataclass(frozen=True)
class Task:
    """The times, in seconds of one clock, at which a task was sent, begun, done and answered."""

    sent: float
    begun: float
    done: float
    answered: float

    @property
    def compute(self) -> float:
        """What the worker took."""
        return self.done - self.begun

    @property
    def transfer(self) -> float:
        """What way and queues took."""
        return self.answered - self.sent - self.compute


class Watched(Executor):
    """Another executor, whose tasks are noted; the clock is the machine's, not the process's."""

    def __init__(self, inner: Executor) -> None:
        self.inner = inner
        self.tasks: list[Task] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit the function with a watch on it."""
        outer: Future[Any] = Future()
        sent = time.perf_counter()
        inner = self.inner.submit(stamped, function, *args, **kwargs)

        def arrived(task: Future[Any]) -> None:
            answered = time.perf_counter()
            try:
                begun, done, answer = task.result()
            except BaseException as error:
                outer.set_exception(error)
            else:
                self.tasks.append(Task(sent, begun, done, answered))
                outer.set_result(answer)

        inner.add_done_callback(arrived)
        return outer

    def taken(self) -> list[Task]:
        """The tasks answered since the last time."""
        tasks, self.tasks = self.tasks, []
        return tasks


def stamped(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[float, float, Any]:
    """When the function began and was done, and what it returned."""
    begun = time.perf_counter()
    answer = function(*args, **kwargs)
    return begun, time.perf_counter(), answer
