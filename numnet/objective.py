"""Parameters -> (loss, gradient) on some data: where everything meets."""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .autograd.function_loss import LossLike, as_loss
from .context import Context
from .errors import NonFiniteError
from .losses import Loss
from .model import EVALUATION, Model
from .nonfinite import bad_gradient, bad_outputs, bad_parameter, is_finite, refuse_nonfinite

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from .shards import ShardedObjective

Array = NDArray[Any]


def evaluate(
    model: Model, loss: Loss, x: Array, y_true: Array, ctx: Context, rows: int | None = None
) -> tuple[Any, Array]:
    """The loss and the outputs; the gradients are added to the model's. Nothing is validated."""
    y_pred, saved = model._forward(x, ctx)
    if len(y_pred) != len(x):
        raise ValueError(_lost_rows(model, x, y_pred))
    value, s = loss._forward(y_pred, y_true, rows)
    model._backward(loss.backward(s), saved, False)
    return value, y_pred


def _lost_rows(model: Model, x: Array, y_pred: Array) -> str:
    """What is said where a loss would broadcast: the first layer whose rows are not its input's."""
    for place, layer, into, y, _ in model._passes(x):
        if len(y) != len(into):
            return (
                f"{place}{layer!r}: expected forward to return one row an example, {len(into)} "
                f"of them, got y of shape {y.shape}. Sum over columns alone, if at all"
            )
    return f"{model!r}: expected {len(x)} rows of outputs, one an example, got {len(y_pred)}"


def check_data(model: Model, loss: Loss, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """x and y as arrays, once it is sure that model and loss take them; nothing is changed.

    Raises
    ------
    ValueError, TypeError
        If there is no row, the lengths differ, x is not finite, or a layer or the loss refuses.
    """
    if not isinstance(model, Model):
        raise TypeError(f"expected a model such as numnet.Sequential, got {model!r}")
    with np.errstate(over="ignore"):
        data = model._cast(x, "x")
    if data.dtype.kind == "c":
        raise TypeError(f"expected real x, got dtype {data.dtype}")
    if isinstance(y, np.ma.MaskedArray):
        raise TypeError("expected y without a mask. Leave masked rows out of x and y")
    y = np.asarray(y)
    if data.ndim == 0 or y.ndim == 0 or len(data) != len(y):
        raise ValueError(
            f"expected one row of x for each row of y, got shapes {data.shape} and {y.shape}"
        )
    if len(data) == 0:
        raise ValueError("expected at least one row of data, got none")
    with np.errstate(over="ignore", invalid="ignore"):
        refuse_nonfinite(data, x)
        try:
            # A copy, for a layer of the user's that changes its input in place.
            outputs = model._forward(data[:1].copy(), EVALUATION)[0]
        except (TypeError, ValueError):
            outputs = None
        if outputs is None:
            # The message shows the shape of x as it was given.
            outputs = model._forward(data.copy(), EVALUATION)[0]
    if outputs.dtype.kind != "f":
        raise TypeError(f"{model!r}: expected real floating outputs, got dtype {outputs.dtype}")
    return data, loss.check((len(data), *outputs.shape[1:]), y)


def weight(l2: float, place: str) -> float:
    """The weight of a penalty.

    Raises
    ------
    ValueError
        If it is not a finite number of at least 0.
    """
    real = isinstance(l2, int | float | np.integer | np.floating)
    if not (real and np.isfinite(l2) and l2 >= 0):
        raise ValueError(f"{place}: expected l2 to be a finite number of at least 0, got {l2!r}")
    return float(l2)


def flat(theta: ArrayLike) -> Array:
    """Parameters as an array of their floating or complex dtype, float64 for anything else."""
    theta = np.asarray(theta)
    return np.ascontiguousarray(theta, theta.dtype if theta.dtype.kind in "fc" else np.float64)


def penalize(gradient: Array, theta: Array, l2: float) -> Any:
    """l2/2 |theta|^2, whose gradient l2 theta is added in place."""
    if not l2:
        return 0.0
    gradient += l2 * theta
    return l2 / 2 * np.dot(theta, theta).item()


class Objective:
    """The loss of a model on given data as a function of its flat parameters.

    value = loss(model(x; theta), y) + l2 / 2 |theta|^2

    For `scipy.optimize.minimize(objective, theta, jac=True)`. The model is never changed; the same
    theta gives the same bits. A complex step along v gives the Hessian times v: the imaginary part
    of the gradient at theta + i h v is h times that, with an h so small that nothing else is seen.

    Parameters
    ----------
    model : Model
        In evaluation mode.
    loss : Loss or callable
        Such as `SoftmaxCrossEntropy()`, or a function of two Tensors that returns a Tensor.
    x : array_like, shape (N, D)
        Inputs; an array is kept, not copied, and not to be changed while this is in use.
    y : array_like
        The truth, as the loss takes it; kept likewise.
    l2 : float
        Weight of the penalty, at least 0.

    Raises
    ------
    ValueError, TypeError
        If x or y does not fit, or l2 is negative.

    Examples
    --------
    >>> import numnet
    >>> model = numnet.Linear(1, 1, bias=False)
    >>> objective = Objective(model, numnet.MSE(), [[1.0], [2.0]], [[2.0], [4.0]])
    >>> objective(np.array([1.0]))
    (2.5, array([-5.]))
    >>> objective(np.array([2.0]))[0]
    0.0

    As `hessp` of scipy's method "Newton-CG"; here the Hessian is 2 (1 + 4) / 2.

    >>> hessp = lambda theta, v: objective(theta + 1e-30j * v)[1].imag / 1e-30
    >>> hessp(np.array([1.0]), np.array([1.0]))
    array([5.])
    """

    def __init__(
        self, model: Model, loss: LossLike, x: ArrayLike, y: ArrayLike, l2: float = 0.0
    ) -> None:
        self.loss, self.l2 = as_loss(loss), weight(l2, "Objective")
        self.x, self.y = check_data(model, self.loss, x, y)
        self.model = model

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
            If theta, the value or the gradient is not finite, naming the layer.
        ValueError
            If theta does not have as many entries as the model has parameters.
        """
        return self._part(flat(theta))

    def _part(self, theta: Array, rows: int | None = None) -> tuple[Any, Array]:
        """The call, divided by the number of all rows if these are a part of them."""
        twin = self.model.replica(theta)
        # Overflow is looked for below, with a better message than NumPy's warning.
        with np.errstate(over="ignore", invalid="ignore"):
            x = twin._cast(self.x, "x")
            value, y_pred = evaluate(twin, self.loss, x, self.y, EVALUATION, rows)
            gradient = twin._packed().read_grad()
            value += penalize(gradient, theta, self.l2)
            if not (cmath.isfinite(value) and is_finite(gradient)):
                raise NonFiniteError(f"Objective: {self._explain(twin, x, y_pred)}")
        return value, gradient

    def sharded(self, executor: Executor, shards: int | Sequence[int] = 4) -> ShardedObjective:
        """The same function as a sum over shards of the rows, by the workers of an executor.

        value = sum_k loss(model(x_k; theta), y_k; rows=N) + l2 / 2 |theta|^2

        The terms are added in the order of the shards, so that the bits repeat, whoever computed
        them. A worker keeps the shards that it met, and only theta and the sums travel. A process
        is sent an array once, when it first meets the shard, and instead of a memory map its path:
        processes of one machine then share its pages, and others need the file under that path.
        What a worker lost, with its process, it is sent again. `numnet.ShardedObjective`
        takes shards that no process holds whole.

        Parameters
        ----------
        executor : concurrent.futures.Executor
            Such as a ThreadPoolExecutor, a ProcessPoolExecutor or, of a dask cluster,
            `client.get_executor()`.
        shards : int or sequence of int
            How many, nearly equal, or the number of rows of each; one for each worker is best.

        Returns
        -------
        ShardedObjective
            Called as this is; later changes of the model are not seen.

        Raises
        ------
        ValueError, TypeError
            If a shard would be empty, the sizes do not add up, model or loss is no sum over rows,
            or they cannot be sent to another process.
        RuntimeError
            If the executor is dead.

        Notes
        -----
        *When it pays.* A call of a tiny model costs some 0.6 ms with threads, 2 ms with processes
        and 16 ms with a cluster; W workers pay from W / (W - 1) times that on, at the least. With
        784-100-10, whose 0.6 MB go to each worker and back, two workers paid from steps of 50 ms
        with threads and of 0.2 to 0.4 s with processes or a cluster, and over all of MNIST were 1.9
        and 1.7 times as fast as one (`python -m benchmarks.scale`). BLAS's own threads need no
        sharding and do nearly as well where products of large matrices are all of a step. Each
        worker computes on one BLAS thread, for which threadpoolctl is needed:
        `pip install "numnet[scale]"`.

        *When it does not.* Where a step still takes seconds on all cores, it is time for a GPU and
        a framework made for it. Names and values carry over; torch keeps W transposed:
        `net.load_state_dict({"0.weight": torch.from_numpy(model.parameters["0.W"].T), "0.bias":
        torch.from_numpy(model.parameters["0.b"])})`, and back `model.parameters["0.W"] =
        net[0].weight.detach().numpy().T`.

        *Ctrl-C* in a terminal reaches the processes of a pool too. Begin them with
        `initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)`, and only the call
        ends. A cluster without workers waits for one, or as long as dask's setting
        `distributed.scheduler.no-workers-timeout` says. Arrays of more than 10 MB make dask warn:
        memory maps do not.

        Examples
        --------
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> import numnet
        >>> model = numnet.Linear(1, 1, bias=False)
        >>> objective = Objective(model, numnet.MSE(), [[1.0], [2.0]], [[2.0], [4.0]])
        >>> with ThreadPoolExecutor(2) as pool:  # (1 - 2)^2 / 2 + (2 - 4)^2 / 2
        ...     objective.sharded(pool, shards=2)(np.array([1.0]))
        (2.5, array([-5.]))
        """
        from .shards import ShardedObjective
        from .shards.summable import split

        parts = split(shards, len(self.x))
        pairs = [(self.x[part], self.y[part]) for part in parts]
        return ShardedObjective(self.model, self.loss, pairs, executor, self.l2)

    def _explain(self, twin: Model, x: Array, y_pred: Array) -> str:
        """Why the value or the gradient is not finite."""
        if found := bad_parameter(twin):
            return f"expected finite theta, got {found}"
        refuse_nonfinite(x, self.x, "Objective: ")
        if layer := bad_outputs(twin, x):
            return f"{layer[0]}: the outputs {layer[1]}. Scale x, or begin with a smaller theta"
        self.loss(y_pred, self.y)
        if found := bad_gradient(twin, self.loss, x, self.y):
            return f"{found}. Scale x and y, or begin with a smaller theta"
        return f"the penalty l2/2 |theta|^2 overflows with l2={self.l2:g}. Lower l2 or theta"

    def __repr__(self) -> str:
        return f"Objective({self.model!r}, {self.loss!r}, {len(self.x)} rows, l2={self.l2:g})"
