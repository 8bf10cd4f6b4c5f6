"""Verbs about what changes prices after the fact: factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.market.loading import load_factors
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from pathlib import Path

    from bitstockerz_lab.market.report import LoadReport


class Facts(Room):
    """Adjust bars."""

    def load_factors(self, path: str | Path, symbol: str, provider: str = "csv") -> LoadReport:
        """Load the price factors of a stock, which make its adjusted prices.

        Parameters
        ----------
        path : CSV file with columns date, price_factor, split_factor, reference_price; for a bar
            of date d the row with the smallest date ≥ d holds, and factor 1 after the last row
        symbol : a stored one
        provider : who the factors are from

        Returns
        -------
        LoadReport
            The set as a whole is stored and in force from now on; the same set again adds nothing.

        Raises
        ------
        UnknownName
            No such symbol is stored.
        DataError
            The file is no factor file, or the symbol no EQUITY.
        """
        return load_factors(self._database, path, symbol, provider)
