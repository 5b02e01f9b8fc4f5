# %% [markdown]
# # 7. Which way down
#
# **Goal.** See on a surface of two parameters what momentum and Adam do with a gradient, put them
# in the place of your update, and learn how much of a training is decided before its first step.
#
# **Prerequisites.** Tutorial 6: tensors, `backward`, the update by hand.
#
# **Duration.** About 60 minutes. The script itself runs for some seconds.
#
# **Outcome.** You can say why a step is too large, what momentum averages, what Adam divides by and
# when that helps; you can choose between relu and tanh; and you start a network at a scale that
# fits the width of its layers.
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
BLUE, VERMILLION, GREEN, INK, FAINT = "#0072B2", "#D55E00", "#009E73", "#222222", "#6E6E6E"

# %% [markdown]
# ## Why does one lr not fit both? A narrow valley
#
# Near its minimum every smooth loss is a quadratic. This one has two parameters, u and v:
#
#     f(u, v) = (u^2 + 50 v^2) / 2          gradient: (u, 50 v)
#
# It is a valley along u with walls 50 times as steep. One step of gradient descent makes
#
#     u <- u - lr u = (1 - lr) u            v <- v - lr 50 v = (1 - 50 lr) v
#
# Before you run the next cell: from which lr on does v grow? With lr just below that, by which
# factor does u shrink in 40 steps?

# %%
CURVATURES = np.array([1.0, 50.0])
START, STEPS = np.array([-4.0, 1.0]), 40


def path(optimizer, turned=0.0):
    """The points visited on the valley, which is turned by an angle in degrees."""
    angle = np.radians(turned)
    R = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    H = R @ np.diag(CURVATURES) @ R.T
    w = numnet.Tensor(R @ START, requires_grad=True)
    optimizer = optimizer([w])
    points = [w.value.copy()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        (w @ H @ w / 2).backward()
        optimizer.step()
        points.append(w.value.copy())
    return np.array(points) @ R  # as seen along and across the valley


def height(points):
    return (points**2 @ CURVATURES) / 2


def sgd(w):
    return numnet.SGD(w, lr=0.035)


def too_large(w):
    return numnet.SGD(w, lr=0.041)


plain = path(sgd)
factors = plain[1] / plain[0]
thrown = path(too_large)
print(f"lr 0.035: factors {factors.round(4)}, height {height(plain)[[0, STEPS]].round(3)}")
print(f"lr 0.041: height {height(thrown)[[0, STEPS]].round(3)}")

# %% [markdown]
# Above 2 / 50 = 0.04 the factor of v is below -1: each step lands higher on the other wall. That is
# the yo-yo of tutorial 2. Below it v is no trouble, and u crawls: 0.965 to the power 40 is 0.24.
# **The steepest direction sets the step, and the flattest sets the time.**

# %% [markdown]
# ## What does momentum add up?
#
# SGD with momentum keeps a velocity, the sum of past gradients, each faded by its age:
#
#     velocity <- momentum velocity + gradient          w <- w - lr velocity
#
# Across the valley the gradient changes its sign at each step, along it never.
#
# Before you run the next cell: what becomes of the two directions in the velocity? If the gradient
# along the valley were constant, how many times as far would a step go with momentum 0.7?


# %%
def momentum(w):
    return numnet.SGD(w, lr=0.035, momentum=0.7)


def adam(w):
    return numnet.Adam(w, lr=0.2)


w = numnet.Tensor([0.0], requires_grad=True)
slope = numnet.SGD([w], lr=1.0, momentum=0.7)
for _ in range(60):
    slope.zero_grad()
    before = w.item()
    w.sum().backward()
    slope.step()
furthest = before - w.item()
pushed = path(momentum)
print(f"on a constant slope of 1 with lr 1 a step goes {furthest:.4f} far")
print(f"height after {STEPS} steps: {height(plain)[-1]:.1e} plain, {height(pushed)[-1]:.1e} pushed")

# %% [markdown]
# Across, the terms cancel; along, they add up to 1 / (1 - 0.7) = 3.33 times the gradient. The same
# lr, and more than four orders of magnitude lower.

# %% [markdown]
# ## What does Adam divide by?
#
# Adam keeps two averages of each entry, m of its gradients and s of their squares, and steps by
#
#     w <- w - lr m / (sqrt(s) + tiny)
#
# Both averages are corrected for their start at 0, so after one step m is the gradient and s its
# square.
#
# Before you run the next cell: how far does the first step go in u, and how far in v? How far if
# the loss is multiplied by 1000?

# %%
first_steps = {}
for factor in (1, 1000):
    w = numnet.Tensor(START.copy(), requires_grad=True)  # a step would change START itself
    optimizer = adam([w])
    (factor * (w * w * CURVATURES).sum() / 2).backward()
    before = w.value.copy()
    optimizer.step()
    first_steps[factor] = w.value - before
    print(f"first step with lr 0.2, loss times {factor}: {first_steps[factor]}")

# %% [markdown]
# lr in each, whatever the gradient: the sign is all that is left. So the lr of Adam is a length, in
# the units of the parameters, and the scale of the loss does not matter. For SGD it is a length
# divided by a slope.

# %% [markdown]
# ## When does that help? The same valley, turned
#
# Adam divides each **entry** by its own size. In this valley the entries u and v happen to be the
# directions along and across. Turn the valley by 45 degrees, and each entry is a bit of both.
#
# Before you run the next cell: which of the three optimizers will notice? Sketch its path.

# %%
paths = {
    turned: {make.__name__: path(make, turned) for make in (sgd, momentum, adam)}
    for turned in (0, 45)
}
looks = {
    "sgd": (FAINT, "s-", "SGD"),
    "momentum": (BLUE, "o-", "SGD with momentum"),
    "adam": (VERMILLION, "^-", "Adam"),
}
figure = Figure(figsize=(8, 5.6), layout="constrained")
panels = figure.subplots(2, 1, sharex=True, sharey=True)
U, V = np.meshgrid(np.linspace(-4.4, 1.6, 200), np.linspace(-1.5, 1.5, 100))
for axes, (turned, found) in zip(panels, paths.items(), strict=True):
    axes.contour(U, V, (U**2 + 50 * V**2) / 2, [0.1, 0.5, 2, 5, 10, 20, 35], colors="#C8C8C8")
    for name, points in found.items():
        colour, marks, label = looks[name]
        label = f"{label}: height {height(points)[-1]:.0e} after {STEPS}"
        axes.plot(*points.T, marks, color=colour, ms=3.5, lw=1, label=label)
    axes.plot(0, 0, "*", color=INK, ms=11)
    axes.set(title=f"valley turned by {turned} degrees", ylabel="across the valley")
    axes.legend(loc="lower right", fontsize="small")
panels[1].set_xlabel("along the valley")
figure.savefig(pictures / "07-paths.png")
for name in looks:
    print(f"{name:<9} height after {STEPS}: {height(paths[0][name])[-1]:.1e}, "
          f"turned {height(paths[45][name])[-1]:.1e}")  # fmt: skip
turn_error = max(np.abs(paths[0][n] - paths[45][n]).max() for n in ("sgd", "momentum"))

# %% [markdown]
# Look at 07-paths.png; both panels are drawn along and across, and the star is the minimum. SGD and
# momentum take the same paths: they know no entries, only directions. Adam does not. Straight, it
# sees one flat and one steep entry, evens them out and even runs past the star; turned, both
# entries are steep, and it follows the valley much more slowly. Adam is no better in general. It is
# good where the **entries** differ in scale, as the layers of a network do.

# %% [markdown]
# ## How do I use one? An object in the place of the loop
#
# The update by hand of tutorial 6 becomes an object. Nothing else changes:
#
#     for W in theta:                             optimizer.step()
#         W.data -= eps * W.grad.data
#         W.grad.data.zero_()                     optimizer.zero_grad()
#
# The network is that of tutorial 6 with the cross-entropy of the logits, on 400 images.
#
# Before you run the next cell: will SGD without momentum give the numbers of the loop, to which
# digit? Which of SGD, momentum 0.9 and Adam will have the lowest loss after 100 passes?

# %%
data = numnet.data.load_digits(classes=(1, 7, 9))
X, labels = data.x_train[:400], data.y_train[:400]
Y = np.eye(3)[labels]
(N, D), Q, C = X.shape, 10, 3


def fresh():
    rng = np.random.default_rng(0)
    W1, W2 = rng.normal(scale=D**-0.5, size=(D, Q)), rng.normal(scale=Q**-0.5, size=(Q, C))
    return [numnet.Tensor(a, requires_grad=True) for a in (W1, np.zeros(Q), W2, np.zeros(C))]


def cross_entropy(W1, b1, W2, b2):
    logits = (X @ W1 + b1).tanh() @ W2 + b2
    return -(Y * logits.log_softmax(axis=1)).sum() / N


def by_hand(theta, eps, passes=100):
    losses = []
    for _ in range(passes):
        loss = cross_entropy(*theta)
        loss.backward()
        for W in theta:
            W.data -= eps * W.grad.data
            W.grad.data.zero_()
        losses.append(loss.item())
    return losses


def by_object(theta, optimizer, passes=100):
    losses = []
    for _ in range(passes):
        loss = cross_entropy(*theta)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


loop = by_hand(fresh(), eps=0.1)
curves = {}
for label, make in {
    "SGD, lr 0.1": lambda theta: numnet.SGD(theta, lr=0.1),
    "SGD, lr 0.1, momentum 0.9": lambda theta: numnet.SGD(theta, lr=0.1, momentum=0.9),
    "Adam, lr 0.02": lambda theta: numnet.Adam(theta, lr=0.02),
}.items():
    theta = fresh()
    curves[label] = by_object(theta, make(theta))
    print(f"{label:<26} loss {curves[label][-1]:.4f}")
sgd_losses, momentum_losses, adam_losses = curves.values()
loop_difference = np.abs(np.array(loop) / sgd_losses - 1).max()
print(f"loop and object: {loop_difference:.0e} apart")

figure = Figure(figsize=(6, 3.6), layout="constrained")
axes = figure.add_subplot(xlabel="pass", ylabel="training loss", yscale="log")
for (label, losses), (colour, dashes) in zip(
    curves.items(), ((FAINT, ":"), (BLUE, "-"), (VERMILLION, "--")), strict=True
):
    axes.plot(losses, dashes, color=colour, label=label)
axes.legend()
figure.savefig(pictures / "07-optimizers.png")

# %% [markdown]
# The object does the arithmetic of the loop, to the last digit. Momentum 0.9 and Adam both pass
# plain SGD by far. Look at 07-optimizers.png: Adam ends below momentum. That is a comparison of two
# lr as much as of two methods. Try momentum with lr 0.3 before you believe it.

# %% [markdown]
# ## Why does nothing happen at first? Every weight at 0.001
#
# The report draws every weight with scale 1e-2 or 1e-3, whatever the layer's width, and finds that
# "200 passes depend wholly on the random start". Tutorial 2 says why training begins slowly: dW1
# has W2 as a factor, dW2 has a1, and both are small. So each grows in proportion to the other, by
# some factor at each pass, until they are large enough to matter.
#
# Before you run the next cell: if the weights grow by a constant factor at each pass, and the start
# is made ten times smaller, how many more passes does it take to leave the plateau? What does relu
# change, whose slope is 0 for half of the inputs?


# %%
def trained(activation, init, passes, seed=0):
    """The losses at lr 0.1, and the share of the test images that are right after the last pass."""
    model = numnet.Sequential(
        numnet.Linear(D, Q, init=init), activation, numnet.Linear(Q, C, init=init), rng=seed
    )
    history = numnet.fit(
        model, numnet.SoftmaxCrossEntropy(), X, labels,
        optimizer=numnet.SGD(lr=0.1), epochs=passes, progress=False,
    )  # fmt: skip
    share = numnet.accuracy(data.y_test, model.predict(data.x_test))
    return np.array(history["loss"]), share


scales = (1e-1, 1e-2, 1e-3, 1e-4)
plateau = {
    name: [
        int((trained(activation, numnet.normal(scale), 200)[0] > 0.9 * np.log(3)).sum())
        for scale in scales
    ]
    for name, activation in (("tanh", numnet.Tanh()), ("relu", numnet.ReLU()))
}
print("passes with a loss above 0.9 log 3, for starts of scale", *scales)
for name, passes in plateau.items():
    print(f"{name}: {passes}, differences {np.diff(passes)}")

# %% [markdown]
# Each factor of 10 costs the same number of passes, again and again: exponential growth. relu waits
# a little longer: from an image for which its sum is negative a unit learns nothing. So with a
# fixed number of passes there is a scale at which the training has **just** not begun. There,
# everything depends on luck.

# %% [markdown]
# ## At which scale should a weight start?
#
# A unit sums D products. If the inputs are of the size of 1, weights of scale sqrt(1 / D) keep its
# output at the size of 1, at any width. That is the idea of `numnet.glorot`, for tanh; `numnet.he`
# has sqrt(2 / D), as relu loses half.
#
# Before you run the next cell: 100 passes, six random starts of each kind. Sketch where the shares
# of right test images lie for 1e-3, 1e-2 and the scale that fits, for relu and tanh. The table
# above helps.

# %%
shares, ends = {}, {}
for name, activation, fitting in (
    ("relu", numnet.ReLU(), numnet.he()),
    ("tanh", numnet.Tanh(), numnet.glorot()),
):
    inits = {"1e-3": numnet.normal(1e-3), "1e-2": numnet.normal(1e-2), "fits": fitting}
    for start, init in inits.items():
        runs = [trained(activation, init, 100, seed) for seed in range(6)]
        ends[name, start] = np.array([losses[-1] for losses, _ in runs])
        shares[name, start] = 100 * np.array([share for _, share in runs])
        low, high = shares[name, start].min(), shares[name, start].max()
        print(f"{name} {start:>5}: {low:.1f} to {high:.1f} %")

figure = Figure(figsize=(7, 3.6), layout="constrained")
axes = figure.add_subplot(ylabel="test images right (%)", ylim=(30, 101))
for i, ((name, _), found) in enumerate(shares.items()):
    colour, mark = (BLUE, "o") if name == "relu" else (VERMILLION, "^")
    axes.plot(i + np.linspace(-0.2, 0.2, len(found)), np.sort(found), mark, color=colour)
axes.axhline(100 / 3, color=INK, linestyle=":", label="guessing")
axes.set_xticks(range(len(shares)), [f"{name}\n{start}" for name, start in shares])
axes.legend(loc="lower right")
figure.savefig(pictures / "07-starts.png")

# %% [markdown]
# Look at 07-starts.png: each mark is a training, sorted. At 1e-3 both are still on the plateau, and
# the start is all there is; at 1e-2 tanh has left it in time, and relu only with luck. From the
# scale that fits, all arrive. The start is still random; it no longer matters.

# %% [markdown]
# ## relu or tanh?
#
# Both start as they should now, so the comparison is fair. relu is cheaper and its slope does not
# vanish for large inputs. But where it is 0, nothing is learned: a unit that is 0 for every image
# is dead.
#
# Before you run the next cell: which of the two has the lower training loss after 100 passes, and
# by how much, beside the spread of the starts?

# %%
for name in ("relu", "tanh"):
    losses, test = ends[name, "fits"], shares[name, "fits"]
    print(f"{name}: loss {losses.min():.3f} to {losses.max():.3f}, "
          f"test {test.mean():.1f} % on average, {test.min():.1f} to {test.max():.1f}")  # fmt: skip
activation_gap = abs(shares["relu", "fits"].mean() - shares["tanh", "fits"].mean())
start_gap = shares["relu", "fits"].mean() - shares["relu", "1e-3"].mean()
print(f"relu or tanh: {activation_gap:.1f} points; the start of relu: {start_gap:.1f} points")

# %% [markdown]
# relu is somewhat ahead in the training loss; on the test images the two are closer together than
# two starts of the same network. Here the choice matters far less than the start did.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds.

# %%
growth = {name: np.diff(passes) for name, passes in plateau.items()}
fits = {name: shares[name, "fits"] for name in ("relu", "tanh")}
claims = {
    # name: (value, low, high)
    "START after all steps, largest change": (np.abs(START - [-4, 1]).max(), 0, 0),
    "SGD: factor of u in a step": (factors[0], 0.965 - 1e-12, 0.965 + 1e-12),
    "SGD: factor of v in a step": (factors[1], -0.75 - 1e-12, -0.75 + 1e-12),
    "SGD: factor of u in 40 steps": (plain[-1, 0] / plain[0, 0], 0.235, 0.245),
    "lr above 2 / 50: the height grows": (height(thrown)[-1] / height(thrown)[0], 10, np.inf),
    "momentum: longest step on a slope of 1": (furthest, 3.33, 3.34),
    "momentum: height, beside that of SGD": (height(pushed)[-1] / height(plain)[-1], 0, 1e-4),
    "Adam: first step, beside lr": (np.abs(first_steps[1]).max() / 0.2, 1 - 1e-6, 1 + 1e-6),
    "Adam: first step, loss times 1000": (
        np.abs(first_steps[1000] - first_steps[1]).max(), 0, 1e-8),
    "turned: SGD and momentum change by": (turn_error, 0, 1e-12),
    "turned: height of Adam, beside straight": (
        height(paths[45]["adam"])[-1] / height(paths[0]["adam"])[-1], 3, np.inf),
    "loop and object: largest difference": (loop_difference, 0, 1e-12),
    "momentum 0.9: last loss, beside SGD": (momentum_losses[-1] / sgd_losses[-1], 0, 0.5),
    "Adam: last loss, beside SGD": (adam_losses[-1] / sgd_losses[-1], 0, 0.5),
    "Adam: last loss, beside momentum": (adam_losses[-1] / momentum_losses[-1], 0, 0.95),
    "tanh: passes for a factor of 10, least": (growth["tanh"].min(), 30, 50),
    "tanh: passes for a factor of 10, spread": (np.ptp(growth["tanh"]), 0, 6),
    "relu: passes for a factor of 10, spread": (np.ptp(growth["relu"]), 0, 6),
    "relu waits longer from 1e-4, passes": (plateau["relu"][-1] - plateau["tanh"][-1], 1, 40),
    "relu, 1e-3: spread of the test images (%)": (np.ptp(shares["relu", "1e-3"]), 10, 70),
    "relu, 1e-3: best (%)": (shares["relu", "1e-3"].max(), 30, 75),
    "tanh, 1e-3: best (%)": (shares["tanh", "1e-3"].max(), 30, 75),
    "tanh, 1e-2: worst (%)": (shares["tanh", "1e-2"].min(), 90, 100),
    "relu, 1e-2: worst (%)": (shares["relu", "1e-2"].min(), 30, 90),
    "relu, fits: worst (%)": (fits["relu"].min(), 92, 100),
    "tanh, fits: worst (%)": (fits["tanh"].min(), 92, 100),
    "fits: loss of relu, beside tanh": (
        ends["relu", "fits"].mean() / ends["tanh", "fits"].mean(), 0.5, 0.99),
    "relu or tanh, beside the spread of starts": (
        activation_gap / min(np.ptp(found) for found in fits.values()), 0, 1),
    "relu or tanh, beside the start": (activation_gap / start_gap, 0, 0.1),
}  # fmt: skip
print(f"{'claim':<50}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<50}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. On the valley, which lr makes the larger of |1 - lr| and |1 - 50 lr| smallest, and what is it
#    then? Measure the height after 40 steps with it.
# 2. The report multiplies by 1e-2 in a layer of 784 inputs and in one of 10. Which scales fit? What
#    happens to the signal in a network of ten layers of width 100 that all start at 1e-2?
# 3. Let all weights start at 0 instead. How long is the plateau then, by the table and by the
#    formulas of tutorial 2? And if only the biases start at 0?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. Where they are equal, 1 - lr = 50 lr - 1: lr = 2 / 51, and the factor is 49 / 51. It is the
#    best constant lr without momentum, and still slow: the ratio of the curvatures decides.
# 2. sqrt(1 / 784) = 0.036 and sqrt(1 / 10) = 0.32: the first layer is a few times too small, the
#    second thirty times. A layer of width 100 at 1e-2 multiplies the size of the signal by
#    sqrt(100) times 1e-2 = 0.1, so ten layers leave 1e-10 of it, and as little of the gradient.
# 3. Endless: log of 0. dW1 has the factor W2 and dW2 the factor a1, both exactly 0; only b2 learns.
#    Biases may start at 0, as they do here: the random weights tell the units apart.
#
# </details>
