"""`python -m benchmarks.robust`."""

import sys

from benchmarks.robust.command import main

sys.exit(main())
