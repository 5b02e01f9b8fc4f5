# %% [markdown]
# # 4. Bug hunt
#
# **Goal.** Find eight mistakes that were made in two reports on exactly this network, each by what
# the gradient checker says about it.
#
# **Prerequisites.** Tutorials 2 and 3.
#
# **Duration.** About 60 minutes. The script itself runs for some seconds.
#
# **Outcome.** You know what a lost factor, a lost update, a mixed-up loss and a stale buffer look
# like in a report, and how to turn a suspicion that is not about a gradient into one that is.
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
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"

# %% [markdown]
# ## The network, right
#
# The two-layer network of tutorial 2, on the digits 1, 7 and 9:
#
#     Z1 = X W1 + b1     A1 = tanh(Z1)     Z2 = A1 W2 + b2     P = softmax(Z2)
#
# | array | shape | what it is |
# |---|---|---|
# | X | (N, D) = (40, 64) | images, one a row |
# | W1, b1 | (D, Q), (Q,) = (64, 10), (10,) | first layer |
# | W2, b2 | (Q, C), (C,) = (10, 3), (3,) | second layer |
# | P, Y | (N, C) = (40, 3) | probabilities, and the labels as one-hot rows |
#
# The loss is the mean over the examples of -log of the probability of the label.

# %%
data = numnet.data.load_digits(classes=(1, 7, 9))
N, Q, C = 40, 10, 3
X, X_test = data.x_train[:N], data.x_test[:N]
Y, Y_test = (np.eye(C)[y[:N]] for y in (data.y_train, data.y_test))
rng = np.random.default_rng(0)
theta = {
    "W1": rng.normal(scale=0.3, size=(64, Q)),
    "b1": rng.normal(scale=0.3, size=Q),
    "W2": rng.normal(scale=0.3, size=(Q, C)),
    "b2": rng.normal(scale=0.3, size=C),
}


def forward(X, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    Z2 = A1 @ W2 + b2
    P = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    return A1, P / P.sum(axis=1, keepdims=True)


def loss(W1, b1, W2, b2):
    _, P = forward(X, W1, b1, W2, b2)
    return -(Y * np.log(P)).sum() / N


def gradient(W1, b1, W2, b2):
    A1, P = forward(X, W1, b1, W2, b2)
    delta3 = (P - Y) / N
    delta2 = (1 - A1 * A1) * (delta3 @ W2.T)
    return {"W1": X.T @ delta2, "b1": delta2.sum(0), "W2": A1.T @ delta3, "b2": delta3.sum(0)}


right_report = numnet.check_gradient(loss, gradient, theta)
print(right_report)

# %% [markdown]
# Four arrays, all right. From here on something is always wrong. The eight mistakes come in the
# order of what they teach.

# %% [markdown]
# ## 1. The factor of the mean
#
# The forward takes the mean of the squared errors, and the report gives the backward as 2 (y - t).
#
# Before you run the next cell: which number will stand in the explanation? The arrays are (40, 3).


# %%
def mse(y_pred):
    return ((y_pred - Y) ** 2).mean()


def mse_gradient(y_pred):
    return 2 * (y_pred - Y)


_, P = forward(X, **theta)
factor_report = numnet.check_gradient(mse, mse_gradient, P)
print(factor_report)

# %% [markdown]
# A constant ratio is the easiest of all to recognise: it is a product of lengths, here N C = 120.

# %% [markdown]
# ## 2. Two losses that do not belong together
#
# The report displays the two-sided cross-entropy -(1/N) sum of y log p + (1 - y) log(1 - p) and
# trains with delta3 = P - Y, divided by N.
#
# Before you run the next cell: is delta3 the gradient of the displayed loss? If not, is the ratio
# constant? Are the signs right at least, so that the loss falls?


# %%
def displayed_loss(W1, b1, W2, b2):
    _, P = forward(X, W1, b1, W2, b2)
    return -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum() / N


mixed_report = numnet.check_gradient(displayed_loss, gradient, theta)
print(mixed_report)
numerical = np.array([
    (displayed_loss(**{**theta, "b2": theta["b2"] + h})
     - displayed_loss(**{**theta, "b2": theta["b2"] - h})) / 2e-6
    for h in 1e-6 * np.eye(C)
])  # fmt: skip
mixed_ratios = gradient(**theta)["b2"] / numerical
print("db2 / true:", mixed_ratios)

# %% [markdown]
# All four are wrong, and no constant joins them: P - Y is the gradient of the softmax cross-entropy
# alone. The directions are similar enough for training to work, which is why nobody noticed. With a
# softmax, use the softmax cross-entropy; the two-sided one belongs to independent sigmoids.

# %% [markdown]
# ## 3. The update that is no gradient step
#
# The report updates with
#
#     W1 <- W1 - eps dW1        W2 <- W2 - eps db2
#
# and never mentions b1 and b2 again. The gradients are right. NumPy broadcasts db2 over the rows of
# W2 without a word.
#
# How does one check an update? A step of gradient descent moves theta by -eps times the gradient.
# So **(before - after) / eps is a claimed gradient**, and the checker judges it.
#
# Before you run the next cell: which of the four arrays will be wrong, and what will be said of
# each?

# %%
eps = 0.1


def wrong_update(W1, b1, W2, b2):
    g = gradient(W1, b1, W2, b2)
    return {"W1": W1 - eps * g["W1"], "b1": b1, "W2": W2 - eps * g["b2"], "b2": b2}


def implied_gradient(**before):
    after = wrong_update(**before)
    return {name: (before[name] - after[name]) / eps for name in before}


update_report = numnet.check_gradient(loss, implied_gradient, theta)
print(update_report)

# %% [markdown]
# dW1 is right. The other three are not, and "0 everywhere" is what a forgotten update looks like.

# %% [markdown]
# ## 4. A test curve that never saw the test data
#
# The report computes its "test" loss from the training labels and the training predictions. The two
# curves lie close together, and the report is glad that nothing is overfitted.
#
# A function that does not look at its argument has gradient zero. So claim zeros, and let the
# checker say whether that is right.
#
# Before you run the next cell: what should the verdict be on a true test loss? And on this one?


# %%
def report_test_loss(X_test):
    _, P = forward(X, **theta)
    return -(Y * np.log(P)).sum() / N


def true_test_loss(X_test):
    _, P = forward(X_test, **theta)
    return -(Y_test * np.log(P)).sum() / N


test_reports = {
    f.__name__: numnet.check_gradient(f, np.zeros_like, X_test)
    for f in (report_test_loss, true_test_loss)
}
for name, report in test_reports.items():
    print(f"{name}: a gradient of zeros is {report.verdict}")

# %% [markdown]
# "Right" is the alarm here: nothing that happens to the test images changes the reported loss.

# %% [markdown]
# ## 5. The gradient that is never zeroed
#
# With a tape, gradients add up until they are zeroed. The report zeroes b2.grad twice and W2.grad
# never.
#
# Before you run the next cell: is the very first step affected? How many calls does it take to see
# the mistake?


# %%
class Tape:
    def __init__(self):
        self.grad = {name: np.zeros_like(value) for name, value in theta.items()}

    def backward(self, W1, b1, W2, b2):
        for name in ("W1", "b1", "b2", "b2"):
            self.grad[name] = np.zeros_like(self.grad[name])
        for name, g in gradient(W1, b1, W2, b2).items():
            self.grad[name] += g
        return {name: g.copy() for name, g in self.grad.items()}


stale_report = numnet.check_gradient(loss, Tape().backward, theta)
print(stale_report)

# %% [markdown]
# The first call is right, so a check that calls once says "right". numnet calls twice, before it
# takes any derivative, and names what it finds: "accumulates".

# %% [markdown]
# ## 6. A layer used twice
#
# The report's module applies its second layer before the relu and once more after it. With Q = 10
# and C = 3 this is a shape error. Suppose that the layer is square, so that it runs.
#
# Before you run the next cell: the backward below is that of the intended network, relu(x W1) W2.
# Which of dW1 and dW2 will be wrong?


# %%
def twice(x, W1, W2):
    z = x @ W1 @ W2
    return np.maximum(z, 0.0) @ W2


def intended_backward(dy, x, W1, W2):
    z = x @ W1
    a = np.maximum(z, 0.0)
    dz = (dy @ W2.T) * (z > 0)
    return dz @ W1.T, x.T @ dz, a.T @ dy


square = rng.normal(size=(5, 4)), rng.normal(size=(4, 4)), rng.normal(size=(4, 4))
twice_report = numnet.check_backward(twice, intended_backward, square)
print(twice_report)

# %% [markdown]
# All three: a checker compares the backward with the forward **that is there**, not with the one
# that was meant. When every gradient is wrong and no simple cause fits, look at the forward.

# %% [markdown]
# ## 7. The guard that guards nothing
#
# The report writes log(p + 1e-16) so that the logarithm of 0 is never taken.
#
# Before you run the next cell: what is 1 + 1e-16 in float64? For which p in float32 does adding
# 1e-16 change anything? What is the gradient y / (p + 1e-16) of a label at p = 0?

# %%
print("float64: 1 + 1e-16 == 1 is", 1 + 1e-16 == 1)
p32 = np.float32(10.0) ** np.arange(-12, 1, dtype=np.float32)
changed = p32[p32 + np.float32(1e-16) != p32]
print(f"float32: the guard changes nothing above p = {changed.max():.0e}")


def guarded(p):
    return -np.log(p + 1e-16).sum() - np.log(1 - p + 1e-16).sum()


def guarded_gradient(p):
    return -1 / (p + 1e-16) + 1 / (1 - p + 1e-16)


inside = numnet.check_gradient(guarded, guarded_gradient, np.array([0.25, 0.75]))
edge = numnet.check_gradient(guarded, guarded_gradient, np.array([0.25, 1.0]))
saturated = float(np.abs(guarded_gradient(np.array([0.0, 1.0]))).max())
print(inside)
print(edge)
print(f"the gradient at p = 0 and at p = 1 is {saturated:.0e}")

# %% [markdown]
# Away from the edge the formula is right. At p = 1 the loss ends: beyond it is the logarithm of a
# negative number, and the checker does not decide. The guard keeps infinity out of the printed loss
# and leaves a gradient of 1e16, which one step turns into parameters that are no use to anyone. A
# loss on logits needs no guard:
# log(softmax(z)) = z - log(sum of exp(z)), finite for every z.

# %% [markdown]
# ## 8. Every weight starts at 0.01
#
# Each weight is drawn with scale 1e-2, whatever the width of its layer. This is no wrong gradient
# at all; it is a point at which a gradient shows little.
#
# Before you run the next cell: a factor (1 - A1^2) is forgotten. By how much does it change dW1 if
# all of A1 is near 0? Will the checker notice?


# %%
def no_slope(W1, b1, W2, b2):
    A1, P = forward(X, W1, b1, W2, b2)
    delta3 = (P - Y) / N
    delta2 = delta3 @ W2.T
    return {"W1": X.T @ delta2, "b1": delta2.sum(0), "W2": A1.T @ delta3, "b2": delta3.sum(0)}


def output_error(**start):
    return (forward(X, **start)[1] - Y) / N


# What the explanation may speak of besides the arguments.
known = {
    "X": X,
    "A1": lambda **start: forward(X, **start)[0],
    "delta3": output_error,
    "dA1": lambda **start: output_error(**start) @ start["W2"].T,
}
starts = {1e-2: {}, 0.3: {}}
for scale, start in starts.items():
    draw = np.random.default_rng(1)
    for name, value in theta.items():
        start[name] = draw.normal(scale=scale, size=value.shape)
relative = {}
slope_reports = {}
for scale, start in starts.items():
    wrong, true = no_slope(**start)["W1"], gradient(**start)["W1"]
    relative[scale] = np.linalg.norm(wrong - true) / np.linalg.norm(true)
    slope_reports[scale] = numnet.check_gradient(loss, no_slope, start, context=known)
    print(f"start of scale {scale}: dW1 is off by {100 * relative[scale]:.2g} %, "
          f"{slope_reports[scale].verdict}")  # fmt: skip
print(slope_reports[0.3])

# %% [markdown]
# At the small start the mistake is a small fraction of dW1, which a loose tolerance lets through.
# The reference here has some 14 digits, so the verdict does not depend on the start. Still, check
# at a point where the units do something.
#
# The arrays in `context` let the explanation say what to change: for db1 it names the factor that
# is missing, 1 - A1**2, in the words of the code.

# %% [markdown]
# ## All eight in one picture
#
# How much of each wrong gradient points where it should? The cosine of the angle to the true one is
# 1 for a lost factor, although every step is 120 times too long.


# %%
def cosine(a, b):
    a, b = np.ravel(a), np.ravel(b)
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return a @ b / size if size else 0.0


true = gradient(**theta)
implied = implied_gradient(**theta)
cosines = {
    "1. factor": cosine(mse_gradient(P), 2 * (P - Y) / P.size),
    "2. two losses (db2)": cosine(true["b2"], numerical),
    "3. update of W2": cosine(implied["W2"], true["W2"]),
    "3. update of b2": cosine(implied["b2"], true["b2"]),
    "8. no slope, start 0.01": cosine(
        no_slope(**starts[1e-2])["W1"], gradient(**starts[1e-2])["W1"]
    ),
    "8. no slope, start 0.3": cosine(no_slope(**starts[0.3])["W1"], gradient(**starts[0.3])["W1"]),
}
figure = Figure(figsize=(6.5, 3.2), layout="constrained")
axes = figure.add_subplot(xlabel="cosine to the true gradient", xlim=(-1, 1.05))
axes.barh(list(cosines), list(cosines.values()), color=BLUE)
axes.axvline(0, color="#222222", linewidth=1)
axes.invert_yaxis()
figure.savefig(pictures / "04-cosines.png")
for name, value in cosines.items():
    print(f"{name:<26}{value:+.4f}")

# %% [markdown]
# Look at 04-cosines.png. Most of these gradients point roughly where they should, so the loss falls
# with each of them. **That the loss falls is no proof.** A report is.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds.

# %%
verdicts = {name: report.verdict for name, report in test_reports.items()}
claims = {
    # name: (value, low, high)
    "the network as it should be is right": (bool(right_report), True, True),
    "1. the cause is scale": (factor_report.cause == "scale", True, True),
    "1. the ratio is N C": (factor_report.findings[0].ratio, N * C, N * C),
    "2. wrong gradients": (sum(f.verdict == "wrong" for f in mixed_report.findings), 4, 4),
    "2. no constant ratio": (np.ptp(mixed_ratios) / np.abs(mixed_ratios).max(), 0.01, np.inf),
    "3. W1 is right": (update_report["W1"].verdict == "right", True, True),
    "3. W2 is wrong": (update_report["W2"].verdict == "wrong", True, True),
    "3. b1 and b2 are zeros": (
        {update_report[name].cause for name in ("b1", "b2")} == {"zeros"}, True, True),
    "4. zeros are right for the reported loss": (
        verdicts["report_test_loss"] == "right", True, True),
    "4. zeros are wrong for a true test loss": (verdicts["true_test_loss"] == "wrong", True, True),
    "5. W2 accumulates": (stale_report["W2"].cause == "accumulates", True, True),
    "5. the others are right": (
        sum(f.verdict == "right" for f in stale_report.findings), 3, 3),
    "6. wrong gradients": (sum(f.verdict == "wrong" for f in twice_report.findings), 3, 3),
    "7. largest p that the guard changes in float32": (changed.max(), 1e-11, 1e-8),
    "7. right away from the edge": (bool(inside), True, True),
    "7. undecided on the edge": (edge.verdict == "undecided", True, True),
    "7. gradient at a saturated p": (saturated, 1e15, 1e17),
    "8. start 0.01: share by which dW1 is off": (relative[1e-2], 0, 0.05),
    "8. start 0.3: share by which dW1 is off": (relative[0.3], 0.1, np.inf),
    "8. wrong at both starts": (
        all(report.verdict == "wrong" for report in slope_reports.values()), True, True),
    "8. the cause is a missing factor": (
        slope_reports[0.3]["b1"].cause == "missing-factor", True, True),
    "8. the explanation names it": (
        "1 - A1**2" in slope_reports[0.3]["b1"].explanation, True, True),
    "cosine of the lost factor": (cosines["1. factor"], 1 - 1e-12, 1 + 1e-12),
}  # fmt: skip
print(f"{'claim':<50}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<50}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. Mistake 5 again, but W2.grad is zeroed and the optimizer keeps a velocity with momentum 0.9
#    that is never reset between two runs. Is this a wrong gradient? Would the checker see it?
# 2. Plant a mistake of your own in `gradient`, let a friend see only the printed report, and ask
#    for the line to change. Which mistakes are easiest to name, and why are transposed square
#    matrices not among them when the point is symmetric?
# 3. The check of the update in part 3 works for plain gradient descent. What would you check for
#    momentum, or for Adam: which function, and which claimed gradient?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. The gradient is right, and the checker, which sees only fun and grad, is content. The update is
#    not: (before - after) / eps of the first step of the second run is not the gradient.
# 2. Constant ratios and zeros. For a symmetric W the transposed product is the same number: the
#    point hides the mistake. Draw W at random, and with different lengths wherever possible.
# 3. The first step from a fresh state: with momentum it is the plain one, with Adam each entry
#    moves by nearly lr times the sign of its gradient. For later steps, check the velocity: it is
#    the sum of past gradients, each times its power of the momentum.
#
# </details>
