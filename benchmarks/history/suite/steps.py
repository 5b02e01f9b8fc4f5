"""Training steps, and the objective on the same rows."""

from __future__ import annotations

import numnet
from benchmarks.growth.nets import LARGE, SMALL, WIDE

NETS = {str(net): net for net in (SMALL, LARGE, WIDE)}
RULES = ("SGD", "Adam", "AdamW", "RMSprop")


class Steps:
    """A step of SGD with momentum."""

    params = (list(NETS),)
    param_names = ("net",)

    def setup(self, name: str) -> None:
        self.step = NETS[name].step()[0]
        self.step()

    def time_step(self, name: str) -> None:
        self.step()


class Objectives:
    """The loss and the gradient at given parameters."""

    params = (list(NETS)[:2],)
    param_names = ("net",)

    def setup(self, name: str) -> None:
        net = NETS[name]
        model = net.model()
        self.objective = numnet.Objective(model, net.loss(), *net.data(net.batch))
        self.theta = model.parameters.value.copy()
        self.objective(self.theta)

    def time_call(self, name: str) -> None:
        self.objective(self.theta)


class Fits:
    """An epoch of shuffled batches."""

    params = (list(NETS)[:2],)
    param_names = ("net",)

    def setup(self, name: str) -> None:
        self.net = NETS[name]
        self.model, self.loss = self.net.model(), self.net.loss()
        self.x, self.y = self.net.data(100 * self.net.batch)

    def time_epoch(self, name: str) -> None:
        rule, batch = numnet.SGD(lr=1e-3), self.net.batch
        numnet.fit(self.model, self.loss, self.x, self.y, None, rule, 1, batch, 0, False)


class Optimizers:
    """The update alone."""

    params = (list(RULES),)
    param_names = ("rule",)

    def setup(self, name: str) -> None:
        model = LARGE.model()
        self.rule = getattr(numnet, name)(model.parameters, lr=1e-3)
        model.parameters.grad[...] = 1e-3
        self.rule.step()

    def time_step(self, name: str) -> None:
        self.rule.step()
