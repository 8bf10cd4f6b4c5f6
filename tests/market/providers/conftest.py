"""Providers that are asked on this machine: nothing here leaves it, and nothing waits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urlsplit

import pandas as pd
import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.market.providers import patience, yahoo
from tests.helpers import make_bars
from tests.market.providers import bitstamp_words, yahoo_words
from tests.market.providers.local_server import LocalServer

NOW = datetime(2026, 3, 11, 12, 30)  # noqa: DTZ001 - a Wednesday; naive, like the clock's


@pytest.fixture
def now(monkeypatch):
    """What time it is; `now.is_(…)` moves it."""
    moment = SimpleNamespace(at=NOW)

    def is_(text):
        moment.at = pd.Timestamp(text).to_pydatetime()

    moment.is_ = is_
    monkeypatch.setattr(clock, "now", lambda: moment.at)
    return moment


@pytest.fixture
def server(now):
    """The server, whose clock is ours unless `server.now` is set."""
    local = LocalServer()

    thread = threading.Thread(target=local.serve_forever, kwargs={"poll_interval": 0.01})
    local.now = now.at.replace(tzinfo=UTC)
    thread.start()
    yield local
    local.released.set()
    local.shutdown()
    thread.join()
    local.server_close()


@pytest.fixture
def waits(monkeypatch):
    """The seconds that would have been waited."""
    asked = []
    monkeypatch.setattr(patience, "time", SimpleNamespace(sleep=asked.append))
    return asked


@pytest.fixture
def market(lab):
    return lab.market


@pytest.fixture
def stored(database):
    """Return the stored bars of a table as the file has them: stamp, five values, provider."""

    def rows(table, symbol):
        stamp = "timestamp" if table.endswith("hourly_bars") else "date"
        with database.read() as con:
            return con.execute(
                f"SELECT bars.{stamp}, open, high, low, close, volume, provider "  # noqa: S608 - names of tests
                f"FROM {table} AS bars JOIN symbols ON symbols.id = symbol_id "
                f"WHERE symbol = ? ORDER BY 1",
                [symbol],
            ).fetchall()

    return rows


@pytest.fixture(scope="session")
def yahoo_cache(tmp_path_factory):
    """What yfinance keeps on disk: it opens its files once a process."""
    return tmp_path_factory.mktemp("yfinance")


@pytest.fixture
def yahoo_server(server, waits, monkeypatch, yahoo_cache):  # noqa: ARG001 - nobody waits
    """Yahoo, here: `yahoo_server.shares["AAPL"]` is what it has."""
    import curl_cffi.requests
    import yfinance
    from yfinance.data import YfData

    request = curl_cffi.requests.Session.request

    def at_home(self, method, url, *arguments, **options):
        parts = urlsplit(url)
        return request(
            self, method, f"{server.address}/{parts.netloc}{parts.path}", *arguments, **options
        )

    monkeypatch.setattr(curl_cffi.requests.Session, "request", at_home)
    yfinance.set_tz_cache_location(str(yahoo_cache))
    type(YfData)._instances.clear()
    yahoo._client.cache_clear()
    server.shares = {}
    server.counted = "chart/"
    server.answer = yahoo_words.answering(server.shares)
    yield server
    assert server.hosts <= yahoo_words.HOSTS
    yahoo._client.cache_clear()
    type(YfData)._instances.clear()


@pytest.fixture
def bitstamp(server, waits, monkeypatch):  # noqa: ARG001 - nobody waits
    """Bitstamp, here: `bitstamp.bars` are the hours it has, 40 at once."""
    import ccxt

    class Local(ccxt.bitstamp):
        def describe(self):
            told = super().describe()
            told["urls"]["api"] = dict.fromkeys(
                ("public", "private"), f"{server.address}/www.bitstamp.net/api"
            )
            told["rateLimit"] = 0
            told["features"]["spot"]["fetchOHLCV"]["limit"] = 40
            return told

    monkeypatch.setattr(ccxt, "bitstamp", Local)
    server.bars = make_bars(156, timeframe="1h", start="2026-03-05").round(4)
    server.counted = "ohlc/"
    server.answer = bitstamp_words.answering(server)
    yield server
    assert server.hosts <= {"www.bitstamp.net"}
