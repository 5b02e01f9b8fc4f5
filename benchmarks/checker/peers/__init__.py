"""Other checkers on a case: each file has `check(case)`, and imports its library when called."""
