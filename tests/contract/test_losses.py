"""The contract of every public loss: each check on each example in each dtype."""

from __future__ import annotations

import pytest
from contract import loss_checks
from contract.cases import DTYPES, LOSSES, LossCase, forgotten
from contract.own import Quartic
from contract.state import checks_in

import numnet

CHECKS = checks_in(loss_checks)
OWN = {"a loss of one's own": (Quartic, *LOSSES["MSE"][1:])}
EXAMPLES = LOSSES | OWN


def test_every_public_loss_has_an_example():
    assert not (text := forgotten(numnet.Loss, [make() for make, _, _ in LOSSES.values()])), text


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("check", CHECKS)
def test_loss(check, name, dtype):
    CHECKS[check](LossCase(*EXAMPLES[name], dtype))
