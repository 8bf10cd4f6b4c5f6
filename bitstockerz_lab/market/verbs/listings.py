"""Verbs about symbols themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market import store
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    import pandas as pd


class Listings(Room):
    """Look at symbols."""

    def symbols(self, query: str = "") -> pd.DataFrame:
        """Return the stored symbols whose text or name contains `query`, a row each.

        Returns
        -------
        DataFrame
            The columns of the table `symbols`, without its times.
        """
        with self._database.read() as con:
            return store.symbols(con, query)
