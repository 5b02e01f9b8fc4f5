"""What holds for every kernel, run over the table of all of them."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import LAYOUTS, close, laid_out, unchanged

from numnet import kernels

N, D, Q = 3, 4, 2
# The arguments by kind: "x" (N, D), "p" the same in (0, 1), "t" the same and real, "y" (N, Q),
# "W" (D, Q), "b" (Q,), "k" integers (N,), "m" truth values (N, D), a number itself.
ARGUMENTS = {
    "binary_cross_entropy": "pt",
    "binary_cross_entropy_dp": (1.5, "p", "t"),
    "binary_cross_entropy_logits": "xt",
    "binary_cross_entropy_logits_dz": (1.5, "x", "t"),
    "dropout": ("x", "m", 0.25),
    "dropout_dx": ("x", "m", 0.25),
    "gate": "xxp",
    "gate_dh": "xp",
    "gate_dt": "xxx",
    "gate_dx": "xp",
    "leaky_relu": "x",
    "leaky_relu_dx": "xx",
    "linear": "xWb",
    "linear_dW": "yx",
    "linear_db": "y",
    "linear_dx": "yW",
    "log_softmax": "x",
    "log_softmax_dx": "xx",
    "mse": "xx",
    "mse_dy_pred": (1.5, "x"),
    "relu": "x",
    "relu_dx": "xx",
    "sigmoid": "x",
    "sigmoid_dx": "xp",
    "softmax": "x",
    "softmax_cross_entropy": "xk",
    "softmax_cross_entropy_dz": (1.5, "p", "k"),
    "softmax_dx": "xp",
    "softplus": "x",
    "softplus_dx": "xx",
    "tanh": "x",
    "tanh_dx": "xx",
}
ELEMENTWISE = {"leaky_relu", "relu", "sigmoid", "softplus", "tanh"}

each = pytest.mark.parametrize("name", kernels.__all__)
each_dtype = pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])


def arguments(name, dtype, n=N):
    rng = np.random.default_rng(0)
    shapes = {"x": (n, D), "p": (n, D), "t": (n, D), "y": (n, Q), "W": (D, Q), "b": (Q,)}
    made = []
    for kind in ARGUMENTS[name]:
        if not isinstance(kind, str):
            made.append(kind)
        elif kind == "k":
            made.append(rng.integers(0, D, n))
        elif kind == "m":
            made.append(rng.random((n, D)) < 0.75)
        else:
            values = rng.uniform(0.1, 0.9, shapes[kind]) - (kind not in "pt") / 2
            made.append(values.astype(np.empty(0, dtype).real.dtype if kind == "t" else dtype))
    return made


def call(name, *args):
    """The kernel's array or value; the first where it returns a pair."""
    out = getattr(kernels, name)(*args)
    return out[0] if isinstance(out, tuple) else out


def test_the_table_holds_every_kernel():
    assert sorted(ARGUMENTS) == sorted(kernels.__all__)
    assert sorted(kernels.__all__) == sorted(
        name for name, value in vars(kernels).items() if callable(value)
    )


@each
@each_dtype
@pytest.mark.parametrize("n", [0, 1, N])
def test_the_dtype_is_kept(name, dtype, n):
    args = arguments(name, dtype, n)
    assert call(name, *args).dtype == dtype
    out = getattr(kernels, name)(*args)
    if isinstance(out, tuple):
        assert out[1].dtype == dtype
    assert np.isfinite(call(name, *args)).all()


@each
@each_dtype
def test_arguments_stay_and_the_same_bits_come_again(name, dtype):
    unchanged(lambda *args: call(name, *args), *arguments(name, dtype))


@each
@pytest.mark.parametrize("dtype", ["f4", "c16"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_read_only_arrays_of_any_layout(name, dtype, layout):
    args = arguments(name, dtype)
    expected = call(name, *args)
    other = [laid_out(a, layout) if isinstance(a, np.ndarray) else a for a in args]
    for a in other:
        if isinstance(a, np.ndarray):
            a.flags.writeable = False
    close(call(name, *other), expected, 1 + abs(expected), units=8)


@each
def test_complex_arrays_with_no_imaginary_part_give_the_real_result(name):
    real = call(name, *arguments(name, "f8"))
    complex_ = call(name, *arguments(name, "c16"))
    close(complex_, real, 1 + abs(real), units=8)
    assert not np.any(complex_.imag)


@each
def test_an_imaginary_step_is_passed_on(name):
    args = arguments(name, "c16")
    first = next(i for i, a in enumerate(args) if isinstance(a, np.ndarray))
    args[first] = args[first] + 2.0**-100 * 1j * np.arange(1, 1 + args[first].size).reshape(
        args[first].shape
    )
    y = call(name, *args)
    assert np.any(y.imag), "the imaginary part was dropped"
    assert np.max(abs(y.imag)) < 2.0**-80


@pytest.mark.parametrize(
    "name", [n for n in kernels.__all__ if n.removesuffix("_dx") in ELEMENTWISE]
)
def test_arrays_without_axes(name):
    args = [np.array([0.25]), np.array([0.5])][: len(ARGUMENTS[name])]
    assert [float(call(name, *(a.reshape(()) for a in args)))] == call(name, *args).tolist()
