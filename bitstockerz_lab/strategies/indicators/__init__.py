"""The indicators a definition may name: one entry each, a family a file."""

from bitstockerz_lab.strategies.indicators.catalogue import (
    CATALOGUE,
    catalogue,
    compute,
    compute_all,
    find,
    get,
    names,
)
from bitstockerz_lab.strategies.indicators.entry import LONGEST, Indicator, Setting

__all__ = [
    "CATALOGUE",
    "LONGEST",
    "Indicator",
    "Setting",
    "catalogue",
    "compute",
    "compute_all",
    "find",
    "get",
    "names",
]
