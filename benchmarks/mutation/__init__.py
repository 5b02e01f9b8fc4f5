"""Do the tests see a changed program? Each mutant of a file, against the tests of that file.

Mutants are made by cosmic-ray's operators; `python -m benchmarks.mutation` counts how many of them
the mirrored tests kill.
"""
