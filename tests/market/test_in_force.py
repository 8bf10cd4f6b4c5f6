"""Bars that were taken out by a correction are there for nobody; of one bar the newest holds."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.market import store
from tests.helpers import make_bars, typed_bars

WHY = "a holiday"


@pytest.fixture
def market(lab):
    return lab.market


def flat(closes, *, start):
    """Bars of these closes."""
    lines = [f"{close} {close + 1} {close - 1} {close}" for close in closes]
    return typed_bars("\n".join(lines), start=start)


def take_out(market, symbol, stamps, timeframe="1d"):
    frame = pd.DataFrame(index=pd.DatetimeIndex(stamps))
    market.correct(symbol, frame, remove=True, reason=WHY, timeframe=timeframe)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What writes a symbol's days into the folder of the provider `file`."""
    monkeypatch.setenv("BITSTOCKERZ_FILES", str(tmp_path))

    def write(symbol, bars):
        bars.to_csv(tmp_path / f"{symbol}_1d.csv", index_label="date", date_format="%Y-%m-%d")

    return write


@pytest.mark.parametrize(
    ("kind", "timeframe"), [("EQUITY", "1d"), ("CRYPTO", "1d"), ("CRYPTO", "1h")]
)
def test_latest_goes_back_to_the_last_bar_in_force_however_many_were_taken_out(
    market, kind, timeframe
):
    bars = make_bars(600 if timeframe == "1h" else 60, timeframe=timeframe)
    market.load_frame(bars, "ACME", timeframe, asset_type=kind, currency="USD")
    market.load_frame(make_bars(60, seed=2), "OTHER", exchange="XNYS")
    kept = len(bars) - (400 if timeframe == "1h" else 20)
    take_out(market, "ACME", bars.index[kept:], timeframe)
    row = market.latest("ACME").iloc[0]
    assert (row["timestamp"], row["last"]) == (bars.index[kept - 1], bars["close"].iloc[kept - 1])
    week = bars["close"].iloc[kept - 1 - (168 if timeframe == "1h" else 7)]
    assert row["change_7d_pct"] == pytest.approx(100 * (row["last"] / week - 1))
    take_out(market, "ACME", bars.index[:kept], timeframe)
    rows = market.latest(["ACME", "OTHER"])
    assert rows["last"].isna().tolist() == [True, False]


def test_an_old_correction_does_not_stand_in_for_the_bars_a_week_before(market):
    market.load_frame(flat(range(20, 50), start="2004-09-10"), "ACME", exchange="XNYS")
    market.load_frame(flat([100, 101, 102], start="2011-03-01"), "ACME")
    before = market.latest("ACME")
    market.correct("ACME", "2004-10-01", volume=5, reason="a typing error")
    after = market.latest("ACME")
    assert before["change_7d_pct"].tolist() == [pytest.approx(100 * (102 / 49 - 1))]
    pd.testing.assert_frame_equal(after.drop(columns="age"), before.drop(columns="age"))


def test_latest_of_simulated_bars_stays_simulated_once_they_are_corrected(market):
    market.load("synthetic", "DEMO-A", start="2024-12-01", end="2024-12-05")
    bars = market.bars("DEMO-A")
    market.correct("DEMO-A", bars[["volume"]] + 1, reason="a test")
    assert market.latest("DEMO-A")["simulated"].tolist() == [True]


def test_an_update_goes_on_after_the_last_bar_in_force(market, folder):
    bars = make_bars(25).round(4)
    folder("ACME", bars[:20])
    market.load("file", "ACME", asset_type="EQUITY")
    take_out(market, "ACME", bars.index[19:20])
    folder("ACME", bars.drop(bars.index[19]))
    (row,) = market.update("ACME")
    assert (row.error, row.inserted) == ("", 5)
    assert market.bars("ACME").index.equals(bars.index.delete(19))


def test_an_update_of_a_symbol_without_a_bar_in_force_has_nothing_to_go_on_from(market, folder):
    folder("ACME", make_bars(5).round(4))
    market.load("file", "ACME", asset_type="EQUITY")
    take_out(market, "ACME", make_bars(5).index)
    (row,) = market.update("ACME")
    assert "ACME has no bars to go on from" in row.error


def test_health_and_symbols_count_what_is_in_force(market):
    bars = make_bars(10)
    market.load_frame(bars, "ACME", exchange="XNYS")
    take_out(market, "ACME", bars.index[[0, 4, 9]])
    row = market.health().iloc[0]
    assert (row["bars"], row["first"], row["last"]) == (7, bars.index[1], bars.index[8])
    row = market.symbols().iloc[0]
    assert (row["first_bar"], row["last_bar"]) == (bars.index[1], bars.index[8])
    market.correct("ACME", bars.index[9], reason="there was one after all")
    assert market.health()["last"].tolist() == [bars.index[9]]
    assert market.symbols()["last_bar"].tolist() == [bars.index[9]]


def test_a_symbol_of_which_all_was_taken_out_has_no_bars_and_is_not_stale(market):
    bars = make_bars(5)
    market.load_frame(bars, "ACME", exchange="XNYS")
    market.load_frame(bars, "OTHER", exchange="XNYS")
    take_out(market, "ACME", bars.index)
    told = market.health().set_index("symbol")
    assert told["bars"].to_dict() == {"ACME": 0, "OTHER": 5}
    assert told["stale"].to_dict() == {"ACME": False, "OTHER": True}
    assert (told.loc["ACME", "asset_type"], told.loc["ACME", "behind"]) == ("EQUITY", 0)
    assert told.loc["ACME", ["first", "last"]].isna().all()
    assert market.symbols()["last_bar"].isna().tolist() == [True, False]


def test_a_panel_says_the_same_of_its_symbols_with_and_without_a_start(market):
    bars = make_bars(10)
    for symbol in ("ACME", "LATE", "NONE"):
        market.load_frame(bars, symbol, exchange="XNYS")
    take_out(market, "LATE", bars.index[:7])
    take_out(market, "NONE", bars.index)
    symbols = ["ACME", "LATE", "NONE"]
    for start in (None, "2020-01-01"):
        note = market.panel(symbols, start=start).attrs["note"]
        assert "Not yet traded until: LATE 2020-01-08." in note
        assert "No bars: NONE." in note
        rows = market.coverage(symbols, start=start)
        assert rows["bars"].tolist() == [10, 3, 0]
        assert rows["missing"].tolist() == [0, 0, 0]
        assert rows["status"].tolist() == ["", "not yet traded until 2020-01-08", "no bars"]


def test_a_panel_of_an_earlier_time_has_the_bars_that_were_taken_out_since(market, database):
    bars = make_bars(10)
    for symbol in ("ACME", "LATE"):
        market.load_frame(bars, symbol, exchange="XNYS")
    with database.read() as con:
        then = store.newest(con, store.find_symbol(con, "LATE"))
    take_out(market, "LATE", bars.index[:7])
    frame = market.panel(["ACME", "LATE"], start="2020-01-01", as_of=f"{then}")
    assert "LATE" not in frame.attrs["note"]
    assert frame["LATE"].notna().all()


def test_of_one_bar_the_newest_correction_is_in_force_in_whatever_order_they_lie(market, database):
    bars = make_bars(12)
    market.load_frame(bars, "ACME", exchange="XNYS")
    stamp = bars.index[-1]
    market.correct("ACME", stamp, volume=2, reason="second")
    with database.write() as con:
        con.execute(
            "INSERT INTO bar_revisions BY NAME SELECT * REPLACE (id + 90 AS id, 1 AS volume, "
            "created_at - INTERVAL 1 SECOND AS created_at) FROM bar_revisions"
        )
    assert market.bars("ACME")["volume"].iloc[-1] == 2
    assert market.panel(["ACME"], "volume")["ACME"].iloc[-1] == 2
    assert market.latest("ACME")["volume"].tolist() == [2]
    told = market.load_frame(bars[-1:], "ACME")
    assert "volume stored 2.0" in str(told)
