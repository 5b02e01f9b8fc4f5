# %% [markdown]
# # 3. Is my gradient right?
#
# **Goal.** Judge a gradient by numbers: know what a difference quotient can see and what it cannot,
# what the complex step adds, and what a kink, float32 and a careless upstream gradient do to both.
#
# **Prerequisites.** Tutorial 1, the Taylor expansion, complex numbers.
#
# **Duration.** About 60 minutes with pencil and paper. The script itself runs for some seconds.
#
# **Outcome.** You can choose the step of a difference quotient and say how many digits it leaves.
# You know four ways in which a check passes a wrong gradient or fails a right one, and how
# `numnet.check_gradient` and `check_backward` deal with each.
#
# Run the cells one by one. Wherever it says "Before you run the next cell", write your answer down
# first; the text below the cell says what was measured.

# %%
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import numnet

pictures = Path("numnet-out/tutorials")
pictures.mkdir(parents=True, exist_ok=True)
BLUE, VERMILLION, GREEN, INK = "#0072B2", "#D55E00", "#009E73", "#222222"
eps = np.finfo(float).eps  # 2.2e-16, the distance from 1 to the next float64

# %% [markdown]
# ## A gradient to judge
#
# A network of one layer with tanh, and half the sum of squares as its loss:
#
#     a = tanh(x W)          L = 1/2 sum over n and q of (a[n, q] - t[n, q])^2
#     dW = x' ((a - t) (1 - a^2))
#
# | array | shape | what it is |
# |---|---|---|
# | x | (N, D) = (20, 4) | examples |
# | W | (D, Q) = (4, 3) | weights |
# | a, t | (N, Q) = (20, 3) | outputs and targets |
#
# Everything below asks one question of it: is dW right?

# %%
rng = np.random.default_rng(0)
x = rng.standard_normal((20, 4))  # (N, D)
W = rng.standard_normal((4, 3))  # (D, Q)
t = rng.standard_normal((20, 3))  # (N, Q)


def L(W):
    return 0.5 * ((np.tanh(x @ W) - t) ** 2).sum()


def dL(W):
    a = np.tanh(x @ W)
    return x.T @ ((a - t) * (1 - a * a))


print(f"L = {L(W):.4f}, the largest entry of dW is {np.abs(dL(W)).max():.4f}")

# %% [markdown]
# ## Two errors that fight
#
# For one entry of W, L is a function of one number. Its Taylor expansion around the point is
#
#     L(h) = L + L' h + L'' h^2 / 2 + L''' h^3 / 6 + ...
#
# - The one-sided quotient (L(h) - L(0)) / h is L' + L'' h / 2 + ...: a **truncation error** ~ h.
# - In the central one, (L(h) - L(-h)) / 2h, the even terms cancel: L' + L''' h^2 / 6 + ..., an
#   error ~ h^2.
# - Each value of L is rounded to about eps L; divided by h, a **rounding error** ~ eps L / h.
#
# Before you run the next cell: at which h are the two errors of the one-sided quotient equal, if
# all derivatives are about as large as L? And those of the central one? How small is the error
# there?


# %%
def moved(h, index=(1, 2)):
    """L with one entry of W moved by h."""
    V = W.astype(np.result_type(W, h))
    V[index] += h
    return L(V)


true = dL(W)[1, 2]
hs = 10.0 ** np.arange(-14, 0.1, 0.25)
one_sided = np.array([abs((moved(h) - moved(0)) / h - true) for h in hs])
central = np.array([abs((moved(h) - moved(-h)) / (2 * h) - true) for h in hs])

figure = Figure(figsize=(6.5, 4.2), layout="constrained")
axes = figure.add_subplot(xlabel="h", ylabel="error", title="Truncation against rounding")
axes.loglog(hs, one_sided, "o-", color=BLUE, markersize=4, label="one-sided")
axes.loglog(hs, central, "s-", color=VERMILLION, markersize=4, label="central")
axes.loglog(hs, eps * L(W) / hs, ":", color=INK, label="eps L / h")
axes.set_ylim(1e-13, 1e3)
axes.legend()
figure.savefig(pictures / "03-two-errors.png")

for name, error in (("one-sided", one_sided), ("central", central)):
    print(f"{name:<10} best at h = {hs[error.argmin()]:.0e}, error {error.min():.0e}")


def slope(error, low, high):
    """By how many powers of ten the error grows while h grows by one."""
    chosen = (hs >= low) & (hs <= high)
    return np.polyfit(np.log10(hs[chosen]), np.log10(error[chosen]), 1)[0]


slopes = {
    "one-sided, truncation": slope(one_sided, 1e-5, 1e-2),
    "central, truncation": slope(central, 1e-3, 1e-1),
    "central, rounding": slope(central, 1e-13, 1e-7),
}
for name, value in slopes.items():
    print(f"slope of {name}: {value:.2f}")

# %% [markdown]
# Look at 03-two-errors.png. With h^1 = eps / h the one-sided quotient is best near sqrt(eps) = 1e-8
# and 8 digits are left. With h^2 = eps / h the central one is best near eps^(1/3) = 6e-6 and 10 or
# 11 digits are left. The slopes in the picture are the powers of h: 1, 2 and -1.
#
# No step gives all 16 digits: **the subtraction itself loses them.**

# %% [markdown]
# ## Extrapolation: fewer errors of the first kind
#
# The central quotient is D(h) = L' + c h^2 + d h^4 + ... Halve h, and the first error falls to a
# quarter. So it can be computed away (Richardson):
#
#     E(h) = (4 D(h / 2) - D(h)) / 3 = L' - d h^4 / 4 + ...
#
# The same again with the h^4: (16 E(h / 2) - E(h)) / 15.
#
# Before you run the next cell: with an error ~ h^4, where will the best h lie now, and how many
# digits will be left there?


# %%
def D(h):
    return (moved(h) - moved(-h)) / (2 * h)


def E(h):
    return (4 * D(h / 2) - D(h)) / 3


fourth = np.array([abs(E(h) - true) for h in hs])
sixth = np.array([abs((16 * E(h / 2) - E(h)) / 15 - true) for h in hs])
for name, error in (("order 2", central), ("order 4", fourth), ("order 6", sixth)):
    print(f"{name}: best at h = {hs[error.argmin()]:.0e}, error {error.min():.0e}")

# %% [markdown]
# eps^(1/5) is 7e-4: at such a large step the rounding is divided by much more. Orders 4 and 6 leave
# 11 digits and more. This is what numnet does where it can take differences only: it extrapolates,
# and reads from the values of several steps how far they can be trusted.

# %% [markdown]
# ## The complex step: no subtraction at all
#
# Move the entry by i h, along the imaginary axis:
#
#     L(i h) = L + i L' h - L'' h^2 / 2 - ...          so          L' = Im L(i h) / h + O(h^2)
#
# Nothing is subtracted, so nothing is lost, however small h is. With h = 1e-30 the truncation
# error h^2 is 1e-60. (Squire and Trapp, SIAM Review 40, 1998.)
#
# Before you run the next cell: how many digits will agree?

# %%
complex_step = moved(1e-30j).imag / 1e-30
complex_error = abs(complex_step - true)
print(f"dW[1, 2] = {true:.17f} by formula")
print(f"           {complex_step:.17f} by the complex step, error {complex_error:.0e}")

# %% [markdown]
# All of them, up to a last bit or two.
#
# It has its price. The code must let complex numbers through, and each function in it must be
# analytic: a polynomial, exp, tanh, a matrix product. `np.abs` is not: it drops the imaginary part.
#
# Before you run the next cell: what will the complex step say about the derivative of the sum of
# abs(w), which is sign(w)?


# %%
def sum_of_sizes(w):
    return np.abs(w).sum()


w = np.array([1.0, -2.0, 3.0])
silent = [sum_of_sizes(w + 1e-30j * unit).imag / 1e-30 for unit in np.eye(3)]
print("complex step:", silent, "  true:", np.sign(w))

abs_report = numnet.check_gradient(sum_of_sizes, np.sign, w)
print(abs_report)
zero_report = numnet.check_gradient(sum_of_sizes, np.zeros_like, w)
print(zero_report)

# %% [markdown]
# Zero, without a word. A checker that trusts the complex step fails the right gradient, sign(w),
# and passes zeros. numnet compares the complex step with real differences first, and uses it only
# where both agree; the last line of a finding says which of the two was used.

# %% [markdown]
# ## What a tolerance hides
#
# A popular test compares the norms: |claimed - quotient| / (|claimed| + |quotient|) < 1e-7.
# Suppose that one entry of dW is wrong, in a network of many.
#
# Before you run the next cell: of a gradient of 10 000 entries of size 1, one is 0.00001 too large.
# What will the quotient of norms be? Does the test see it?

# %%
V = rng.standard_normal((100, 100))


def half_square(V):
    return 0.5 * (V * V).sum()


def one_wrong(V):
    dV = V.copy()
    dV[17, 42] += 1e-5
    return dV


norm_error = np.linalg.norm(one_wrong(V) - V) / (np.linalg.norm(one_wrong(V)) + np.linalg.norm(V))
located = numnet.check_gradient(half_square, one_wrong, V)
print(f"ratio of the norms: {norm_error:.1e}")
print(located)

# %% [markdown]
# 5e-8: the test passes. numnet does not compare norms. It compares slopes along random directions,
# each with a bound on its own rounding, and where they differ it halves the set of entries until
# the wrong one is found. That costs some 2 log2(10 000) = 27 more calls, not 10 000.
#
# Each right finding also says what it would have seen: `detects` is the smallest error of a single
# entry that would have been caught.

# %% [markdown]
# ## A small gradient beside a large loss
#
# Rounding is proportional to L, not to L'. Add a constant to the loss: the gradient stays.
#
# Before you run the next cell: what is the best error of the central quotient of L + 1e8? What will
# `check_gradient` say to the right gradient, and to one that is 1e-6 too large in one entry?


# %%
def offset_L(W):
    return L(W) + 1e8


def at_offset(h):
    V = W.copy()
    V[1, 2] += h
    return offset_L(V)


def slightly_wrong(W):
    dW = dL(W)
    dW[1, 2] += 1e-6
    return dW


drowned = min(abs((at_offset(h) - at_offset(-h)) / (2 * h) - true) for h in hs)
print(f"central quotient of L + 1e8: best error {drowned:.0e}")
offset_right = numnet.check_gradient(offset_L, dL, W)
offset_wrong = numnet.check_gradient(offset_L, slightly_wrong, W)
print(offset_right)
print(offset_wrong)

# %% [markdown]
# The quotient has lost 4 or 5 digits more. The complex step has lost none: the constant is in the
# real part, the derivative in the imaginary one, and they never meet.

# %% [markdown]
# ## Kinks
#
# relu(z) = max(z, 0) has slope 0 on the left of 0 and slope 1 on the right. At 0 it has none.
#
# Before you run the next cell: which value will the central quotient give at z = 0, for h = 1e-1,
# 1e-3, 1e-5? Would a checker that compares two steps with each other become suspicious?


# %%
def relu_sum(z):
    return np.maximum(z, 0.0).sum()


z = np.array([1.5, 0.0, -2.0])
unit = np.array([0.0, 1.0, 0.0])
for h in (1e-1, 1e-3, 1e-5):
    right_side = (relu_sum(z + h * unit) - relu_sum(z)) / h
    left_side = (relu_sum(z) - relu_sum(z - h * unit)) / h
    print(f"h = {h:.0e}: central {(right_side + left_side) / 2}, sides {left_side}, {right_side}")

kink_reports = {
    claim: numnet.check_gradient(relu_sum, lambda z, c=claim: np.where(z == 0, c, z > 0), z)
    for claim in (0.0, 0.5, 1.0, 1.5)
}
for claim, report in kink_reports.items():
    print(f"claimed slope {claim} at the kink: {report.verdict}, cause {report.findings[0].cause}")

# %% [markdown]
# 1/2, at every step, to all digits. Extrapolation finds nothing to improve, so the value comes with
# a tiny error, and the customary 0 at z = 0 would be called wrong. Only **the two one-sided
# slopes** show the kink.
#
# numnet takes that pair. Any value between the slopes is right there, and called a kink; a value
# outside is undecided, because a sum of several functions with kinks may rightly give one.

# %% [markdown]
# ## float32
#
# In float32 eps is 1.2e-7. The rounding error eps L / h is a billion times larger.
#
# Before you run the next cell: how many digits does the best central quotient leave in float32?
# Does a right gradient pass a tolerance of 1e-6?

# %%
x32, t32, W32 = x.astype(np.float32), t.astype(np.float32), W.astype(np.float32)


def L32(x, W, t):
    return 0.5 * ((np.tanh(x @ W) - t) ** 2).sum()


def dW32(x, W, t):
    a = np.tanh(x @ W)
    return x.T @ ((a - t) * (1 - a * a))


def quotient32(h):
    above, below = W32.copy(), W32.copy()
    above[1, 2] += h
    below[1, 2] -= h
    return (L32(x32, above, t32) - L32(x32, below, t32)) / (above[1, 2] - below[1, 2])


claim32 = dW32(x32, W32, t32)[1, 2]
single = [abs(float(quotient32(np.float32(h)) / claim32) - 1) for h in (1e-1, 1e-2, 1e-3, 1e-4)]
print("relative error in float32 at h = 1e-1 ... 1e-4:", " ".join(f"{e:.0e}" for e in single))


def float32_gradients(x, W, t):
    return None, dW32(x, W, t), None


report32 = numnet.check_gradient(L32, float32_gradients, (x32, W32, t32), wrt="W")
print(report32)

# %% [markdown]
# Three digits are left, and a tolerance of 1e-6 fails a right gradient. The formulas are the
# same in float64, so numnet takes the same point, widened, and differentiates there: the reference
# has all its digits, and the claim is allowed what float32 rounds off, no more.

# %% [markdown]
# ## A blind upstream gradient
#
# A backward needs a dy to work on, and ones are the first that come to mind: the loss is then the
# sum of the outputs. Take softmax, y[n, c] = exp(z[n, c]) / sum over k of exp(z[n, k]). Its rows
# sum to 1, whatever z is.
#
# Before you run the next cell: what is the gradient of the sum of all outputs of softmax? Which of
# the three backwards below pass with dy = 1? Which with a random dy?


# %%
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def right_dz(dy, z):
    y = softmax(z)
    return y * (dy - (dy * y).sum(axis=1, keepdims=True))


def no_dz(dy, z):
    return np.zeros_like(z)


def wrong_sum_dz(dy, z):
    y = softmax(z)
    return y * (dy - dy.mean(axis=1, keepdims=True))


logits = rng.standard_normal((6, 4))
ones, random_dy = np.ones((6, 4)), rng.standard_normal((6, 4))


def quotient_dz(dy, z, h=1e-5):
    """The gradient of sum(dy * softmax(z)), by central differences."""
    dz = np.zeros_like(z)
    for index in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[index] = h
        dz[index] = (dy * (softmax(z + step) - softmax(z - step))).sum() / (2 * h)
    return dz


passes = {}
for backward in (right_dz, no_dz, wrong_sum_dz):
    passes[backward.__name__] = [
        bool(np.abs(backward(dy, logits) - quotient_dz(dy, logits)).max() < 1e-8)
        for dy in (ones, random_dy)
    ]
    report = numnet.check_backward(softmax, backward, logits)
    with_ones, with_random = passes[backward.__name__]
    print(f"{backward.__name__:<14} ones: {with_ones!s:<6} random: {with_random!s:<6}"
          f" check_backward: {report.verdict}")  # fmt: skip

# %% [markdown]
# The gradient of a constant is 0, so with ones all three pass, zeros included. A sum of outputs
# also cannot see an error that sums to 0. `check_backward` draws a random dy, every entry
# different. `check_gradient` sees through a loss of your own, and is as blind as that loss.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds.

# %%
claims = {
    # name: (value, low, high)
    "one-sided: best h": (hs[one_sided.argmin()], 1e-10, 1e-6),
    "one-sided: least error": (one_sided.min(), 0, 1e-6),
    "one-sided: slope of the truncation": (slopes["one-sided, truncation"], 0.9, 1.1),
    "central: best h": (hs[central.argmin()], 1e-7, 1e-3),
    "central: least error": (central.min(), 0, 1e-8),
    "central: slope of the truncation": (slopes["central, truncation"], 1.8, 2.2),
    "central: slope of the rounding": (slopes["central, rounding"], -1.4, -0.6),
    "order 6: least error, beside the central one": (sixth.min() / central.min(), 0, 0.5),
    "complex step: error": (complex_error, 0, 1e-14),
    "complex step: abs gives 0": (np.abs(silent).max(), 0, 0),
    "abs: check_gradient says right": (bool(abs_report), True, True),
    "abs: zeros are wrong": (zero_report.verdict == "wrong", True, True),
    "one of 10 000 wrong: ratio of the norms": (norm_error, 0, 1e-7),
    "one of 10 000 wrong: it is located": (located.findings[0].where == (17, 42), True, True),
    "one of 10 000 wrong: calls of the forward": (located.calls, 1, 200),
    "L + 1e8: best error of the central quotient": (drowned, 1e-9, 1e-2),
    "L + 1e8: the right gradient is right": (bool(offset_right), True, True),
    "L + 1e8: 1e-6 too large is wrong": (offset_wrong.verdict == "wrong", True, True),
    "kink: claims between the slopes are right": (
        all(kink_reports[c].verdict == "right" for c in (0.0, 0.5, 1.0)), True, True),
    "kink: a claim outside is undecided": (kink_reports[1.5].verdict == "undecided", True, True),
    "float32: best relative error of the quotient": (min(single), 1e-6, 1e-2),
    "float32: check_gradient says right": (bool(report32), True, True),
    "dy of ones: backwards that pass": (sum(ones for ones, _ in passes.values()), 2, 3),
    "random dy: backwards that pass": (sum(random for _, random in passes.values()), 1, 1),
}  # fmt: skip
print(f"{'claim':<50}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<50}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. Your gradient has 1 000 000 entries, and one evaluation of the loss takes 20 ms. How long does
#    a central difference of every entry take? How long one along a random direction, and what can
#    you conclude if it agrees?
# 2. The central difference of f(w) = w^2 has no truncation error. Which h is best then? Find a
#    smooth function whose central differences at h = 1/2, 1/4 and 1/8 all agree and are all wrong.
# 3. Write f(w) = sqrt(w^2 + c^2) with c = 1e-9 and check its gradient w / f at w = 0 and at
#    w = 1e-9. Is there a kink? From which h on do the one-sided slopes say so, and how could a
#    checker tell the difference?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. 2 000 000 evaluations are 11 hours; a direction takes 40 ms. If the slope along a random
#    direction agrees, errors could remain only if they cancel along it, which for a direction drawn
#    at random after the error was made is as unlikely as the bound is small. What it cannot say is
#    which entry is wrong.
# 2. The larger h, the less the rounding eps f / h weighs, as long as f itself does not grow: h of
#    the size of w. The function sin(16 pi w) at w = 0: the steps are multiples of half its period,
#    each difference is 0, and the slope is 16 pi.
# 3. It is smooth, but looks like abs(w) for every step much above c. At steps below 1e-9 the slopes
#    agree. A checker has to go down with h until the pair of slopes agrees, or until rounding
#    leaves nothing to see.
#
# </details>
