"""Files under attack: killed writers, failing disks, flipped bits, bombs, mutated inputs.

Each part is a `Row` whose figure counts what must not happen; `python -m benchmarks.robust` runs
them.
"""
