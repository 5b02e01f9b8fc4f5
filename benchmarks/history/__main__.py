"""`python -m benchmarks.history --quick`: `asv run --python=same`, with what else asv takes."""

import sys

from benchmarks.history.command import main

sys.exit(main())
