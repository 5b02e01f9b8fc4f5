"""Every training step of the workloads: its point."""

from __future__ import annotations

from benchmarks.peers.own import layers
from benchmarks.peers.workloads import WORKLOADS
from benchmarks.roofline.peak import best
from benchmarks.roofline.work import Point, step_operations, step_traffic


def points(quick: bool) -> list[Point]:
    """Those of layers, with their finite checks; each block begins near the start."""
    found = []
    for workload in WORKLOADS.values():
        engine = layers(workload)
        times = []
        for _ in range(1 if quick else 5):
            # Velocities of units that no longer learn decay to denormal numbers, which are slow.
            engine.reset()
            times.append(best(engine.step, 0.001 if quick else 0.05, 1 if quick else 3))
        found.append(
            Point(str(workload), workload.dtype, step_operations(workload),
                  step_traffic(workload), min(times))
        )  # fmt: skip
    return found
