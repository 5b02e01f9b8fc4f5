"""One training step of numnet against that of every other package."""
