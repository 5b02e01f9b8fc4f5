"""`python -m benchmarks.mutation`."""

import sys

from benchmarks.mutation.command import main

sys.exit(main())
