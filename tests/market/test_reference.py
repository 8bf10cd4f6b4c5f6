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
    assert any("month/day/year" in note for note in report.notes)
    assert "51 row(s) have no volume; zero_volume=True stores 0 for them." in report.notes
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


@pytest.mark.parametrize("symbol", ["BTC-USD", None])
def test_an_exchange_export_as_it_arrives_loads_with_no_option(market, reference, symbol):
    path = reference / "bars" / "coinbase_export_1h.csv"
    with pytest.raises(DataError, match=r"coinbase_export_1h.csv has more than one column of vol"):
        market.load_csv(path, "ETH-USD", exchange="coinbase")
    report = market.load_file(path, symbol, exchange="coinbase")
    assert (report.rows, report.inserted, report.refused) == (20_111, 20_111, 0)
    assert "CryptoDataDownload" in report.notes[0]
    assert "The volume is the column 'volume_btc': BTC is traded." in report.notes
    assert "The timeframe 1h is of the file's name." in report.notes
    bars = market.bars("BTC-USD")
    assert bars.iloc[-1].tolist() == [8051, 8056.83, 8021.23, 8035.88, 61.25]
    assert f"{bars.index[0]:%Y-%m-%d %H} {bars.index[-1]:%Y-%m-%d %H}" == (
        "2017-07-01 11 2019-10-17 09"
    )


def test_the_whole_folder_loads_by_the_names_of_its_files(market, reference):
    with pytest.raises(DataError, match=r"AAPL is new: say what it is"):
        market.load_file(reference / "bars")
    coins = market.load_file(reference / "bars" / "*-USD_1*.csv", exchange="bitstamp", strict=True)
    assert (len(coins), coins.inserted) == (3, 1865 + 788 + 33_259)
    stocks = market.load_csv(
        [reference / "bars" / f"{name}_1d.csv" for name in ("AAPL", "SPY", "IBM", "BAC", "QQQ")],
        exchange="XNYS",
    )
    assert stocks.inserted == stocks.rows == 4 * 5849 + 3964
    again = market.load_file(reference / "bars")
    export = [report for report in again if report.source == "coinbase_export_1h.csv"]
    assert [report.symbol for report in export] == ["BTC-USD"]
    assert again.duplicates - export[0].duplicates == coins.rows + stocks.rows
    assert "AAPL_factors.csv" in again.notes[0]


def test_hours_loaded_as_days_are_one_clear_error(market, reference):
    path = reference / "bars" / "BTC-USD_1h.csv"
    with pytest.raises(DataError, match=r"BTC-USD_1h.csv is no 1d file.*Pass timeframe='1h'"):
        market.load_csv(path, "BTC-USD", "1d", exchange="bitstamp")
