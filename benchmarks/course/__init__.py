"""The rows of the course's two reports, each measured with numnet.

A row is a `Row`: a name, the report's figure, what it measures and a function that measures it.
`table.py` lists them; `python -m benchmarks.course` runs them.
"""
