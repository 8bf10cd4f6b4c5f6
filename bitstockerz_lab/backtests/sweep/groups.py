"""Which combinations share values: what depends on few parameters is computed once for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.combinations import Combinations


class Groups:
    """Which combinations share the values of some parameters."""

    def __init__(self, combinations: Combinations) -> None:
        self.combinations = combinations
        self._codes: dict[tuple[str, ...], tuple[NDArray[np.intp], NDArray[np.intp]]] = {}

    def of(self, names: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return one combination for each different set of these values, and each one's group."""
        key = tuple(names)
        if key not in self._codes:
            self._codes[key] = self._grouped(key)
        return self._codes[key]

    def distinct(self, names: Sequence[str]) -> int:
        """Return how many different sets of values these parameters have."""
        return len(self.of(names)[0])

    def _grouped(self, names: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        count = len(self.combinations)
        if not names:
            return np.zeros(1, np.intp), np.zeros(count, np.intp)
        first, groups = np.zeros(1, np.intp), np.zeros(count, np.intp)
        for name in names:  # numbered anew each time: the product of all would not fit an integer
            values, codes = np.unique(self.combinations.columns[name], return_inverse=True)
            joined = groups * len(values) + codes
            _, first, groups = np.unique(joined, return_index=True, return_inverse=True)
        return first, groups
