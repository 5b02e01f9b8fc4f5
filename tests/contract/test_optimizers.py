"""The contract of every public optimizer: each check on each example in each dtype."""

from __future__ import annotations

import pytest
from contract import optimizer_bonds, optimizer_steps
from contract.cases import DTYPES, OPTIMIZERS, OptimizerCase, forgotten
from contract.own import Heavy
from contract.state import checks_in

import numnet

pytestmark = pytest.mark.usefixtures("untraced")

CHECKS = checks_in(optimizer_steps) | checks_in(optimizer_bonds)
EXAMPLES = OPTIMIZERS | {"one's own": (Heavy, False)}


def test_every_public_optimizer_has_an_example():
    made = [make(None, 0.1) for make, _ in OPTIMIZERS.values()]
    assert not (text := forgotten(numnet.Optimizer, made)), text


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("check", CHECKS)
def test_optimizer(check, name, dtype):
    CHECKS[check](OptimizerCase(*EXAMPLES[name], dtype))
