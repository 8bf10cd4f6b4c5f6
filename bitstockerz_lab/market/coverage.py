"""Which symbols of a panel were traded when: what survivorship leaves out, said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.market.wide import Span, Spans

SHOWN = 5
"""How many symbols a note names."""


def coverage(wide: pd.DataFrame, spans: Spans, symbols: Sequence[Symbol]) -> pd.DataFrame:
    """Return when each symbol of a panel has bars.

    Parameters
    ----------
    wide : DataFrame of shape (n_stamps, n_symbols); of what, does not matter
    spans : first and last stamp of all bars a symbol has, those outside the panel too
    symbols : those of the columns, in their order

    Returns
    -------
    DataFrame, a row a symbol
        symbol, first_bar and last_bar (UTC stamps in the panel, NaT without), bars (how many),
        missing (stamps of the panel from the symbol's first to its last bar, wherever those are, at
        which it has none), is_active, status ("" where it has bars from beginning to end).
    """
    there = ~np.isnan(wide.to_numpy().T)
    index = wide.index
    period = index[0], index[-1]
    rows = []
    for symbol, own in zip(symbols, there, strict=True):
        places = np.flatnonzero(own)
        first, last = spans.get(symbol.symbol, (index[-1], index[0]))  # none: no stamp between
        traded = int(index.searchsorted(last, side="right") - index.searchsorted(first))
        rows.append(
            {
                "symbol": symbol.symbol,
                "first_bar": index[places[0]] if len(places) else pd.NaT,
                "last_bar": index[places[-1]] if len(places) else pd.NaT,
                "bars": len(places),
                "missing": max(traded, len(places)) - len(places),
                "is_active": symbol.is_active,
                "status": "; ".join(
                    f"{what} {when}".strip()
                    for what, when in _status(symbol, spans.get(symbol.symbol), period)
                ),
            }
        )
    return pd.DataFrame(rows)


def note(wide: pd.DataFrame, spans: Spans, symbols: Sequence[Symbol]) -> str:
    """Return in a few sentences which symbols were not yet or no longer traded; "" for none."""
    period = wide.index[0], wide.index[-1]
    said: dict[str, list[str]] = {}
    for symbol in symbols:
        for what, when in _status(symbol, spans.get(symbol.symbol), period):
            said.setdefault(what, []).append(f"{symbol.symbol} {when}".strip())
    return sentences(said)


def sentences(said: Mapping[str, Sequence[str]]) -> str:
    """Return what is said of which symbols, a sentence each, with at most SHOWN of them."""
    return " ".join(
        f"{what[0].upper()}{what[1:]}: {', '.join(names[:SHOWN])}"
        + (f" and {len(names) - SHOWN} more." if len(names) > SHOWN else ".")
        for what, names in said.items()
    )


def _status(symbol: Symbol, span: Span | None, period: Span) -> Iterator[tuple[str, str]]:
    if span is None:
        yield "no bars", ""
        return
    first, last = span
    if first > period[0]:
        yield "not yet traded until", _when(first)
    if last < period[1]:
        yield ("no bars after" if symbol.is_active else "no longer traded since"), _when(last)


def _when(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%d}" if stamp == stamp.normalize() else f"{stamp:%Y-%m-%d %H:%M}"
