"""Bitstamp's words: its markets and its candles (api v2), as ccxt 4.5 reads them."""

from __future__ import annotations

from tests.market.providers.local_server import Answer

MARKETS = [
    {
        "name": f"{base}/USD", "market_symbol": f"{base.lower()}usd", "base_currency": base,
        "base_decimals": 8, "counter_currency": "USD", "counter_decimals": 2,
        "minimum_order_value": "10", "trading": "Enabled", "instant_order_counter_decimals": 2,
        "instant_and_market_orders": "Enabled", "description": f"{name} / U.S. dollar",
        "market_type": "SPOT",
    }
    for base, name in (("BTC", "Bitcoin"), ("ETH", "Ether"))
]  # fmt: skip


def answering(server):
    """Return what answers as Bitstamp does, with the bars in `server.bars`."""

    def answer(_host, path, query):
        if path == "api/v2/markets/":
            return Answer(MARKETS)
        if path.startswith("api/v2/ohlc/"):
            return Answer(candles(server.bars, query))
        return Answer({"status": "error", "reason": "no such thing", "code": "API0001"}, 404)

    return answer


def candles(bars, query):
    """Return the bars from `start` to `end`, at most `limit`, oldest first."""
    stamps = bars.index.as_unit("s").asi8
    asked = bars[(stamps >= int(query["start"])) & (stamps <= int(query["end"]))]
    return told(asked.head(int(query["limit"])))


def told(bars):
    """Return bars as Bitstamp tells them: texts."""
    rows = [
        {
            "timestamp": str(int(stamp.timestamp())),
            **{name: str(value) for name, value in row.items()},
        }
        for stamp, row in zip(bars.index, bars.to_dict("records"), strict=True)
    ]
    return {"data": {"pair": "BTC/USD", "ohlc": rows}}
