# %% [markdown]
# # 1. Two modules by hand
#
# **Goal.** Write two modules of a neural network in plain NumPy, `Linear` and `MSE`, each with a
# forward and a backward, and know that they are right.
#
# **Prerequisites.** The matrix product, partial derivatives, the chain rule, NumPy arrays.
#
# **Duration.** About 45 minutes with pencil and paper. The script itself runs for some seconds.
#
# **Outcome.** You can derive a backward from a formula with indices and check it in three ways.
# You train three `Linear` in a row to the best value that they can reach, and you recognise a
# factor that is missing in a gradient.
#
# Run the cells one by one. Wherever it says "Before you run the next cell", write your answer down
# first; the text below the cell says what was measured.

# %%
from pathlib import Path

import numpy as np
import scipy.linalg
from matplotlib.figure import Figure

import numnet

pictures = Path("numnet-out/tutorials")
pictures.mkdir(parents=True, exist_ok=True)

# %% [markdown]
# ## What a module is
#
# A network turns data into one number, the loss L, by a chain of modules. Training needs the
# derivative of L to every parameter. The chain rule allows each module to do its part without
# knowing the others:
#
# - **forward** takes the input x and returns the output y. It keeps what the backward will need.
# - **backward** takes dy, the gradient of L to y, which the module above hands down. It returns
#   dx, the gradient of L to x, which goes to the module below. On the way it computes the gradients
#   of L to the module's own parameters.
#
# Here dy[n, q] stands for the partial derivative of L to y[n, q]. So **a gradient always has
# the shape of the array that it belongs to.** This one rule finds half of all mistakes.

# %% [markdown]
# ## Linear, forward
#
# Formula: y = x W + b. With indices: y[n, q] = sum over d of x[n, d] W[d, q], plus b[q].
#
# | array | shape | what it is |
# |---|---|---|
# | x | (N, D) | N examples, one a row, of D numbers each |
# | W | (D, Q) | weights: column q belongs to output q |
# | b | (Q,) | biases, added to every row |
# | y | (N, Q) | outputs, one row an example |
#
# The first example is small enough to do by hand: N = 3, D = 2, Q = 2.

# %%
x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])  # (N, D) = (3, 2)
W = np.array([[1.0, 0.0], [2.0, -1.0]])  # (D, Q) = (2, 2)
b = np.array([10.0, 20.0])  # (Q,) = (2,)

# %% [markdown]
# Before you run the next cell: what will the first row of y be? What is the shape of y?

# %%
y = x @ W + b  # (N, Q) = (3, 2)
print("y =", y, "of shape", y.shape, sep="\n")

# %% [markdown]
# The first row is 1 * 1 + 2 * 2 + 10 = 15 and 1 * 0 + 2 * (-1) + 20 = 18. The shape is (3, 2).

# %% [markdown]
# ## Linear, backward
#
# The module above hands down dy, of shape (N, Q). There are three gradients to find.
#
# **dW.** W[d, q] enters y[n, q] for every example n, with the factor x[n, d], and enters no other
# column of y. By the chain rule
#
#     dW[d, q] = sum over n of dy[n, q] x[n, d]          that is     dW = x' dy
#
# where x' is the transpose of x. Shapes: (D, N) times (N, Q) is (D, Q), the shape of W.
#
# **db.** b[q] enters y[n, q] for every n with the factor 1:
#
#     db[q] = sum over n of dy[n, q]
#
# **dx.** x[n, d] enters row n of y, in every column q, with the factor W[d, q]:
#
#     dx[n, d] = sum over q of dy[n, q] W[d, q]          that is     dx = dy W'
#
# Shapes: (N, Q) times (Q, D) is (N, D), the shape of x.


# %%
class Linear:
    """y = x W + b"""

    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T


# %% [markdown]
# Before you run the next cell: work out dW, db and dx by hand for the dy below. There are only ten
# numbers to find.

# %%
dy = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])  # (N, Q) = (3, 2)
layer = Linear(W, b)
layer.forward(x)
dx = layer.backward(dy)
print("dW =", layer.dW, "db =", layer.db, "dx =", dx, sep="\n")

# %% [markdown]
# By hand: the first column of dy picks the rows 1 and 3 of x, the second the rows 2 and 3. So the
# columns of dW are (1 + 5, 2 + 6) and (3 + 5, 4 + 6). Each column of dy sums to 2. The rows of dx
# are the first column of W, its second column, and their sum.

# %%
by_hand = {
    "dW": (layer.dW, [[6, 8], [8, 10]]),
    "db": (layer.db, [2, 2]),
    "dx": (dx, [[1, 2], [0, -1], [1, 1]]),
}
wrong_by_hand = sum(int((typed != hand).sum()) for typed, hand in by_hand.values())
print("entries that differ from the result by hand:", wrong_by_hand)

# %% [markdown]
# ## MSE, forward and backward
#
# Formula: L = 1 / (N Q) sum over n and q of (y_pred[n, q] - y_true[n, q])^2, the mean of all
# squared differences. y_pred and y_true both have the shape (N, Q); L is a single number.
#
# The entry y_pred[n, q] stands in exactly one term of the sum. The derivative of its square is
# 2 (y_pred - y_true), and the factor 1 / (N Q) stays in front:
#
#     dy_pred = dy 2 (y_pred - y_true) / (N Q)          dy_true = -dy_pred
#
# dy is the gradient to L that comes from above. L is the end of the chain, so dy = 1.


# %%
class MSE:
    """L = mean of (y_pred - y_true)^2"""

    def forward(self, y_pred, y_true):
        self.e = y_pred - y_true
        return (self.e**2).mean()

    def backward(self, dy=1.0):
        dy_pred = dy * 2 * self.e / self.e.size
        return dy_pred, -dy_pred


# %% [markdown]
# ## First check: a difference quotient
#
# Whoever derived a formula wrongly may well derive it wrongly a second time. A check must come from
# elsewhere. The definition of the derivative is such a place:
#
#     dL / dtheta  =  ( L(theta + h) - L(theta - h) ) / (2 h)     up to an error of the order of h^2
#
# It needs the forward only. Below, f is any function without arguments that reads the array theta.


# %%
def difference_quotient(f, theta, h=1e-5):
    """The slope of f() in each entry of theta; theta is left as it was."""
    slope = np.zeros_like(theta)
    for index in np.ndindex(theta.shape):
        kept = theta[index]
        theta[index] = kept + h
        above = f()
        theta[index] = kept - h
        below = f()
        theta[index] = kept
        slope[index] = (above - below) / (2 * h)
    return slope


# %% [markdown]
# The example is now random, so that no lucky zero hides a mistake: N = 6, D = 4, Q = 3.
#
# Before you run the next cell: a float64 holds about 16 digits. To how many will the quotient
# with h = 1e-5 agree with your formulas?

# %%
rng = np.random.default_rng(0)
x = rng.standard_normal((6, 4))  # (N, D)
y_true = rng.standard_normal((6, 3))  # (N, Q)
layer = Linear(rng.standard_normal((4, 3)), rng.standard_normal(3))
loss = MSE()


def L():
    return loss.forward(layer.forward(x), y_true)


print(f"L = {L():.6f}")
dy_pred, dy_true = loss.backward()
dx = layer.backward(dy_pred)
typed = {"W": layer.dW, "b": layer.db, "x": dx, "y_true": dy_true}
arrays = {"W": layer.W, "b": layer.b, "x": x, "y_true": y_true}

quotient_error = 0.0
for name, gradient in typed.items():
    error = np.abs(gradient - difference_quotient(L, arrays[name])).max()
    quotient_error = max(quotient_error, error)
    print(f"d{name:<6} {gradient.shape!s:<7} largest |error| {error:.1e}")

# %% [markdown]
# The gradients are of the size of 1, the errors below 1e-10: some 10 digits agree, not 16. The
# errors are not those of your formulas but the quotient's own. `above` and `below` agree in most of
# their digits, and the difference of the two has lost those digits for good.

# %% [markdown]
# ## How small should h be?
#
# Compare two quotients: the one-sided (L(theta + h) - L(theta)) / h and the central one from above.
#
# Before you run the next cell: as h falls from 1e-1 to 1e-12, what happens to the error of each?
# At which h is each best?

# %%
hs = 10.0 ** -np.arange(1, 12.5, 0.5)
central, one_sided = [], []
for h in hs:
    central.append(np.abs(difference_quotient(L, layer.W, h) - typed["W"]).max())
    slopes = np.zeros_like(layer.W)
    for index in np.ndindex(layer.W.shape):
        here, kept = L(), layer.W[index]
        layer.W[index] = kept + h
        slopes[index] = (L() - here) / h
        layer.W[index] = kept
    one_sided.append(np.abs(slopes - typed["W"]).max())

figure = Figure(figsize=(6, 4), layout="constrained")
axes = figure.add_subplot(
    xlabel="h", ylabel="largest error in dW", title="Two difference quotients"
)
axes.loglog(hs, one_sided, "o-", color="#0072B2", label="one-sided")
axes.loglog(hs, central, "s--", color="#D55E00", label="central")
axes.legend()
figure.savefig(pictures / "01-difference-quotients.png")
best_one_sided = hs[np.argmin(one_sided)]
print(f"one-sided: best at h = {best_one_sided:.0e}, error {min(one_sided):.1e}")
print(f"central:   best at h = {hs[np.argmin(central)]:.0e}, error {min(central):.1e}")

# %% [markdown]
# Look at 01-difference-quotients.png. The one-sided error falls with h, is smallest between 1e-8
# and 1e-7, where 7 digits are right, and **rises again**: there the rounding error takes over,
# which is about 1e-16 L / h.
#
# The central error only rises as h falls; it is best at the largest h. This is special to our L:
# with a linear module and a square, L is a quadratic polynomial in each parameter, and a central
# difference is exact for those. Only rounding is left. Put a tanh in between and the central curve
# gets a V shape too, with its lowest point near 1e-5.

# %% [markdown]
# ## Second check: numnet's kernels
#
# A kernel is a formula as a function: `linear`, `linear_dx`, `linear_dW`, `linear_db`, `mse` and
# `mse_dy_pred`. They compute what you typed, so all digits should agree.
#
# How is "all digits" measured? One sum in another order differs in its last bits, and where its
# terms cancel, a last bit of the terms can be a large part of the result. So compare the difference
# with s, **the same sum with the absolute values of its terms**: for x' dy that is |x|' |dy|.
#
# Before you run the next cell: how large will |difference| / s be, if both are right?

# %%
kernels = numnet.kernels
value, e = kernels.mse(layer.forward(x), y_true)
size = np.abs  # the size of the terms
compared = {
    # name: (typed, numnet's, s)
    "y": (
        layer.forward(x),
        kernels.linear(x, layer.W, layer.b),
        size(x) @ size(layer.W) + size(layer.b),
    ),
    "L": (loss.forward(layer.forward(x), y_true), value, value),
    "dy_pred": (dy_pred, kernels.mse_dy_pred(1.0, e), size(dy_pred)),
    "dW": (layer.dW, kernels.linear_dW(dy_pred, x), size(x).T @ size(dy_pred)),
    "db": (layer.db, kernels.linear_db(dy_pred), size(dy_pred).sum(axis=0)),
    "dx": (dx, kernels.linear_dx(dy_pred, layer.W), size(dy_pred) @ size(layer.W).T),
}
kernel_error = 0.0
for name, (mine, numnets, s) in compared.items():
    error = np.max(np.abs(mine - numnets) / s)
    kernel_error = max(kernel_error, error)
    print(f"{name:<8} largest |difference| / s: {error:.1e}")

# %% [markdown]
# At most a few times 1e-16, the rounding of a float64. The rows that say 0 agree in every bit: both
# sides do the same operations in the same order. L and dy_pred may differ in their last bit: numnet
# sums the squares as a dot product, and divides 2 by N Q first where you divide last.

# %% [markdown]
# ## Third check: numnet.check_backward
#
# The first check works without any known solution, but you had to judge its errors yourself. numnet
# does that for you: it differentiates the forward numerically, better than a difference quotient,
# estimates how precise that is, and gives a verdict. It takes a forward, and a backward that is
# called with dy and the forward's arguments.
#
# Before you run the next cell: the quotient saw 10 digits. How many will `check_backward` see?


# %%
def linear_forward(x, W, b):
    return Linear(W, b).forward(x)


def linear_backward(dy, x, W, b):
    module = Linear(W, b)
    module.forward(x)
    dx = module.backward(dy)
    return dx, module.dW, module.db


def mse_forward(y_pred, y_true):
    return MSE().forward(y_pred, y_true)


def mse_backward(dy, y_pred, y_true):
    module = MSE()
    module.forward(y_pred, y_true)
    return module.backward(dy)


at = {"x": x, "W": layer.W, "b": layer.b}
linear_report = numnet.check_backward(
    linear_forward, linear_backward, tuple(at.values()), names=tuple(at)
)
print(linear_report)
outputs = (layer.forward(x), y_true)
mse_report = numnet.check_backward(mse_forward, mse_backward, outputs, names=("y_pred", "y_true"))
print(mse_report)

# %% [markdown]
# All five gradients are right, to 15 digits or more: "error" is the difference that was found,
# "within" how far off the check itself may be, and the last number the smallest error that it would
# have detected. It chose a random dy of its own. A check with dy = 1 everywhere can miss mistakes:
# rows of dy that are mixed up then look alike.

# %% [markdown]
# ## Three Linear modules in a row
#
# Random data: x (N, D) = (60, 5), and y_true (N, C) = (60, 3) is a linear map of x plus noise of
# standard deviation 0.5. The network has widths 5, 8, 6, 3. The output of each module is the input
# of the next:
#
#     x (60, 5) -> (60, 8) -> (60, 6) -> y_pred (60, 3) -> L
#
# Backward goes the same way in the other direction: each module gets as dy what the module above
# returned as dx. Then every parameter takes a step of gradient descent, W <- W - lr dW and
# b <- b - lr db, where lr is the learning rate.

# %%
rng = np.random.default_rng(2)
N, D, C = 60, 5, 3
x = rng.standard_normal((N, D))
y_true = x @ rng.standard_normal((D, C)) + 0.5 * rng.standard_normal((N, C))


def three_layers():
    """The same start at each call."""
    rng = np.random.default_rng(3)
    return [
        Linear(0.3 * rng.standard_normal((D, 8)), np.zeros(8)),
        Linear(0.3 * rng.standard_normal((8, 6)), np.zeros(6)),
        Linear(0.3 * rng.standard_normal((6, C)), np.zeros(C)),
    ]


def train(layers, loss, x, y_true, lr, steps):
    """Gradient descent on all examples at once. Returns the loss before each step."""
    curve = []
    for _ in range(steps):
        y_pred = x
        for layer in layers:
            y_pred = layer.forward(y_pred)
        curve.append(loss.forward(y_pred, y_true))
        if curve[-1] > 1e6:
            break
        dy, _ = loss.backward()
        for layer in reversed(layers):
            dy = layer.backward(dy)
        for layer in layers:
            layer.W -= lr * layer.dW
            layer.b -= lr * layer.db
    return np.array(curve)


# %% [markdown]
# Three linear maps in a row are one linear map: ((x W1 + b1) W2 + b2) W3 + b3 = x V + c with
# V = W1 W2 W3. So the network can be no better than the best V and c, which linear algebra finds
# without any training: `scipy.linalg.lstsq`, with a column of ones beside x for c.
#
# Before you run the next cell: to which value will the loss curve converge: 0, the variance 0.25
# of the noise, or something else? Will three layers come as low as one?

# %%
ones = np.ones((N, 1))
design = np.hstack([x, ones])  # (N, D + 1)
solution = scipy.linalg.lstsq(design, y_true)[0]  # (D + 1, C)
optimum = MSE().forward(design @ solution, y_true)

lr, steps = 0.1, 300
curve = train(three_layers(), MSE(), x, y_true, lr, steps)
gap = curve / optimum - 1  # relative distance to the optimum
for step in (0, 10, 30, 100, steps - 1):
    print(f"step {step:>4}: loss {curve[step]:.8f}, above the optimum by {gap[step]:.1e}")
print(f"least squares:  {optimum:.8f}")

figure = Figure(figsize=(9, 3.6), layout="constrained")
left, right = figure.subplots(1, 2)
left.plot(curve[:51], color="#0072B2", label="three Linear")
left.axhline(optimum, color="#D55E00", linestyle="--", label=f"least squares {optimum:.4f}")
left.set(xlabel="step", ylabel="loss", title="The loss converges ...", ylim=(0, 5))
left.legend()
right.semilogy(np.maximum(gap, 1e-16), color="#0072B2")
right.set(xlabel="step", ylabel="loss / optimum - 1", title="... to the least-squares optimum")
figure.savefig(pictures / "01-three-linear-layers.png")

# %% [markdown]
# The curve converges to the least-squares optimum, to all digits that a float64 can tell apart. It
# is below 0.25: with D + 1 = 6 free numbers for each of the C outputs, the fit also follows some
# of the noise; on average 0.25 (1 - 6 / 60) = 0.225 is left.
#
# Three layers reach what one reaches, because no layer is narrower than min(D, C) = 3. They reach
# no more: without an activation in between, depth gives nothing. That is what tanh is for in
# tutorial 2.

# %% [markdown]
# ## The same in numnet
#
# The same start, the same loss, the same steps. `fit` does what `train` does.
#
# Before you run the next cell: will the two curves agree to the last digit after 300 steps?

# %%
model = numnet.Sequential(numnet.Linear(D, 8), numnet.Linear(8, 6), numnet.Linear(6, C), rng=0)
for i, layer in enumerate(three_layers()):
    model.parameters[f"{i}.W"] = layer.W
    model.parameters[f"{i}.b"] = layer.b
print(model)
history = numnet.fit(
    model, numnet.MSE(), x, y_true, optimizer=numnet.SGD(lr=lr), epochs=steps, progress=False
)
fit_difference = np.max(np.abs(history["loss"] / curve - 1))
print(f"largest relative difference of the two curves: {fit_difference:.1e}")

# %% [markdown]
# To about 15 digits, and they stay together: each step takes both a little closer to the same
# optimum, so rounding errors fade instead of growing.

# %% [markdown]
# ## A mistake, planted: the factor that is missing
#
# A report on this exercise gave the backward of MSE as 2 (y_pred - y_true), although its forward
# takes the mean. The factor 1 / (N C) is missing.


# %%
class WrongMSE(MSE):
    def backward(self, dy=1.0):
        dy_pred = dy * 2 * self.e
        return dy_pred, -dy_pred


# %% [markdown]
# Before you run the next cell: what will the check say? If you divide the wrong gradient by the
# difference quotient, entry by entry, which numbers will come out?

# %%
layers, wrong = three_layers(), WrongMSE()


def wrong_L():
    y_pred = x
    for layer in layers:
        y_pred = layer.forward(y_pred)
    return wrong.forward(y_pred, y_true)


wrong_L()
dy, _ = wrong.backward()
for layer in reversed(layers):
    dy = layer.backward(dy)
ratios = np.concatenate(
    [(layer.dW / difference_quotient(wrong_L, layer.W)).ravel() for layer in layers]
)
print(f"wrong / quotient: from {ratios.min():.5f} to {ratios.max():.5f};  N C = {N * C}")


def wrong_mse_backward(dy, y_pred, y_true):
    module = WrongMSE()
    module.forward(y_pred, y_true)
    return module.backward(dy)


outputs = (layers[-1].forward(layers[-1].x), y_true)
wrong_report = numnet.check_backward(
    mse_forward, wrong_mse_backward, outputs, names=("y_pred", "y_true")
)
print(wrong_report)

# %% [markdown]
# Every ratio is 180 = N C, in the modules far below the loss too: a factor that is lost at the
# top goes through the whole chain. A constant ratio that is a product of sizes is the mark of a
# mean taken for a sum. The report names it: cause "scale", 180, the number of entries.
#
# Before you run the next cell: what will the loss curve look like with the same lr? And with lr
# divided by 180?

# %%
same_lr = train(three_layers(), WrongMSE(), x, y_true, lr, steps)
small_lr = train(three_layers(), WrongMSE(), x, y_true, lr / (N * C), steps)
hidden = np.max(np.abs(small_lr / curve - 1))
print(f"same lr:   loss {same_lr[0]:.3f} at first, {same_lr[-1]:.1e} at step {len(same_lr) - 1}")
print(f"lr / {N * C}: largest relative difference to the right curve {hidden:.1e}")

# %% [markdown]
# With the same lr the loss is in the millions after one step. With lr / 180 the curve is the right
# one: the wrong gradient points in the right direction and is only too long. **A curve that falls
# proves nothing about a gradient.** Whoever turns lr down until the loss falls never sees the
# mistake.
#
# So why bother? Write every example down twice. The mean is the same, so L is the same function.
#
# Before you run the next cell: what does doubling the data do to the right curve, and what to the
# wrong one with lr / 180?

# %%
x_twice, y_twice = np.vstack([x, x]), np.vstack([y_true, y_true])
right_twice = train(three_layers(), MSE(), x_twice, y_twice, lr, steps)
wrong_twice = train(three_layers(), WrongMSE(), x_twice, y_twice, lr / (N * C), steps)
doubled_right = np.max(np.abs(right_twice / curve - 1))
doubled_wrong = np.max(np.abs(wrong_twice / curve - 1))
print(f"right: largest relative change {doubled_right:.1e}")
print(f"wrong: largest relative change {doubled_wrong:.1e}")

figure = Figure(figsize=(6, 4), layout="constrained")
axes = figure.add_subplot(xlabel="step", ylabel="loss", title="The factor 1 / (N C) is missing")
shown = 40
axes.semilogy(curve[:shown], color="#222222", linewidth=4, alpha=0.35, label="right, lr")
axes.semilogy(same_lr, "s-", color="#D55E00", markersize=4, label="wrong, lr")
axes.semilogy(small_lr[:shown], "--", color="#0072B2", label="wrong, lr / 180")
axes.semilogy(
    wrong_twice[:shown], "o:", color="#009E73", markersize=3, label="wrong, lr / 180, data twice"
)
axes.set_ylim(0.1, 100)
axes.legend()
figure.savefig(pictures / "01-missing-factor.png")

# %% [markdown]
# The right curve stays. The wrong one changes: its steps are twice as long. With the mistake the
# learning rate means something else for each number of examples, so one that works on a part of the
# data fails on all of it.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds.

# %%
claims = {
    # name: (value, low, high)
    "entries that differ from the result by hand": (wrong_by_hand, 0, 0),
    "difference quotient: largest |error|": (quotient_error, 0, 1e-9),
    "one-sided quotient: best h": (best_one_sided, 1e-9, 1e-6),
    "one-sided quotient: least error": (min(one_sided), 1e-10, 1e-6),
    "numnet's kernels: largest |difference| / s": (kernel_error, 0, 1e-13),
    "check_backward: Linear and MSE are right": (bool(linear_report and mse_report), True, True),
    "three layers: loss / optimum - 1 at the end": (gap[-1], -1e-12, 1e-6),
    "numnet.fit: largest difference of the curves": (fit_difference, 0, 1e-10),
    "missing factor: least ratio": (ratios.min(), N * C * (1 - 1e-5), N * C * (1 + 1e-5)),
    "missing factor: largest ratio": (ratios.max(), N * C * (1 - 1e-5), N * C * (1 + 1e-5)),
    "missing factor: check_backward says wrong": (wrong_report.verdict == "wrong", True, True),
    "missing factor: it names the cause, scale": (wrong_report.cause == "scale", True, True),
    "missing factor: step at which the loss passes 1e6": (len(same_lr) - 1, 1, 20),
    "missing factor: hidden by lr / 180": (hidden, 0, 1e-10),
    "data twice: change of the right curve": (doubled_right, 0, 1e-10),
    "data twice: change of the wrong curve": (doubled_wrong, 0.1, np.inf),
}
print(f"{'claim':<50}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<50}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. y_pred has the shape (60, 1), y_true was read from a file and has the shape (60,). Which shape
#    has y_pred - y_true in NumPy, and of how many squares does the mean then consist? What does
#    `numnet.MSE()` say to it?
# 2. Make the middle layer one unit wide: widths 5, 8, 1, 3. Does gradient descent still reach
#    the optimum of least squares? What does the product V = W1 W2 W3 look like, and which value
#    does the loss reach instead?
# 3. Put a tanh between the modules. Write its forward and its backward and check them. Which of the
#    results of this tutorial remain true: the number of right digits of the central difference,
#    the optimum of lstsq as a lower bound, the ratio N C of the planted mistake?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. (60, 60): each entry of one is compared with each of the other, 3 600 squares. numnet's MSE
#    refuses it and says how to reshape.
# 2. In general not: the rank of V is 1 at most. The least loss is that of the best map of rank 1
#    (reduced-rank regression): take the fitted values of least squares, remove their means, and
#    keep the first term of their singular value decomposition.
# 3. Backward of a = tanh(z): dz = da (1 - a^2), with da from above. The central difference now has
#    an error of the order of h^2 and is best near 1e-5. The bound falls: a network with tanh is
#    no linear map, and may come lower. The ratio N C remains: the factor is lost above all layers.
#
# </details>
