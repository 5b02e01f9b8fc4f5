# %% [markdown]
# # 6. Let the tape do it
#
# **Goal.** Never write a derivative of a whole network again: build a tensor that remembers how it
# was made, let it find the gradients, and prove that they are those that you derived by hand.
#
# **Prerequisites.** Tutorial 2: the two-layer network and its four gradients. Tutorial 4, part 5:
# the gradient that is never zeroed.
#
# **Duration.** About 75 minutes. The script itself runs for some seconds.
#
# **Outcome.** You know what `backward()` does, line by line; why gradients add up until they are
# zeroed, and what a forgotten zero does to a training; and you can read a recorded graph.
#
# Run the cells one by one. Wherever it says "Before you run the next cell", write your answer down
# first; the text below the cell says what was measured.

# %%
import inspect
from itertools import count
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import numnet

pictures = Path("numnet-out/tutorials")
pictures.mkdir(parents=True, exist_ok=True)
BLUE, VERMILLION, INK = "#0072B2", "#D55E00", "#222222"

# %% [markdown]
# ## What is there left to derive?
#
# Look at the backward of tutorial 2 once more:
#
#     delta3 = Y^ - Y
#     dW2 = a1' delta3     db2 = sums of delta3     delta2 = (1 - a1^2) * (delta3 W2')
#     dW1 = X' delta2      db1 = sums of delta2
#
# Each line belongs to one operation of the forward: a product of matrices, a sum, a tanh. The lines
# stand in the reverse order of the forward. Nothing else is in it. So a program can do it that
# knows **the backward of each operation** and **which operations were done, on what**.
#
# The record of the second is called a tape. Our tape will be the values themselves: each one
# remembers what it was made of.

# %% [markdown]
# ## How can a value know what it was made of?
#
# | attribute | what it is |
# |---|---|
# | value | the array |
# | grad | the gradient of the loss to it; None before the first backward |
# | made_of | pairs (operand, backward to that operand) |
# | number | when it was made: an operand is always older than what is made of it |
#
# `backward` starts at the loss, whose gradient to itself is 1. It then takes the **youngest**
# tensor that has a gradient, and hands a part of that gradient to each operand, where the parts are
# added.
#
# Before you run the next cell: why the youngest? Let L = a + a a with a = tanh(w). How often does
# the backward of tanh run if a is taken before a a?

# %%
birth = count()


class Tensor:
    """An array that remembers what it was made of."""

    def __init__(self, value, made_of=()):
        self.value = np.asarray(value, dtype=float)
        self.grad = None
        self.made_of = made_of
        self.number = next(birth)

    def backward(self):
        """Add to .grad of every leaf the gradient of this number to it."""
        dy = {self: np.ones_like(self.value)}
        while dy:
            y = max(dy, key=lambda tensor: tensor.number)
            d = dy.pop(y)
            if not y.made_of:
                y.grad = d if y.grad is None else y.grad + d
            for x, backward_to_x in y.made_of:
                dy[x] = dy.get(x, 0) + backward_to_x(d)


# %% [markdown]
# When the youngest is taken, everything that was made of it is done: all parts of its gradient have
# arrived, and it is taken once. Taken too early, a hands down the part from a + ..., and everything
# below it once more when the part from a a arrives. The sums would still be right, but a network of
# many such places would be walked twice, four times, eight times.

# %% [markdown]
# ## Which backwards are needed?
#
# An operation computes its value and notes one backward for each operand that is a tensor. Each of
# these you have derived before:
#
# | y | backward to the first | to the second | from |
# |---|---|---|---|
# | a + b | dy | dy | tutorial 1 |
# | a * b, entry by entry | dy * b | dy * a | |
# | a / b, entry by entry | dy / b | -dy * y / b | |
# | a @ b | dy b' | a' dy | tutorial 1: dx and dW |
# | tanh a | dy * (1 - y^2) | | tutorial 2 |
# | exp a | dy * y | | |
# | log a | dy / a | | |
# | sum of a | dy, for each entry | | |
#
# b1 of shape (Q,) is added to every row of X W1, of shape (N, Q). Its gradient must have the shape
# (Q,) again: what was broadcast in the forward is summed in the backward.


# %%
def plain(a):
    return a.value if isinstance(a, Tensor) else np.asarray(a, dtype=float)


def result(value, *pairs):
    return Tensor(value, [(x, to_x) for x, to_x in pairs if isinstance(x, Tensor)])


def summed(d, shape):
    """The gradient to an array that was broadcast: the sum over its copies."""
    d = d.sum(axis=tuple(range(d.ndim - len(shape))))
    return d.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)


def add(a, b):
    A, B = plain(a), plain(b)
    return result(A + B, (a, lambda d: summed(d, A.shape)), (b, lambda d: summed(d, B.shape)))


def multiply(a, b):
    A, B = plain(a), plain(b)
    return result(
        A * B, (a, lambda d: summed(d * B, A.shape)), (b, lambda d: summed(d * A, B.shape))
    )


def divide(a, b):
    A, B = plain(a), plain(b)
    y = A / B
    return result(
        y, (a, lambda d: summed(d / B, A.shape)), (b, lambda d: summed(-d * y / B, B.shape))
    )


def matmul(a, b):
    A, B = plain(a), plain(b)
    return result(A @ B, (a, lambda d: d @ B.T), (b, lambda d: A.T @ d))


def tanh(a):
    y = np.tanh(a.value)
    return result(y, (a, lambda d: d * (1 - y * y)))


def exp(a):
    y = np.exp(a.value)
    return result(y, (a, lambda d: d * y))


def log(a):
    return result(np.log(a.value), (a, lambda d: d / a.value))


def total(a, axis=None, keepdims=False):
    def backward(d):
        d = d if axis is None or keepdims else np.expand_dims(d, axis)
        return np.broadcast_to(d, a.value.shape)

    return result(a.value.sum(axis=axis, keepdims=keepdims), (a, backward))


Tensor.__array_ufunc__ = None  # so that NumPy leaves X @ tensor to the tensor
Tensor.__add__ = Tensor.__radd__ = add
Tensor.__mul__ = Tensor.__rmul__ = multiply
Tensor.__neg__ = lambda a: a * -1.0
Tensor.__sub__ = lambda a, b: a + -b
Tensor.__rsub__ = lambda a, b: -a + b
Tensor.__truediv__ = divide
Tensor.__matmul__ = matmul
Tensor.__rmatmul__ = lambda a, b: matmul(b, a)
Tensor.tanh, Tensor.exp, Tensor.log, Tensor.sum = tanh, exp, log, total

written = (Tensor, plain, result, summed, add, multiply, divide, matmul, tanh, exp, log, total)
lines = sum(len(inspect.getsource(thing).strip().splitlines()) for thing in written)
print(f"{lines} lines, without the {len(written) - 1} blank ones between and the list of signs")

# %% [markdown]
# ## What does backward do with an old gradient?
#
# w = (1, 2) and L = sum of w w. The gradient is 2 w.
#
# Before you run the next cell: `backward` is called twice, on a fresh L each time. What stands in
# w.grad after the first, and what after the second?

# %%
w = Tensor([1.0, 2.0])
seen = []
for _ in range(2):
    L = (w * w).sum()
    L.backward()
    seen.append(w.grad.tolist())
print("w.grad:", *seen)

# %% [markdown]
# (2, 4), then (4, 8). w stands twice in w * w, and both parts were added: that is the chain rule.
# The second backward added once more: nobody had asked for a new beginning. Both sums are one and
# the same line of code, so **a tape adds up until you zero the gradients.**

# %% [markdown]
# ## Does it find delta2? The network on your tensors
#
# The digits 1, 7 and 9 with D = 64 pixels, Q = 10 hidden units, C = 3 classes. The loss is the one
# that the report displays, two-sided, with its guard:
#
#     L = -(1/N) sum of [ y log(y^ + 1e-16) + (1 - y) log(1 - y^ + 1e-16) ]
#
# For this loss delta3 = Y^ - Y is wrong: tutorial 4, part 2. The tape differentiates what you
# wrote, so the loss that you display and the loss that you train are the same.

# %%
data = numnet.data.load_digits(classes=(1, 7, 9))
X, X_test = data.x_train, data.x_test
Y, Y_test = np.eye(3)[data.y_train], np.eye(3)[data.y_test]
(N, D), Q, C = X.shape, 10, 3


def start(seed=0):
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(scale=D**-0.5, size=(D, Q)),
        "b1": rng.normal(scale=0.1, size=Q),
        "W2": rng.normal(scale=Q**-0.5, size=(Q, C)),
        "b2": rng.normal(scale=0.1, size=C),
    }


def softmax(Z):
    e = Z.exp()
    return e / e.sum(axis=1, keepdims=True)


def course_loss(P, Y):
    return -(Y * (P + 1e-16).log() + (1 - Y) * (1 - P + 1e-16).log()).sum() / len(Y)


def network(X, W1, b1, W2, b2):
    return softmax((X @ W1 + b1).tanh() @ W2 + b2)


mine = {name: Tensor(array) for name, array in start().items()}
L_mine = course_loss(network(X, **mine), Y)
L_mine.backward()
for name, tensor in mine.items():
    print(f"d{name} {tensor.grad.shape}, largest entry {np.abs(tensor.grad).max():.4f}")

# %% [markdown]
# No line of it is a derivative of the network.

# %% [markdown]
# ## What changes with numnet's Tensor? Hardly a word
#
# `numnet.Tensor(array, requires_grad=True)` records the same way. Its words are torch's: what you
# learn here is worth something there. What is different: it asks which tensors want a gradient, it
# has many more operations, and its `.grad` is a Tensor too. `network` and `course_loss` run as they
# are.
#
# Before you run the next cell: to how many digits will the two losses and the gradients agree?

# %%
theta = {name: numnet.Tensor(array, requires_grad=True) for name, array in start().items()}
L = course_loss(network(X, **theta), Y)
print(f"mine {L_mine.value:.12f}, numnet's {L.item():.12f}")


def apart(first, second):
    """The largest difference, beside the largest entry of the same array."""
    return max(np.abs(first[n] - second[n]).max() / np.abs(second[n]).max() for n in first)


graph = L.graph(names={**theta, "X": X, "Y": Y})
L.backward()
own = {name: tensor.grad for name, tensor in mine.items()}
tape = {name: tensor.grad.value for name, tensor in theta.items()}
print(f"gradients: {apart(own, tape):.0e} apart")

# %% [markdown]
# To the last digits: the same operations in nearly the same order.

# %% [markdown]
# ## What does the tape look like?
#
# `L.graph()`, before a `backward` uses it up, is the record. It prints and draws itself.
#
# Before you run the next cell: how many leaves will there be? Will the transposes W2' and X' of the
# backward be among the operations?

# %%
print(graph)
graph.plot().savefig(pictures / "06-graph.png")

# %% [markdown]
# Look at 06-graph.png. Four leaves, and only what the forward did: the backward of each operation
# is known and need not be recorded. Follow the arrows from the bottom up and you read your backward
# of tutorial 2 in its order.

# %% [markdown]
# ## How do I know that it is right? Three derivations
#
# Two programs that share an idea can share its mistake. So derive the gradient in ways that have
# nothing in common:
#
# 1. **wired by hand**: numnet's layers, whose backwards were derived on paper, with the true
#    Jacobian of softmax and the two-sided loss;
# 2. **the tape**;
# 3. **the complex step** of tutorial 3: no derivative at all, only the forward at theta + i h.
#
# Before you run the next cell: 64 * 10 + 10 + 10 * 3 + 3 = 683 parameters. How many forward passes
# does each of the three need?

# %%
layers = numnet.Sequential(
    numnet.Linear(D, Q), numnet.Tanh(), numnet.Linear(Q, C), numnet.Softmax(), rng=0
)
places = {"W1": "0.W", "b1": "0.b", "W2": "2.W", "b2": "2.b"}
for name, array in start().items():
    layers.parameters[places[name]] = array
loss = numnet.BinaryCrossEntropy()
P, saved = layers.propagate(X[:40])
_, saved_loss = loss.forward(P, Y[:40])
layers.parameters.zero_grad()
layers.backpropagate(loss.backward(saved_loss), saved)
by_hand = {name: layers.parameters.gradients[place].copy() for name, place in places.items()}

few = {name: numnet.Tensor(array, requires_grad=True) for name, array in start().items()}
course_loss(network(X[:40], **few), Y[:40]).backward()
by_tape = {name: tensor.grad.value for name, tensor in few.items()}


def plain_loss(W1, b1, W2, b2):
    """The forward alone, in NumPy."""
    e = np.exp(np.tanh(X[:40] @ W1 + b1) @ W2 + b2)
    P = e / e.sum(axis=1, keepdims=True)
    return -(Y[:40] * np.log(P + 1e-16) + (1 - Y[:40]) * np.log(1 - P + 1e-16)).sum() / 40


by_step, passes = {}, 0
for name, array in start().items():
    by_step[name] = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        moved = {n: a.astype(complex) for n, a in start().items()}
        moved[name][index] += 1e-30j
        by_step[name][index] = plain_loss(**moved).imag / 1e-30
        passes += 1
pairs = {
    "layers - tape": apart(by_hand, by_tape),
    "tape - complex step": apart(by_tape, by_step),
    "layers - complex step": apart(by_hand, by_step),
}
for pair, error in pairs.items():
    print(f"{pair:<22}{error:.1e}")
print(f"the complex step took {passes} forward passes, the others one each")

# %% [markdown]
# All three agree in every digit that a float64 has left. The tape costs one forward and one
# backward, however many parameters there are; the complex step costs a forward for each.

# %% [markdown]
# ## What does a training look like now?
#
# Four lines a pass: the loss, its backward, the update, the zero. `.data` is the same array without
# the recording; an update must not be recorded.
#
# Before you run the next cell: what is the loss at a start that guesses? Each example has three
# terms: -log(1/3), and twice -log(2/3).

# %%
EPS, PASSES = 0.1, 150


def train(zeroed=("W1", "b1", "W2", "b2")):
    """The losses and the parameters; after each pass the gradients named are zeroed."""
    theta = {name: numnet.Tensor(array, requires_grad=True) for name, array in start().items()}
    losses = []
    for _ in range(PASSES):
        loss = course_loss(network(X, **theta), Y)
        loss.backward()
        for W in theta.values():
            W.data -= EPS * W.grad.data
        for name in zeroed:
            theta[name].grad.data.zero_()
        losses.append(loss.item())
    return np.array(losses), theta


def share_right(theta):
    with numnet.no_grad():
        P = network(X_test, **theta)
    return (P.value.argmax(axis=1) == data.y_test).mean()


right_losses, right_theta = train()
guessing = -np.log(1 / 3) - 2 * np.log(2 / 3)
print(f"guessing {guessing:.3f}, first loss {right_losses[0]:.3f}, last {right_losses[-1]:.3f}")
print(f"test images right: {100 * share_right(right_theta):.1f} %")

# %% [markdown]
# ## What if a zero is forgotten? b2 twice, W2 never
#
# The report has a line for each tensor. The third reads b2.grad.data.zero_() where it should read
# W2: b2 is zeroed twice and W2 never. Nothing complains.
#
# Before you run the next cell: at each pass the update of W2 is eps times the sum of **all** its
# gradients so far. Have you seen such an update before? Will the loss still fall?

# %%
# Parameters that stand still show what accumulates.
still = {name: numnet.Tensor(array, requires_grad=True) for name, array in start().items()}
multiples = {"W2": [], "b2": []}
for _ in range(5):
    course_loss(network(X, **still), Y).backward()
    for name, found in multiples.items():
        found.append(np.vdot(still[name].grad.value, tape[name]) / np.vdot(tape[name], tape[name]))
    for name in ("W1", "b1", "b2", "b2"):
        still[name].grad.data.zero_()
print("the gradient that the update reads, as a multiple of the true one, five passes:")
for name, found in multiples.items():
    print(f"{name}: {np.round(found, 12)}")

wrong_losses, wrong_theta = train(zeroed=("W1", "b1", "b2", "b2"))
for i in (30, PASSES):
    print(f"loss of pass {i:>3}: {right_losses[i - 1]:>6.3f} when right, "
          f"{wrong_losses[i - 1]:>6.3f} when wrong")  # fmt: skip
print(f"norm of W2: {np.linalg.norm(right_theta['W2'].value):.1f} when right, "
      f"{np.linalg.norm(wrong_theta['W2'].value):.1f} when wrong")  # fmt: skip

figure = Figure(figsize=(6, 3.6), layout="constrained")
axes = figure.add_subplot(
    xlabel="pass", ylabel="loss", yscale="log", title="W2.grad zeroed, or never"
)
axes.plot(right_losses, "-", color=BLUE, label="zeroed")
axes.plot(wrong_losses, "--", color=VERMILLION, label="never zeroed")
axes.axhline(guessing, color=INK, linestyle=":", label="guessing")
axes.legend()
figure.savefig(pictures / "06-never-zeroed.png")

# %% [markdown]
# W2.grad is once, twice, three times the gradient; b2.grad is always the gradient. Look at
# 06-never-zeroed.png, whose loss axis is logarithmic. At first the wrong training is **ahead**: a
# sum of past gradients is a velocity, and it pulls in a direction that was good so far. It is
# momentum with the factor 1, and a velocity that never fades does not stop in the valley. It
# carries W2 on, until the loss is far above that of guessing.
#
# A training that is fast and then explodes: look for the missing zero before you lower the step.

# %% [markdown]
# ## And another network? Nothing to derive
#
# Regression now: 8 numbers in, one out, the mean squared error. First one linear neuron, then 20
# tanh units and a linear one. The targets are made by a formula with noise, so that the script
# needs no file: sin(2 x0) + x1 - x2 x3 / 2, plus 0.3 times a normal number.
#
# Before you run the next cell: which derivations change against the digits? What is the best that
# the linear neuron can reach, and what finds it without any descent?

# %%
rng = np.random.default_rng(0)


def regression_data(rows):
    x = rng.normal(size=(rows, 8))
    y = np.sin(2 * x[:, :1]) + x[:, 1:2] - 0.5 * x[:, 2:3] * x[:, 3:4]
    return x, y + 0.3 * rng.normal(size=(rows, 1))


x, y = regression_data(100)
x_test, y_test = regression_data(1000)


def neuron(x, W, b):
    return x @ W + b


def two_layers(x, W1, b1, W2, b2):
    return (x @ W1 + b1).tanh() @ W2 + b2


def descend(model, start, passes=1000, eps=0.2):
    """The training and the test loss of each pass."""
    theta = [numnet.Tensor(array, requires_grad=True) for array in start]
    curves = []
    for _ in range(passes):
        loss = ((model(x, *theta) - y) ** 2).mean()
        loss.backward()
        with numnet.no_grad():
            test_loss = ((model(x_test, *theta) - y_test) ** 2).mean()
        for W in theta:
            W.data -= eps * W.grad.data
            W.grad.data.zero_()
        curves.append((loss.item(), test_loss.item()))
    return np.array(curves).T


draw = np.random.default_rng(1)
first, second = draw.normal(scale=8**-0.5, size=(8, 20)), draw.normal(scale=20**-0.5, size=(20, 1))
regressions = {
    "linear neuron": descend(neuron, (np.zeros((8, 1)), np.zeros(1))),
    "20 tanh units": descend(two_layers, (first, np.zeros(20), second, np.zeros(1))),
}
with_ones = np.hstack([x, np.ones((100, 1))])
residual = y - with_ones @ np.linalg.lstsq(with_ones, y)[0]
optimum = (residual**2).mean()
for name, (training, test) in regressions.items():
    print(f"{name}: training loss {training[-1]:.4f}, test loss {test[-1]:.3f}, "
          f"lowest {test.min():.3f} in pass {test.argmin() + 1}")  # fmt: skip
print(f"least squares: {optimum:.4f}; noise alone: {0.3**2:.2f}")

figure = Figure(figsize=(8, 3.6), layout="constrained")
pair = figure.subplots(1, 2, sharey=True)
for axes, (name, (training, test)) in zip(pair, regressions.items(), strict=True):
    axes.semilogy(training, "-", color=BLUE, label="training")
    axes.semilogy(test, "--", color=VERMILLION, label="test")
    axes.plot(test.argmin(), test.min(), "o", color=VERMILLION, label="lowest test loss")
    axes.set(title=name, xlabel="pass")
pair[0].set_ylabel("mean squared error")
pair[0].axhline(optimum, color=INK, linestyle=":", label="least squares")
pair[0].legend(loc="lower left")
figure.savefig(pictures / "06-regression.png")

# %% [markdown]
# No derivation changes: you wrote two forwards. The neuron reaches the optimum of least squares.
#
# Look at 06-regression.png. The report saw no rise of its test loss. Here it does rise for the 20
# units, from the dot on: with 100 examples and 1 000 passes they learn the noise as well. What a
# curve does depends on the number of examples and on when you stop; whether the gradient is right
# is another question, and that one is settled.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds.

# %%
linear, tanh_units = regressions["linear neuron"], regressions["20 tanh units"]
claims = {
    # name: (value, low, high)
    "lines of the Tensor": (lines, 50, 65),
    "w.grad after one backward is 2 w": (seen[0] == [2, 4], True, True),
    "w.grad after two backwards is 4 w": (seen[1] == [4, 8], True, True),
    "my Tensor and numnet's: loss": (abs(L_mine.value / L.item() - 1), 0, 1e-14),
    "my Tensor and numnet's: gradients": (apart(own, tape), 0, 1e-13),
    "leaves of the graph": (len(graph.leaves), 4, 4),
    "products of matrices in the graph": (
        sum(vertex.operation == "matmul" for vertex in graph.operations), 2, 2),
    "parameters": (passes, 683, 683),
    **{f"gradients apart: {pair}": (error, 0, 1e-13) for pair, error in pairs.items()},
    "first loss, beside that of guessing": (right_losses[0] / guessing, 0.7, 1.3),
    "last loss": (right_losses[-1], 0, 0.25),
    "share of the test images that are right": (share_right(right_theta), 0.94, 1),
    "never zeroed: W2 reads 1 to 5 times its gradient": (
        np.abs(np.array(multiples["W2"]) - [1, 2, 3, 4, 5]).max(), 0, 1e-12),
    "zeroed twice: b2 reads its gradient": (
        np.abs(np.array(multiples["b2"]) - 1).max(), 0, 1e-12),
    "pass 30: loss when wrong / when right": (wrong_losses[29] / right_losses[29], 0, 0.9),
    "highest loss when wrong / guessing": (wrong_losses.max() / guessing, 1, np.inf),
    "last loss when wrong / guessing": (wrong_losses[-1] / guessing, 1, np.inf),
    "norm of W2 when wrong / when right": (
        np.linalg.norm(wrong_theta["W2"].value) / np.linalg.norm(right_theta["W2"].value),
        3, np.inf),
    "linear neuron: loss / least squares - 1": (linear[0][-1] / optimum - 1, -1e-12, 1e-6),
    "20 tanh units: training loss, below the noise": (tanh_units[0][-1], 0, 0.09),
    "20 tanh units: last test loss / lowest": (tanh_units[1][-1] / tanh_units[1].min(), 1.05, 9),
}  # fmt: skip
print(f"{'claim':<54}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<54}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. Add `relu` to your Tensor, and `a[rows]`, which picks rows by an array of indices. What is the
#    backward of the second if an index occurs twice?
# 2. `W -= eps * W.grad` on a numnet Tensor raises an error outside of `no_grad`, while `W.data -=
#    ...` does not. What would the tape have to do if it recorded the update?
# 3. After `L.backward()` numnet's tape is used up, and a second `L.backward()` is an error unless
#    the first was told `retain_graph=True`. Your Tensor allows it. What does yours pay for that in
#    a loop of 10 000 passes, and what would happen if each pass added to one and the same L?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. relu: dy where a > 0, else 0. For a[rows] start from zeros of the shape of a and **add** the
#    rows of dy, with np.add.at: an index that occurs twice gets both parts.
# 2. The new W would be made of the old one, so it would be a result and no leaf: the next backward
#    would go on through the update into the pass before, and through all passes to the first.
# 3. Nothing, while each pass makes a new L: the old one is forgotten with all that it was made of.
#    If one L grows, every pass stays reachable from it: memory grows with each pass, and backward
#    walks all of them.
#
# </details>
