"""Markers on a price: what a frame says of them, where they stand, and their traces."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.charts import times
from bitstockerz_lab.pages import COLOURS, formats

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 2_000
"""Markers up to which all are drawn; of more, the newest."""

CROWDED = 100
"""Markers from which on they are small."""

TOLD = 5
"""Markers of one candle that its text tells."""

KINDS = {
    "buy": ("Buy", "triangle-up", "gain"),
    "sell": ("Sell", "triangle-down", "loss"),
    "note": ("Note", "diamond", "other"),
}
"""How a legend calls a kind of marker, its shape and its colour: not told apart by colour alone."""

NONE = pd.DataFrame(
    {
        "timestamp": pd.DatetimeIndex([], tz="UTC"),
        "price": np.zeros(0),
        "text": pd.Series([], dtype="str"),
        "kind": pd.Series([], dtype="str"),
    }
)
"""No markers, as `read` would give them."""

TRADES = {"entry_time", "exit_time", "side", "entry_price", "exit_price"}


def read(markers: pd.DataFrame | Mapping[str, Any] | Iterable[Any]) -> pd.DataFrame:
    """Return markers as a frame of timestamp, price, text and kind.

    Parameters
    ----------
    markers : see `candles`

    Raises
    ------
    DataError
        A column is missing, a time is none, or a kind is unknown.
    """
    if not isinstance(markers, pd.DataFrame | Mapping):
        single = isinstance(markers, str) or not pd.api.types.is_list_like(markers)
        markers = {"timestamp": [markers] if single else list(markers)}
    if isinstance(markers, Mapping):
        markers = _frame(markers)
    frame = _of_trades(markers) if TRADES.issubset(markers.columns) else markers
    if "timestamp" not in frame.columns and not isinstance(frame.index, pd.DatetimeIndex):
        raise DataError(
            f"Markers need a column 'timestamp', and these have {', '.join(map(repr, frame))}. "
            "Rename one of them, or hand in the trades of a run.",
            columns=list(frame.columns),
        )
    times_of = frame["timestamp"] if "timestamp" in frame.columns else frame.index
    return pd.DataFrame(
        {
            "timestamp": pd.DatetimeIndex([clock.utc(when) for when in times_of], tz="UTC"),
            "price": _prices(frame),
            "text": _column(frame, "text", ""),
            "kind": _kinds(frame),
        }
    )


def place(
    marks: pd.DataFrame, bars: pd.DataFrame, missing: np.ndarray, drawn: pd.DatetimeIndex
) -> pd.DataFrame:
    """Return the newest 2,000 markers that lie on a bar, with `x`, their candle, and a `price`.

    Parameters
    ----------
    marks : as `read` gives them
    bars : DataFrame of shape (n_bars, 5)
    missing : as `times.missing` gives it
    drawn : stamps of the candles

    Notes
    -----
    A marker lies on the newest bar there is at its time. One before the first bar, after the end
    of the last or in a hole lies on none: the price there is not known.
    """
    stamps = pd.DatetimeIndex(bars.index)
    ends = pd.DatetimeIndex(clock.bar_end(stamps, bars.attrs.get("timeframe", "1d")))
    until = ends.where(np.append(missing[1:], 1) > 0, stamps.append(ends[-1:])[1:])
    moments = pd.DatetimeIndex(marks["timestamp"])
    rows = stamps.searchsorted(moments, side="right") - 1
    there = (rows >= 0) & (moments < until[rows])
    rows, found = rows[there], marks[there]
    at_close = pd.Series(bars["close"].to_numpy()[rows], index=found.index)
    candles = drawn[drawn.searchsorted(stamps[rows], side="right") - 1]
    placed = found.assign(x=candles, price=found["price"].fillna(at_close))
    return placed.sort_values("timestamp", kind="stable").tail(MOST)


def traces(placed: pd.DataFrame, timeframe: str) -> list[Any]:
    """Return a trace for each kind of markers; what they say is in the text of their candle.

    Parameters
    ----------
    placed : as `place` gives them
    timeframe : of the bars
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    drawn = []
    look = {
        "size": 12 if len(placed) <= CROWDED else 8,
        "line": {"width": 1, "color": "rgba(255, 255, 255, 0.7)"},
    }
    for kind, shown in values(placed, timeframe).items():
        name, shape, colour = KINDS[kind]
        drawn.append(
            go.Scatter(
                **shown,
                mode="markers",
                name=name,
                marker=look | {"symbol": shape, "color": COLOURS[colour]},
                hoverinfo="skip",
            )
        )
    return drawn


def values(placed: pd.DataFrame, timeframe: str) -> dict[str, dict[str, Any]]:
    """Return the x and the y of each kind of markers there are.

    Parameters
    ----------
    placed, timeframe : as `traces` takes them
    """
    kinds = {kind: placed[placed["kind"] == kind] for kind in KINDS}
    return {
        kind: {"x": times.moments(rows["x"], timeframe), "y": rows["price"].to_numpy()}
        for kind, rows in kinds.items()
        if len(rows)
    }


def words(placed: pd.DataFrame, timeframe: str, currency: str) -> pd.Series:
    """Return what the markers say, by the stamp of their candle; five of many are told.

    Parameters
    ----------
    placed : as `place` gives them
    timeframe, currency : for the texts
    """
    said = pd.Series(
        [_words(row, timeframe, currency) for row in placed.itertuples()],
        index=pd.DatetimeIndex(placed["x"]),
        dtype="str",
    )
    return said.groupby(level=0).agg(_joined)


def _joined(said: pd.Series) -> str:
    more = [f"and {len(said) - TOLD:,} more markers"] if len(said) > TOLD else []
    return "<br>".join([*said.iloc[:TOLD], *more])


def _frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return columns as a frame; a single value stands for every row."""
    lone = not any(pd.api.types.is_list_like(column) for column in columns.values())
    try:
        return pd.DataFrame(dict(columns), index=[0] if lone else None)
    except ValueError as problem:
        lengths = ", ".join(f"{name} {np.size(one)}" for name, one in columns.items())
        message = f"The columns of the markers are of different lengths: {lengths}. Fill them up."
        raise DataError(message, lengths=lengths) from problem


def _words(row: Any, timeframe: str, currency: str) -> str:  # noqa: ANN401 - a named tuple
    name = KINDS[row.kind][0]
    at = f"{formats.price(row.price)} {escape(currency)}".rstrip()
    said = f": {escape(row.text)}" if row.text else ""
    when = row.timestamp.strftime(times.moment_format(timeframe))
    return f"<b>{name}{said}</b><br>{when}, {at}"


def _of_trades(trades: pd.DataFrame) -> pd.DataFrame:
    """Return the entries and the exits of a run's trades as markers."""
    long = (trades["side"] == "LONG").to_numpy()
    side = trades["side"].str.lower().to_numpy()
    pnl = trades["pnl_pct"] if "pnl_pct" in trades else pd.Series(np.nan, index=trades.index)
    entries = pd.DataFrame(
        {
            "timestamp": trades["entry_time"],
            "price": trades["entry_price"],
            "text": [f"{one} entry" for one in side],
            "kind": np.where(long, "buy", "sell"),
        }
    )
    exits = pd.DataFrame(
        {
            "timestamp": trades["exit_time"],
            "price": trades["exit_price"],
            "text": [
                f"{one} exit, {formats.percent(value)}"
                for one, value in zip(side, pnl, strict=True)
            ],
            "kind": np.where(long, "sell", "buy"),
        }
    )
    return pd.concat([entries, exits], ignore_index=True)


def _column(frame: pd.DataFrame, name: str, default: str) -> list[str]:
    if name not in frame.columns:
        return [default] * len(frame)
    return [default if pd.isna(value) else str(value) for value in frame[name]]


def _prices(frame: pd.DataFrame) -> np.ndarray:
    try:
        prices = frame["price"] if "price" in frame.columns else pd.Series(np.nan, frame.index)
        return prices.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise DataError(
            f"A marker's price is no number: {problem}. Leave it out to mark the close."
        ) from problem


def _kinds(frame: pd.DataFrame) -> list[str]:
    kinds = [kind.casefold() for kind in _column(frame, "kind", "note")]
    for kind in kinds:
        if kind not in KINDS:
            known = ", ".join(map(repr, KINDS))
            raise DataError(f"A marker's kind is {kind!r}. Known are {known}.", kind=kind)
    return kinds
