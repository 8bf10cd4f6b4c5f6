"""Yahoo's words: charts (v8), cookies, crumb and errors, as yfinance 1.7 reads them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tests.market.providers.local_server import Answer

HOSTS = {
    "fc.yahoo.com", "query1.finance.yahoo.com", "query2.finance.yahoo.com", "guce.yahoo.com",
    "consent.yahoo.com",
}  # fmt: skip


@dataclass
class Share:
    """What is known of a share: raw bars, splits and dividends as they were."""

    bars: pd.DataFrame
    splits: dict[str, tuple[int, int]] = field(default_factory=dict)
    dividends: dict[str, float] = field(default_factory=dict)
    currency: str = "USD"
    zone: str = "America/New_York"
    opening: str = "09:30"
    meta: dict[str, object] = field(default_factory=dict)

    def later(self, days):
        """Return by what prices before these days are divided."""
        total = np.ones(len(days))
        for day, (new, old) in self.splits.items():
            total *= np.where(days < pd.Timestamp(day), new / old, 1.0)
        return total

    def stamps(self, days):
        """Return the openings of sessions in seconds."""
        opened = days.normalize() + pd.Timedelta(f"{self.opening}:00")
        return (opened.tz_localize(self.zone).as_unit("s").asi8).tolist()


def answering(shares):
    """Return what answers as Yahoo does."""

    def answer(host, path, query):
        if host == "fc.yahoo.com":
            return Answer("", 404, {"Set-Cookie": "A3=d=AQABB; Path=/"})
        if path == "v1/test/getcrumb":
            return Answer("aBcDeFgHiJk", headers={"Content-Type": "text/plain"})
        if not path.startswith("v8/finance/chart/"):
            return Answer("<html></html>", 404, {"Content-Type": "text/html"})
        name = path.rpartition("/")[2]
        if name not in shares:
            return Answer(not_found(), 404)
        return Answer(chart(name, shares[name], int(query["period1"]), int(query["period2"])))

    return answer


def not_found():
    told = "No data found, symbol may be delisted"
    return {"chart": {"result": None, "error": {"code": "Not Found", "description": told}}}


def chart(name, share, first, last):
    """Return the answer to a question for a chart."""
    days = share.bars.index.tz_localize(None)
    stamps = np.array(share.stamps(days))
    asked = (stamps >= first) & (stamps < last)
    bars, stamps, later = share.bars[asked], stamps[asked], share.later(days)[asked]
    prices = (bars[["open", "high", "low", "close"]].to_numpy() / later[:, None]).astype("float32")
    volume = np.round(bars["volume"].to_numpy() * later)
    quote = {
        column: plain(values)
        for column, values in zip(
            ("open", "high", "low", "close", "volume"), [*prices.T, volume], strict=True
        )
    }
    meta = {
        "currency": share.currency,
        "symbol": name,
        "exchangeName": "NMS",
        "instrumentType": "EQUITY",
        "gmtoffset": -18000,
        "timezone": "EST",
        "exchangeTimezoneName": share.zone,
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "",
        "validRanges": ["1d", "5d", "max"],
    } | share.meta
    result = {
        "meta": meta,
        "timestamp": stamps.tolist(),
        "events": events(share, first, last),
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": quote["close"]}]},
    }
    if not len(stamps):
        del result["timestamp"]
        result["indicators"] = {"quote": [{}], "adjclose": [{}]}
    return {"chart": {"result": [result], "error": None}}


def events(share, first, last):
    """Return the splits and dividends between two stamps."""
    told = {"splits": {}, "dividends": {}}
    for day, (new, old) in share.splits.items():
        (stamp,) = share.stamps(pd.DatetimeIndex([day]))
        if first <= stamp < last:
            told["splits"][str(stamp)] = {
                "date": stamp, "numerator": new, "denominator": old, "splitRatio": f"{new}:{old}",
            }  # fmt: skip
    for day, amount in share.dividends.items():
        days = pd.DatetimeIndex([day])
        (stamp,) = share.stamps(days)
        if first <= stamp < last:
            adjusted = round(amount / share.later(days)[0], 6)
            told["dividends"][str(stamp)] = {"amount": adjusted, "date": stamp}
    return {kind: entries for kind, entries in told.items() if entries}


def plain(values):
    return [None if np.isnan(value) else float(value) for value in values]
