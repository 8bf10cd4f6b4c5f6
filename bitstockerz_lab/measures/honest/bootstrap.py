"""Days drawn again in blocks, so that what follows on a day still follows on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MEAN_BLOCK = 10.0
REPLICATIONS = 1_000


@dataclass(frozen=True)
class StationaryBootstrap:
    """Samples of as many days as there were, in blocks of random length from random days on.

    Parameters
    ----------
    days : number of days
    replications : number of samples
    mean_block : mean length of a block in days; lengths are geometric, the last day is followed by
        the first
    seed : of the generator; the same four numbers give the same samples everywhere

    Raises
    ------
    DataError : a number too small

    Notes
    -----
    Source: Politis & Romano (1994), "The Stationary Bootstrap".
    """

    days: int
    replications: int = REPLICATIONS
    mean_block: float = MEAN_BLOCK
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("days", 1), ("replications", 1), ("mean_block", 1)):
            value = getattr(self, name)
            if not value >= least:
                raise DataError(
                    f"A bootstrap with {name} = {value} draws nothing. Give {least} or more.",
                    **{name: value},
                )

    def indices(self) -> Iterator[NDArray[np.int64]]:
        """Yield the days of each sample, of shape (days,)."""
        random = np.random.default_rng(self.seed)
        order = np.arange(self.days)
        for _ in range(self.replications):
            starts = random.random(self.days) < 1.0 / self.mean_block
            first = random.integers(self.days, size=self.days)
            begun = np.maximum.accumulate(np.where(starts, order, 0))
            yield (first[begun] + order - begun) % self.days

    @cached_property
    def counts(self) -> NDArray[np.uint8]:
        """How often each sample holds each day; shape (replications, days), one byte each.

        A day is drawn once on average and never 256 times: that would take 25 blocks over it.
        """
        drawn = np.empty((self.replications, self.days), dtype=np.uint8)
        for row, sample in zip(drawn, self.indices(), strict=True):
            row[:] = np.bincount(sample, minlength=self.days)
        return drawn
