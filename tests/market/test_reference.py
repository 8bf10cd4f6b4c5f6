"""Real files that nobody here wrote: all of them load, the damaged ones have a clear outcome."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import BadBars, DataError

pytestmark = pytest.mark.reference

BARS = {
    # file: rows, first, last
    "AAPL_1d": (5849, "1998-01-02", "2021-03-31"),
    "SPY_1d": (5849, "1998-01-02", "2021-03-31"),
    "IBM_1d": (5849, "1998-01-02", "2021-03-31"),
    "BAC_1d": (5849, "1998-01-02", "2021-03-31"),
    "QQQ_1d": (3964, "1999-03-10", "2021-03-31"),
    "BTC-USD_1d": (1865, "2014-11-28", "2020-01-17"),
    "ETH-USD_1d": (788, "2017-11-09", None),
    "BTC-USD_1h": (33259, "2018-05-15", "2022-03-01"),
}


@pytest.fixture
def market(database):
    return bz.open_lab(database.path).market


def load(market, reference, name, **options):
    symbol, _, timeframe = name.partition("_")
    exchange = "bitstamp" if "-" in symbol else "XNYS"
    path = reference / "bars" / f"{name}.csv"
    return market.load_csv(path, symbol, timeframe, exchange=exchange, **options)


@pytest.mark.parametrize("name", BARS)
def test_every_file_of_bars_loads_without_a_row_kept_out(market, reference, name):
    rows, first, last = BARS[name]
    report = load(market, reference, name, strict=True)
    assert report.inserted == report.rows == rows
    assert f"{report.first:%Y-%m-%d}" == first
    assert last is None or f"{report.last:%Y-%m-%d}" == last
    assert load(market, reference, name).duplicates == rows
    assert len(market.bars(name.partition("_")[0])) == rows


@pytest.mark.parametrize("symbol", ["AAPL", "SPY", "IBM", "BAC", "QQQ"])
def test_every_factor_file_loads_and_adjusts(market, reference, symbol):
    load(market, reference, f"{symbol}_1d")
    report = market.load_factors(reference / "bars" / f"{symbol}_factors.csv", symbol)
    assert report.inserted == report.rows > 40
    adjusted, raw = market.bars(symbol), market.bars(symbol, adjusted=False)
    assert adjusted.attrs["adjusted"] == "all"
    assert raw.attrs["adjusted"] == "raw"
    assert (adjusted["close"] <= raw["close"] * 1.000001).all()
    assert adjusted["close"].iloc[-1] == pytest.approx(raw["close"].iloc[-1], rel=1e-3)


@pytest.mark.parametrize(
    ("day", "raw_fall", "adjusted_rise"),
    [
        ("2000-06-21", -45, 10.0),
        ("2005-02-28", -50, 0.8),
        ("2014-06-09", -85, 1.6),
        ("2020-08-31", -74, 3.4),
    ],
)
def test_apples_four_splits_become_ordinary_days(market, reference, day, raw_fall, adjusted_rise):
    load(market, reference, "AAPL_1d")
    market.load_factors(reference / "bars" / "AAPL_factors.csv", "AAPL")
    raw = market.bars("AAPL", end=day, adjusted=False)["close"].pct_change().iloc[-1]
    for adjusted in ("all", "split"):
        rise = market.bars("AAPL", end=day, adjusted=adjusted)["close"].pct_change().iloc[-1]
        assert 100 * rise == pytest.approx(adjusted_rise, abs=0.05)
    assert 100 * raw == pytest.approx(raw_fall, abs=0.6)


def test_the_damaged_file_is_reported_and_strict_refuses_it(market, reference):
    path = reference / "indicators" / "quotes_bad.csv"
    report = market.load_csv(path, "Q", asset_type="EQUITY")
    assert (report.rows, report.inserted, report.refused) == (502, 337, 165)
    assert "month/day/year" in report.notes[0]
    with pytest.raises(BadBars, match=r"quotes_bad.csv: 165 of 502 rows cannot be stored"):
        market.load_csv(path, "Q2", asset_type="EQUITY", strict=True)


def test_a_file_of_zeros_stores_nothing_and_says_why(market, reference):
    report = market.load_csv(
        reference / "indicators" / "quotes_zeros.csv", "Q", asset_type="EQUITY"
    )
    assert (report.rows, report.inserted, report.refused) == (200, 0, 200)
    assert "open is not positive" in str(report)
    assert market.symbols().empty


def test_the_file_with_other_headers_and_dates_loads(market, reference):
    report = market.load_csv(
        reference / "indicators" / "quotes_mismatch.csv", "Q", asset_type="EQUITY"
    )
    assert report.inserted == report.rows == 502


def test_an_exchange_export_as_it_arrives_loads_with_one_option(market, reference):
    path = reference / "bars" / "coinbase_export_1h.csv"
    told = {"symbol": "BTC-USD", "timeframe": "1h", "exchange": "coinbase"}
    with pytest.raises(DataError, match=r"coinbase_export_1h.csv has more than one column of vol"):
        market.load_csv(path, **told)
    report = market.load_csv(path, **told, volume_column="volume_btc")
    assert (report.rows, report.inserted, report.refused) == (20_111, 20_111, 0)
    assert "CryptoDataDownload" in report.notes[0]
    bars = market.bars("BTC-USD")
    assert bars.iloc[-1].tolist() == [8051, 8056.83, 8021.23, 8035.88, 61.25]
    assert f"{bars.index[0]:%Y-%m-%d %H} {bars.index[-1]:%Y-%m-%d %H}" == (
        "2017-07-01 11 2019-10-17 09"
    )


def test_hours_loaded_as_days_are_one_clear_error(market, reference):
    path = reference / "bars" / "BTC-USD_1h.csv"
    with pytest.raises(DataError, match=r"BTC-USD_1h.csv is no 1d file.*Pass timeframe='1h'"):
        market.load_csv(path, "BTC-USD", "1d", exchange="bitstamp")
