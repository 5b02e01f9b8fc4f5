"""What asv runs; it loads these files by their paths, beside whichever numnet is installed."""

import sys
from pathlib import Path

# At the end, so that the numnet of an older commit goes before the one that stands here.
sys.path.append(str(Path(__file__).parents[3]))
