"""What changed between two definitions, as sentences; names and orders that mean the same aside."""

from bitstockerz_lab.strategies.diff.changes import Change, Diff
from bitstockerz_lab.strategies.diff.rules import compare

__all__ = ["Change", "Diff", "compare"]
