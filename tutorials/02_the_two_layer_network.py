# %% [markdown]
# # 2. The two-layer network
#
# **Goal.** Write a network with one hidden layer from scratch in plain NumPy, derive its gradients,
# train it on real handwritten digits, and then do the same in numnet and get the same numbers.
#
# **Prerequisites.** Tutorial 1: forward and backward, a gradient has the shape of its array, the
# difference quotient, the size s of a sum's terms.
#
# **Duration.** About 90 minutes with pencil and paper. The script itself runs for less than 30 s.
#
# **Outcome.** You can derive delta3, delta2 and the four gradients of the network, know why softmax
# is computed with a shift, can tell a step that is too large from its curve, and can read the
# weights of the first layer as pictures.
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

# %% [markdown]
# ## The data
#
# Handwritten digits, the classes 1, 7 and 9. They come with numnet as 8 x 8 pixels and are enlarged
# to 28 x 28 here. Each image is one row of X: its 28 rows of pixels one after the other.
#
# | array | shape | what it is |
# |---|---|---|
# | X | (N, D) | N images of D = 784 pixels in [0, 1]; 0 is empty paper |
# | labels | (N,) | the index of the class: 0 for a 1, 1 for a 7, 2 for a 9 |
# | Y | (N, C) | the same as rows: Y[n, c] is 1 if image n is of class c, else 0; C = 3 |
#
# X_test, labels_test and Y_test hold images by other writers. They are only looked at, never
# trained on.

# %%
data = numnet.data.load_digits(classes=(1, 7, 9), size=28)
X, labels = data.x_train, data.y_train
X_test, labels_test = data.x_test, data.y_test
Y, Y_test = np.eye(3)[labels], np.eye(3)[labels_test]
N, D = X.shape
C = Y.shape[1]
print(f"X {X.shape}, Y {Y.shape}, X_test {X_test.shape}, Y_test {Y_test.shape}")
print("first labels:", labels[:5], "their rows of Y:", Y[:5], sep="\n")
digits = [data.classes[label] for label in labels[:20]]
numnet.plot.images(data.images_train[:20], titles=digits).savefig(pictures / "02-digits.png")

# %% [markdown]
# ## The parameters
#
# The hidden layer has Q = 10 units. Two linear maps need
#
# | array | shape | what it is |
# |---|---|---|
# | W1 | (D, Q) | weights from the pixels to the hidden units |
# | b1 | (Q,) | biases of the hidden units |
# | W2 | (Q, C) | weights from the hidden units to the classes |
# | b2 | (C,) | biases of the classes |
#
# They start as small random numbers: normal, of standard deviation 0.01.
#
# Before you run the next cell: how many numbers is that in all? And for images of 256 x 256?

# %%
Q = 10


def start(seed=0):
    rng = np.random.default_rng(seed)
    W1 = 1e-2 * rng.standard_normal((D, Q))
    b1 = 1e-2 * rng.standard_normal(Q)
    W2 = 1e-2 * rng.standard_normal((Q, C))
    b2 = 1e-2 * rng.standard_normal(C)
    return W1, b1, W2, b2


W1, b1, W2, b2 = start()
count = W1.size + b1.size + W2.size + b2.size
print(f"{W1.size} + {b1.size} + {W2.size} + {b2.size} = {count} parameters")
print(f"for 256 x 256: {256 * 256 * Q + Q + Q * C + C}")

# %% [markdown]
# 7 883, and 655 403 for the larger images: (D + 1) Q + (Q + 1) C. Nearly all stand in W1.

# %% [markdown]
# ## Forward
#
#     Z1 = X W1 + b1          (N, Q)     a linear map of each image
#     a1 = tanh(Z1)           (N, Q)     the hidden units, each in [-1, 1]
#     Z2 = a1 W2 + b2         (N, C)     one number for each class: the logits
#     Y^ = softmax(Z2)        (N, C)     probabilities: positive, and each row sums to 1
#
# tanh acts on each entry alone. Without it the two maps would be one linear map, as in tutorial 1.
# Its derivative will be needed: tanh'(z) = 1 - tanh(z)^2, so at Z1 it is 1 - a1^2.
#
# softmax acts on each row: Y^[n, c] = exp(Z2[n, c]) / sum over k of exp(Z2[n, k]).
#
# ## What overflows in softmax
#
# Typed as it stands, the formula works for small logits. The largest float64 is about 1.8e308.
#
# Before you run the next cell: what are exp(1000), and the softmax of the row (1000, 1001, 1002)?


# %%
def naive_softmax(Z):
    e = np.exp(Z)
    return e / e.sum(axis=1, keepdims=True)


row = np.array([[1000.0, 1001.0, 1002.0]])
with np.errstate(over="ignore", invalid="ignore"):  # else NumPy warns, and rightly
    print("exp:          ", np.exp(row))
    print("naive softmax:", naive_softmax(row))
    overflowed = int(np.isnan(naive_softmax(row)).sum())
largest = np.log(np.finfo(np.float64).max)
print(f"exp overflows in float64 above {largest:.1f}")
print(f"              in float32 above {np.log(np.finfo(np.float32).max):.1f}")

# %% [markdown]
# exp(1000) is infinite, and infinity / infinity is NaN, "not a number". The right result is quite
# ordinary, though. Take a number m off every entry of the row:
#
#     exp(z_c - m) / sum_k exp(z_k - m)  =  exp(-m) exp(z_c) / ( exp(-m) sum_k exp(z_k) )
#
# The factor exp(-m) cancels: **softmax does not change when a constant is taken off the row.** With
# m the largest entry, the largest exponent is 0 and nothing overflows. The sum is at least 1, so
# nothing is divided by 0 either. An exponent far below 0 becomes 0, which is right.
#
# Before you run the next cell: what is the softmax of (1000, 1001, 1002), given that constants do
# not matter?


# %%
def softmax(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


print("stable softmax:     ", softmax(row))
print("softmax of (0, 1, 2):", naive_softmax(np.array([[0.0, 1.0, 2.0]])))
shift_error = np.abs(softmax(row) - naive_softmax(row - 1000)).max()

# %% [markdown]
# That of (0, 1, 2): 0.09, 0.24, 0.67.

# %% [markdown]
# ## The loss
#
# The cross-entropy J is the negative logarithm of the probability of the right class, summed over
# the examples:
#
#     J = - sum over n and c of Y[n, c] log Y^[n, c]
#
# We display J / N, the mean. Computed from Y^, log(0) waits: a probability below 1e-308 is 0. Write
# the logarithm out instead and keep the shift m:
#
#     log Y^[n, c] = (Z2[n, c] - m[n]) - log( sum over k of exp(Z2[n, k] - m[n]) )


# %%
def forward(X, W1, b1, W2, b2):
    Z1 = X @ W1 + b1  # (N, Q)
    a1 = np.tanh(Z1)  # (N, Q)
    Z2 = a1 @ W2 + b2  # (N, C)
    return a1, Z2


def cross_entropy(Z2, Y):
    """J, summed over the examples."""
    shifted = Z2 - Z2.max(axis=1, keepdims=True)
    log_Y_hat = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(Y * log_Y_hat).sum()


def share_right(Z2, labels):
    return (Z2.argmax(axis=1) == labels).mean()


# %% [markdown]
# Before you run the next cell: the weights are small and random. Which probabilities will the
# network give to an image? And so, what is the mean loss J / N?

# %%
a1, Z2 = forward(X, W1, b1, W2, b2)
Y_hat = softmax(Z2)
first_loss = cross_entropy(Z2, Y) / N
print("Y^ of the first two images:", Y_hat[:2].round(4), sep="\n")
print(f"J / N = {first_loss:.4f}; log 3 = {np.log(3):.4f}")
print(f"right: {100 * share_right(Z2, labels):.1f} %")

# %% [markdown]
# Close to 1/3 each, since small weights make all logits nearly 0. So J / N is close to
# -log(1/3) = log 3 = 1.0986, and the share of right answers is not far from that of guessing.
# **Look at the loss at the start of each training.** If it is far from log C, something is wrong
# already, or the weights are too large.

# %% [markdown]
# ## Backward, step 1: delta3, the gradient to Z2
#
# From the top down. delta3[n, c] stands for the derivative of J to Z2[n, c], shape (N, C).
#
# Image n stands in one summand of J only. Put log Y^ in, with S = sum over k of exp(Z2[n, k]):
#
#     J_n = - sum_c Y[n, c] ( Z2[n, c] - log S )  =  - sum_c Y[n, c] Z2[n, c]  +  log S
#
# because the row Y[n] sums to 1. Now take the derivative to Z2[n, c]. The first part gives
# -Y[n, c]. The second gives (1 / S) exp(Z2[n, c]), which is Y^[n, c]. Together:
#
#     delta3 = Y^ - Y
#
# So short, because softmax and this loss belong together. With another loss above softmax it is
# another formula.
#
# Before you run the next cell: what does each row of delta3 sum to?

# %%
delta3 = Y_hat - Y  # (N, C)
print("delta3 of the first two images:", delta3[:2].round(4), sep="\n")
print(f"largest |sum of a row|: {np.abs(delta3.sum(axis=1)).max():.1e}")

# %% [markdown]
# To 0, up to rounding: both Y^ and Y sum to 1. The entry of the right class is negative: its
# logit should rise. The others should fall.

# %% [markdown]
# ## Backward, step 2: dW2 and db2
#
# Z2[n, c] = sum over q of a1[n, q] W2[q, c], plus b2[c]. W2[q, c] enters Z2[n, c] for every image
# n, with the factor a1[n, q]. The chain rule sums over all ways from W2[q, c] to J:
#
#     dJ / dW2[q, c] = sum over n of (dJ / dZ2[n, c]) (dZ2[n, c] / dW2[q, c])
#                    = sum over n of delta3[n, c] a1[n, q]          that is   dW2 = a1' delta3
#     dJ / db2[c]    = sum over n of delta3[n, c]                   that is   db2 = column sums
#
# You know both: this is the backward of `Linear` with x = a1 and dy = delta3.

# %%
dW2 = a1.T @ delta3  # (Q, N) (N, C) = (Q, C)
db2 = delta3.sum(axis=0)  # (C,)
print("dW2", dW2.shape, "db2", db2.shape)

# %% [markdown]
# ## Backward, step 3: delta2, the gradient to Z1
#
# a1[n, q] enters row n of Z2 in every class c, with the factor W2[q, c]:
#
#     dJ / da1[n, q] = sum over c of delta3[n, c] W2[q, c]          that is   delta3 W2'
#
# Z1[n, q] enters a1[n, q] alone, by tanh. The chain rule has one way only, so there is no sum, just
# one factor for each entry:
#
#     delta2[n, q] = dJ / dZ1[n, q] = (dJ / da1[n, q]) tanh'(Z1[n, q])
#
#     delta2 = (1 - a1^2) * (delta3 W2')          * is the product of entries, not of matrices
#
# Shapes: (N, C) times (C, Q) is (N, Q), the shape of Z1.

# %%
delta2 = (1 - a1**2) * (delta3 @ W2.T)  # (N, Q)
print("delta2", delta2.shape)

# %% [markdown]
# ## Backward, step 4: dW1 and db1
#
# Z1 = X W1 + b1 is `Linear` again, with x = X and dy = delta2:
#
#     dJ / dW1[d, q] = sum over n of delta2[n, q] X[n, d]           that is   dW1 = X' delta2
#     dJ / db1[q]    = sum over n of delta2[n, q]                   that is   db1 = column sums
#
# Here it ends: nobody needs the gradient to the pixels.
#
# Before you run the next cell: some pixels in the corners are empty in every training image. What
# are their rows in dW1?

# %%
dW1 = X.T @ delta2  # (D, N) (N, Q) = (D, Q)
db1 = delta2.sum(axis=0)  # (Q,)
print("dW1", dW1.shape, "db1", db1.shape)
empty = (X == 0).all(axis=0)  # (D,)
zero_rows = (dW1 == 0).all(axis=1)  # (D,)
print(f"{empty.sum()} pixels are always empty; {zero_rows.sum()} rows of dW1 are exactly 0")
rows_that_differ = int((empty != zero_rows).sum())

# %% [markdown]
# Exactly 0, and no other row is: dW1[d, q] is a sum of terms with the factor X[n, d]. What never
# appears in the data cannot be learned from it. These weights will stay as they started.

# %% [markdown]
# ## Check 1: a difference quotient
#
# A whole sweep over W1 takes 2 * 7 840 forward passes. Twenty random entries of each array are
# enough to find a mistake in a formula, though not one in a single entry.
#
# Before you run the next cell: how large may the error be, when h = 1e-5 and there is a tanh?

# %%
rng = np.random.default_rng(1)
theta = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
typed = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
quotient_error = 0.0
for name, array in theta.items():
    flat, gradient = array.reshape(-1), typed[name].reshape(-1)  # views, not copies
    places = rng.choice(flat.size, min(20, flat.size), replace=False)
    for place in places:
        kept, h = flat[place], 1e-5
        flat[place] = kept + h
        above = cross_entropy(forward(X, W1, b1, W2, b2)[1], Y)
        flat[place] = kept - h
        below = cross_entropy(forward(X, W1, b1, W2, b2)[1], Y)
        flat[place] = kept
        error = abs(gradient[place] - (above - below) / (2 * h)) / np.abs(gradient).max()
        quotient_error = max(quotient_error, error)
    print(f"d{name}: {len(places)} entries, largest |dJ / d{name}| {np.abs(gradient).max():.3f}")
print(f"largest error, relative to the largest entry of its array: {quotient_error:.1e}")

# %% [markdown]
# Seven digits or so. J is about 1 271, so its rounding, 1e-13, divided by h leaves some 1e-8,
# beside gradients of the size of 0.1 to 30. To see more digits we need a better ruler.

# %% [markdown]
# ## The same in numnet
#
# `Sequential` holds the same four arrays under the names 0.W, 0.b, 2.W, 2.b; layer 1, tanh, has
# none. There is no softmax layer: `SoftmaxCrossEntropy` takes the logits Z2, for the reason above.

# %%
model = numnet.Sequential(numnet.Linear(D, Q), numnet.Tanh(), numnet.Linear(Q, C), rng=0)
loss = numnet.SoftmaxCrossEntropy()
names = {"W1": "0.W", "b1": "0.b", "W2": "2.W", "b2": "2.b"}
for name, array in theta.items():
    model.parameters[names[name]] = array
print(model)

# %% [markdown]
# ## Check 2: to the last digit
#
# numnet's loss is the mean over N; ours is the sum. `rows=1` makes it divide by 1, so that
# the gradients are those of J itself.
#
# As in tutorial 1, differences are measured against s, the same sum with the absolute values of its
# terms. For delta2 the terms are those of |delta3| |W2|', times (1 + a1^2), for 1 - a1^2 is a
# difference of two terms as well.
#
# Before you run the next cell: which of the six arrays will agree in every bit? Hint: numnet
# computes tanh' as dy - dy a1 a1, which takes fewer temporary arrays than dy (1 - a1^2).

# %%
logits, saved = model.propagate(X)
value, saved_loss = loss.forward(logits, labels, rows=1)
numnet_delta3 = loss.backward(saved_loss)
model.parameters.zero_grad()
model.backpropagate(numnet_delta3, saved, need_dx=False)
numnet_delta2 = numnet.kernels.tanh_dx(numnet.kernels.linear_dx(numnet_delta3, W2), a1)

s3 = Y_hat + Y
s2 = (1 + a1**2) * (s3 @ np.abs(W2).T)
gradients = model.parameters.gradients
compared = {
    # name: (typed, numnet's, s)
    "delta3": (delta3, numnet_delta3, s3),
    "dW2": (dW2, gradients["2.W"], np.abs(a1).T @ s3),
    "db2": (db2, gradients["2.b"], s3.sum(axis=0)),
    "delta2": (delta2, numnet_delta2, s2),
    "dW1": (dW1, gradients["0.W"], X.T @ s2),
    "db1": (db1, gradients["0.b"], s2.sum(axis=0)),
}
exactness = 0.0
for name, (mine, numnets, s) in compared.items():
    # Where s is 0 there is no term at all, and both must be 0.
    error = np.max(np.abs(mine - numnets) / np.where(s == 0, 1, s))
    exactness = max(exactness, error)
    differ = (mine != numnets).sum()
    print(
        f"{name:<7} |difference| / s at most {error:.1e};  {differ} of {mine.size} entries differ"
    )
value_difference = abs(value / cross_entropy(Z2, Y) - 1)

# %% [markdown]
# delta3, dW2 and db2 agree in every bit: both sides do the same operations in the same order.
# delta2 does not, since d (1 - a a) and d - d a a round differently; and so dW1 and db1, which are
# made of it, do not either. Every difference is about one rounding, 1e-16 s.
#
# Two people can make the same mistake, though. The numerical check knows no formula: it
# differentiates the loss itself, along random directions in which each of the 7 883 parameters
# takes part. Fifty images are enough for it.
#
# Before you run the next cell: the difference quotient saw seven digits. How many will
# `check_model` see?

# %%
report = numnet.check_model(model, loss, X[:50], labels[:50])
print(report)

# %% [markdown]
# About 15, nearly all that a float64 has: "error" is some 1e-17, beside gradients of the size of
# 0.1 (this loss is a mean). As in tutorial 1, "within" is how far off the check itself may be,
# and the last number is the smallest error that it would have detected.

# %% [markdown]
# ## Training
#
# Gradient descent: every parameter takes a step against its gradient,
#
#     W1 <- W1 - eps dW1     b1 <- b1 - eps db1     W2 <- W2 - eps dW2     b2 <- b2 - eps db2
#
# All four gradients are computed **before** the first update. All four are used. The test curve is
# computed from the test images and the test labels. The last two have gone wrong in a report.
#
# eps = 1e-4, for a gradient that is **summed** over the examples.


# %%
def train(eps, passes, every=0):
    """Full-batch gradient descent from start(); one number a pass in each list."""
    W1, b1, W2, b2 = start()
    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for i in range(1, passes + 1):
        a1, Z2 = forward(X, W1, b1, W2, b2)
        history["loss"].append(cross_entropy(Z2, Y) / N)
        history["accuracy"].append(share_right(Z2, labels))

        delta3 = softmax(Z2) - Y
        dW2 = a1.T @ delta3
        db2 = delta3.sum(axis=0)
        delta2 = (1 - a1**2) * (delta3 @ W2.T)
        dW1 = X.T @ delta2
        db1 = delta2.sum(axis=0)
        W1 -= eps * dW1
        b1 -= eps * db1
        W2 -= eps * dW2
        b2 -= eps * db2

        _, Z2_test = forward(X_test, W1, b1, W2, b2)
        history["val_loss"].append(cross_entropy(Z2_test, Y_test) / len(Y_test))
        history["val_accuracy"].append(share_right(Z2_test, labels_test))
        if every and i % every == 0:
            print(
                f"pass {i}: loss {history['loss'][-1]:.4f}, "
                f"right {100 * history['accuracy'][-1]:.2f} %, "
                f"test loss {history['val_loss'][-1]:.4f}, "
                f"test right {100 * history['val_accuracy'][-1]:.2f} %"
            )
    return history, (W1, b1, W2, b2)


# %% [markdown]
# Before you run the next cell: sketch the curve of the training loss and that of the test loss. At
# which value do they begin? Which one is lower at the end?

# %%
eps, passes = 1e-4, 300
typed_history, trained = train(eps, passes, every=100)
figure = numnet.plot.learning_curves(typed_history)
figure.savefig(pictures / "02-learning-curves.png")

# %% [markdown]
# Look at 02-learning-curves.png; an epoch is a pass, and its "validation" is our test set. Both
# losses begin near log 3. For some passes little happens: all weights are small, so the gradients
# are small too, dW1 because it has W2 as a factor and dW2 because it has a1. Then both fall. The
# training loss goes on falling while the test loss stays near 0.12: what is learned late helps
# with these images more than with new ones.

# %% [markdown]
# ## A step that is too large
#
# Before you run the next cell: what will the loss do in 100 passes with a step ten times as large,
# eps = 1e-3? Ten times as fast? And with eps = 1e-5?

# %%
slow, _ = train(1e-5, 100)
yoyo, thrown = train(1e-3, 100)
good = {name: numbers[:100] for name, numbers in typed_history.items()}
curves = {1e-5: slow, 1e-4: good, 1e-3: yoyo}
rises = {tried: int((np.diff(curve["loss"]) > 0).sum()) for tried, curve in curves.items()}
for tried, curve in curves.items():
    print(
        f"eps {tried:.0e}: loss rises {rises[tried]:>2} times, at the end "
        f"{curve['loss'][-1]:.3f}, right {100 * curve['accuracy'][-1]:.1f} %"
    )

figure = Figure(figsize=(6, 4), layout="constrained")
axes = figure.add_subplot(xlabel="pass", ylabel="J / N", title="The same start, three steps")
looks = {1e-5: ("#0072B2", "--"), 1e-4: ("#222222", "-"), 1e-3: ("#D55E00", "-")}
for tried, (colour, dashes) in looks.items():
    axes.plot(curves[tried]["loss"], dashes, color=colour, label=f"eps = {tried:.0e}")
axes.axhline(np.log(3), color="#6E6E6E", linestyle=":", label="guessing: log 3")
axes.set_ylim(0, 5)
axes.legend()
figure.savefig(pictures / "02-three-steps.png")
slope_good = (1 - forward(X, *trained)[0] ** 2).mean()
slope_yoyo = (1 - forward(X, *thrown)[0] ** 2).mean()
print(f"mean of tanh' at the end: {slope_good:.2f} with eps = 1e-4, {slope_yoyo:.1e} with 1e-3")

# %% [markdown]
# With 1e-3 the loss goes up and down like a yo-yo, far above that of guessing. Each step jumps over
# the valley and lands higher on the other side. The weights become large and push every hidden unit
# to -1 or 1, where tanh' is almost 0 (see the last line), and delta2 with it: dW1 vanishes, and the
# network does not get out again. With 1e-5 nothing is wrong, it is just slow.
#
# A loss that rises in many passes of full-batch gradient descent means that the step is too large,
# **or** that the gradient is wrong. You have excluded the second. This is what the checks are for.

# %% [markdown]
# ## numnet.fit
#
# numnet's loss is the mean J / N, so its gradient is N times smaller and its learning rate must be
# N times larger: lr = N eps.
#
# Before you run the next cell: will the loss curve be the same as that of your loop?

# %%
history = numnet.fit(
    model,
    loss,
    X,
    labels,
    validation=(X_test, labels_test),
    optimizer=numnet.SGD(lr=N * eps),
    epochs=passes,
    progress=False,
)
curve_difference = np.max(np.abs(np.array(history["loss"]) / typed_history["loss"] - 1))
test_difference = np.max(np.abs(np.array(history["val_loss"]) / typed_history["val_loss"] - 1))
print(f"lr = {N * eps:.4f}")
accuracy, test_accuracy = 100 * history["accuracy"][-1], 100 * history["val_accuracy"][-1]
print(f"accuracy: {accuracy:.2f} %, test {test_accuracy:.2f} %")
print(
    f"largest relative difference: training loss {curve_difference:.1e}, test {test_difference:.1e}"
)

# %% [markdown]
# The same to 15 digits. Not to the last bit: lr dW / N and eps dW round differently. As in
# tutorial 1, both runs descend into the same valley, so the rounding errors do not grow.

# %% [markdown]
# ## What the first layer looks for
#
# Column q of W1 holds one weight for each pixel. Reshaped to 28 x 28 it is a picture of what hidden
# unit q reacts to: orange where ink raises Z1[n, q], blue where it lowers it.
#
# Before you run the next cell: what will the weights of the pixels that are always empty look like?

# %%
numnet.plot.weights(model).savefig(pictures / "02-first-layer-weights.png")
moved = np.abs(model.parameters["0.W"] - start()[0])  # (D, Q)
print(f"always empty pixels: moved by at most {moved[empty].max():.1e}")
print(f"all others:          moved by up to   {moved[~empty].max():.2f}")

# %% [markdown]
# Look at 02-first-layer-weights.png. The units look for parts of strokes: the bar of a 7, the loop
# of a 9, the foot of a 1, some of them with the signs reversed. Several look alike: with three
# classes to tell apart, ten units are more than needed. The always empty pixels have not moved at
# all. They hold the noise of the start; the speckle in the rest of the pictures is that noise too.

# %% [markdown]
# ## What was measured
#
# Each claim of this tutorial is a value with its bounds.

# %%
claims = {
    # name: (value, low, high)
    "parameters": (count, 7883, 7883),
    "parameters of numnet's model": (model.parameters.size, 7883, 7883),
    "naive softmax: NaN in three entries": (overflowed, 3, 3),
    "stable softmax: |change| by a shift of 1000": (shift_error, 0, 1e-15),
    "first loss, J / N": (first_loss, np.log(3) - 0.02, np.log(3) + 0.02),
    "always empty pixels": (empty.sum(), 1, D - 1),
    "rows of dW1 that are 0 and should not, or vice versa": (rows_that_differ, 0, 0),
    "difference quotient: largest relative error": (quotient_error, 0, 1e-6),
    "numnet's layers: largest |difference| / s": (exactness, 0, 1e-13),
    "numnet's J: relative difference": (value_difference, 0, 1e-13),
    "check_model: the gradients are right": (bool(report), True, True),
    "eps 1e-4: passes in which the loss rises": (rises[1e-4], 0, 0),
    "eps 1e-5: passes in which the loss rises": (rises[1e-5], 0, 0),
    "eps 1e-3: passes in which the loss rises": (rises[1e-3], 20, 99),
    "eps 1e-3: mean loss of the last 20 passes": (np.mean(yoyo["loss"][-20:]), np.log(3), np.inf),
    "eps 1e-4: mean of tanh' at the end": (slope_good, 0.1, 1),
    "eps 1e-3: mean of tanh' at the end": (slope_yoyo, 0, 0.05),
    "training accuracy": (typed_history["accuracy"][-1], 0.985, 1),
    "test accuracy": (typed_history["val_accuracy"][-1], 0.96, 1),
    "numnet.fit: largest difference of the loss curves": (curve_difference, 0, 1e-9),
    "numnet.fit: largest difference of the test curves": (test_difference, 0, 1e-9),
    "always empty pixels: largest change of a weight": (moved[empty].max(), 0, 0),
}
print(f"{'claim':<54}{'value':>10}{'low':>10}{'high':>10}")
for name, (value, low, high) in claims.items():
    print(f"{name:<54}{value:>10.4g}{low:>10.4g}{high:>10.4g}")

# %% [markdown]
# ## Three questions
#
# 1. A friend has 3 000 images of the same kind and sums over the examples, too. Which eps makes the
#    same step as your 1e-4 does here? And which lr in numnet?
# 2. One report updates with W2 <- W2 - eps db2 and forgets b1 and b2. Why does NumPy not complain?
#    Which checks of this tutorial find it, and which cannot?
# 3. Let all entries of W1 and W2 start at 0.01 and those of b1 and b2 at 0. Use the formulas of
#    delta2, dW1 and dW2 to show that all hidden units stay equal forever. How many units is the
#    network worth then? What happens if W1 and W2 start at 0, too?
#
# <details><summary>Answers, for when you have your own</summary>
#
# 1. The mean step is N eps = 1158 * 1e-4 = 0.116, so eps = 0.116 / 3000 = 3.9e-5. In numnet lr
#    is 0.116 for both.
# 2. W2 is (Q, C) and db2 is (C,): NumPy adds db2 to every row of W2. The gradients themselves are
#    right, so no gradient check finds it. The comparison with the loss curve of `fit` does.
# 3. Equal columns of W1 make all columns of a1 equal, hence all rows of dW2. Equal rows of W2 make
#    all columns of delta2 equal, hence all columns of dW1. So each update keeps both equal: one
#    unit, ten times. From 0, a1 and delta2 are 0, hence dW2, dW1 and db1 as well: only b2 ever
#    learns, the shares of the classes.
#
# </details>
