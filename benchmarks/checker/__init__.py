"""The gradient checker on a bank of planted mistakes and of right cases, beside other checkers.

`python -m benchmarks.checker` runs all of them on the same functions and counts what each one
caught, missed and named.
"""
