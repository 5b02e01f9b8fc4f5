"""The history of numnet's speed, kept by asv: kernels, layers, steps, tape, checker, import."""
