"""The verbs of `lab.strategies`, a family a file."""
