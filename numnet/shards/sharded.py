"""An objective as a sum over shards of the rows, on the workers of any executor."""

from __future__ import annotations

import cmath
import functools
import itertools
import os
import uuid
import warnings
import weakref
from collections.abc import Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
)
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import NonFiniteError, add_place
from ..losses import Loss
from ..model import Model
from ..nonfinite import bad_parameter, is_finite
from ..objective import flat, penalize, weight
from .parcel import Parcel, Rows, pickled
from .summable import equally_wide, pairs, rowwise, summed
from .worker import answer, controller, forget, one_blas_thread

Array = NDArray[Any]

OWNER = uuid.uuid4().hex
_numbers = itertools.count()
_living: set[int] = set()


class ShardedObjective:
    """The loss on rows that stay with workers, as a function of a model's flat parameters.

    value = sum_k loss(model(x_k; theta), y_k; rows=N) + l2 / 2 |theta|^2

    What `objective.sharded(executor)` makes of data that one process holds; made directly where
    each shard stands with its worker. A call is that of `numnet.Objective`, whose sum it takes in
    the order of the shards, so that the bits repeat; theta and the sums are all that travels.

    Parameters
    ----------
    model : Model
        Whose `rowwise` is True; a copy is taken, and later changes of the model are not seen.
    loss : Loss
        A sum of row terms divided by one number, as all losses of numnet are.
    shards : sequence of (x, y)
        Arrays of shapes (N_k, D) and as the loss takes it, memory maps, or paths of .npy files,
        which the worker maps: the file must be there, under this path, where the worker runs.
    executor : concurrent.futures.Executor
        Its workers. Another of its kind may be assigned when it broke.
    l2 : float
        Weight of the penalty, at least 0; it counts once.

    Attributes
    ----------
    rows : tuple of int
        N_k of each shard.

    Raises
    ------
    ValueError, TypeError
        If model or loss is no sum over rows, or a shard does not fit, naming the shard.
    RuntimeError
        If the executor is dead.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import numnet
    >>> model = numnet.Linear(1, 1, bias=False)
    >>> shards = [([[1.0]], [[2.0]]), ([[2.0]], [[4.0]])]
    >>> with ThreadPoolExecutor(2) as pool:
    ...     ShardedObjective(model, numnet.MSE(), shards, pool)(np.array([1.0]))
    (2.5, array([-5.]))
    """

    def __init__(
        self,
        model: Model,
        loss: Loss,
        shards: Sequence[tuple[Rows, Rows]],
        executor: Executor,
        l2: float = 0.0,
    ) -> None:
        if not isinstance(executor, Executor):
            hint = ". Use client.get_executor()" if hasattr(executor, "get_executor") else ""
            raise TypeError(
                f"sharded: expected a concurrent.futures.Executor, got {executor!r}{hint}"
            )
        self.loss, self.l2, self.executor = summed(loss), weight(l2, "sharded"), executor
        self.model = rowwise(model).copy()
        self.model._packed()
        here = isinstance(executor, ThreadPoolExecutor)
        function = (self.model, self.loss) if here else pickled(self.model, self.loss)
        self._parcels = [Parcel(function, *pair) for pair in pairs(shards)]
        self._number = next(_numbers)
        _living.add(self._number)
        weakref.finalize(self, _drop, self._number)
        _look_for_threads()
        self.rows = equally_wide(self._ask(None, parcels=True))

    def __call__(self, theta: ArrayLike) -> tuple[Any, Array]:
        """The loss and its gradient at theta.

        Parameters
        ----------
        theta : array_like, shape (size,)
            Flat parameters in the order of `model.parameters.value`; everything is computed in its
            dtype.

        Returns
        -------
        value : float
            Complex for a complex theta.
        gradient : ndarray, shape (size,)
            A fresh array.

        Raises
        ------
        NonFiniteError
            If theta, the value or the gradient is not finite, naming shard and layer.
        ValueError
            If theta does not have as many entries as the model has parameters.
        RuntimeError
            If the executor is dead.
        Exception
            What a worker raised, with the shard in its message and the worker's traceback.
        """
        theta = flat(theta)
        twin = self.model.replica(theta)
        with np.errstate(over="ignore", invalid="ignore"):
            if not is_finite(theta):
                raise NonFiniteError(f"Objective: expected finite theta, got {bad_parameter(twin)}")
            with one_blas_thread():
                values, gradients = zip(*self._ask(theta), strict=True)
            value, gradient = sum(values), gradients[0].copy()
            for part in gradients[1:]:
                gradient += part
            value += penalize(gradient, theta, self.l2)
            if not (cmath.isfinite(value) and is_finite(gradient)):
                raise NonFiniteError(
                    f"Objective: the sum over the shards, or with l2={self.l2:g} the penalty, "
                    f"overflows {theta.dtype}. Scale x and y, lower l2, or begin with a smaller "
                    "theta"
                )
        return value, gradient

    def _ask(self, theta: Array | None, parcels: bool = False) -> list[Any]:
        """The answers of all shards, in their order."""
        answers: list[Any] = [None] * len(self._parcels)
        tasks: dict[Future[Any], int] = {}
        # Not `wait`, which sleeps on when the executor cancels what it had not begun.
        finished: SimpleQueue[Future[Any]] = SimpleQueue()

        def send(number: int, parcel: bool) -> None:
            task = self._sent(number, theta, parcel)
            tasks[task] = number
            task.add_done_callback(finished.put)

        try:
            for number in range(len(answers)):
                send(number, parcels)
            while any(answer is None for answer in answers):
                task = finished.get()
                number = tasks[task]
                answers[number] = self._result(task, number)
                if answers[number] is None:
                    send(number, True)
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
        return answers

    def _sent(self, number: int, theta: Array | None, parcel: bool) -> Future[Any]:
        rows = 0 if theta is None else sum(self.rows)
        what = self._parcels[number] if parcel else None
        # Dask takes equal tasks for one, also where one of them was cancelled: each has a number.
        task = next(_numbers), OWNER, frozenset(_living), self._number, number, theta, rows, what
        try:
            return self.executor.submit(answer, *task)
        except Exception as error:
            raise RuntimeError(f"{self!r}: its executor takes no work: {error!r}. {NEW}") from error

    def _result(self, task: Future[Any], number: int) -> Any:
        try:
            return task.result()
        except (BrokenExecutor, CancelledError) as error:
            what = "broke" if isinstance(error, BrokenExecutor) else "was shut down in a call"
            raise RuntimeError(f"{self!r}: its executor {what}: {error!r}. {NEW}") from error
        except Exception as error:
            if [str(error)] == list(error.args):
                add_place(error, f"shard {number}", "Objective")
            else:
                error.add_note(f"raised in shard {number} of {self!r}")
            raise

    def __repr__(self) -> str:
        return (
            f"ShardedObjective({self.model!r}, {self.loss!r}, {len(self._parcels)} shards, "
            f"l2={self.l2:g})"
        )


NEW = "Make a new one and assign it: objective.executor = ..."


@functools.cache
def _look_for_threads() -> None:
    """Say, once, that every worker may start threads for all cores."""
    variables = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    if controller() is None and not any(os.environ.get(name) == "1" for name in variables):
        warnings.warn(
            "sharded: without threadpoolctl every worker's BLAS may start a thread for each core, "
            'and they wait for one another. pip install "numnet[scale]", or set '
            f"{variables[0]}=1 before Python starts",
            stacklevel=4,
        )


def _drop(number: int) -> None:
    _living.discard(number)
    forget(OWNER, number)
