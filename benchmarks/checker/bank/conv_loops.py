"""Convolution by loops, in one and in two dimensions, with stride and padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.checker.case import Case

FAMILY = "convolution"
STRIDE, PAD = 2, 1


def conv1d(x: Any, w: Any, b: Any) -> Any:
    """x (N, C, L), w (F, C, K), stride 1, no padding."""
    N, _, L = x.shape
    F, _, K = w.shape
    y = np.zeros((N, F, L - K + 1), dtype=np.result_type(x, w))
    for t in range(L - K + 1):
        for f in range(F):
            y[:, f, t] = (x[:, :, t : t + K] * w[f]).sum(axis=(1, 2)) + b[f]
    return y


def conv1d_backward(dy: Any, x: Any, w: Any, b: Any) -> Any:
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    K = w.shape[2]
    for t in range(dy.shape[2]):
        for f in range(len(w)):
            g = dy[:, f, t][:, None, None]
            dx[:, :, t : t + K] += g * w[f]
            dw[f] += (g * x[:, :, t : t + K]).sum(axis=0)
    return dx, dw, dy.sum(axis=(0, 2))


def dx_unflipped(dy: Any, x: Any, w: Any, b: Any) -> Any:
    """The full correlation with w as it stands, where the flipped one belongs."""
    K = w.shape[2]
    padded = np.pad(dy, ((0, 0), (0, 0), (K - 1, K - 1)))
    dx = np.zeros_like(x)
    for t in range(x.shape[2]):
        dx[:, :, t] = np.einsum("nfk,fck->nc", padded[:, :, t : t + K], w)
    return dx


def dx_assigned(dy: Any, x: Any, w: Any, b: Any) -> Any:
    dx = np.zeros_like(x)
    K = w.shape[2]
    for t in range(dy.shape[2]):
        dx[:, :, t : t + K] = np.einsum("nf,fck->nck", dy[:, :, t], w)
    return dx


def dw_last_position(dy: Any, x: Any, w: Any, b: Any) -> Any:
    K, t = w.shape[2], dy.shape[2] - 1
    return np.einsum("nf,nck->fck", dy[:, :, t], x[:, :, t : t + K])


def dw_stops_early(dy: Any, x: Any, w: Any, b: Any) -> Any:
    """range(L - K) instead of range(L - K + 1)."""
    return conv1d_backward(dy[:, :, :-1], x, w, b)[1]


def conv2d(x: Any, w: Any, b: Any) -> Any:
    """x (N, C, H, W), w (F, C, k, k), with a stride and a padding."""
    xp = np.pad(x, ((0, 0), (0, 0), (PAD, PAD), (PAD, PAD)))
    k = w.shape[-1]
    H, W = (xp.shape[2] - k) // STRIDE + 1, (xp.shape[3] - k) // STRIDE + 1
    rows = []
    for i in range(H):
        row = []
        for j in range(W):
            r, s = i * STRIDE, j * STRIDE
            row.append(np.tensordot(xp[:, :, r : r + k, s : s + k], w, ((1, 2, 3), (1, 2, 3))) + b)
        rows.append(np.stack(row, axis=-1))
    return np.stack(rows, axis=2)


def conv2d_sums(
    dy: Any, x: Any, w: Any, step: int = STRIDE, tail: int = 0, keep: bool = False
) -> Any:
    """The padded dx and dw; `step` and `tail` are the mistakes of stride and border."""
    xp = np.pad(x, ((0, 0), (0, 0), (PAD, PAD), (PAD, PAD)))
    dxp, dw, k = np.zeros_like(xp), np.zeros_like(w), w.shape[-1]
    for i in range(dy.shape[2] - tail):
        for j in range(dy.shape[3] - tail):
            r, s = slice(i * step, i * step + k), slice(j * step, j * step + k)
            dxp[:, :, r, s] += np.tensordot(dy[:, :, i, j], w, (1, 0))
            grown = np.tensordot(dy[:, :, i, j], xp[:, :, r, s], (0, 0))
            dw = grown if keep else dw + grown
    return dxp, dw


def conv2d_backward(dy: Any, x: Any, w: Any, b: Any) -> Any:
    dxp, dw = conv2d_sums(dy, x, w)
    return dxp[:, :, PAD:-PAD, PAD:-PAD], dw, dy.sum(axis=(0, 2, 3))


def draw(*shapes: Any) -> Any:
    return lambda rng: tuple(rng.normal(size=shape) for shape in shapes)


LINE = Case("conv1d", FAMILY, conv1d, conv1d_backward, draw((2, 3, 9), (4, 3, 3), 4))
LONG = Case("conv1d, long", FAMILY, conv1d, conv1d_backward, draw((3, 2, 120), (2, 2, 5), 2))
PLANE = Case("conv2d", FAMILY, conv2d, conv2d_backward, draw((2, 3, 7, 9), (4, 3, 3, 3), 4))
EQUAL = Case(
    "conv2d, equal sizes", FAMILY, conv2d, conv2d_backward, draw((4, 4, 7, 7), (4, 4, 3, 3), 4)
)

CASES = [
    LINE,
    LINE.wrong("kernel not flipped", "flipped unknown", {"x": dx_unflipped}),
    LINE.wrong("dx assigned, not added", "partial unknown", {"x": dx_assigned}),
    LINE.wrong("dw of the last position", "unknown missing-term", {"w": dw_last_position}),
    LINE.wrong("dw stops one position early", "unknown missing-term", {"w": dw_stops_early}),
    LINE.wrong("dw flipped", "flipped", {"w": lambda *a: conv1d_backward(*a)[1][:, :, ::-1]}),
    LINE.wrong("db by example", "not-reduced", {"b": lambda dy, x, w, b: dy.sum(axis=2)}),
    LONG,
    LONG.wrong(
        "the first entries of dx lost",
        "partial",
        {"x": lambda *a: np.pad(conv1d_backward(*a)[0][:, :, 2:], ((0, 0), (0, 0), (2, 0)))},
    ),
    LONG.wrong(
        "dw averaged over the positions",
        "scale",
        {"w": lambda dy, x, w, b: conv1d_backward(dy, x, w, b)[1] / dy.shape[2]},
    ),
    PLANE,
    PLANE.wrong(
        "stride ignored in dx",
        "unknown partial",
        {"x": lambda dy, x, w, b: conv2d_sums(dy, x, w, 1)[0][:, :, PAD:-PAD, PAD:-PAD]},
    ),
    PLANE.wrong("dx still padded", "shape", {"x": lambda dy, x, w, b: conv2d_sums(dy, x, w)[0]}),
    PLANE.wrong(
        "padding cropped on one side",
        "unknown partial",
        {"x": lambda dy, x, w, b: conv2d_sums(dy, x, w)[0][:, :, 2 * PAD :, 2 * PAD :]},
    ),
    PLANE.wrong(
        "last row and column of dx",
        "partial",
        {"x": lambda dy, x, w, b: conv2d_sums(dy, x, w, tail=1)[0][:, :, PAD:-PAD, PAD:-PAD]},
    ),
    PLANE.wrong(
        "dw overwritten in the loop",
        "unknown missing-term",
        {"w": lambda dy, x, w, b: conv2d_sums(dy, x, w, keep=True)[1]},
    ),
    PLANE.wrong(
        "db over the wrong axes",
        "shape wrong-axis",
        {"b": lambda dy, x, w, b: dy.sum(axis=(0, 1, 2))},
    ),
    EQUAL,
    EQUAL.wrong(
        "dw with channels exchanged",
        "transposed",
        {"w": lambda *a: conv2d_backward(*a)[1].transpose(1, 0, 2, 3)},
    ),
    EQUAL.wrong(
        "db over the wrong axes", "wrong-axis", {"b": lambda dy, x, w, b: dy.sum(axis=(1, 2, 3))}
    ),
    EQUAL.wrong(
        "dw rotated by 180 degrees",
        "flipped",
        {"w": lambda *a: conv2d_backward(*a)[1][:, :, ::-1, ::-1]},
    ),
]
