"""What Yahoo's chart of a stock says, as bars that were traded.

Yahoo divides prices and dividends, and multiplies volumes, by all splits since; the field
`adjclose` takes dividends out too (yfinance 1.7, `utils.auto_adjust`, uses only that one). So the
bars are those of `indicators.quote`, and the splits are undone: of a bar before a split of four for
one, prices times four and volume divided by four.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import COLUMNS, PRICES
from bitstockerz_lab.market.providers.protocol import Page

if TYPE_CHECKING:
    from bitstockerz_lab.market.providers.protocol import Request

HUNDREDTHS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ZAC": "ZAR", "ILA": "ILS", "ILa": "ILS"}
"""Currencies in which Yahoo quotes a hundredth: London's pence, Johannesburg's cents, agorot."""

PLAIN_SPLIT = np.log(1.5)
"""Splits as large as that leave a mark on a price that nobody can take for a day's move."""

SINGLE = 2.4e-7
"""Four times the most by which a number of single precision is off: Yahoo keeps prices so."""

ONE_PLACE = 2**20
"""Below that, a number of single precision is off by a thirty-second at most: a tenth is sure."""

DECIMALS = 6
EVENING = 22


def page(chart: dict[str, Any], request: Request) -> Page:
    """Return the bars, splits and dividends of one result of Yahoo's chart.

    Parameters
    ----------
    chart : `chart.result[0]` of the answer, asked until now, so that it has all later splits
    request : what was asked; bars outside are left out

    Raises
    ------
    DataError
        It is the chart of something else, its days cannot be told, or it has a split by which its
        prices are not divided.
    """
    meta = chart["meta"]
    _refuse_another(meta, request)
    days, table = _quotes(chart, meta["exchangeTimezoneName"])
    splits = _splits(chart, meta["exchangeTimezoneName"])
    _refuse_undivided(table, splits, request)
    currency, hundred = HUNDREDTHS.get(meta["currency"]), 100.0
    notes = []
    if currency is None:
        currency, hundred = meta["currency"], 1.0
    else:
        notes.append(f"Yahoo quotes {request.text} in {meta['currency']}: stored in {currency}.")
    later = _later(splits, days)
    for name in PRICES:
        table[name] = _as_traded(table[name].to_numpy() * (later / hundred))
    table["volume"] = np.where(later == 1, table["volume"], np.round(table["volume"] / later))
    actions, more = _actions(chart, meta, splits, in_hundredths=hundred != 1)
    table.index = days.tz_localize("UTC")
    if request.first is not None and len(actions):
        actions = actions[actions["date"] >= request.first.tz_convert(None)]
    bars = request.cut(table)
    return Page(bars=bars, actions=actions, currency=currency, notes=tuple(notes + more))


def _refuse_another(meta: dict[str, Any], request: Request) -> None:
    if str(meta.get("symbol", request.text)).upper() != request.text.upper():
        raise DataError(
            f"Yahoo was asked for {request.text} and answers with {meta['symbol']}. If that is "
            f"meant, pass provider_symbol={meta['symbol']!r}.",
            symbol=request.symbol.symbol,
        )
    if meta.get("dataGranularity", "1d") != "1d":
        raise DataError(
            f"Yahoo was asked for {request} and answers with bars of {meta['dataGranularity']}. "
            "Ask for a shorter period.",
            symbol=request.symbol.symbol,
        )
    lacking = [name for name in ("currency", "exchangeTimezoneName") if not meta.get(name)]
    if lacking:
        raise DataError(
            f"Yahoo does not say the {' and '.join(lacking)} of {request.text}. Load it from "
            "another source.",
            symbol=request.symbol.symbol,
        )


def _quotes(chart: dict[str, Any], zone: str) -> tuple[pd.DatetimeIndex, pd.DataFrame]:
    """Return the days and what was quoted; rows with nothing in them are no bars."""
    quote = chart.get("indicators", {}).get("quote", [{}])[0]
    times = chart.get("timestamp") or []
    columns = {
        name: np.array(quote.get(name) or [None] * len(times), dtype="float64") for name in COLUMNS
    }
    table = pd.DataFrame(columns, index=_days(times, zone)).sort_index(kind="stable")
    table = table[table[list(PRICES)].notna().any(axis=1)]
    if len(table) > 1 and table.index[-1] == table.index[-2]:
        # the running day comes twice: as a bar, and as the price now, which is the newer
        table = pd.concat([table.iloc[:-2], table.iloc[-1:]])
    return pd.DatetimeIndex(table.index), table


def _days(times: list[int], zone: str) -> pd.DatetimeIndex:
    """Return the dates of stamps, which are the opening of a session or near its midnight."""
    local = pd.to_datetime(np.array(times, dtype="int64"), unit="s", utc=True).tz_convert(zone)
    # where summer time is told wrong, midnight is 22 or 23 o'clock of the day before
    shift = pd.to_timedelta(np.where(local.hour >= EVENING, 24 - EVENING, 0), unit="h")
    days = (local.tz_localize(None) + shift).normalize()
    return pd.DatetimeIndex(days.as_unit("us"), name="timestamp")


def _splits(chart: dict[str, Any], zone: str) -> pd.Series:
    """Return shares after for one before, by date."""
    told = list((chart.get("events", {}).get("splits") or {}).values())
    ratios = [float(entry["numerator"]) / float(entry["denominator"]) for entry in told]
    splits = pd.Series(
        ratios, index=_days([entry["date"] for entry in told], zone), dtype="float64"
    )
    return splits[splits != 1].sort_index()


def _later(splits: pd.Series, days: pd.DatetimeIndex) -> np.ndarray:
    """Return the product of all splits after each day."""
    products = np.append(np.cumprod(splits.to_numpy()[::-1])[::-1], 1.0)
    found: np.ndarray = products[splits.index.searchsorted(days, side="right")]
    return found


def _refuse_undivided(table: pd.DataFrame, splits: pd.Series, request: Request) -> None:
    """Raise if prices jump by a split, which is how one looks that they are not divided by."""
    closes = table["close"].dropna()
    for day, ratio in splits.items():
        before, since = closes[closes.index < day], closes[closes.index >= day]
        if abs(np.log(ratio)) < PLAIN_SPLIT or before.empty:
            continue
        way_out = "Ask again in a day or two, or load these bars from another source."
        if since.empty:
            raise DataError(
                f"Yahoo tells of a split of {request.text}, {ratio:g} for 1 on {day:%Y-%m-%d}, and "
                "has no bar since, so whether its prices are divided by it cannot be seen. "
                f"{way_out}",
                symbol=request.symbol.symbol,
            )
        jump = float(np.log(since.iloc[0] / before.iloc[-1]))
        if abs(jump + np.log(ratio)) < abs(jump):
            raise DataError(
                f"Yahoo tells of a split of {request.text}, {ratio:g} for 1 on {day:%Y-%m-%d}, but "
                f"its prices are not divided by it: {before.iloc[-1]:g} before, {since.iloc[0]:g} "
                f"after. {way_out}",
                symbol=request.symbol.symbol,
            )


def _as_traded(values: np.ndarray) -> np.ndarray:
    """Return prices without the noise of single precision: 189.8399963 was 189.84."""
    with np.errstate(divide="ignore", invalid="ignore"):
        places = np.floor(-np.log10(np.abs(values) * SINGLE))
    least = np.where(np.abs(values) < ONE_PLACE, 1, 0)
    places = np.clip(np.nan_to_num(places, posinf=DECIMALS, neginf=0), least, DECIMALS)
    scale = 10.0**places
    return np.asarray(np.round(values * scale) / scale)


def _actions(
    chart: dict[str, Any], meta: dict[str, Any], splits: pd.Series, *, in_hundredths: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Return splits and dividends as they were on their day, and what was left out."""
    told = list((chart.get("events", {}).get("dividends") or {}).values())
    own = [
        entry
        for entry in told
        if not in_hundredths and entry.get("currency") in (None, "", meta["currency"])
    ]
    notes = []
    if len(own) < len(told):
        notes.append(
            f"{len(told) - len(own)} dividend(s) are left out: whether Yahoo gives them in "
            f"{meta['currency']}, like the prices, cannot be told. lab.market.load_actions loads "
            "them from a file."
        )
    told = own
    days = _days([entry["date"] for entry in told], meta["exchangeTimezoneName"])
    later = _later(splits, days)
    paid = _as_paid(np.array([entry["amount"] for entry in told], dtype="float64"), later)
    kinds = ["SPLIT"] * len(splits) + ["DIVIDEND"] * len(told)
    frame = pd.DataFrame(
        {"date": splits.index.append(days), "kind": kinds, "value": [*splits, *paid]}
    )
    return frame.sort_values("date", kind="stable", ignore_index=True), notes


def _as_paid(amounts: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Return dividends times the splits since; Yahoo rounds them to six decimals after dividing."""
    places = np.clip(np.floor(-np.log10(2e-6 * later)), 0, DECIMALS)
    scale = 10.0**places
    return np.where(later == 1, amounts, np.round(amounts * later * scale) / scale)
