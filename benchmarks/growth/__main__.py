"""`python -m benchmarks.growth`."""

import sys

from benchmarks.growth.command import main

sys.exit(main())
