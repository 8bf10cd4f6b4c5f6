"""Verbs that draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.market import calendars, charts, history, store
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import plotly.graph_objects as go

    from bitstockerz_lab.market.charts import CandleChart, Lines
    from bitstockerz_lab.market.history import When
    from bitstockerz_lab.market.symbols import Symbol


class Pictures(Room):
    """Look at bars."""

    def chart(  # noqa: PLR0913 - what is drawn, and what over it
        self,
        symbol: str,
        timeframe: str | None = None,
        start: When | None = None,
        end: When | None = None,
        *,
        indicators: Lines | Mapping[str, pd.Series] | None = None,
        below: Mapping[str, Lines] | None = None,
        markers: pd.DataFrame | Mapping[str, Any] | Iterable[When] | None = None,
        adjusted: str | bool | None = "all",
        log: bool | None = None,
    ) -> go.Figure:
        """Draw the bars of a symbol as candles with their volume.

        Parameters
        ----------
        symbol, timeframe, start, end, adjusted : as for `bars`
        indicators : Series, DataFrame, or name → Series, drawn over the price; made from bars of
            this symbol, they may begin earlier than the chart
        below : name → Series or DataFrame, each in a panel of its own under the price
        markers : frame or name → column: `timestamp`, and if wanted `price` (else the close),
            `text` and `kind` ("buy", "sell" or "note"); or times, which are notes; or `run.trades`
        log : whether prices are on a logarithmic scale; None is: where they span a factor of 20

        Returns
        -------
        plotly Figure
            Shows itself in a notebook. More than 1,500 bars are merged into candles of several
            bars each, which the time axis says; closed sessions are cut out, missing bars are
            left open. The buttons below show periods up to the last bar.

        Raises
        ------
        NoBars, UnknownName
            As for `bars`.
        DataError
            Indicators or markers cannot be drawn over these bars; else as for `bars`.

        Examples
        --------
        >>> close = lab.market.bars("AAPL")["close"]  # doctest: +SKIP
        >>> lab.market.chart(
        ...     "AAPL", start="2020-10-01",
        ...     indicators={"SMA 200": close.rolling(200).mean()},
        ...     markers={"timestamp": "2020-11-10", "text": "M1", "kind": "note"},
        ... )  # doctest: +SKIP
        """
        whole = self.candles(
            symbol,
            timeframe,
            start,
            end,
            indicators=indicators,
            below=below,
            markers=markers,
            adjusted=adjusted,
        )
        return whole.figure(log=log)

    def candles(
        self,
        symbol: str,
        timeframe: str | None = None,
        start: When | None = None,
        end: When | None = None,
        *,
        indicators: Lines | Mapping[str, pd.Series] | None = None,
        below: Mapping[str, Lines] | None = None,
        markers: pd.DataFrame | Mapping[str, Any] | Iterable[When] | None = None,
        adjusted: str | bool | None = "all",
    ) -> CandleChart:
        """Return what `chart` draws before it is drawn, to be looked at a part at a time.

        Parameters
        ----------
        symbol, timeframe, start, end, indicators, below, markers, adjusted : as for `chart`

        Raises
        ------
        NoBars, UnknownName, DataError
            As for `chart`.

        Examples
        --------
        >>> from bitstockerz_lab.market import charts
        >>> whole = lab.market.candles("BTC-USD", "1h")  # doctest: +SKIP
        >>> charts.view(whole, "2020-03-01", "2020-03-31").bars_each  # doctest: +SKIP
        1
        """
        with self._database.read() as con:
            found = store.find_symbol(con, symbol)
            bars = history.read(con, found, timeframe, start, end, adjusted)
        return charts.CandleChart.of(
            bars,
            indicators=indicators,
            below=below,
            markers=markers,
            sessions=_sessions(found, bars),
            currency=found.currency,
            volume_unit=found.base_asset or "",
        )


def _sessions(symbol: Symbol, bars: pd.DataFrame) -> pd.DatetimeIndex | None:
    """Return the days a stock's exchange was open, None where its calendar does not tell."""
    if symbol.asset_type is not AssetType.EQUITY or bars.attrs["timeframe"] != "1d":
        return None
    calendar, ends = calendars.of(symbol), pd.DatetimeIndex(bars.index[[0, -1]])
    if calendar.name == calendars.WEEKDAYS or not calendar.covers(ends).all():
        return None
    return calendar.expected("1d", ends[0], ends[-1])
