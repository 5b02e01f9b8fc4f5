"""What every test shares: one BLAS thread, no window, repeatable Hypothesis examples."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Iterator

# Ignored where the tests were started in the background; some interrupt themselves.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Coverage is measured in pytest's workers alone. In the hundreds of processes that tests start it
# costs more time than the tests, and a process without rights or space cannot write it down.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
# Read once, when NumPy is imported, and inherited by the processes that tests start. The arrays of
# the tests are small, and pytest's workers already keep every core busy.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ["MPLBACKEND"] = "Agg"
# What the user has fetched is none of the tests' business.
os.environ["NUMNET_CACHE_DIR"] = os.path.join(tempfile.gettempdir(), "numnet-no-cache")

import coverage  # noqa: E402
import pytest  # noqa: E402
import tracing  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

# No profile measures time: a busy machine is no reason to fail.
settings.register_profile(
    "repeatable",
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("brief", parent=settings.get_profile("repeatable"), max_examples=10)
settings.register_profile(
    "fuzz",  # make fuzz, or pytest --hypothesis-profile=fuzz
    max_examples=5000,
    derandomize=False,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    if coverage.Coverage.current() is not None:
        tracing.start(config)


@pytest.fixture(scope="module")
def untraced() -> Iterator[None]:
    """For long tests of what others cover line by line."""
    with tracing.paused():
        yield
