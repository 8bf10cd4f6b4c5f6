"""Kernels forked from a process that has imported what notebooks use; Linux only."""

from bitstockerz_lab.batch.warm.grammars import put_off
from bitstockerz_lab.batch.warm.parents import Parent, ask, parent, start, stop
from bitstockerz_lab.batch.warm.place import ADDRESS, PROVISIONER, standard_address
from bitstockerz_lab.batch.warm.reading import imports_of

__all__ = [
    "ADDRESS", "PROVISIONER", "Parent", "ask", "imports_of", "parent", "put_off",
    "standard_address", "start", "stop",
]  # fmt: skip
