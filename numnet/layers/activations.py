"""The activations as layers: a kernel and its backward, no parameters."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .. import kernels
from ..model import Model
from .layer import Layer

Array = NDArray[Any]


class Activation(Layer):
    """Base of the layers without parameters; where dx is not needed they have nothing to do."""

    rowwise = True

    def backward_parameters(self, dy: Array, saved: Array) -> None:
        """There are none."""


class Tanh(Activation):
    """Hyperbolic tangent.

    y = tanh(x), dx = dy (1 - y^2)

    References
    ----------
    Course, rows A11 and A12.

    Examples
    --------
    >>> Tanh()([[0.0]])
    array([[0.]])
    """

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        y = kernels.tanh(x)
        return y, y

    def backward(self, dy: Array, y: Array) -> Array:
        return kernels.tanh_dx(dy, y)


class Sigmoid(Activation):
    """Logistic function; each output is a probability.

    y = 1 / (1 + exp(-x)), dx = dy y (1 - y)

    References
    ----------
    Course, row B6.

    Examples
    --------
    >>> Sigmoid()([[0.0]])
    array([[0.5]])
    """

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        y = kernels.sigmoid(x)
        return y, y

    def backward(self, dy: Array, y: Array) -> Array:
        return kernels.sigmoid_dx(dy, y)

    def _last_output(self) -> str:
        return "probabilities"


class ReLU(Activation):
    """Rectified linear unit; its derivative at 0 is 0.

    y = max(x, 0), dx = dy where y > 0, else 0

    References
    ----------
    Course, row A18.

    Examples
    --------
    >>> ReLU()([[-1.0, 2.0]])
    array([[0., 2.]])
    """

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        y = kernels.relu(x)
        return y, y

    def backward(self, dy: Array, y: Array) -> Array:
        return kernels.relu_dx(dy, y)


class LeakyReLU(Activation):
    """Rectified linear unit with a slope on the negative side; at 0 its derivative is the slope.

    y = x where x > 0, else slope x

    Parameters
    ----------
    slope : float
        From 0 to 1.

    Raises
    ------
    ValueError
        If slope is not in [0, 1].

    References
    ----------
    Maas, Hannun, Ng 2013, Rectifier nonlinearities improve neural network acoustic models.

    Examples
    --------
    >>> LeakyReLU(0.5)([[-1.0, 2.0]])
    array([[-0.5,  2. ]])
    """

    def __init__(self, slope: float = 0.01) -> None:
        if not 0 <= slope <= 1:
            raise ValueError(f"LeakyReLU: expected slope in [0, 1], got {slope}")
        self.slope = float(slope)

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        y = kernels.leaky_relu(x, self.slope)
        return y, y

    def backward(self, dy: Array, y: Array) -> Array:
        return kernels.leaky_relu_dx(dy, y, self.slope)

    def __repr__(self) -> str:
        return f"LeakyReLU({self.slope!r})"


class Softplus(Activation):
    """Smooth rectifier.

    y = log(1 + exp(x)), dx = dy sigmoid(x)

    References
    ----------
    Dugas et al. 2001, Incorporating second-order functional knowledge.

    Examples
    --------
    >>> Softplus()([[1000.0]])
    array([[1000.]])
    """

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        return kernels.softplus(x), x

    def backward(self, dy: Array, x: Array) -> Array:
        return kernels.softplus_dx(dy, x)


class Softmax(Activation):
    """Probabilities of each row, with the true Jacobian.

    y_c = exp(x_c) / sum over k of exp(x_k), dx_c = y_c (dy_c - sum over k of dy_k y_k)

    For training, end the model with logits and use SoftmaxCrossEntropy, whose gradient p - y does
    not vanish where the probabilities are saturated.

    References
    ----------
    Course, row A11.

    Examples
    --------
    >>> Softmax()([[0.0, 0.0]])
    array([[0.5, 0.5]])
    """

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        y = kernels.softmax(x)
        return y, y

    def backward(self, dy: Array, y: Array) -> Array:
        return kernels.softmax_dx(dy, y)

    def _last_output(self) -> str:
        return "probabilities"


class LogSoftmax(Activation):
    """Logarithms of the probabilities of each row; softmax leaves them as they are: logits.

    y_c = x_c - log(sum over k of exp(x_k)), dx_c = dy_c - exp(y_c) sum over k of dy_k

    References
    ----------
    Blanchard, Higham, Higham 2021, Accurately computing the log-sum-exp and softmax functions.

    Examples
    --------
    >>> LogSoftmax()([[0.0, -1000.0]])
    array([[    0., -1000.]])
    """

    def forward(self, x: Array) -> tuple[Array, Array]:  # type: ignore[override]
        y = kernels.log_softmax(x)
        return y, y

    def backward(self, dy: Array, y: Array) -> Array:
        return kernels.log_softmax_dx(dy, y)

    def _last_output(self) -> str:
        return "logits"


NAMED: dict[str, type[Layer]] = {
    "leaky_relu": LeakyReLU,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "softplus": Softplus,
    "tanh": Tanh,
}


def as_activation(activation: str | Model, place: str) -> Model:
    """A layer as it is, or a new one by its name.

    Raises
    ------
    ValueError
        If there is none of that name.
    TypeError
        If it is neither a name nor a layer.

    Examples
    --------
    >>> as_activation("relu", "Highway")
    ReLU()
    """
    if isinstance(activation, Model):
        return activation
    if not isinstance(activation, str):
        hint = f". Write {activation.__name__}()" if isinstance(activation, type) else ""
        raise TypeError(
            f"{place}: expected the name of an activation or a layer, got {activation!r}{hint}"
        )
    if activation not in NAMED:
        raise ValueError(
            f"{place}: expected the activation to be one of {', '.join(NAMED)}, or a layer, "
            f"got {activation!r}"
        )
    return NAMED[activation]()
