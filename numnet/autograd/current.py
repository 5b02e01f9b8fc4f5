"""The context of the pass that a Module's forward runs in; evaluation outside of one."""

from __future__ import annotations

from contextvars import ContextVar

from ..context import Context
from ..model import EVALUATION

CONTEXT: ContextVar[Context] = ContextVar("context", default=EVALUATION)
