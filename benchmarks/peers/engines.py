"""All engines by name."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import machine
from benchmarks.peers.bare import products_and_passes
from benchmarks.peers.engine import Engine
from benchmarks.peers.own import layers, module
from benchmarks.peers.with_jax import jax
from benchmarks.peers.with_sklearn import sklearn
from benchmarks.peers.with_tapes import autograd, mygrad
from benchmarks.peers.with_torch import torch, torch_compile
from benchmarks.peers.workloads import Workload
from benchmarks.peers.written_out import inlined, prototype

Maker = Callable[[Workload], Engine]
OWN: dict[str, Maker] = {"layers": layers, "module": module}
BELOW: dict[str, Maker] = {"inlined": inlined, "prototype": prototype, "bare": products_and_passes}
PEERS: dict[str, Maker] = {
    "torch": torch,
    "torch.compile": torch_compile,
    "jax": jax,
    "sklearn": sklearn,
    "autograd": autograd,
    "mygrad": mygrad,
}
ENGINES = OWN | BELOW | PEERS


def installed() -> list[str]:
    """The engines whose packages can be imported."""
    return [e for e in ENGINES if e not in PEERS or machine.installed(e.split(".")[0])]
