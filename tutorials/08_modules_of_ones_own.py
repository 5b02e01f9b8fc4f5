# %% [markdown]
# # 8. Modules of one's own
#
# **Goal.** Add to numnet what it does not have: a network, a layer with a backward written by hand,
# an operation of the tape; and prove each before it is used.
#
# **Prerequisites.** Tutorials 3 and 6. The property tests need Hypothesis, which comes with
# `pip install "numnet[test]"`.
#
# **Duration.** About 75 minutes. The script itself runs for some seconds.
#
# **Outcome.** You can write a Module, find a network that is not the one you meant although all its
# gradients are right, derive the backward of a normalisation, and let Hypothesis search for the
# input that breaks it.
#
# Run the cells one by one. Wherever it says "Before you run the next cell", write your answer down
# first; the text below the cell says what was measured.

# %%
from pathlib import Path

import numpy as np
from hypothesis import Phase, given, settings

import numnet
from numnet.testing import arrays, assert_gradients, shapes

pictures = Path("numnet-out/tutorials")
pictures.mkdir(parents=True, exist_ok=True)
data = numnet.data.load_digits(classes=(1, 7, 9))
X, labels = data.x_train, data.y_train
X_test, labels_test = data.x_test, data.y_test
N, D = X.shape

# %% [markdown]
# ## Which of the three do I need?
#
# | you want | write | the backward |
# |---|---|---|
# | another network of known parts | a `Module`: `forward(self, x)` on tensors | from the tape |
# | a new part, fast or careful | a `Layer`: `forward` and `backward` on arrays | yours |
# | a function that the tape does not know | an `operation` | yours, one for each argument |
#
# Begin with the first. Most ideas need nothing else.

# %% [markdown]
# ## How do I write a network of my own?
#
# The network of the report: two linear layers with a relu between them. The parts are attributes;
# `forward` says how they are joined. There is no backward to write.
#
# Before you run the next cell: how many parameters do the layers 64-100-3 have? Under which names
# will you find them?


# %%
class MLP(numnet.Module):
    def __init__(self, hidden):
        self.c1 = numnet.Linear(D, hidden)
        self.c2 = numnet.Linear(hidden, 3)

    def forward(self, x):
        return self.c2(self.c1(x).relu())


model = MLP(100).initialize(rng=0)
loss = numnet.SoftmaxCrossEntropy()
print(model.parameters)
module_report = numnet.check_model(model, loss, X[:30], labels[:30])
print(module_report)

# %% [markdown]
# 64 * 100 + 100 + 100 * 3 + 3 = 6 803, under the names of the attributes. Whatever takes a layer
# takes a module: `fit`, `check_model`, `save`, the optimizers.

# %% [markdown]
# ## Can every gradient be right, and the network wrong?
#
# The report's module applies its second layer before the relu and once more after it.
#
# Before you run the next cell: what will happen with 100 hidden units, and what with 3? Will
# `check_model` find the mistake?


# %%
class Twice(MLP):
    def forward(self, x):
        z = self.c2(self.c1(x))
        return self.c2(z.relu())


try:
    Twice(100).initialize(rng=0)(X[:5])
    refusal = ""
except ValueError as error:
    refusal = str(error)
print(refusal)

small, twice = (kind(3).initialize(rng=0) for kind in (MLP, Twice))
twice_report = numnet.check_model(twice, loss, X[:30], labels[:30])
print(twice_report)

# %% [markdown]
# With 100 units the shapes object. With 3 nothing does. Every gradient is **right**: the tape
# differentiates the network that is there, and that is another one than you meant. No gradient
# check can know what you meant. The tape does know what you did:

# %%
made = {}
few = numnet.Tensor(X[:5])
for name, net in (("once", small), ("twice", twice)):
    graph = net(few).graph(names={"x": few})
    made[name] = [vertex.operation for vertex in graph.operations]
    graph.plot().savefig(pictures / f"08-graph-{name}.png")
    print(name, *made[name], sep="\n  ")

# %% [markdown]
# Look at 08-graph-once.png beside 08-graph-twice.png: two arrows leave c2.W. **Read the graph of a
# new network once.** The other remedy is to compare with a reference: a Sequential of the same
# parts and the same numbers.
#
# Before you run the next cell: by how much may the outputs of a Module and of its Sequential
# differ?


# %%
def reference(net, hidden):
    """The intended network, wired by hand, with the parameters of `net`."""
    wired = numnet.Sequential(numnet.Linear(D, hidden), numnet.ReLU(), numnet.Linear(hidden, 3))
    wired.parameters.value = net.parameters.value
    return wired


differences = {
    name: np.abs(net(X) - reference(net, hidden)(X)).max()
    for name, net, hidden in (("MLP", model, 100), ("Twice", twice, 3))
}
print("largest difference to the intended network:")
for name, difference in differences.items():
    print(f"{name:<6}{difference:.1e}")

# %% [markdown]
# By nothing beyond rounding. Now train the right one, with momentum, as the report does.

# %%
history = numnet.fit(
    model, loss, X, labels, validation=(X_test, labels_test),
    optimizer=numnet.SGD(lr=0.1, momentum=0.9), epochs=100, progress=False,
)  # fmt: skip
numnet.plot.learning_curves(history).savefig(pictures / "08-learning-curves.png")
print(f"right: training {100 * history['accuracy'][-1]:.1f} %, "
      f"test {100 * history['val_accuracy'][-1]:.1f} %")  # fmt: skip

# %% [markdown]
# ## How do I write a layer with its own backward?
#
# A layer that numnet does not have divides each row by its root mean square, and multiplies each
# column by a gain g:
#
#     r[n] = sqrt( mean over k of x[n, k]^2 + 1e-3 )          y[n, d] = g[d] x[n, d] / r[n]
#
# | array | shape | what it is |
# |---|---|---|
# | x, y | (N, D) | rows in, rows out |
# | r | (N, 1) | one number a row |
# | g | (D,) | the gain, a parameter |
#
# **dg.** g[d] enters y[n, d] for every n, with the factor x[n, d] / r[n]:
#
#     dg[d] = sum over n of dy[n, d] x[n, d] / r[n]
#
# **dx.** x[n, d] enters row n twice: as the numerator of y[n, d], and through r[n], which stands
# below **every** entry of the row. With e[n, k] = dy[n, k] g[k]:
#
#     by the numerator:     e[n, d] / r[n]
#     by r:                 sum over k of  e[n, k] x[n, k] (-1 / r[n]^2) dr[n]/dx[n, d]
#     where                 dr[n]/dx[n, d] = x[n, d] / (D r[n])
#
#     dx = e / r  -  x * (mean over k of e x) / r^3
#
# Whoever takes r for a constant loses the second part.
#
# Before you run the next cell: the class `Constant` loses it. What will `check_layer` say of dx,
# and what of dg?


# %%
class RMSNorm(numnet.Layer):
    """y = g x / r, with r the root mean square of the row."""

    def __init__(self, width):
        self.declare(g=np.ones(width))

    def forward(self, x):
        r = np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-3)
        return self.g * x / r, (x, r)

    def backward(self, dy, saved):
        x, r = saved
        self.add_grad("g", (dy * x / r).sum(axis=0))
        e = dy * self.g
        return e / r - x * (e * x).mean(axis=1, keepdims=True) / r**3


class Constant(RMSNorm):
    def backward(self, dy, saved):
        x, r = saved
        self.add_grad("g", (dy * x / r).sum(axis=0))
        return dy * self.g / r


x = np.random.default_rng(0).normal(size=(5, 4))
layer_report = numnet.check_layer(RMSNorm(4), x)
constant_report = numnet.check_layer(Constant(4), x)
print(layer_report)
print(constant_report)

# %% [markdown]
# "x times a number that depends on the row only" is the lost part, word for word: x, times the mean
# over the row, divided by r^3. Such a sentence is worth more than a number: go back to the
# derivation and ask which way from x to y you forgot.
#
# There is a **warning** as well: all gains are 1, and a backward that forgets g would pass. Act on
# it in the next part.

# %% [markdown]
# ## Is it right everywhere? Ten lines of property test
#
# One point is one point. A property test draws many, of every shape, and when one fails it looks
# for the simplest that does. `arrays(shapes())` are such arrays. The gains are no longer 1, as the
# warning asked.
#
# Before you run the next cell: the first test is of the right layer, the second of one that forgets
# g in dx. Which shape will Hypothesis end with for the second?


# %%
class NoGain(RMSNorm):
    def backward(self, dy, saved):
        x, r = saved
        self.add_grad("g", (dy * x / r).sum(axis=0))
        return dy / r - x * (dy * x).mean(axis=1, keepdims=True) / r**3


# So that each run of this script draws the same and is quick; a test file needs no settings.
brief = settings(
    max_examples=25, derandomize=True, database=None, deadline=None,
    phases=(Phase.generate, Phase.shrink),
)  # fmt: skip


def property_test(kind):
    @brief
    @given(x=arrays(shapes()))
    def gradients_are_right(x):
        examples.append(x.shape)
        layer = kind(x.shape[1])
        layer.g = np.linspace(0.5, 2.0, x.shape[1])
        assert_gradients(layer, x)

    return gradients_are_right


examples = []
property_test(RMSNorm)()
tried = len(examples)
print(f"RMSNorm: right at {tried} points of {len(set(examples))} shapes")
gain_at_ones = numnet.check_layer(NoGain(4), x).verdict
print(f"NoGain with all gains 1: {gain_at_ones}")
try:
    property_test(NoGain)()
    failure = ""
except AssertionError as error:
    failure = str(error)
    print("NoGain with other gains:", failure, *error.__notes__, sep="\n")

# %% [markdown]
# With gains of 1 the fault passes, as the warning said. With other gains Hypothesis finds it and
# goes on to the smallest array that still shows it: one row, one column. In a test file of your own
# leave out `property_test` around it, call the function test_..., and pytest runs it. Hypothesis
# leaves a folder, .hypothesis, which may be deleted.

# %% [markdown]
# ## Could the tape have done it?
#
# On tensors the layer is a forward. So the tape is a second derivation of your backward, and one
# that shares nothing with it but the formula.
#
# Before you run the next cell: to which digit will the two agree? Why not in every bit?


# %%
class TapeRMSNorm(numnet.Module):
    def __init__(self, width):
        self.g = numnet.Tensor(np.ones(width), requires_grad=True)

    def forward(self, x):
        return self.g * x / ((x * x).mean(axis=1, keepdims=True) + 1e-3).sqrt()


def gradients(layer, x, dy):
    """dx and dg."""
    _, saved = layer.propagate(x)
    layer.parameters.zero_grad()
    return layer.backpropagate(dy, saved), layer.parameters.grad.copy()


rng = np.random.default_rng(1)
rows, dy, gains = rng.normal(size=(50, 20)), rng.normal(size=(50, 20)), rng.normal(size=20)
derived = []
for layer in (RMSNorm(20), TapeRMSNorm(20)):
    layer.parameters["g"] = gains
    derived.append(gradients(layer, rows, dy))
tape_difference = max(np.abs(a - b).max() for a, b in zip(*derived, strict=True))
print(f"backward by hand and by the tape: {tape_difference:.1e} apart")

# %% [markdown]
# To rounding: the tape multiplies and divides in another order. Write the Module first; measure
# both with `timeit`; if the Layer pays, write it and keep the Module as its test.

# %% [markdown]
# ## What if the tape does not know a function?
#
# The tape has no arctan.
#
# Before you run the next cell: what should happen, and what would be the worst that could happen,
# if you call np.arctan on a tensor that requires a gradient?

# %%
t = numnet.Tensor([0.5, -2.0], requires_grad=True)
try:
    np.arctan(t)
    message = ""
except TypeError as error:
    message = str(error)
print(message)

# %% [markdown]
# The worst would be an array without a gradient, and a training in which one layer never learns. An
# error says what to do instead. The last words of it are the way: `numnet.operation` makes an
# operation of a function on arrays and one backward for each argument. A backward gets dy, the
# result y and the arguments.
#
#     y = arctan(x)          dx = dy / (1 + x^2)
#
# Before you run the next cell: arctan is flat far from 0. What is its slope at x = 10?


# %%
@numnet.operation(lambda dy, y, x: dy / (1 + x * x))
def arctan(x):
    """y = arctan(x); dx = dy / (1 + x^2)."""
    return np.arctan(x)


def arctan_backward(dy, x):
    t = numnet.Tensor(x, requires_grad=True)
    arctan(t).backward(dy)
    return t.grad.value


operation_report = numnet.check_backward(arctan, arctan_backward, np.array([0.5, -2.0, 10.0]))
print(operation_report)
far = numnet.Tensor(10.0, requires_grad=True)
arctan(far).backward()
slope_at_10 = far.grad.item()
print(f"slope at 10: {slope_at_10:.5f}")

# %% [markdown]
# 1 / 101. `arctan` called on arrays is the plain function, and on tensors it records; so the check
# takes it as it is. Now everything of this tutorial stands in one network.


# %%
class Own(numnet.Module):
    def __init__(self, hidden):
        self.norm = RMSNorm(D)
        self.c1 = numnet.Linear(D, hidden)
        self.c2 = numnet.Linear(hidden, 3)

    def forward(self, x):
        return self.c2(arctan(self.c1(self.norm(x))))


own = Own(20).initialize(rng=0)
own_report = numnet.check_model(own, loss, X[:30], labels[:30])
print(own_report)
own_history = numnet.fit(
    own, loss, X, labels, optimizer=numnet.SGD(lr=0.1, momentum=0.9), epochs=60, progress=False
)
own_share = numnet.accuracy(labels_test, own.predict(X_test))
print(f"test images right: {100 * own_share:.1f} %")

# %% [markdown]
# Five arrays of parameters, three of them behind a backward of yours, all right. Without the check
# a lower number in the last line would be the only sign of a mistake.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds.

# %%
claims = {
    # name: (value, low, high)
    "parameters of 64-100-3": (model.parameters.size, 6803, 6803),
    "Module: right": (bool(module_report), True, True),
    "twice, 100 units: an error names both shapes": (
        "(N, 100)" in refusal and "(5, 3)" in refusal, True, True),
    "twice, 3 units: every gradient is right": (bool(twice_report), True, True),
    "once: calls of the second layer in the graph": (made["once"].count("Linear(3 -> 3)"), 1, 1),
    "twice: calls of the second layer in the graph": (made["twice"].count("Linear(3 -> 3)"), 2, 2),
    "MLP: largest difference to the intended": (differences["MLP"], 0, 1e-13),
    "twice: largest difference to the intended": (differences["Twice"], 0.1, np.inf),
    "MLP: training accuracy": (history["accuracy"][-1], 0.98, 1),
    "MLP: test accuracy": (history["val_accuracy"][-1], 0.95, 1),
    "RMSNorm: right": (bool(layer_report), True, True),
    "RMSNorm: warnings": (len(layer_report.warnings), 1, np.inf),
    "r held constant: dx is wrong": (constant_report["x"].verdict == "wrong", True, True),
    "r held constant: the cause is a missing term": (
        constant_report["x"].cause == "missing-term", True, True),
    "r held constant: dg is right": (constant_report["g"].verdict == "right", True, True),
    "property test: points": (tried, 20, 40),
    "g forgotten, gains of 1: right": (gain_at_ones == "right", True, True),
    "g forgotten, other gains: dx is wrong": ("x  wrong" in failure, True, True),
    "g forgotten: the smallest array": ("(1, 1)" in failure, True, True),
    "by hand and by the tape: largest difference": (tape_difference, 0, 1e-12),
    "np.arctan: the error names numnet.operation": ("numnet.operation" in message, True, True),
    "arctan: right": (bool(operation_report), True, True),
    "arctan: slope at 10, times 101": (101 * slope_at_10, 1 - 1e-12, 1 + 1e-12),
    "network of own parts: gradients that are right": (
        sum(finding.verdict == "right" for finding in own_report), 5, 5),
    "network of own parts: test accuracy": (own_share, 0.93, 1),
}  # fmt: skip
print(f"{'claim':<50}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<50}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. `Twice` shares c2 between two places. When is that what you want, and what is the gradient to
#    c2.W then? Write an autoencoder whose decoder is `z @ self.c1.W.T` in the same way.
# 2. Subtract the mean of the row before dividing, as a layer normalisation does. Which new way from
#    x[n, d] to y[n, k] appears? Derive dx, write the layer, and let the property test judge it.
# 3. In `arctan_backward` the check goes through the tape. What would it miss if it called the
#    lambda by itself? And what does a check of the whole network miss that a check of its parts
#    finds?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. When both places should learn the same: a decoder that is the transpose of its encoder, a step
#    repeated through time. The gradient is the sum over both places, and the tape adds it as it
#    adds everything that is used twice.
# 2. Through the mean: each x[n, d] lowers every entry of its row by 1 / D. With e = dy g and y / g
#    written as h: dx = (e - mean of e - h times the mean of e h) / r, with r of the centred row.
# 3. Whether the tape hands over dy, y and x as the lambda takes them, and sums where it should. A
#    network can hide what a part would show: a gradient that is 0 because a relu above is 0, gains
#    that are all 1, two mistakes that cancel.
#
# </details>
