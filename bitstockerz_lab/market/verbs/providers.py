"""Verbs that load bars from providers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.market import store
from bitstockerz_lab.market.files import readers
from bitstockerz_lab.market.loading import Load
from bitstockerz_lab.market.providers import synthetic
from bitstockerz_lab.market.symbols import Listing, describe, normalise
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from bitstockerz_lab.market.report import LoadReport


class Providing(Room):
    """Load bars from providers."""

    def load(  # noqa: PLR0913 - what a provider may be asked
        self,
        provider: str,
        symbol: str,
        timeframe: str | None = None,
        start: str | None = None,
        end: str | None = None,
        *,
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        seed: int | None = None,
    ) -> LoadReport:
        """Load bars from a provider. There is one so far: "synthetic", which simulates them.

        Parameters
        ----------
        provider : "synthetic"
        symbol : one of the samples (DEMO-A, DEMO-B, DEMO-C-USD), which come with all the rest, or
            a name of your own
        timeframe : "1d", or "1h" for coins; None is the sample's, else "1d"
        start, end : first and last day, inclusive; None is the sample's, else 2015 to 2024
        asset_type, exchange, currency : as for `load_csv`
        seed : of the generator; None is the sample's, else one made from the symbol's text

        Raises
        ------
        UnknownName
            There is no such provider.
        DataError
            The symbol is new and no sample, and nothing says what it is.
        """
        if provider != synthetic.PROVIDER:
            way_out = f"There is {synthetic.PROVIDER!r}; a file is loaded with load_csv."
            raise UnknownName.of("provider", provider, [synthetic.PROVIDER], way_out)
        listing = Listing(symbol, asset_type, exchange, currency)
        entry = synthetic.sample(normalise(symbol)) or self._plan(listing)
        entry = replace(
            entry,
            timeframe=timeframe or entry.timeframe,
            start=start or entry.start,
            end=end or entry.end,
            seed=entry.seed if seed is None else seed,
        )
        listing = replace(
            listing,
            asset_type=asset_type or entry.asset_type,
            exchange=exchange or entry.exchange,
            name=entry.name,
        )
        return Load(self._database, listing, entry.timeframe, synthetic.PROVIDER, strict=False).run(
            lambda: readers.read_frame(
                synthetic.sample_bars(entry), entry.timeframe, source="a simulation"
            )
        )

    def _plan(self, listing: Listing) -> synthetic.Sample:
        """Return what is simulated for a symbol that is no sample."""
        with self._database.read() as con:
            symbol = store.lookup(con, listing.symbol) or describe(listing)
        return synthetic.plan(symbol.symbol, symbol.asset_type)
