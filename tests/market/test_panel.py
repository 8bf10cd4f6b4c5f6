"""Many symbols side by side, and which of them were traded when."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, NoBars, UnknownName
from bitstockerz_lab.market.bars import COLUMNS
from tests.helpers import make_bars


def split_file(tmp_path, date="2020-02-12"):
    file = tmp_path / f"factors-{date}.csv"
    file.write_text(
        "date,price_factor,split_factor,reference_price\n"
        f"2020-01-17,0.8,0.125,100\n{date},0.9,0.25,100\n"
    )
    return file


@pytest.fixture
def market(database):
    """Three stocks: all along, from later on, and up to earlier on."""
    market = bz.open_lab(database.path).market
    days = make_bars(60, start="2020-01-06")
    days = days[days.index.day_of_week < 5]
    market.load_frame(days, "LONG", exchange="XNYS")
    market.load_frame(make_bars(60, seed=2, start="2020-01-06").iloc[30:], "LATE", exchange="XNYS")
    market.load_frame(make_bars(20, seed=3, start="2020-01-06"), "GONE", exchange="XNYS")
    return market


@pytest.fixture
def coins(database):
    """Two coins in hours, and one in days too."""
    market = bz.open_lab(database.path).market
    for seed, name in ((1, "A-USD"), (2, "B-USD")):
        hours = make_bars(24 * 40, seed=seed, timeframe="1h", start="2020-01-01")
        market.load_frame(hours, name, "1h", asset_type="CRYPTO")
    return market


def column_by_column(market, symbols, field="close", timeframe="1d", **asked):
    """The panel as anyone would make it of bars."""
    columns = {}
    for symbol in symbols:
        try:
            columns[symbol] = market.bars(symbol, timeframe, **asked)[field]
        except NoBars:
            columns[symbol] = pd.Series(dtype="float64", index=pd.DatetimeIndex([], tz="UTC"))
    wide = pd.concat(columns, axis=1, names=["symbol"], sort=True)
    return wide.rename_axis(index="timestamp")


def same(panel, expected):
    pd.testing.assert_frame_equal(
        panel, expected, check_exact=True, check_freq=False, check_index_type=False
    )


@pytest.mark.parametrize("field", COLUMNS)
@pytest.mark.parametrize("adjusted", ["all", "split", False])
def test_a_column_is_to_the_bit_the_bars_of_its_symbol(market, tmp_path, field, adjusted):
    market.load_factors(split_file(tmp_path), "LONG")
    market.load_factors(split_file(tmp_path, "2020-03-02"), "LATE")
    symbols = ["LATE", "LONG", "GONE"]
    panel = market.panel(symbols, field, adjusted=adjusted)
    same(panel, column_by_column(market, symbols, field, adjusted=adjusted))
    assert str(panel.index.dtype) == "datetime64[us, UTC]"
    assert (panel.index.name, panel.columns.name) == ("timestamp", "symbol")


@pytest.mark.parametrize(
    ("start", "end"),
    [(None, "2020-01-31"), ("2020-01-20", None), ("2020-01-25", "2020-02-10")],
)
@pytest.mark.parametrize("timeframe", ["1d", "1w"])
def test_a_period_is_that_of_bars(market, start, end, timeframe):
    symbols = ["GONE", "LONG", "LATE"]
    panel = market.panel(symbols, timeframe=timeframe, start=start, end=end)
    same(panel, column_by_column(market, symbols, timeframe=timeframe, start=start, end=end))


@pytest.mark.parametrize("timeframe", ["1h", "4h", "1d", "1w", "1mo"])
@pytest.mark.parametrize("field", ["high", "volume"])
def test_coins_come_in_every_timeframe(coins, timeframe, field):
    same(
        coins.panel(["B-USD", "A-USD"], field, timeframe),
        column_by_column(coins, ["B-USD", "A-USD"], field, timeframe),
    )


@pytest.mark.parametrize("timeframe", ["1d", "1w"])
def test_each_coin_is_of_its_own_best_source(coins, timeframe):
    coins.load_frame(make_bars(30, seed=9, start="2020-01-04"), "A-USD", "1d")
    coins.load_frame(make_bars(20, seed=8, start="2020-01-08"), "C-USD", "1d", asset_type="CRYPTO")
    symbols = ["C-USD", "B-USD", "A-USD"]
    for start in (None, "2020-01-10"):
        same(
            coins.panel(symbols, timeframe=timeframe, start=start),
            column_by_column(coins, symbols, timeframe=timeframe, start=start),
        )


def test_nothing_is_filled(market):
    panel = market.panel(["LONG", "GONE", "LATE"])
    assert panel["GONE"].notna().sum() == 20
    assert panel["LATE"].notna().sum() == 30
    assert panel.loc["2020-01-25", "LONG"] is not None
    assert np.isnan(panel.loc["2020-01-25", "LONG"])  # a Saturday, on which the others trade


def test_returns_step_over_holes_and_lose_nothing(market):
    closes = market.panel(["LONG", "LATE"])
    returns = market.panel(["LONG", "LATE"], "returns")
    for symbol in closes:
        own = closes[symbol].dropna()
        pd.testing.assert_series_equal(
            returns[symbol].dropna(), own.pct_change().dropna(), check_freq=False
        )
        whole = (1 + returns[symbol].dropna()).prod()
        assert whole == pytest.approx(own.iloc[-1] / own.iloc[0], rel=1e-12)
        assert returns[symbol].isna().sum() == closes[symbol].isna().sum() + 1


def test_as_of_shows_what_was_known_then(market, tmp_path):
    before = market.panel(["LONG", "GONE"])
    then = clock.now()
    market.load_factors(split_file(tmp_path), "LONG")
    market.load_frame(make_bars(30, seed=3, start="2020-01-26"), "GONE")
    assert not market.panel(["LONG", "GONE"]).equals(before)
    pd.testing.assert_frame_equal(market.panel(["LONG", "GONE"], as_of=then), before)


def test_corrections_are_in_force_and_a_bar_taken_out_is_none(market):
    before = market.panel(["LONG", "GONE"])
    then = clock.now()
    stamp, other = "2020-01-08", "2020-01-25"  # on the second only GONE trades
    market.correct("LONG", stamp, reason="a slip", close=104.0, high=500.0)
    market.correct("LONG", stamp, reason="a slip again", close=103.0)
    market.correct("GONE", other, reason="no such day", remove=True)
    panel = market.panel(["LONG", "GONE"])
    assert panel.loc[stamp, "LONG"] == 103.0
    assert pd.Timestamp(other, tz="UTC") not in panel.index
    same(panel, column_by_column(market, ["LONG", "GONE"]))
    same(market.panel(["LONG", "GONE"], "high"), column_by_column(market, ["LONG", "GONE"], "high"))
    pd.testing.assert_frame_equal(market.panel(["LONG", "GONE"], as_of=then), before)


def test_a_note_says_who_was_not_yet_or_no_longer_traded(market):
    panel = market.panel(["LONG", "LATE", "GONE"])
    assert panel.attrs == {
        "field": "close",
        "asset_type": "EQUITY",
        "timeframe": "1d",
        "adjusted": "raw",
        "currency": "USD",
        "simulated": False,
        "note": "Not yet traded until: LATE 2020-02-05. No bars after: GONE 2020-01-25.",
    }
    assert market.panel(["LONG"]).attrs["note"] == ""


def test_who_was_traded_before_the_period_is_not_called_new(market):
    market.load_frame(make_bars(3, seed=5, start="2019-12-01"), "LATE")
    panel = market.panel(["LONG", "LATE"], start="2020-01-06", end="2020-02-28")
    assert panel["LATE"].isna().iloc[0]
    assert panel.attrs["note"] == ""
    assert "Not yet traded until: LONG" in market.panel(["LONG", "LATE"]).attrs["note"]


def test_a_retired_symbol_is_no_longer_traded(market):
    market.retire("GONE", on="2020-01-26", reason="bought")
    note = market.panel(["GONE", "LATE"]).attrs["note"]
    assert "No longer traded since: GONE 2020-01-25" in note


def test_frames_with_notes_join_and_compare(market):
    one, other = market.panel(["LONG", "LATE"]), market.panel(["GONE"])
    joined = pd.concat([one, other], axis=1, sort=True)
    assert joined.shape[1] == 3
    assert (one == one.copy()).to_numpy()[one.notna().to_numpy()].all()
    assert one.equals(market.panel(["LONG", "LATE"]))


def test_mixtures_of_currency_and_adjustment_are_said(market, tmp_path):
    market.load_frame(make_bars(60, start="2020-01-06"), "EURO", exchange="XETR", currency="EUR")
    market.load_factors(split_file(tmp_path), "LONG")
    panel = market.panel(["LONG", "EURO"])
    assert panel.attrs["currency"] == "USD, EUR"
    assert panel.attrs["adjusted"] == "all"
    assert panel.attrs["note"].endswith(
        "Prices in USD: LONG. Prices in EUR: EURO. Not adjusted, for want of factors: EURO."
    )


def test_simulated_bars_make_a_simulated_panel(market):
    assert market.panel(["LONG", "LATE"]).attrs["simulated"] is False
    simulated = make_bars(3, start="2021-01-04")
    market.load_frame(simulated, "LATE-SIM", provider="synthetic", asset_type="EQUITY")
    assert market.panel(["LONG", "LATE-SIM"]).attrs["simulated"] is True


def test_coverage_has_a_row_for_each(market):
    rows = market.coverage(["LONG", "LATE", "GONE"]).set_index("symbol")
    assert rows["bars"].tolist() == [len(market.bars(symbol)) for symbol in rows.index]
    assert rows.loc["LATE", "first_bar"] == pd.Timestamp("2020-02-05", tz="UTC")
    assert rows.loc["LATE", "status"] == "not yet traded until 2020-02-05"
    assert rows.loc["GONE", "status"] == "no bars after 2020-01-25"
    panel = market.panel(["LONG", "LATE", "GONE"])
    assert (
        rows.loc["LONG", "missing"]
        == panel["LONG"].isna().sum() - panel["LONG"][::-1].isna().cummin().sum()
    )
    assert rows.loc["GONE", "missing"] == 0
    assert rows["is_active"].all()


def test_coverage_of_a_period_counts_what_is_missing_at_its_edges(market):
    market.load_frame(make_bars(3, seed=5, start="2019-12-01"), "LATE")
    rows = market.coverage(["LONG", "LATE"], start="2020-01-06", end="2020-01-17")
    late = rows.set_index("symbol").loc["LATE"]
    assert (late["bars"], late["missing"], late["status"]) == (0, 10, "")
    assert late["first_bar"] is pd.NaT


def test_a_symbol_without_bars_is_a_column_of_nan(market, database):
    from bitstockerz_lab.market import store
    from bitstockerz_lab.market.symbols import Listing, describe

    with database.write() as con:
        store.add_symbol(con, describe(Listing("NEW", exchange="XNYS")))
    panel = market.panel(["NEW", "LONG"])
    assert panel["NEW"].isna().all()
    assert panel.attrs["note"] == "No bars: NEW."
    assert market.coverage(["NEW", "LONG"])["status"].tolist() == ["no bars", ""]
    with pytest.raises(NoBars, match="None of NEW has 1d bars"):
        market.panel(["NEW"])


@pytest.mark.usefixtures("coins")
def test_of_stocks_and_coins_one_kind_is_chosen(market):
    assert list(market.panel(None, asset_type="equity")) == ["GONE", "LATE", "LONG"]
    assert list(market.panel(None, timeframe="1d", asset_type="CRYPTO")) == ["A-USD", "B-USD"]
    assert market.coverage(asset_type="EQUITY")["symbol"].tolist() == ["GONE", "LATE", "LONG"]
    assert list(market.panel(["A-USD", "LONG"], asset_type="EQUITY")) == ["LONG"]
    with pytest.raises(DataError, match=r'Say asset_type="(EQUITY|CRYPTO)"'):
        market.coverage()
    with pytest.raises(DataError, match="None of LONG is CRYPTO"):
        market.panel("LONG", asset_type="CRYPTO")
    with pytest.raises(DataError, match="asset_type='STOCK' is unknown"):
        market.panel(None, asset_type="STOCK")


def test_what_makes_no_panel_is_refused(market, coins):
    with pytest.raises(
        DataError, match=r"LONG is EQUITY and A-USD is CRYPTO. Say asset_type=\"EQUITY\" or"
    ):
        market.panel(["LONG", "A-USD"])
    stocks, coin = market.panel(["LONG"]), market.panel(["A-USD"], timeframe="1d")
    assert list(stocks.join(coin, how="outer")) == ["LONG", "A-USD"]
    with pytest.raises(DataError, match="stocks or coins, not both"):
        market.panel(None)
    with pytest.raises(DataError, match="needs symbols"):
        market.panel([])
    with pytest.raises(DataError, match=r"field='price' is unknown. It is one of 'open'"):
        market.panel(["LONG"], "price")
    with pytest.raises(UnknownName, match="Did you mean 'LONG'"):
        market.panel(["LONGG", "LATE"])
    with pytest.raises(DataError, match="4h bars of EQUITY symbols have no table"):
        market.panel(["LONG"], timeframe="4h")
    with pytest.raises(NoBars, match="None of LONG, LATE has 1d bars from 2030-01-01"):
        market.panel(["LONG", "LATE"], start="2030-01-01")
    coins.load_frame(make_bars(3), "A-USD", "1d")
    with pytest.raises(DataError, match=r"several timeframes: 1d, 1h. Say which"):
        coins.panel(["A-USD", "B-USD"])


def test_a_symbol_alone_all_of_them_and_a_watchlist_are_symbols_too(market):
    assert list(market.panel("LONG")) == ["LONG"]
    assert list(market.panel(None)) == ["GONE", "LATE", "LONG"]
    market.watchlist("mine", ["LATE", "LONG"])
    assert list(market.panel("mine")) == ["LATE", "LONG"]
    market.alias("OLD", "LONG")
    assert list(market.panel(["old", "LATE", "LONG"])) == ["LONG", "LATE"]


@pytest.mark.reference
def test_the_panel_of_the_reference_stocks_is_their_bars(lab, reference):
    symbols = ["AAPL", "SPY", "IBM", "BAC", "QQQ"]
    for symbol in symbols:
        lab.market.load_csv(reference / "bars" / f"{symbol}_1d.csv", symbol, exchange="XNYS")
        lab.market.load_factors(reference / "bars" / f"{symbol}_factors.csv", symbol)
    for timeframe in ("1d", "1mo"):
        same(
            lab.market.panel(symbols, timeframe=timeframe),
            column_by_column(lab.market, symbols, timeframe=timeframe),
        )
    assert "Not yet traded until: QQQ 1999-03-10" in lab.market.panel(symbols).attrs["note"]
    returns = lab.market.panel(["AAPL", "IBM"], "returns")
    assert returns.loc["2014-06-09", "AAPL"] == pytest.approx(0.016, abs=0.0005)
