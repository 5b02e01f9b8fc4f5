"""`python -m benchmarks.roofline`."""

import sys

from benchmarks.roofline.command import main

sys.exit(main())
