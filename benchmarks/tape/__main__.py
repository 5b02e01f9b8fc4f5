"""`python -m benchmarks.tape`."""

import sys

from benchmarks.tape.command import main

sys.exit(main())
