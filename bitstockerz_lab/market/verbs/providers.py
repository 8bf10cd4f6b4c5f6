"""Verbs that load bars from providers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DataError, LabError
from bitstockerz_lab.market import updating
from bitstockerz_lab.market.providers import registry
from bitstockerz_lab.market.symbols import Listing
from bitstockerz_lab.market.update_report import Updated, UpdateReport
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from bitstockerz_lab.market.history import When
    from bitstockerz_lab.market.providers import Provider
    from bitstockerz_lab.market.report import LoadReport


class Providing(Room):
    """Load bars from providers, and keep them up to date."""

    def providers(self) -> pd.DataFrame:
        """Return who can be asked for bars, a row each.

        Returns
        -------
        DataFrame
            name; has (what it has); installed ("yes", or what installs it). Other packages add
            theirs by an entry point of the group "bitstockerz.providers".
        """
        return registry.listing()

    def load(  # noqa: PLR0913 - what a provider may be asked
        self,
        provider: str,
        symbol: str,
        timeframe: str | None = None,
        start: When | None = None,
        end: When | None = None,
        *,
        asset_type: str | None = None,
        exchange: str | None = None,
        currency: str | None = None,
        name: str | None = None,
        provider_symbol: str | None = None,
        **options: Any,  # noqa: ANN401 - each provider's own
    ) -> LoadReport:
        """Load bars from a provider: all of them in one transaction, or none.

        Parameters
        ----------
        provider : one of `providers()`: "yfinance" has days of stocks; "ccxt" hours and days of
            coins, from the exchange of the symbol or `exchange=`; "file" has a folder of files
            (`folder=`); "synthetic" simulates (`seed=`)
        symbol : "AAPL", "BTC-USD", in any case. Of "synthetic" one of the samples (DEMO-A, DEMO-B,
            DEMO-C-USD), which come with all the rest, or a name of your own
        timeframe : "1d", or "1h" for coins; None is the provider's usual one for the symbol
        start, end : first and last day or stamp, inclusive, UTC. None is as far back as the
            provider has bars (exchanges of coins do not tell, so "ccxt" needs a start), and the
            last bar that has ended
        asset_type, exchange, currency, name : as for `load_csv`
        provider_symbol : what the provider calls the symbol, where that cannot be derived; it is
            remembered
        **options : what else the provider takes

        Returns
        -------
        LoadReport
            As for `load_csv`. Splits and dividends come with the bars of stocks. The bar that is
            still forming is never stored.

        Raises
        ------
        UnknownName
            There is no such provider.
        NoBars
            It has none for that.
        DataError
            It does not answer, is not installed, or nothing says what a new symbol is.

        Examples
        --------
        >>> lab.market.load("yfinance", "AAPL", start="2020-01-01")  # doctest: +SKIP
        >>> lab.market.load("ccxt", "BTC-USD", "1h", "2024-01-01", exchange="bitstamp")
        ... # doctest: +SKIP
        """
        source = registry.provider(provider, options, perhaps={"exchange": exchange})
        listing = Listing(symbol, asset_type, exchange, currency, name)
        wish = updating.Wish(listing, timeframe, start, end, provider_symbol)
        return updating.load(self._database, source, wish)

    def update(
        self,
        symbols: str | Sequence[str] | None = None,
        timeframe: str | None = None,
        provider: str | None = None,
        start: When | None = None,
        *,
        on_progress: Callable[[Updated], None] | None = None,
        **options: Any,  # noqa: ANN401 - each provider's own
    ) -> UpdateReport:
        """Fetch what is missing since the last stored bars.

        Each page of an answer is stored in a transaction of its own, oldest first: whatever breaks,
        the next update goes on after the last stored bar. One symbol that fails does not stop the
        others; a provider that does not answer for two in a row is not asked for the rest.

        Parameters
        ----------
        symbols : one or several; None is every active one whose newest bars are from a provider
            that can be asked
        timeframe : None is each that is stored
        provider : who is asked; None is who provided a symbol's newest bars
        start : ask from then on instead of from the last stored bar
        on_progress : called with each row of the report as soon as it is done
        **options : of the provider, which must be named then

        Returns
        -------
        UpdateReport
            A row per symbol and timeframe: inserted, conflicts, first, last, error. A conflict is a
            stored bar that the provider tells otherwise now; the stored one stays, `correct`
            changes it.

        Raises
        ------
        UnknownName
            There is no such symbol or provider.

        Examples
        --------
        >>> lab.market.update(["AAPL", "BTC-USD"])  # doctest: +SKIP
        """
        if options and provider is None:
            raise DataError(
                f"{', '.join(options)} is an option of a provider. Name it too: provider='file'."
            )
        named = None if provider is None else registry.provider(provider, options)
        names = [symbols] if isinstance(symbols, str) else None if symbols is None else [*symbols]
        found, rows = updating.targets(self._database, names, timeframe, provider)
        made = {} if named is None or provider is None else {provider: named}
        silent: Counter[str] = Counter()
        for target in found:
            if silent[target.provider] < updating.PATIENCE:
                row = self._updated(target, made, start)
            else:
                row = updating.not_asked(target)
            silent[target.provider] = silent[target.provider] + 1 if row.silent else 0
            rows.append(row)
            if on_progress is not None:
                on_progress(row)
        return UpdateReport(tuple(rows))

    def _updated(
        self, target: updating.Target, made: dict[str, Provider], start: When | None
    ) -> Updated:
        """Return the row of one symbol; providers are made once for all their symbols."""
        who = target.provider
        try:
            if who not in made:
                made[who] = registry.provider(who)
        except LabError as problem:
            return Updated(
                symbol=target.symbol.symbol,
                timeframe=target.timeframe,
                provider=who,
                error=str(problem),
            )
        return updating.update(self._database, made[who], target, start)
