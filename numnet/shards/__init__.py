"""One sum over shards of the rows: threads, processes and machines, by any executor."""

from __future__ import annotations

from .sharded import ShardedObjective

__all__ = ["ShardedObjective"]
