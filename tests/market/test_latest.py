"""Newest prices and their changes, by hand."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market import store
from tests.helpers import make_bars, typed_bars

COLUMNS = [
    "symbol", "name", "timeframe", "timestamp", "last", "change_1bar_pct", "change_24h_pct",
    "change_7d_pct", "high", "low", "volume", "currency", "age", "simulated",
]  # fmt: skip


@pytest.fixture
def market(lab):
    return lab.market


def closes(*values, start, timeframe="1d"):
    """Bars of these closes, with a high one above, a low one below and a volume of 1000."""
    lines = [f"{close} {close + 1} {close - 1} {close}" for close in values]
    return typed_bars("\n".join(lines), timeframe=timeframe, start=start)


def one(market, *arguments, **options):
    (row,) = market.latest(*arguments, **options).to_dict("records")
    return row


def test_a_daily_row_has_the_days_bar_and_three_changes(market, monkeypatch):
    market.load_frame(
        closes(80, 100, 90, 95, 96, 97, 98, 99, 110, start="2024-01-01"), "ACME", exchange="XNYS",
        name="Acme Corporation",
    )  # fmt: skip
    monkeypatch.setattr(clock, "now", lambda: datetime(2024, 1, 12, 6))  # noqa: DTZ001 - as clock.now
    shown = market.latest("acme")
    assert shown.columns.tolist() == COLUMNS
    (row,) = shown.to_dict("records")
    assert (row["symbol"], row["name"], row["timeframe"]) == ("ACME", "Acme Corporation", "1d")
    assert row["timestamp"] == pd.Timestamp("2024-01-09", tz="UTC")
    assert (row["last"], row["high"], row["low"], row["volume"]) == (110, 111, 109, 1000)
    assert row["change_1bar_pct"] == pytest.approx(100 * 11 / 99)
    assert row["change_24h_pct"] == pytest.approx(100 * 11 / 99)
    assert row["change_7d_pct"] == pytest.approx(10.0)  # of the 2nd: 100
    assert row["age"] == pd.Timedelta(days=2, hours=6)  # since the 10th, when the bar ended
    assert (row["currency"], row["simulated"]) == ("USD", False)


def test_hourly_coins_have_the_high_low_and_volume_of_their_last_24_hours(market):
    bars = closes(*[100.0] * 200, start="2024-01-01", timeframe="1h")
    last = bars.index[-1]
    close = bars.columns.get_loc("close")
    bars.loc[last, ["open", "high", "low", "close"]] = [100, 150, 100, 120]
    bars.loc[last - pd.Timedelta(hours=1), ["open", "high", "low", "close"]] = [100, 100, 95, 96]
    bars.loc[last - pd.Timedelta(hours=23), "low"] = 40  # the oldest bar of the 24
    bars.loc[last - pd.Timedelta(hours=24), ["high", "low"]] = [999, 1]
    bars.iloc[-25, close] = 99.5  # ended 24 hours before the last one ended
    bars.iloc[-169, close] = 100.5  # 168 hours before it
    market.load_frame(bars, "BTC-USD", "1h", exchange="kraken")
    row = one(market, ["BTC-USD"])
    assert (row["last"], row["high"], row["low"], row["volume"]) == (120, 150, 40, 24_000)
    assert row["change_1bar_pct"] == pytest.approx(25.0)
    assert row["change_24h_pct"] == pytest.approx(100 * (120 / 99.5 - 1))
    assert row["change_7d_pct"] == pytest.approx(100 * (120 / 100.5 - 1))


def test_a_monday_is_compared_with_friday_and_a_week_ago_with_what_was_known_then(market):
    days = pd.DatetimeIndex(
        ["2024-01-04", "2024-01-05", "2024-01-09", "2024-01-10", "2024-01-12", "2024-01-15"],
        tz="UTC", name="timestamp",
    )  # fmt: skip
    bars = closes(10, 20, 25, 30, 40, 50, start="2024-01-01").set_axis(days)
    market.load_frame(bars, "ACME", exchange="XNYS")
    row = one(market)
    assert row["change_24h_pct"] == pytest.approx(25.0)  # Friday's 40
    # Monday's bar ends on the 16th; on the 9th at midnight the bar of the 5th was the newest
    assert row["change_7d_pct"] == pytest.approx(150.0)


def test_changes_that_no_bar_is_old_enough_for_are_missing(market):
    market.load_frame(closes(10, start="2024-01-01"), "NEW", exchange="XNYS")
    market.load_frame(
        closes(10, 11, start="2024-01-01", timeframe="1h"), "N-USD", "1h", exchange="okx"
    )
    shown = market.latest().set_index("symbol")
    assert shown.loc["NEW", ["change_1bar_pct", "change_24h_pct", "change_7d_pct"]].isna().all()
    assert shown.loc["N-USD", "change_1bar_pct"] == pytest.approx(10.0)
    assert shown.loc["N-USD", ["change_24h_pct", "change_7d_pct"]].isna().all()
    assert shown.loc["N-USD", "volume"] == 2000


def test_after_a_gap_the_bar_before_it_is_found_however_old(market):
    bars = pd.concat([closes(40, start="2011-03-01"), closes(50, 60, start="2012-03-01")])
    market.load_frame(bars, "QQQ", exchange="XNAS")
    row = one(market)
    assert row["change_1bar_pct"] == pytest.approx(20.0)
    assert row["change_7d_pct"] == pytest.approx(50.0)


def test_a_split_is_no_fall_and_a_dividend_is_one(market, tmp_path):
    market.load_frame(closes(400, 400, 100, start="2020-08-27"), "ACME", exchange="XNAS")
    assert one(market)["change_1bar_pct"] == pytest.approx(-75.0)
    factors = tmp_path / "ACME_factors.csv"
    factors.write_text(
        "date,price_factor,split_factor,reference_price\n2020-08-28,0.9,0.25,400\n2050-12-31,1,1,0\n"
    )
    market.load_factors(factors, "ACME")
    row = one(market)
    assert row["change_1bar_pct"] == pytest.approx(0.0)  # 400 / 4; the dividend is left out
    assert (row["last"], row["high"], row["low"]) == (100, 101, 99)  # as traded


def test_a_split_after_the_last_bar_leaves_its_price_as_it_was_traded(market, tmp_path):
    market.load_frame(closes(300, 330, start="2020-08-27"), "ACME", exchange="XNAS")
    factors = tmp_path / "ACME_factors.csv"
    factors.write_text(
        "date,price_factor,split_factor,reference_price\n2020-08-30,1,0.25,330\n2050-12-31,1,1,0\n"
    )
    market.load_factors(factors, "ACME")
    row = one(market)
    assert row["last"] == 330
    assert row["change_1bar_pct"] == pytest.approx(10.0)


def test_the_newest_factor_set_is_in_force(market, tmp_path):
    market.load_frame(closes(400, 100, start="2020-08-28"), "ACME", exchange="XNAS")
    factors = tmp_path / "ACME_factors.csv"
    for split in (0.5, 0.25):
        factors.write_text(
            f"date,price_factor,split_factor,reference_price\n2020-08-28,1,{split},400\n"
        )
        market.load_factors(factors, "ACME")
    assert one(market)["change_1bar_pct"] == pytest.approx(0.0)


def test_of_two_timeframes_the_one_that_ends_last_is_taken_and_of_equals_the_shorter(market):
    market.load_frame(closes(10, 11, start="2024-01-01"), "A-USD", exchange="kraken")
    market.load_frame(closes(*[12] * 48, start="2024-01-01", timeframe="1h"), "A-USD", "1h")
    market.load_frame(closes(20, 21, start="2024-02-01"), "B-USD", exchange="kraken")
    market.load_frame(closes(22, 23, start="2024-01-01", timeframe="1h"), "B-USD", "1h")
    assert market.latest()[["timeframe", "last"]].values.tolist() == [["1h", 12], ["1d", 21]]
    assert market.latest(timeframe="1d")["last"].tolist() == [11, 21]
    assert market.latest(timeframe="1h")["last"].tolist() == [12, 23]


def test_a_symbol_without_such_bars_has_a_row_with_nothing_in_it(market):
    market.load_frame(closes(10, start="2024-01-01"), "ACME", exchange="XNYS")
    row = one(market, "ACME", timeframe="1h")
    assert (row["symbol"], row["currency"], row["simulated"]) == ("ACME", "USD", False)
    assert all(pd.isna(row[name]) for name in ("timeframe", "timestamp", "last", "age", "volume"))
    with pytest.raises(DataError, match=r"timeframe='4h' is not stored"):
        market.latest("ACME", timeframe="4h")


def test_rows_come_in_the_order_asked_for_and_an_empty_lab_has_none(market):
    assert market.latest().columns.tolist() == COLUMNS
    assert market.latest().empty
    for symbol in ("A", "B", "C"):
        market.load_frame(closes(10, start="2024-01-01"), symbol, exchange="XNYS")
    market.watchlist("Mine", ["C", "A"])
    assert market.latest(["B", "a"])["symbol"].tolist() == ["B", "A"]
    assert market.latest("mine")["symbol"].tolist() == ["C", "A"]
    assert market.latest()["symbol"].tolist() == ["A", "B", "C"]
    with pytest.raises(UnknownName, match=r"'AX'.*'BX'"):
        market.latest(["A", "AX", "BX"])


def test_a_simulated_symbol_says_so(market):
    market.load("synthetic", "DEMO-A")
    assert one(market)["simulated"] is True


def test_a_correction_counts_and_a_bar_taken_out_does_not(market, database):
    market.load_frame(closes(10, 20, 90, start="2024-01-01"), "ACME", exchange="XNYS")
    with database.write() as con:
        symbol = store.find_symbol(con, "ACME")
        insert = """
            INSERT INTO bar_revisions (symbol_id, timeframe, timestamp, open, high, low, close,
                volume, reason, user_id, created_at)
            VALUES (?, '1d', ?, ?, ?, ?, ?, ?, 'test', 1, ?)
        """
        gone = [None] * 5
        rows = [
            ("2024-01-01", [15, 15, 15, 15, 1], "2024-02-01"),
            ("2024-01-01", [16, 16, 16, 16, 1], "2024-02-02"),
            ("2024-01-03", gone, "2024-02-01"),
        ]
        for day, values, when in rows:
            con.execute(insert, [symbol.id, day, *values, when])
    row = one(market)
    assert (row["timestamp"], row["last"]) == (pd.Timestamp("2024-01-02", tz="UTC"), 20)
    assert row["change_1bar_pct"] == pytest.approx(25.0)


def test_prices_and_changes_are_shown_in_another_currency(market):
    market.load_frame(closes(100, 110, start="2024-01-02"), "ACME", exchange="XNYS")
    market.load_frame(closes(50, 50, start="2024-01-02"), "SAP", exchange="XETR", currency="EUR")
    # European Central Bank: what one euro was worth in dollars
    market.load_rates(
        pd.DataFrame({"date": ["2024-01-02", "2024-01-03"], "rate": [1.0956, 1.0919]}), "EUR", "USD"
    )
    shown = market.latest(currency="eur").set_index("symbol")
    assert shown["currency"].tolist() == ["EUR", "EUR"]
    assert shown.loc["ACME", "last"] == pytest.approx(110 / 1.0919)
    assert shown.loc["ACME", "high"] == pytest.approx(111 / 1.0919)
    assert shown.loc["ACME", "change_1bar_pct"] == pytest.approx(
        100 * (110 / 1.0919 / (100 / 1.0956) - 1)
    )
    assert f"{shown.loc['ACME', 'rate_date']:%Y-%m-%d %Z}" == "2024-01-03 UTC"
    assert (shown.loc["SAP", "last"], shown.loc["SAP", "change_1bar_pct"]) == (50, 0)
    assert pd.isna(shown.loc["SAP", "rate_date"])
    assert market.latest("SAP", currency="USD")["last"].tolist() == [pytest.approx(50 * 1.0919)]


def test_a_rate_is_known_at_the_end_of_its_day_only(market):
    market.load_frame(
        closes(*[100] * 30, start="2024-01-02", timeframe="1h"), "B-USD", "1h", exchange="okx"
    )
    rates = pd.DataFrame({"date": ["2024-01-02", "2024-01-03"], "rate": [0.5, 0.9]})
    market.load_rates(rates, "USD", "EUR")
    row = one(market, currency="EUR")  # the last bar ends on the 3rd at 6 o'clock
    assert row["last"] == 50
    assert row["volume"] == 24_000  # units, not money


def test_a_change_from_before_the_first_rate_is_missing(market):
    market.load_frame(closes(100, 110, start="2024-01-02"), "ACME", exchange="XNYS")
    market.load_rates(pd.DataFrame({"date": ["2024-01-03"], "rate": [0.5]}), "USD", "EUR")
    row = one(market, currency="EUR")
    assert row["last"] == 55
    assert pd.isna(row["change_1bar_pct"])


def test_a_change_from_a_rate_of_long_before_is_missing(market):
    bars = closes(*range(100, 112), start="2024-01-08")  # the last one ends on the 20th
    market.load_frame(bars, "ACME", exchange="XNYS")
    rates = pd.DataFrame(
        {"date": ["2024-01-01", "2024-01-11", "2024-01-19"], "rate": [0.4, 0.5, 0.6]}
    )
    market.load_rates(rates, "USD", "EUR")
    row = one(market, currency="EUR")
    assert row["last"] == pytest.approx(111 * 0.6)
    # the 18th ended 7 days after the rate of the 11th was known; the 12th 1 day after it
    assert row["change_1bar_pct"] == pytest.approx(100 * (111 * 0.6 / (110 * 0.5) - 1))
    assert row["change_7d_pct"] == pytest.approx(100 * (111 * 0.6 / (104 * 0.5) - 1))
    market.load_frame(closes(*range(100, 108), start="2024-01-08"), "OLD", exchange="XNYS")
    late = one(market, "OLD", currency="EUR")  # the 8th ended 7 days after the rate of the 1st
    assert late["change_7d_pct"] == pytest.approx(100 * (107 * 0.5 / (100 * 0.4) - 1))
    market.load_frame(closes(108, start="2024-01-16"), "OLD")
    assert pd.isna(one(market, "OLD", currency="EUR")["change_7d_pct"])  # the 9th: 8 days


def test_a_symbol_without_a_rate_has_no_price_and_is_named(market):
    market.load_frame(closes(100, 110, start="2024-01-02"), "BTC-USDT", exchange="binance")
    market.load_frame(closes(50, 55, start="2024-01-02"), "SAP", exchange="XETR", currency="EUR")
    shown = market.latest(currency="EUR")
    assert shown.attrs["note"].startswith(
        "No rate to EUR was known for BTC-USDT in USDT, 2024-01-03"
    )
    rows = shown.set_index("symbol")
    assert rows.loc["SAP", "last"] == 55
    assert (
        rows.loc["BTC-USDT", ["last", "high", "low", "change_1bar_pct", "rate_date"]].isna().all()
    )
    with pytest.raises(DataError, match=r"from USDT to EUR .*\(BTC-USDT in USDT, 2024-01-03\)"):
        market.latest("BTC-USDT", currency="EUR")


def test_a_missing_rate_is_one_error_and_tether_is_not_the_dollar(market):
    market.load_frame(closes(100, start="2024-01-02"), "BTC-USDT", exchange="binance")
    market.load_frame(closes(100, start="2024-01-02"), "SAP", exchange="XETR", currency="EUR")
    with pytest.raises(DataError) as caught:
        market.latest(currency="USD")
    told = str(caught.value)
    assert told.startswith("There is no rate from EUR, USDT to USD that was known when")
    assert "USDT is not USD" in told
    assert "lab.market.load_rates(path, base='EUR', quote='USD')" in told
    with pytest.raises(DataError, match=r"currency='\?' is no currency"):
        market.latest(currency="?")


def test_several_symbols_are_read_together_each_with_its_own_closes(market, database):
    for number in range(4):
        market.load_frame(make_bars(40, seed=number), f"S{number}", exchange="XNYS")
    with database.read() as con:
        found = store.members(con, 1, None)
        newest = store.quotes.newest_bars(con, found)
    assert len(newest) == 4
    expected = {s.id: market.bars(s.symbol)["close"].iloc[-8] for s in found}
    assert newest["close_7d"].to_dict() == expected
