# %% [markdown]
# # 11. How fast is it?
#
# **Goal.** Say beforehand how long a training step takes, find out what holds it up, and see which
# part of it can be shared out among threads, processes and machines.
#
# **Prerequisites.** Tutorial 2: the two-layer network and its gradients.
#
# **Duration.** About 60 minutes. The script itself runs for some seconds.
#
# **Outcome.** You can count the operations and the bytes of a product, place it under the roofline
# of your machine and say which of the two holds it up. You know why rows can be cut into tiles and
# shards and nothing else can, and from which step time on it pays.
#
# Run the cells one by one. Wherever it says "Before you run the next cell", write your answer down
# first; the text below the cell says what was measured. Times are of your machine, and differ from
# run to run; where the text names one, it is of a server core of 2023.

# %%
import os

# One thread for products, so that we know what we measure. NumPy reads it once, when it is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import numnet

pictures = Path("numnet-out/tutorials")
pictures.mkdir(parents=True, exist_ok=True)
BLUE, VERMILLION, INK = "#0072B2", "#D55E00", "#222222"


def seconds(function, times=7):
    """The best of several runs: whatever else the machine does can only make one longer."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        found.append(time.perf_counter() - start)
    return min(found)


# %% [markdown]
# ## How much work is a training step?
#
# A product of (N, D) by (D, Q) takes N D Q multiplications and as many additions: 2 N D Q
# **operations**. Our network is 784-10-3 on N = 3 000 images, all of them in one step.
#
# Before you run the next cell: which products does a step need, forward and backward? There are
# five. How many operations are they together? And which one that you might expect is not needed?

# %%
N, D, Q, C = 3000, 784, 10, 3
products = {
    "z1 = x W1": 2 * N * D * Q,
    "z2 = a1 W2": 2 * N * Q * C,
    "dW2 = a1' dz2": 2 * N * Q * C,
    "da1 = dz2 W2'": 2 * N * C * Q,
    "dW1 = x' dz1": 2 * N * D * Q,
}
for name, count in products.items():
    print(f"{name:<16}{count / 1e6:7.2f} million operations")
work = sum(products.values())
print(f"{'together':<16}{work / 1e6:7.2f}")

# %% [markdown]
# 94.62 million, of which the two with x in them have 99.4 %. Not needed is dx = dz1 W1', the
# gradient to the images, which nobody trains: a third of the work is saved by leaving it out.
#
# ## How fast is the machine?
#
# Two numbers say most of it: how many operations it does in a second when the numbers are at hand,
# its **peak**, and how many bytes it brings from memory in a second, its **bandwidth**. A large
# square product shows the first, for it uses each number a thousand times; a copy shows the second.

# %%
rng = np.random.default_rng(0)
square = rng.random((768, 768))
peak = 2 * 768**3 / seconds(lambda: square @ square)
source = rng.random(8_000_000)  # 64 MB, more than most caches hold
target = np.empty_like(source)
bandwidth = 2 * source.nbytes / seconds(lambda: np.copyto(target, source))
print(f"peak {peak / 1e9:.0f} billion operations a second, bandwidth {bandwidth / 1e9:.0f} GB/s")

# %% [markdown]
# On a core of 2023: 60 to 100 billion in float64, and 10 GB/s. In the time that one number of 8
# bytes takes to arrive, 60 operations could be done. So it matters how many operations a task does
# with each byte. That is its **intensity**:
#
#     intensity = operations / bytes              rate <= min(peak, intensity times bandwidth)
#
# This bound is the **roofline** (Williams, Waterman, Patterson 2009): a slope where the memory
# holds things up, a ceiling where the arithmetic does.
#
# Before you run the next cell: what is the intensity of x W1 for Q = 10, if x is read once and the
# rest is small? Of tanh, counted as one operation? Of the square product? Which stand under the
# slope?


# %%
def intensity(operations, *arrays):
    return operations / sum(array.nbytes for array in arrays)


x = rng.random((N, D))
W1, b1 = rng.normal(scale=0.03, size=(D, Q)), np.zeros(Q)
W2, b2 = rng.normal(scale=0.3, size=(Q, C)), np.zeros(C)
z1 = x @ W1
tasks = {
    "copy": (1, lambda: np.copyto(target, source), (source, target)),
    "tanh": (source.size, lambda: np.tanh(source, out=target), (source, target)),
    "x W1, Q = 10": (2 * N * D * Q, lambda: x @ W1, (x, W1, z1)),
    "768 x 768": (2 * 768**3, lambda: square @ square, (square, square, square)),
}
figure = Figure(figsize=(7.2, 4.4), layout="constrained")
axes = figure.add_subplot(
    xlabel="intensity: operations a byte", ylabel="billion operations a second",
    title="Each task under the roofline of this machine", xscale="log", yscale="log",
)  # fmt: skip
reach = np.geomspace(0.02, 200, 100)
axes.plot(reach, np.minimum(peak, reach * bandwidth) / 1e9, color=INK, label="roofline")
intensities = {}
for name, (operations, function, arrays) in tasks.items():
    if name == "copy":
        continue  # no operation: it is the slope itself
    intensities[name] = intensity(operations, *arrays)
    rate = operations / seconds(function)
    share = rate / min(peak, intensities[name] * bandwidth)
    axes.plot(intensities[name], rate / 1e9, "o", color=BLUE)
    axes.annotate(name, (intensities[name], rate / 1e9), (6, -12), textcoords="offset points")
    print(f"{name:<14}{intensities[name]:7.2f} operations a byte, {rate / 1e9:6.1f} billion a "
          f"second: {100 * share:3.0f} % of the bound")  # fmt: skip
axes.legend(loc="upper left")
figure.savefig(pictures / "11-roofline.png")
ridge = peak / bandwidth
print(f"the two meet at {ridge:.1f} operations a byte")

# %% [markdown]
# Q / 4 = 2.5 for the narrow product (2 Q operations for the 8 bytes of each x[n, d]), 1/16 for
# tanh, 64 for the square. Look at 11-roofline.png. The square touches the ceiling: we took the peak
# from it. The narrow product has an intensity left of the ridge: x arrives too slowly to keep the
# arithmetic busy, whatever we do. If its point lies **above** the slope, x came from a cache.
#
# In float32 each number has half the bytes, and the arithmetic does twice as many at once: both
# parts of the roof rise by two. A step that takes half the time for nothing but `dtype="float32"`
# is the rule.

# %% [markdown]
# ## What do tiles of rows change?
#
# The products with x are narrow: 10 columns. A BLAS copies both factors into an order of its own
# before it multiplies, which pays for itself when each number is used hundreds of times. Here it is
# used 10 times. Small products are taken as they are. So let us cut x into tiles of 63 rows.
#
# Before you run the next cell: write z1 = x W1 and dW1 = x' dz1 with tiles. One of the two is a
# sum over the tiles. Which, and why?

# %%
dz1 = rng.normal(size=(N, Q))
ROWS = 63
tiles = [slice(start, start + ROWS) for start in range(0, N, ROWS)]


def tiled_forward():
    y = np.empty((N, Q))
    for tile in tiles:
        np.dot(x[tile], W1, out=y[tile])
    return y


def tiled_dW():
    total = np.zeros((Q, D))
    for tile in tiles:
        total += dz1[tile].T @ x[tile]
    return total.T


forward_off = np.abs(tiled_forward() - x @ W1).max() / np.abs(x @ W1).max()
dW_off = np.abs(tiled_dW() - x.T @ dz1).max() / np.abs(x.T @ dz1).max()
print(f"{len(tiles)} tiles; z1 differs by {forward_off:.0e}, dW1 by {dW_off:.0e}")
for name, whole, cut in (
    ("z1 = x W1", lambda: x @ W1, tiled_forward),
    ("dW1 = x' dz1", lambda: x.T @ dz1, tiled_dW),
):
    ratio = seconds(cut) / seconds(whole)
    print(f"{name:<14}tiles take {ratio:.2f} of the time of the whole")

# %% [markdown]
# dW1 is the sum: a row of z1 needs its own row of x only, but W1 is shared by all rows, and each
# row has its say in its gradient. The order of the additions is another, so the last digits are.
#
# On the core of 2023 the tiles take about half the time, with its newest instructions; on an older
# one there is no difference. numnet's kernel does it by itself where it pays: kernels/skinny.py.

# %% [markdown]
# ## Why is the sum over examples all the parallelism there is?
#
# Two workers can share what does not wait for one another. In a training step there are three
# candidates:
#
# | split | does one part wait for the other? |
# |---|---|
# | by layers | layer 2 needs a1, and backward layer 1 needs da1: always |
# | by steps | step 2 needs the parameters that step 1 leaves: always |
# | by examples | no row of z1, a1, z2, dz2, dz1 needs another row |
#
# What is left is a sum: loss = sum over n of l(n) / N, and so the gradient. It can be cut anywhere.
# Each part is a **shard**. By hand: four examples have the gradients 1, 2, 3, 10 of their l(n).
#
# Before you run the next cell: what is the gradient of the mean? What does the shard of the first
# three contribute, what the shard of the last? What would a mean of the two means be?

# %%
own = np.array([1.0, 2.0, 3.0, 10.0])
sum_of_shards = own[:3].sum() / 4 + own[3:].sum() / 4
mean_of_means = (own[:3].mean() + own[3:].mean()) / 2
print(f"mean {own.mean():g}, sum of the shards {sum_of_shards:g}, mean of means {mean_of_means:g}")

# %% [markdown]
# 4 in all, of which 1.5 and 2.5. The mean of the means, 6, gives the last example the weight of
# three. **Every shard divides by the number of all rows**, not by that of its own: in numnet
# `loss.forward(y_pred, y_true, rows=N)`.
#
# Now the network, in unequal shards. `objective.sharded` takes any executor of Python's
# concurrent.futures: threads here, processes or a cluster with the same line.

# %%
labels = rng.integers(0, C, N)
model = numnet.Sequential(numnet.Linear(D, Q), numnet.Tanh(), numnet.Linear(Q, C), rng=0)
objective = numnet.Objective(model, numnet.SoftmaxCrossEntropy(), x, labels)
theta = model.parameters.value.copy()
value, gradient = objective(theta)
largest = np.abs(gradient).max()
apart = {}
with ThreadPoolExecutor(2) as pool:
    for sizes in ([3000], [1, 2999], [1000, 500, 1500], [7, 500, 93, 1000, 400, 800, 200]):
        sharded = objective.sharded(pool, shards=sizes)
        value_there, gradient_there = sharded(theta)
        apart[len(sizes)] = np.abs(gradient_there - gradient).max() / largest
        print(f"{len(sizes)} shards: the gradient differs by {apart[len(sizes)]:.0e}")
    again = max(np.abs(sharded(theta)[1] - gradient_there).max() for _ in range(5))
    halves = objective.sharded(pool, shards=2)
    ratio = seconds(lambda: halves(theta)) / seconds(lambda: objective(theta))
print(f"five more calls differ by {again:g}; on two threads a call takes {ratio:.2f} of the time")

# %% [markdown]
# The same gradient to the last digits, and the same **bits** at every call, although nobody knows
# which thread ends first: the sums are added in the order of the shards, not in the order in which
# they arrive. Floating-point addition is not associative:

# %%
gradients = rng.normal(size=1000).astype("float32")
forwards, backwards = np.float32(0), np.float32(0)
for number in gradients:
    forwards += number
for number in gradients[::-1]:
    backwards += number
order = abs(float(forwards) - float(backwards))
print(f"the same 1000 numbers from both ends: {forwards} and {backwards}")

# %% [markdown]
# ## And if an example's output depends on the others?
#
# A layer that subtracts the mean of the batch, x - mean(x), as batch normalization does, mixes the
# rows. Before you run the next cell: what would two shards compute of it? Why is that no rounding
# error?


# %%
class Center(numnet.Layer):
    """y = x - the mean row"""

    def forward(self, x):
        return x - x.mean(axis=0), None

    def backward(self, dy, saved):
        return dy - dy.mean(axis=0)


whole, _ = Center().propagate(x)
cut = np.concatenate([Center().propagate(part)[0] for part in (x[:100], x[100:])])
mixing = np.abs(whole - cut).max()
print(f"whole and in two shards: {mixing:.2f} apart")
mixed = numnet.Objective(
    numnet.Sequential(Center(), numnet.Linear(D, C), rng=0),
    numnet.SoftmaxCrossEntropy(), x, labels,
)  # fmt: skip
refused = ""
with ThreadPoolExecutor(2) as pool:
    try:
        mixed.sharded(pool, shards=2)
    except ValueError as error:
        refused = str(error)
print(refused)

# %% [markdown]
# Each shard would subtract the mean of its own rows: another function, with a right gradient of its
# own, so no gradient check would find it. A layer says that it may be cut by `rowwise = True`; what
# does not say so is refused.

# %% [markdown]
# ## From when on does it pay?
#
# A call on p workers takes about
#
#     t(p) = t / p + c
#
# with t the time of the whole on one worker and c what it costs to hand out work and add up. Before
# you run the next cell: from which t on is p = 2 faster than 1? With c = 0.5 ms (threads), 2 ms
# (processes), 16 ms (a cluster)? And what is gained at most if a tenth of the work cannot be cut
# (Amdahl 1967)?


# %%
def pays_from(c, p):
    """t with t / p + c = t."""
    return c * p / (p - 1)


thresholds = {c: pays_from(c, 2) for c in (0.5, 2.0, 16.0)}
amdahl = 1 / (0.1 + 0.9 / 2), 1 / 0.1
print(*(f"c = {c:g} ms: from {t:g} ms on" for c, t in thresholds.items()), sep="; ")
print(f"a tenth uncut: {amdahl[0]:.2f} times on two workers, below {amdahl[1]:.0f} times on any")

# %% [markdown]
# From 2 c on: 1, 4 and 32 ms. That is the least, for c is what a call of a tiny model costs: with
# every call the parameters go to each worker and the sums come back, and the workers share one
# memory. For 784-100-10 `python -m benchmarks.scale` found 50 ms with threads and 0.2 to 0.4 s with
# processes and with a cluster on one machine. With a tenth uncut, 1.82 times and never 10.
#
# What about a small net? 13-20-1 at a batch of 32 does 37 thousand operations. Before you run the
# next cell: how long would they take at the peak? How long does the step take?

# %%
small = 2 * 32 * (2 * 13 * 20 + 3 * 20 * 1)  # two products with x, three with a1
x_small, y_small = rng.random((32, 13)), rng.random((32, 1))
net = numnet.Sequential(numnet.Linear(13, 20), numnet.Tanh(), numnet.Linear(20, 1), rng=0)
loss, optimizer = numnet.MSE(), numnet.SGD(net.parameters, lr=1e-3, momentum=0.9)


def hundred_steps():
    for _ in range(100):
        numnet.train_step(net, loss, optimizer, x_small, y_small)


step = seconds(hundred_steps) / 100
print(f"{small} operations: {1e6 * small / peak:.1f} us at the peak; a step takes "
      f"{1e6 * step:.0f} us")  # fmt: skip

# %% [markdown]
# Half a microsecond of arithmetic, and a step takes a hundred times that: some twenty calls of
# NumPy at about a microsecond each, Python around them, and the checks of the arguments that
# `numnet.fit` makes once for all. No tile and no thread helps here. What helps is a larger batch,
# or fewer and larger calls.
#
# **Count first. Then measure. Then you know what to change, and what cannot be changed.**
# `python -m benchmarks.roofline` draws the roof with every kernel of numnet under it, and
# `numnet doctor` says whether your machine runs as it could.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds. Times are not among them: a test that
# fails because somebody else uses the machine proves nothing.

# %%
claims = {
    # name: (value, low, high)
    "operations of a step, in millions": (work / 1e6, 94.62, 94.62),
    "share of the two products with x": ((products["z1 = x W1"] + products["dW1 = x' dz1"]) / work,
                                         0.994, 0.995),
    "intensity of x W1": (intensities["x W1, Q = 10"], 2.4, 2.5),
    "intensity of tanh": (intensities["tanh"], 1 / 16, 1 / 16),
    "intensity of the square product": (intensities["768 x 768"], 64, 64),
    "tiles": (len(tiles), 48, 48),
    "tiles: z1 differs by": (forward_off, 0, 1e-13),
    "tiles: dW1 differs by": (dW_off, 0, 1e-13),
    "by hand: sum of the shards": (sum_of_shards, 4, 4),
    "by hand: mean of means": (mean_of_means, 6, 6),
    "shards: the value differs by": (abs(value_there - value), 0, 1e-12),
    "shards: the gradient differs by, at most": (max(apart.values()), 0, 1e-12),
    "shards: five more calls differ by": (again, 0, 0),
    "order of 1000 additions in float32": (order, 1e-7, 1e-2),
    "a mean over the batch: shards differ by": (mixing, 0.01, np.inf),
    "a mean over the batch: refused by name": ("Center" in refused, True, True),
    "threads pay from, in ms": (thresholds[0.5], 1, 1),
    "a tenth uncut: two workers": (amdahl[0], 1.81, 1.82),
    "operations of a step of 13-20-1": (small, 37120, 37120),
}  # fmt: skip
print(f"{'claim':<44}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<44}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. From which width Q on does x W1 stand under the ceiling, in float64, on a machine with 80
#    billion operations a second and 10 GB/s? And in float32, where the peak is 160 billion?
# 2. A friend trains on two machines. Each takes half of a batch, makes a step of SGD of its own,
#    and the two average their parameters. Is that the step of the whole batch? Is it with momentum?
#    With Adam?
# 3. Dropout draws a mask for each row. Is a model with dropout rowwise? Will sharded training of it
#    repeat bit for bit, and what must be decided for that?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. Intensity Q / 4 = 80 / 10, so Q = 32. In float32 the intensity is Q / 2 and the ridge is at 16
#    operations a byte: again 32. The roof rises by the same factor on both sides.
# 2. With SGD yes, if the halves are equal and each divides by its own rows: the mean of the two
#    steps is the step of the mean gradient. With momentum too, as a velocity is linear in the
#    gradients. With Adam no: it divides by a root of squares, which is not linear.
# 3. Yes, an example's output does not depend on the other examples. It will if each shard draws
#    from a generator of its own, seeded by the shard's number and not by the worker that happens to
#    take it. `Objective` evaluates without dropout: a line search needs one function throughout.
#
# </details>
