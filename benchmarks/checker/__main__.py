"""`python -m benchmarks.checker`."""

import sys

from benchmarks.checker.command import main

sys.exit(main())
