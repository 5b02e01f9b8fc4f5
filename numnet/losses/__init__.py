"""Losses: how far the outputs are from the truth, and the gradient to them.

A loss is a sum of row terms divided by one number, `rows`, so that the losses of parts of the data,
each divided by the number of all rows, add up to the loss of all.

The course's gradients are those of a loss summed over the examples: its step 1e-5 on a sum over
N = 3 000 rows is a step of 3 000 * 1e-5 = 0.03 on the mean used here.
"""

from .classification import BinaryCrossEntropy, SoftmaxCrossEntropy
from .loss import Loss
from .regression import MSE

__all__ = ["MSE", "BinaryCrossEntropy", "Loss", "SoftmaxCrossEntropy"]
