"""Measurements of numnet: `python -m benchmarks.course` fills the table of the course's rows."""
