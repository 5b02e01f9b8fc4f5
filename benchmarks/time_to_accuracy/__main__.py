"""`python -m benchmarks.time_to_accuracy`."""

import sys

from benchmarks.time_to_accuracy.command import main

sys.exit(main())
