"""`python -m benchmarks.guards`."""

import sys

from benchmarks.guards.command import main

sys.exit(main())
