"""Convolution by im2col, with dilation, by channel, by FFT, and transposed."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "convolution"


def windows(x: Any, k: int) -> Any:
    """(N, H', W', C, k, k) from (N, C, H, W)."""
    return np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3)).transpose(
        0, 2, 3, 1, 4, 5
    )


def im2col(x: Any, w: Any) -> Any:
    k, N = w.shape[-1], len(x)
    cols = windows(x, k)
    H, W = cols.shape[1:3]
    cols = cols.reshape(N * H * W, -1)
    y = cols @ w.reshape(len(w), -1).T
    return y.reshape(N, H, W, len(w)).transpose(0, 3, 1, 2), (cols, w, x.shape)


def col2im(dcols: Any, shape: Any, k: int) -> Any:
    N, C, H, W = shape
    dcols = dcols.reshape(N, H - k + 1, W - k + 1, C, k, k)
    dx = np.zeros(shape, dtype=dcols.dtype)
    for i in range(k):
        for j in range(k):
            part = dcols[:, :, :, :, i, j].transpose(0, 3, 1, 2)
            dx[:, :, i : i + H - k + 1, j : j + W - k + 1] += part
    return dx


def im2col_backward(dy: Any, saved: Any) -> Any:
    cols, w, shape = saved
    flat = dy.transpose(0, 2, 3, 1).reshape(-1, len(w))
    dw = (flat.T @ cols).reshape(w.shape)
    return col2im(flat @ w.reshape(len(w), -1), shape, w.shape[-1]), dw


def written(dy: Any, saved: Any) -> Any:
    """col2im writes where it should add."""
    _, w, shape = saved
    _, _, H, W = shape
    k = w.shape[-1]
    dcols = np.tensordot(dy, w, (1, 0))
    dx = np.zeros(shape)
    for i in range(H - k + 1):
        for j in range(W - k + 1):
            dx[:, :, i : i + k, j : j + k] = dcols[:, i, j]
    return dx


def without_transpose(dy: Any, saved: Any) -> Any:
    """dy is flattened channel by channel, the columns are position by position."""
    cols, w, _ = saved
    return (dy.reshape(-1, len(w)).T @ cols).reshape(w.shape)


def dilated(x: Any, w: Any, d: int = 2) -> Any:
    """Causal, along the last axis: y[t] = sum w[k] x[t - d k]."""
    T, K = x.shape[1], len(w)
    return sum(w[k] * np.pad(x, ((0, 0), (d * k, 0)))[:, :T] for k in range(K))


def dilated_backward(dy: Any, x: Any, w: Any, d: int = 2, spacing: int = 2) -> Any:
    T, K = x.shape[1], len(w)
    dx = sum(w[k] * np.pad(dy, ((0, 0), (0, d * k)))[:, d * k :] for k in range(K))
    dw = [(dy[:, spacing * k :] * x[:, : T - spacing * k]).sum() for k in range(K)]
    return dx, np.array(dw)


def depthwise(x: Any, w: Any) -> Any:
    return np.einsum("nhwcij,cij->nchw", windows(x, w.shape[-1]), w)


def depthwise_backward(dy: Any, x: Any, w: Any) -> Any:
    k = w.shape[-1]
    padded = np.pad(dy, ((0, 0), (0, 0), (k - 1, k - 1), (k - 1, k - 1)))
    dx = np.einsum("nhwcij,cij->nchw", windows(padded, k), w[:, ::-1, ::-1])
    return dx, np.einsum("nhwcij,nchw->cij", windows(x, k), dy)


def depthwise_first_channel(dy: Any, x: Any, w: Any) -> Any:
    """Every channel of dw is taken with the first channel of x."""
    return np.einsum("nhwij,nchw->cij", windows(x, w.shape[-1])[:, :, :, 0], dy)


def transposed(x: Any, w: Any, s: int = 2) -> Any:
    """Transposed convolution: each entry of x (N, C, L) stamps w (C, F, K) at stride s."""
    N, _, L = x.shape
    _, F, K = w.shape
    y = np.zeros((N, F, (L - 1) * s + K), dtype=np.result_type(x, w))
    for i in range(L):
        y[:, :, i * s : i * s + K] += np.einsum("nc,cfk->nfk", x[:, :, i], w)
    return y


def transposed_backward(dy: Any, x: Any, w: Any, s: int = 2) -> Any:
    K = w.shape[2]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(x.shape[2]):
        g = dy[:, :, i * s : i * s + K]
        dx[:, :, i] = np.einsum("nfk,cfk->nc", g, w)
        dw += np.einsum("nc,nfk->cfk", x[:, :, i], g)
    return dx, dw


def spectral(x: Any, w: Any) -> Any:
    """Circular convolution by FFT."""
    return np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(w, x.shape[-1]), x.shape[-1])


def spectral_backward(dy: Any, x: Any, w: Any, conjugate: Any = np.conj) -> Any:
    n, D = x.shape[-1], np.fft.rfft(dy)
    dx = np.fft.irfft(D * conjugate(np.fft.rfft(w, n)), n)
    dw = np.fft.irfft(D * conjugate(np.fft.rfft(x)), n).sum(0)[: len(w)]
    return dx, dw


def draw(*shapes: Any) -> Any:
    return lambda rng: tuple(rng.normal(size=shape) for shape in shapes)


COLUMNS = Case(
    "im2col",
    FAMILY,
    im2col,
    im2col_backward,
    draw((3, 4, 12, 12), (8, 4, 3, 3)),
    with_saved=True,
    difficult=True,
    note="a view with strides, 1728 entries of x",
)
DILATED = Case("dilated convolution", FAMILY, dilated, dilated_backward, draw((3, 30), 4))
DEPTH = Case(
    "depthwise convolution", FAMILY, depthwise, depthwise_backward, draw((2, 3, 6, 5), (3, 3, 3))
)
UP = Case(
    "transposed convolution", FAMILY, transposed, transposed_backward, draw((2, 3, 5), (3, 4, 3))
)
FFT = Case(
    "convolution by FFT",
    FAMILY,
    spectral,
    spectral_backward,
    draw((4, 16), 5),
    difficult=True,
    note="rfft takes the real part of a complex step",
)

CASES = [
    COLUMNS,
    COLUMNS.wrong("col2im writes", "partial unknown", {"x": written}),
    COLUMNS.wrong("dy flattened in another order", "unknown", {"w": without_transpose}),
    COLUMNS.wrong(
        "dw averaged over the batch",
        "scale",
        {"w": lambda dy, saved: im2col_backward(dy, saved)[1] / len(dy)},
    ),
    DILATED,
    DILATED.wrong(
        "dilation ignored in dw",
        "partial unknown",
        {"w": lambda dy, x, w: dilated_backward(dy, x, w, spacing=1)[1]},
    ),
    DILATED.wrong(
        "dilation ignored in dx",
        "unknown missing-term partial",
        {"x": lambda dy, x, w: dilated_backward(dy, x, w, d=1)[0]},
    ),
    DILATED.wrong("dx not causal", "flipped unknown", {"x": lambda dy, x, w: dilated(dy, w)}),
    DEPTH,
    DEPTH.wrong(
        "kernel not flipped",
        "flipped unknown",
        {"x": lambda dy, x, w: depthwise_backward(dy, x, w[:, ::-1, ::-1])[0]},
    ),
    DEPTH.wrong("first channel for all", "partial", {"w": depthwise_first_channel}),
    UP,
    UP.wrong(
        "stride ignored",
        "partial unknown",
        {"x": lambda dy, x, w: transposed_backward(dy, x, w, s=1)[0]},
    ),
    UP.wrong("dx None", "zeros", {"x": lambda dy, x, w: None}),
    FFT,
    FFT.wrong(
        "conjugate forgotten",
        "unknown",
        lambda dy, x, w: spectral_backward(dy, x, w, conjugate=lambda z: z),
    ),
]
