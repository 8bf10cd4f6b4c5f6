"""Verbs that ask whether the data is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market import store
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    import pandas as pd


class Quality(Room):
    """Check bars."""

    def health(self) -> pd.DataFrame:
        """Return what is stored, a row for each symbol and timeframe.

        Returns
        -------
        DataFrame
            symbol, timeframe, asset_type, first, last (UTC stamps), bars (how many), provider,
            refused (rows of loads that were kept out), simulated.
        """
        with self._database.read() as con:
            return store.health(con)
