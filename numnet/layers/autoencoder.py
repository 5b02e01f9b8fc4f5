"""An encoder and a decoder: a network that returns its input through a narrow code."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from numpy.typing import ArrayLike, DTypeLike

from ..arguments import RNG
from ..model import Model
from .activations import as_activation
from .linear import Linear
from .noise import Dropout
from .sequential import Sequential
from .tied import Tied


class Autoencoder(Sequential):
    """An encoder and a decoder, trained to return the input: `fit(model, MSE(), x, x)`.

    code = encoder(x), y = decoder(code)

    It is the Sequential of the two, which are its layers 0 and 1.

    Parameters
    ----------
    encoder, decoder : Layer or Module
        From x to the code and back, such as two Sequentials.
    rng : int, Generator or None
        Source of the initial values; fresh entropy by default.
    dtype : {"float64", "float32"}, optional
        Of the parameters and so of all that is computed; float64 by default.

    Warns
    -----
    UserWarning
        If the code is as wide as the input, as far as the layers tell, and no Dropout stands in the
        encoder: the identity is then a solution, and the code need not say anything.

    References
    ----------
    Hinton, Salakhutdinov 2006, Reducing the dimensionality of data with neural networks; course,
    rows B6 to B9.

    Examples
    --------
    >>> import numnet
    >>> first = Linear(2, 1, bias=False, init=numnet.constant(1.0))
    >>> model = Autoencoder(first, Tied(first))
    >>> model.encode([[1.0, 2.0]])
    array([[3.]])
    >>> model.decode([[3.0]])
    array([[3., 3.]])
    >>> model.reconstruct([[1.0, 2.0]])
    array([[3., 3.]])
    """

    def __init__(
        self, encoder: Model, decoder: Model, rng: RNG = None, dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(encoder, decoder, rng=rng, dtype=dtype)
        layers = list(_innermost(encoder))
        ins = [layer.in_features for layer in layers if hasattr(layer, "in_features")]
        outs = [layer.out_features for layer in layers if hasattr(layer, "out_features")]
        if ins and outs and outs[-1] >= ins[0] and not any(isinstance(x, Dropout) for x in layers):
            warnings.warn(
                f"{type(self).__name__}: the code has {outs[-1]} columns and the input {ins[0]}: "
                "a network that copies its input is without error, and the code then says nothing "
                "that the input does not. Make it narrower, or let the encoder begin with Dropout",
                # At the line that called numnet.
                stacklevel=3 if sys._getframe(1).f_globals.get("__package__") == __package__ else 2,
            )

    @property
    def encoder(self) -> Model:
        """From x to the code."""
        return self.layers[0]

    @property
    def decoder(self) -> Model:
        """From the code to y."""
        return self.layers[1]

    def encode(self, x: ArrayLike) -> Any:
        """The code of each example.

        Parameters
        ----------
        x : array_like or Tensor, shape (N, D)
            The input.

        Returns
        -------
        ndarray or Tensor, shape (N, Q)
            encoder(x).
        """
        return self.encoder(x)

    def decode(self, code: ArrayLike) -> Any:
        """What codes stand for, those of no example too.

        Parameters
        ----------
        code : array_like or Tensor, shape (N, Q)
            Codes, such as a blend of two of `encode`.

        Returns
        -------
        ndarray or Tensor, shape (N, D)
            decoder(code).
        """
        return self.decoder(code)

    def reconstruct(self, x: ArrayLike) -> Any:
        """Each example as its code has it.

        Parameters
        ----------
        x : array_like or Tensor, shape (N, D)
            The input.

        Returns
        -------
        ndarray or Tensor, shape (N, D)
            decoder(encoder(x)), as a call of the model.
        """
        return self(x)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.encoder!r}, {self.decoder!r})"


def tied_autoencoder(
    widths: Sequence[int],
    activation: str | Model = "relu",
    code: str | Model = "linear",
    output: str | Model = "sigmoid",
    rng: RNG = None,
    dtype: DTypeLike | None = None,
) -> Autoencoder:
    """An autoencoder whose decoder has the transposed weights of its encoder, in reverse order.

    z = code(... a(a(x W0 + b0) W1 + b1) ...), y = output(... a(z W1' + c1) W0' + c0)

    Parameters
    ----------
    widths : sequence of int
        From the input to the code: [784, 500, 100, 30] has three weights.
    activation : str or Layer
        a, of all that is hidden: "relu", "tanh", "sigmoid", "softplus", "leaky_relu", "linear" or a
        layer.
    code : str or Layer
        That of the code: linear unless told, so that no side of it is cut off.
    output : str or Layer
        That of the output: sigmoid unless told, for pictures in [0, 1].
    rng : int, Generator or None
        Source of the initial values; fresh entropy by default.
    dtype : {"float64", "float32"}, optional
        Of the parameters; float64 by default.

    Returns
    -------
    Autoencoder
        Its encoder and decoder are Sequentials of Linear and of Tied.

    Raises
    ------
    ValueError
        If there are fewer than two widths, one is not a positive integer, or no activation has that
        name.
    TypeError
        If an activation is neither a name nor a layer.

    References
    ----------
    Vincent, Larochelle, Bengio, Manzagol 2008, Extracting and composing robust features, section
    2.2; course, rows B6 to B8.

    Examples
    --------
    >>> print(tied_autoencoder([784, 500, 100, 30], activation="relu", rng=0))
    layer                     output     parameters  multiply-adds
    0.0  Linear(784 -> 500)   (N, 500)      392 500        392 000
    0.1  ReLU()               (N, 500)            0              0
    0.2  Linear(500 -> 100)   (N, 100)       50 100         50 000
    0.3  ReLU()               (N, 100)            0              0
    0.4  Linear(100 -> 30)    (N, 30)         3 030          3 000
    1.0  Tied(30 -> 100)      (N, 100)          100          3 000
    1.1  ReLU()               (N, 100)            0              0
    1.2  Tied(100 -> 500)     (N, 500)          500         50 000
    1.3  ReLU()               (N, 500)            0              0
    1.4  Tied(500 -> 784)     (N, 784)          784        392 000
    1.5  Sigmoid()            (N, 784)            0              0
    total                                   447 014        890 000
    """
    sizes = list(widths)
    if len(sizes) < 2:
        raise ValueError(
            "tied_autoencoder: expected widths from the input to the code, at least two as in "
            f"[784, 30], got {widths!r}"
        )
    linears = [Linear(D, Q) for D, Q in pairwise(sizes)]
    encoder: list[Model] = []
    decoder: list[Model] = []
    for i, layer in enumerate(linears):
        encoder += [layer, *_after(code if layer is linears[-1] else activation)]
        decoder[:0] = [Tied(layer), *_after(activation if i else output)]
    return Autoencoder(Sequential(*encoder), Sequential(*decoder), rng=rng, dtype=dtype)


def _after(activation: str | Model) -> list[Model]:
    return [] if activation == "linear" else [as_activation(activation, "tied_autoencoder")]


def _innermost(model: Model) -> Iterator[Any]:
    for layer in getattr(model, "layers", (model,)):
        if layer is model:
            yield layer
        else:
            yield from _innermost(layer)
