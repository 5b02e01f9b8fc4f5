"""`python -m benchmarks.course`."""

import sys

from benchmarks.course.command import main

sys.exit(main())
