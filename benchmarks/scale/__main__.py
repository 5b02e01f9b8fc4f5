"""`python -m benchmarks.scale`."""

import sys

from benchmarks.scale.command import main

# Worker processes import this file too.
if __name__ == "__main__":
    sys.exit(main())
