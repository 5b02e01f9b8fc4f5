# %% [markdown]
# # 10. Deep and highway
#
# **Goal.** See what depth gives to a code of the same width, what it does to a gradient on its way
# down, and how a gate gets the gradient through.
#
# **Prerequisites.** Tutorial 9: autoencoders and the linear limit. Tutorial 2: backward through
# layers.
#
# **Duration.** About 75 minutes. The script itself runs for some seconds.
#
# **Outcome.** You know why depth without an activation is worth nothing and with one bends the code
# into a curve; you can derive the three ways of the gradient through y = t h + (1 - t) x; and you
# can say beforehand how much of a gradient is left after 50 layers.
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
BLUE, VERMILLION, ORANGE, GREEN, INK = "#0072B2", "#D55E00", "#E69F00", "#009E73", "#222222"
mse = numnet.MSE()


def error(model, x):
    return np.mean((model.reconstruct(x) - x) ** 2)


def train(model, x, lr, epochs, batch_size):
    """Adam with one rise and fall of the step; the losses of the epochs."""
    steps = epochs * -(-len(x) // batch_size)
    history = numnet.fit(
        model, mse, x, x, optimizer=numnet.Adam(lr=numnet.OneCycle(lr, steps)),
        epochs=epochs, batch_size=batch_size, rng=0, progress=False,
    )  # fmt: skip
    return history["loss"]


# %% [markdown]
# ## Is a deep linear network more than a shallow one?
#
# Three linear layers in a row: x W1 W2 W3. Before you run the next cell: which single matrix does
# the same? And how near to the linear limit of tutorial 9 can a deep linear autoencoder come?

# %%
rng = np.random.default_rng(0)
W1, W2, W3 = (rng.normal(size=shape) for shape in ((64, 128), (128, 64), (64, 8)))
x = rng.normal(size=(5, 64))
deep_linear = x @ W1 @ W2 @ W3
collapsed = np.abs(deep_linear - x @ (W1 @ W2 @ W3)).max() / np.abs(deep_linear).max()
print(f"three maps and their product: {collapsed:.0e} apart")

# %% [markdown]
# W1 W2 W3, of shape (64, 8). So a deep linear autoencoder reaches the linear limit and no more.
# **Depth is worth something only with an activation between.**

# %% [markdown]
# ## What does depth do to a code?
#
# A picture with two pixels is a point in the plane, so we can draw what an autoencoder does. 400
# points lie along three quarters of a circle. One number is enough to say where: the angle.
#
# The decoder turns one number into a point; as the number runs, the point draws a curve. The
# autoencoder can only ever return points of this curve.
#
# Before you run the next cell: which curves can y = sigmoid(z w + c) draw? Which can three layers?

# %%
angle = rng.uniform(0, 1.5 * np.pi, 400)
points = 0.5 + 0.4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
points += rng.normal(scale=0.01, size=points.shape)
nets = {
    "principal component": numnet.pca_autoencoder(points, 1),
    "1 layer": numnet.tied_autoencoder([2, 1], rng=0),
    "3 layers": numnet.tied_autoencoder([2, 16, 16, 1], activation="tanh", rng=0),
}
figure = Figure(figsize=(8.4, 3.6), layout="constrained")
curve_errors = {}
for axes, (name, net) in zip(figure.subplots(1, 3, sharey=True), nets.items(), strict=True):
    if name != "principal component":
        train(net, points, lr=0.03, epochs=150, batch_size=100)
    curve_errors[name] = error(net, points)
    z = net.encode(points)
    curve = net.decode(np.linspace(z.min(), z.max(), 300)[:, None])
    axes.plot(*points.T, ".", color="#B0B0B0", markersize=3, label="data")
    axes.plot(*curve.T, "-", color=VERMILLION, linewidth=2, label="all that the decoder draws")
    axes.set(title=f"{name}: {curve_errors[name]:.5f}", aspect="equal")
    print(f"{name:<20} mean squared error {curve_errors[name]:.5f}")
figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
figure.savefig(pictures / "10-curves.png")

# %% [markdown]
# Look at 10-curves.png. One layer draws a line, bent by the sigmoid: each pixel rises or falls with
# z and never turns back. Three layers draw the circle. What is left is the noise across the curve,
# 0.01^2 / 2 = 0.00005, and what the bend still misses. So depth gives no more numbers to the code,
# it gives a better **surface** for them to stand on.

# %% [markdown]
# ## And with digits?
#
# The same width of code, 8, and tied weights. To be fair: the one layer is the best of tutorial 9,
# with a linear code, and not the report's.
#
# Before you run the next cell: a code of 8 fixes the number of parameters of one layer. How many
# are there? How many has 64-128-64-8? Which of the two will have the larger gap between training
# and test images?

# %%
data = numnet.data.load_digits(dtype="float32")
X, X_test, labels, labels_test = data.x_train, data.x_test, data.y_train, data.y_test
(N, D), Q = X.shape, 8
no_code = np.mean((X - X.mean(axis=0)) ** 2)
digit_nets = {
    "components": numnet.pca_autoencoder(X, Q),
    "1 layer": numnet.tied_autoencoder([D, Q], rng=0, dtype="float32"),
    "3 layers": numnet.tied_autoencoder([D, 128, 64, Q], rng=0, dtype="float32"),
}
few = X[:20].astype("float64")
verdicts = {
    name: numnet.check_model(net.astype("float64"), mse, few, few).verdict
    for name, net in digit_nets.items()
}
train(digit_nets["1 layer"], X, lr=0.2, epochs=20, batch_size=128)
train(digit_nets["3 layers"], X, lr=0.01, epochs=20, batch_size=128)
errors = {name: (error(net, X), error(net, X_test)) for name, net in digit_nets.items()}
for name, (training, test) in errors.items():
    print(f"{name:<11}{digit_nets[name].parameters.size:>7} parameters, {verdicts[name]}: "
          f"{training:.4f}, test {test:.4f}")  # fmt: skip
one_of_each = [int(np.flatnonzero(labels_test == digit)[0]) for digit in range(10)]
numnet.plot.reconstructions(
    X_test, {name: net.reconstruct(X_test) for name, net in digit_nets.items()}, one_of_each
).savefig(pictures / "10-reconstructions.png")

# %% [markdown]
# One layer has 64 * 8 + 8 + 64 = 584, and there is no way to give it more without a wider code. The
# deep net has 17 352. It loses half as much on the training images, and on the test images not
# quite: the gap is what it pays, for 3 823 images are few for so many numbers.
#
# Look at 10-reconstructions.png: the same eight numbers, and the 7 has its bar and the 9 its loop.
#
# ## Where does a deep net put the digits?
#
# A code of two numbers can be drawn. Before you run the next cell: how often will the nearest mean
# code give the right digit? With two principal components it is 58 % of the test images.

# %%
flat = numnet.tied_autoencoder([D, 128, 32, 2], rng=0, dtype="float32")
train(flat, X, lr=0.01, epochs=20, batch_size=128)
maps = {"64-128-32-2": flat, "principal components": numnet.pca_autoencoder(X, 2)}
nearest = {}
for name, net in maps.items():
    code, code_test = net.encode(X), net.encode(X_test)
    means = np.stack([code[labels == digit].mean(axis=0) for digit in range(10)])
    distances = ((code_test[:, None] - means) ** 2).sum(axis=2)
    nearest[name] = (distances.argmin(axis=1) == labels_test).mean()
    print(f"{name:<21} error {error(net, X_test):.4f}, nearest mean right for "
          f"{100 * nearest[name]:.0f} %")  # fmt: skip
numnet.plot.codes({name: net.encode(X_test) for name, net in maps.items()}, labels_test).savefig(
    pictures / "10-codes.png"
)

# %% [markdown]
# Look at 10-codes.png. 68 %, and with another start (rng=2) 61 %: not much more, but the groups lie
# apart. Nobody told the net what a digit is. To get the images back from two numbers it had to put
# like beside like.
#
# So deeper is better? Three layers are not deep. Before going on we need to know what happens to a
# gradient on a long way down.

# %% [markdown]
# ## How much of a gradient is left after 50 layers?
#
# Every layer multiplies what comes from above: dx = (dy a'(z)) W'. Suppose W keeps the length of a
# vector on average, which is what numnet's start (Glorot's) is made for. Then a' decides:
#
# - sigmoid: a' is at most 1/4. After 50 layers at most 4^-50 is left, 8e-31.
# - relu: a' is 1 for about half of the units, else 0. Half of the squares, so a factor of the root
#   of 1/2 in length: 2^-25 = 3e-8.
# - relu with He's start: W is made larger by the root of 2 to make up for that.
#
# Before you run the next cell: write down the three curves, on a logarithmic axis.


# %%
DEPTH = 50
images = X[:200].astype("float64")


def lengths(block):
    """|dL/dx| below each of 50 blocks, beside that above the last, for the class of an image."""
    blocks = [numnet.Sequential(*block()) for _ in range(DEPTH)]
    model = numnet.Sequential(*blocks, numnet.Linear(D, 10), rng=0)
    x, tape = images, []
    for layer in model.layers:
        x, saved = layer.propagate(x)
        tape.append((layer, saved))
    loss = numnet.SoftmaxCrossEntropy()
    _, saved_loss = loss.forward(x, labels[:200])
    dy, found = loss.backward(saved_loss), []
    for layer, saved in reversed(tape):
        dy = layer.backpropagate(dy, saved)
        found.append(np.linalg.norm(dy))
    return np.array(found) / found[0]


def plain(activation, **start):
    return lambda: [numnet.Linear(D, D, **start), activation()]


left = {
    "sigmoid": lengths(plain(numnet.Sigmoid)),
    "relu": lengths(plain(numnet.ReLU)),
    "relu, He's start": lengths(plain(numnet.ReLU, init=numnet.he())),
}
foretold = {"sigmoid": 0.25, "relu": 0.5**0.5, "relu, He's start": 1.0}
for name, curve in left.items():
    print(f"{name:<17} left after {DEPTH} layers: {curve[-1]:.0e}, foretold "
          f"{foretold[name] ** DEPTH:.0e}")  # fmt: skip

# %% [markdown]
# As foretold. By gradient descent the lowest layers of the first two would stand still for ever.
# He's start is a remedy at the start; what becomes of it in training we shall see.

# %% [markdown]
# ## What does a gate do to a gradient?
#
# A highway layer computes something new, h, and a gate t between 0 and 1 for each entry. Where t is
# 0, it carries x on as it is; where t is 1, it lets h through. Entry by entry:
#
#     h = tanh(x W + b)        t = sigmoid(x U + u)        y = t h + (1 - t) x
#
# x and y have the same width. Now x[n, p] moves y on **three** ways:
#
# | way | dy times | and back to x |
# |---|---|---|
# | carried | 1 - t | as it is |
# | through h | t, then tanh' = 1 - h^2 | times W' |
# | through t | h - x, as dy/dt = h - x, then sigmoid' = t (1 - t) | times U' |
#
#     dz  = dy t (1 - h^2)              dW = x' dz       db = sums of dz
#     dzt = dy (h - x) t (1 - t)        dU = x' dzt      du = sums of dzt
#     dx  = dy (1 - t)  +  dz W'  +  dzt U'
#
# By hand, with one entry and without the tanh (h = x W + b): x = 2, W = 3, b = -1, U = 1, u = -2,
# dy = 8. Before you run the next cell: work out h, t, y and the three parts of dx.

# %%
x, W, b, U, u, dy = 2.0, 3.0, -1.0, 1.0, -2.0, 8.0
h, t = x * W + b, 1 / (1 + np.exp(-(x * U + u)))
ways = dy * (1 - t), dy * t * W, dy * (h - x) * t * (1 - t) * U
print(f"h = {h:g}, t = {t:g}, y = {t * h + (1 - t) * x:g}; dx = {sum(ways):g}, by the ways",
      *(f"{way:g}" for way in ways))  # fmt: skip
by_hand = sum(way != hand for way, hand in zip(ways, (4.0, 12.0, 6.0), strict=True))

# %% [markdown]
# h = 5, t = 1/2, y = 3.5, and dx = 4 + 12 + 6 = 22. Now with arrays.
#
# Before you run the next cell: what will the checker find if the way that carries is forgotten? And
# if someone writes x - h for h - x?


# %%
def highway(x, W, b, U, u):
    h, t = np.tanh(x @ W + b), 1 / (1 + np.exp(-(x @ U + u)))
    return t * h + (1 - t) * x


def highway_backward(dy, x, W, b, U, u, carry=1, sign=1):
    h, t = np.tanh(x @ W + b), 1 / (1 + np.exp(-(x @ U + u)))
    dz = dy * t * (1 - h * h)
    dzt = dy * sign * (h - x) * t * (1 - t)
    dx = carry * dy * (1 - t) + dz @ W.T + dzt @ U.T
    return dx, x.T @ dz, dz.sum(axis=0), x.T @ dzt, dzt.sum(axis=0)


rng = np.random.default_rng(0)
x, dy = rng.normal(size=(2, 6, 4))  # (N, width)
W, U = rng.normal(scale=0.5, size=(2, 4, 4))
b, u = rng.normal(size=(2, 4))
h, t = np.tanh(x @ W + b), 1 / (1 + np.exp(-(x @ U + u)))


def judged(wrt, **faults):
    return numnet.check_backward(
        highway, lambda dy, *at: highway_backward(dy, *at, **faults), (x, W, b, U, u),
        names=("x", "W", "b", "U", "u"), wrt=wrt, context={"h": h, "t": t},
    )  # fmt: skip


right = judged(None)  # to all five
no_carry, wrong_sign = judged(("x", "U", "u"), carry=0), judged(("U", "u"), sign=-1)
for report in (right, no_carry, wrong_sign):
    print(report)

layer = numnet.Highway(4, "tanh")
for name, array in zip(("transform.W", "transform.b", "gate.W", "gate.b"), (W, b, U, u),
                       strict=True):  # fmt: skip
    layer.parameters[name] = array
_, saved = layer.propagate(x)
numnets = layer.backpropagate(dy, saved), *layer.parameters.gradients.values()
exactness = max(
    np.abs(typed - numnet_s).max()
    for typed, numnet_s in zip(highway_backward(dy, x, W, b, U, u), numnets, strict=True)
)
print(f"typed and numnet.Highway: {exactness:.0e} apart")

# %% [markdown]
# "dx lacks the term dy * (1 - t)": the way that carries. It is dx alone that is wrong then; the
# gradients to the layer's own parameters are right, and the harm is done in the layers **below**.
# With the other fault dU and du are the true ones times -1: a sign.
#
# ## And after 50 highway layers?
#
# The way that carries multiplies by 1 - t and by nothing else. There is no W and no a' on it. With
# b and W small at the start, t is near sigmoid(u). So a **negative** u keeps the way open:
#
# | u | t | 1 - t | (1 - t)^50 |
# |---|---|---|---|
# | 0 | 0.5 | 0.5 | 9e-16 |
# | -1 | 0.27 | 0.73 | 2e-7 |
# | -3 | 0.05 | 0.95 | 0.09 |
#
# Before you run the next cell: the other two ways add something. For which u will the measured
# length be near the table's, for which far above it?

# %%
gate_bias = {0: 0.0, -1: 0.0, -3: 0.0}
for start in gate_bias:
    left[f"highway, u = {start}"] = lengths(lambda u=start: [numnet.Highway(D, gate_bias=u)])
    gate_bias[start] = left[f"highway, u = {start}"][-1]
    carried = (1 - 1 / (1 + np.exp(-start))) ** DEPTH
    print(f"u = {start:>2}: left {gate_bias[start]:.0e}, by carrying alone {carried:.0e}")

figure = Figure(figsize=(7.2, 4.2), layout="constrained")
axes = figure.add_subplot(
    xlabel="layers above", ylabel="length of the gradient", yscale="log",
    title="What is left of a gradient on its way down",
)  # fmt: skip
looks = {
    "sigmoid": (INK, "-"), "relu": (BLUE, "-"), "relu, He's start": (BLUE, "--"),
    "highway, u = 0": (ORANGE, ":"), "highway, u = -1": (ORANGE, "--"),
    "highway, u = -3": (VERMILLION, "-"),
}  # fmt: skip
for name, (colour, dashes) in looks.items():
    axes.plot(left[name], dashes, color=colour, label=name)
axes.set_ylim(1e-12, 10)
axes.legend(loc="lower left")
figure.savefig(pictures / "10-gradients.png")

# %% [markdown]
# Look at 10-gradients.png. With -3 the way that carries is nearly all there is, and 9 % arrives at
# the bottom. With -1, numnet's default and enough for a few layers, the two other ways bring most
# of what arrives: a thousand times as much as with plain relu, and little all the same. With 0
# nothing is won. **The deeper the network, the more negative the start of the gate.**

# %% [markdown]
# ## Does it matter in training?
#
# Encoders for a code of 8 with 2 and with 20 matrices of 64 x 64, before the same decoder of one
# layer. A highway layer has two matrices, so 10 of them have the parameters of 20 plain layers:
# equal parameters, equal steps.
#
# Before you run the next cell: in which order will the three end with 2 matrices, in which with 20?
# The worst that a network can do is 0.0735.

# %%
WIDE = 64
blocks = {
    "plain relu": plain(numnet.ReLU),
    "plain relu, He's start": plain(numnet.ReLU, init=numnet.he()),
    "highway, u = -2": lambda: [numnet.Highway(WIDE, gate_bias=-2.0)],
}


def autoencoder(name, matrices):
    count = matrices // 2 if name.startswith("highway") else matrices
    layers = [layer for _ in range(count) for layer in blocks[name]()]
    return numnet.Autoencoder(
        numnet.Sequential(*layers, numnet.Linear(WIDE, Q)),
        numnet.Sequential(numnet.Linear(Q, D), numnet.Sigmoid()),
        rng=0, dtype="float32",
    )  # fmt: skip


trained, curves, sizes = {}, {}, {}
for matrices in (2, 20):
    for name in blocks:
        model = autoencoder(name, matrices)
        curves[name, matrices] = train(model, X, lr=0.01, epochs=8, batch_size=256)
        trained[name, matrices] = error(model, X_test)
        sizes[name, matrices] = model.parameters.size
        print(f"{matrices:>2} matrices, {sizes[name, matrices]} parameters, {name:<24}"
              f"test {trained[name, matrices]:.4f}")  # fmt: skip

figure = Figure(figsize=(8, 3.6), layout="constrained")
pair = figure.subplots(1, 2, sharey=True)
for axes, matrices in zip(pair, (2, 20), strict=True):
    for name, (colour, dashes) in zip(blocks, ((BLUE, "-"), (BLUE, "--"), (VERMILLION, "-")),
                                      strict=True):  # fmt: skip
        epochs = range(1, len(curves[name, matrices]) + 1)
        axes.plot(epochs, curves[name, matrices], dashes, color=colour, label=name)
    axes.axhline(no_code, color=INK, linestyle=":", label="the mean image")
    axes.set(title=f"{matrices} matrices", xlabel="epoch", ylim=(0, None))
pair[0].set_ylabel("training loss")
pair[0].legend()
figure.savefig(pictures / "10-training.png")

# %% [markdown]
# Look at 10-training.png. With 2 matrices highway is last, by a little: a layer that mostly carries
# computes less. With 20, plain relu hardly leaves the mean image. He's start gets further, but not
# to where it was with 2 matrices, although its gradient arrives at full length: a length says that
# something arrives, not that it is of use. Highway alone is **better** with 20 than with 2.
#
# It is not that more layers were needed here: 64-128-64-8 is better than all six. It is that they
# do no harm. A layer that carries is nearly no layer, so the network starts shallow, and each layer
# may add something when it has something to add.
#
# Before you run the next cell: the gates started near sigmoid(-2) = 0.12. Where are they now, with
# 20 matrices? Has any layer stopped carrying?

# %%
x, opened = X_test, []
for layer in model.encoder.layers[:-1]:
    opened.append(numnet.kernels.sigmoid(layer.gate(x)).mean())
    x = layer(x)
print("mean of t, layer by layer:", *(f"{mean:.2f}" for mean in opened))

# %% [markdown]
# Each opened a little, none by much: ten small corrections of an image that is carried through, and
# a linear map to the code at the end. The report's network does the same with 784 pixels. It and
# the deep one run on all of MNIST by `python -m benchmarks.course --rows B8,B9`.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds.

# %%
claims = {
    # name: (value, low, high)
    "product of three matrices": (collapsed, 0, 1e-13),
    "curve: 1 layer / component": (
        curve_errors["1 layer"] / curve_errors["principal component"], 0.7, 1.05),
    "curve: 3 layers": (curve_errors["3 layers"], 4e-5, 1e-3),
    "1 layer: parameters": (digit_nets["1 layer"].parameters.size, 584, 584),
    "3 layers: parameters": (digit_nets["3 layers"].parameters.size, 17352, 17352),
    "digits: nets that check_model calls right": (list(verdicts.values()).count("right"), 3, 3),
    "1 layer / components, test": (errors["1 layer"][1] / errors["components"][1], 0.7, 0.95),
    "3 layers / 1 layer, training": (errors["3 layers"][0] / errors["1 layer"][0], 0, 0.65),
    "3 layers / 1 layer, test": (errors["3 layers"][1] / errors["1 layer"][1], 0, 0.75),
    "3 layers: test / training": (errors["3 layers"][1] / errors["3 layers"][0], 1.1, 2),
    "two components: nearest mean": (nearest["principal components"], 0.57, 0.6),
    "deep code of two: nearest mean": (nearest["64-128-32-2"], 0.59, 1),
    "sigmoid: left after 50 layers": (left["sigmoid"][-1], 0, 1e-28),
    "relu: left after 50 layers, beside 2^-25": (left["relu"][-1] / 2**-25, 0.1, 10),
    "relu, He's start: left after 50 layers": (left["relu, He's start"][-1], 0.1, 10),
    "gate by hand: ways that differ": (by_hand, 0, 0),
    "gate: right": (bool(right), True, True),
    "carry forgotten: the term is named": (
        "lacks the term dy * (1 - t)" in str(no_carry), True, True),
    "carry forgotten: wrong gradients": (
        sum(finding.verdict == "wrong" for finding in no_carry), 1, 1),
    "sign of h - x: cause of dU": (wrong_sign["U"].cause == "sign", True, True),
    "gate: typed and numnet's": (exactness, 0, 1e-13),
    "highway, u = -3: left, beside 0.95^50": (gate_bias[-3] / (1 - 1 / (1 + np.exp(3))) ** 50,
                                              0.7, 1.5),
    "highway, u = -1: left, beside plain relu": (gate_bias[-1] / left["relu"][-1], 100, np.inf),
    "highway, u = 0: left, beside plain relu": (gate_bias[0] / left["relu"][-1], 0, 100),
    "20 matrices: parameters of the three, most / least": (
        max(sizes[name, 20] for name in blocks) / min(sizes[name, 20] for name in blocks), 1, 1),
    "2 matrices: highway / plain relu": (
        trained["highway, u = -2", 2] / trained["plain relu", 2], 0.95, 1.3),
    "20 matrices: plain relu / the mean image": (trained["plain relu", 20] / no_code, 0.75, 1.05),
    "He's start: 20 matrices / 2 matrices": (
        trained["plain relu, He's start", 20] / trained["plain relu, He's start", 2], 1.25, np.inf),
    "highway: 20 matrices / 2 matrices": (
        trained["highway, u = -2", 20] / trained["highway, u = -2", 2], 0, 1),
    "3 layers / 20 matrices of highway": (
        errors["3 layers"][1] / trained["highway, u = -2", 20], 0, 0.8),
    "trained gates: smallest mean of a layer": (min(opened), 0.08, 0.3),
    "trained gates: largest mean of a layer": (max(opened), 0.13, 0.4),
}  # fmt: skip
print(f"{'claim':<54}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<54}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. A residual layer is y = x + F(x), without a gate. What is its dx? Start F with weights that
#    keep the length of x: how long is the gradient after 50 layers, and what does this suggest for
#    the start of F? Try it with a Module in `lengths`.
# 2. Let u start at -30. What is left of the gradient after 50 layers, what does the network compute
#    at the start, and what are dW and du? Why is it no good start?
# 3. `no_carry` was found by a check of one layer. Think of a highway encoder whose layers all
#    forget it. Which layers still learn in a training, and would you see it in the loss?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. dx = dy + F's own: the way that carries has the factor 1. With F as long as x the two add to a
#    length of about the root of 2 a layer, 3e7 after 50: the gradient explodes instead. So F should
#    start small, by a factor of 1 / sqrt(50) or at 0.
# 2. All of it, for t is 1e-13 and every layer is y = x. But dW has the factor t and du the factor
#    t (1 - t): no layer gets a gradient with which it could begin. The gate must be nearly closed,
#    not closed.
# 3. The last highway layer and all above it get their true gradients; each layer below gets only
#    what comes through h and t, which is small as t is small. The top learns, the loss falls, and
#    the network is a shallow one that nobody ordered.
#
# </details>
