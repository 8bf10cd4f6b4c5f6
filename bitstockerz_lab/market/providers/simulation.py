"""The provider `synthetic`: bars that a seeded generator makes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.market.providers import synthetic
from bitstockerz_lab.market.providers.protocol import Page, Provider, Request
from bitstockerz_lab.market.symbols import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.market.symbols import Listing, Symbol


class Simulation(Provider):
    """Simulated bars: of the samples (DEMO-A, DEMO-B, DEMO-C-USD), or of any name.

    Parameters
    ----------
    seed : of the generator; None is the sample's, else one made of the symbol's text
    """

    name = synthetic.PROVIDER
    about = "simulated stocks 1d, coins 1d and 1h"

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed

    def listing(self, said: Listing) -> Listing:
        """Return what is said of a symbol, for a sample with all the rest."""
        symbol = normalise(said.symbol)
        entry = synthetic.sample(symbol)
        if entry is None:
            return replace(said, name=said.name or f"{symbol} (simulated)")
        return replace(
            said,
            asset_type=said.asset_type or entry.asset_type,
            exchange=said.exchange or entry.exchange,
            name=said.name or entry.name,
        )

    def timeframes(self, symbol: Symbol) -> tuple[str, ...]:
        """Return the timeframes, a sample's own first."""
        if symbol.asset_type is AssetType.EQUITY:
            return ("1d",)
        entry = synthetic.sample(symbol.symbol)
        return ("1h", "1d") if entry is not None and entry.timeframe == "1h" else ("1d", "1h")

    def fetch(self, request: Request) -> Iterator[Page]:
        """Yield one page: a whole simulation, which nothing continues later."""
        symbol = request.symbol
        entry = synthetic.sample(symbol.symbol) or synthetic.plan(symbol.symbol, symbol.asset_type)
        bars = synthetic.generate(
            request.timeframe,
            entry.asset_type,
            entry.start if request.first is None else request.first,
            entry.end if request.last is None else request.last,
            seed=entry.seed if self.seed is None else self.seed,
            style=entry.style,
        )
        yield Page(bars=bars)
