"""Splits and dividends: the lists they come in, and the prices that follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError, NoBars, UnknownName
from bitstockerz_lab.market import action_lists, actions, factors, store
from tests.helpers import make_bars, typed_bars

DAYS = pd.DatetimeIndex(
    ["2020-08-27", "2020-08-28", "2020-08-31", "2020-09-01", "2020-09-04"], tz="UTC"
)
# AAPL's raw closes around its 4:1 split of 2020-08-31, from LEAN's sample data (Apache-2.0)
CLOSES = pd.Series([500.10, 499.23, 129.04, 134.18, 120.96], index=DAYS)


def listed(*rows):
    frame = pd.DataFrame(rows, columns=["date", "kind", "value"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


@pytest.fixture
def market(lab):
    """The market of a lab with five bars that fall to a quarter on the third day."""
    rows = """
    504 510 495 500
    504 505 498 500
    127 131 126 129
    132 135 130 134
    120 124 111 121
    """
    bars = typed_bars(rows).set_axis(DAYS)
    lab.market.load_frame(bars, "AAPL", exchange="XNAS")
    return lab.market


# the factors


def test_a_split_divides_every_price_before_it():
    made = actions.factors_of(listed(("2020-08-31", "SPLIT", 4.0)), CLOSES)
    assert made["date"].dt.strftime("%Y-%m-%d").tolist() == ["2020-08-28"]
    assert made.iloc[0, 1:].tolist() == [1.0, 0.25, 499.23]


def test_a_dividend_is_measured_against_the_close_before_it():
    made = actions.factors_of(listed(("2020-09-01", "DIVIDEND", 0.82)), CLOSES)
    assert made["price_factor"].tolist() == [1 - 0.82 / 129.04]
    assert made["split_factor"].tolist() == [1.0]


def test_later_actions_multiply_into_earlier_rows():
    told = listed(
        ("2020-09-04", "DIVIDEND", 0.82), ("2020-08-31", "SPLIT", 4.0), ("2020-08-28", "SPLIT", 2.0)
    )
    made = actions.factors_of(told, CLOSES)
    assert made["split_factor"].tolist() == [1 / 8, 1 / 4, 1.0]
    assert made["price_factor"].tolist() == [1 - 0.82 / 134.18] * 3
    assert made["date"].dt.day.tolist() == [27, 28, 1]


def test_a_dividend_on_the_day_of_a_split_is_paid_on_the_new_shares():
    told = listed(("2020-08-31", "DIVIDEND", 1.0), ("2020-08-31", "SPLIT", 4.0))
    made = actions.factors_of(told, CLOSES)
    assert made["price_factor"].tolist() == [1 - 4.0 / 499.23]
    assert made["split_factor"].tolist() == [0.25]


@pytest.mark.parametrize("date", ["2020-08-27", "2001-01-01", "2020-09-05", "2030-01-01"])
def test_what_lies_on_no_price_that_is_there_changes_none(date):
    told = listed((date, "SPLIT", 4.0), (date, "DIVIDEND", 1e9))
    assert actions.factors_of(told, CLOSES).empty


def test_a_dividend_as_large_as_the_price_is_refused():
    with pytest.raises(DataError, match=r"dividend of 500 on 2020-08-31 is not below .*499.23"):
        actions.factors_of(listed(("2020-08-31", "DIVIDEND", 500.0)), CLOSES)


def test_lean_has_the_same_factor_for_apples_dividend_of_february_2021():
    # LEAN: 2021-02-04,0.9985079,1,137.39 (price factor of the last dividend, 0.205 a share)
    days = pd.DatetimeIndex(["2021-02-04", "2021-02-05"], tz="UTC")
    made = actions.factors_of(
        listed(("2021-02-05", "DIVIDEND", 0.205)), pd.Series([137.39, 136.76], index=days)
    )
    assert made["price_factor"].tolist() == pytest.approx([0.9985079], abs=5e-8)


def test_the_last_step_of_a_set_is_its_last_change_and_no_sentinel():
    rows = [("2020-01-02", 0.9, 0.5), ("2020-03-02", 0.9, 1.0), ("2050-12-31", 1.0, 1.0)]
    made = pd.DataFrame(rows, columns=["date", "price_factor", "split_factor"])
    made = made.assign(date=pd.to_datetime(made["date"]), reference_price=np.nan)
    today = pd.Timestamp("2021-03-31")
    assert factors.last_step(made, today) == pd.Timestamp("2020-03-02")
    assert factors.last_step(made.assign(price_factor=0.9), today) == pd.Timestamp("2020-01-02")
    assert factors.last_step(made, pd.Timestamp("2020-03-01")) == pd.Timestamp("2020-01-02")
    assert factors.last_step(made[-1:], today) is None
    assert factors.last_step(made[:0], today) is None


# the lists


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("date,split\n2020-08-31,4:1\n", [("2020-08-31", "SPLIT", 4)]),
        ("Date,Stock Splits\n2020-08-31,4/1\n", [("2020-08-31", "SPLIT", 4)]),
        ("Date;Ratio\n2020-08-31;4-for-1\n", [("2020-08-31", "SPLIT", 4)]),
        (
            "date,split\n2020-08-31,1:8\n2021-01-04,0.25\n",
            [("2020-08-31", "SPLIT", 0.125), ("2021-01-04", "SPLIT", 0.25)],
        ),
        ("Date,Dividends\n2020-08-07 00:00:00-04:00,0.205\n", [("2020-08-07", "DIVIDEND", 0.205)]),
        ("Ex-Date\tCash Amount\n2020-08-07\t$0.82\n", [("2020-08-07", "DIVIDEND", 0.82)]),
        ('"Aug 7, 2020",0.82\n', None),
        (
            "date,split,dividend\n2020-08-31,4,\n\n2020-08-07,0,0.82\n2020-09-01,1,0\n",
            [("2020-08-07", "DIVIDEND", 0.82), ("2020-08-31", "SPLIT", 4)],
        ),
        (
            "date,kind,value\n2020-08-31,Split,4:1\n2020-08-07,dividend,0\n",
            [("2020-08-07", "DIVIDEND", 0), ("2020-08-31", "SPLIT", 4)],
        ),
        ('Date,Dividends\n"Aug 7, 2020",0.82\n', [("2020-08-07", "DIVIDEND", 0.82)]),
    ],
)  # fmt: skip
def test_lists_as_they_come(tmp_path, text, rows):
    path = tmp_path / "list.csv"
    path.write_text(text)
    if rows is None:
        with pytest.raises(DataError, match="is no list of splits and dividends"):
            action_lists.read(path)
        return
    read = action_lists.read(path).rows
    pd.testing.assert_frame_equal(read, listed(*rows), check_dtype=False)


def test_what_yahoos_library_gives_is_a_list():
    index = pd.DatetimeIndex(["2020-08-07", "2020-08-31"], tz="America/New_York", name="Date")
    frame = pd.DataFrame({"Dividends": [0.205, 0.0], "Stock Splits": [0.0, 4.0]}, index=index)
    told = action_lists.read(frame)
    assert told.yahoo
    assert told.rows["value"].tolist() == [0.205, 4.0]
    assert told.rows["date"].dt.day.tolist() == [7, 31]
    assert action_lists.read(frame["Dividends"]).rows["kind"].tolist() == ["DIVIDEND"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,split\n2020-08-31,four\n", r"line 2: 'four' is no ratio like 4:1"),
        ("date,split\n2020-08-31,1:0\n", r"line 2: '1:0' is no ratio"),
        ("date,split\n\n2020-08-31,-2\n", r"line 3: '-2' is no split: it is not positive"),
        ("date,dividend\n2020-08-31,x\n", r"line 2: 'x' is no number"),
        ("date,dividend\n2020-08-31,inf\n", r"line 2: 'inf' is no dividend"),
        ("date,dividend\n08/07/2020,1\n", r"line 2: '08/07/2020' is no date. Write it like"),
        ("date,dividend\n2020-02-30,1\n", r"line 2: '2020-02-30' is no date"),
        ("date,kind,value\n2020-08-31,merger,1\n", r"line 2: 'merger' is neither split nor div"),
        ("date,kind,value\n2020-08-31,split,\n", r"line 2: '' has no value"),
        ("date,price\n2020-08-31,1\n", r"its columns are date, price. It needs date with"),
        ("date,dividend,dividends\n2020-08-31,1,1\n", r"two columns for dividend: 'dividend' and"),
        (
            "date,dividend\n2020-08-31,1\n2020-08-31,2\n",
            r"several values of DIVIDEND on 2020-08-31",
        ),
    ],
)
def test_a_list_that_is_wrong_is_one_error_that_shows_the_line(tmp_path, text, message):
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        action_lists.read(path)


# the verbs

WAITING = (
    "1 are after the last bar (2020-09-04) and change prices once bars of their dates are stored."
)


def test_prices_follow_from_a_list_and_the_raw_ones_stay(market):
    told = market.load_actions(pd.DataFrame({"date": ["2020-08-31"], "split": ["4:1"]}), "aapl")
    assert (told.kind, told.rows, told.inserted, told.duplicates) == ("actions", 1, 1, 0)
    adjusted = market.bars("AAPL")
    assert adjusted.attrs["adjusted"] == "all"
    assert adjusted["close"].tolist() == [125, 125, 129, 134, 121]
    assert adjusted["volume"].tolist() == [4000, 4000, 1000, 1000, 1000]
    assert market.bars("AAPL", adjusted=False)["close"].tolist() == [500, 500, 129, 134, 121]
    shown = market.factors("AAPL")
    assert shown["provider"].tolist() == ["derived from csv"]
    assert shown["split_factor"].tolist() == [0.25]


def test_split_leaves_dividends_in(market):
    market.load_actions(
        listed(("2020-08-31", "split", 4), ("2020-09-01", "dividend", 12.9)), "AAPL"
    )
    assert market.bars("AAPL", adjusted="split")["close"].tolist() == [125, 125, 129, 134, 121]
    assert market.bars("AAPL")["close"].tolist() == pytest.approx([112.5, 112.5, 116.1, 134, 121])
    assert market.bars("AAPL")["volume"].tolist() == [4000, 4000, 1000, 1000, 1000]


def test_the_same_list_again_adds_nothing(market, lab):
    rows = listed(("2020-08-31", "split", 4), ("2020-09-01", "dividend", 12.9))
    market.load_actions(rows, "AAPL")
    told = market.load_actions(rows, "AAPL")
    assert (told.inserted, told.duplicates) == (0, 2)
    assert len(market.actions("AAPL")) == 2
    assert len(lab.sql("SELECT DISTINCT created_at FROM price_factors")) == 1


def test_another_value_is_in_force_from_now_on_and_said(market, lab):
    market.load_actions(listed(("2020-09-01", "dividend", 1.0)), "AAPL")
    told = market.load_actions(listed(("2020-09-01", "dividend", 12.9)), "AAPL", provider="me")
    assert told.notes == ("DIVIDEND of 2020-09-01: 1 before, 12.9 from now on.",)
    assert market.actions("AAPL")["value"].tolist() == [12.9]
    assert market.bars("AAPL")["close"].iloc[2] == pytest.approx(116.1)
    assert len(lab.sql("SELECT * FROM corporate_actions")) == 2


def test_an_action_is_taken_back(market):
    market.load_actions(listed(("2020-09-01", "dividend", 1.0), ("2020-08-31", "split", 4)), "AAPL")
    market.load_actions(listed(("2020-09-01", "dividend", 0)), "AAPL")
    assert market.actions("AAPL")["kind"].tolist() == ["SPLIT"]
    assert market.bars("AAPL")["close"].tolist() == [125, 125, 129, 134, 121]
    market.load_actions(listed(("2020-08-31", "split", 1)), "AAPL")
    assert market.actions("AAPL").empty
    assert market.bars("AAPL")["close"].tolist() == [500, 500, 129, 134, 121]
    assert market.load_actions(listed(("2020-08-31", "split", 1)), "AAPL").inserted == 0


def test_dividends_adjusted_for_later_splits_are_stored_as_paid(market):
    yahoo = pd.DataFrame(
        {"Date": ["2020-08-28", "2020-09-01", "2020-08-31"],
         "Dividends": [0.205, 0.205, 0], "Stock Splits": [0, 0, 4]}
    )  # fmt: skip
    told = market.load_actions(yahoo, "AAPL")
    assert "adjusted for all later splits, and stored as paid on the day" in told.notes[0]
    assert market.actions("AAPL")["value"].tolist() == [0.82, 4.0, 0.205]
    rounded = yahoo.assign(Dividends=[0.2050002, 0.205, 0])
    assert market.load_actions(rounded, "AAPL").duplicates == 3
    paid = market.load_actions(yahoo, "AAPL", split_adjusted=False)
    assert paid.notes == ("DIVIDEND of 2020-08-28: 0.82 before, 0.205 from now on.",)


def test_a_dividend_list_of_yahoo_uses_the_splits_that_are_known(market):
    market.load_actions(listed(("2020-08-31", "split", 4)), "AAPL")
    market.load_actions(pd.DataFrame({"Date": ["2020-08-28"], "Dividends": [0.205]}), "AAPL")
    assert market.actions("AAPL")["value"].tolist() == [0.82, 4.0]


def test_prices_that_are_adjusted_already_refuse_a_split(lab):
    smooth = make_bars(10, start="2020-08-25")
    lab.market.load_frame(smooth, "AAPL", exchange="XNAS")
    with pytest.raises(DataError, match=r"do not jump on 2020-08-31 as a split of 4:1 does: close"):
        lab.market.load_actions(listed(("2020-08-31", "split", 4)), "AAPL")
    assert lab.market.actions("AAPL").empty
    assert lab.market.factors("AAPL").empty


def test_what_changes_no_price_yet_is_kept_and_said(market):
    told = market.load_actions(
        listed(
            ("2020-08-27", "dividend", 1), ("2014-06-09", "split", 7), ("2021-02-05", "dividend", 1)
        ),
        "AAPL",
    )
    assert told.notes == (
        "2 are not after the first bar (2020-08-27) and change no price.",
        WAITING,
    )
    assert len(market.actions("AAPL")) == 3
    assert market.factors("AAPL").empty


def test_a_correction_of_the_close_before_a_dividend_derives_the_factors_anew(market):
    market.load_actions(listed(("2020-09-01", "dividend", 12.9)), "AAPL")
    market.correct("AAPL", "2020-08-31", close=130, reason="a digit was wrong")
    assert market.factors("AAPL")["price_factor"].tolist() == [1 - 12.9 / 130]


def load_factors(market, tmp_path, rows):
    path = tmp_path / "factors.csv"
    path.write_text(f"date,price_factor,split_factor,reference_price\n{rows}")
    return market.load_factors(path, "AAPL")


CONTAINED = (
    "2 are taken as contained in the loaded factor set, whose last step is 2020-08-28; the others "
    "extend it."
)
FILE = "2020-08-27,0.9,0.25,500\n2020-08-28,1,0.25,500\n2050-12-31,1,1,0\n"


def test_a_factor_file_holds_as_far_as_it_reaches_and_later_actions_extend_it(market, tmp_path):
    load_factors(market, tmp_path, FILE)
    told = market.load_actions(
        listed(
            ("2020-08-31", "split", 4),
            ("2020-08-28", "dividend", 77),
            ("2020-09-01", "dividend", 12.9),
        ),
        "AAPL",
    )
    assert told.notes == (CONTAINED,)
    step = 1 - 12.9 / 129
    expected = [500 * 0.9 * 0.25 * step, 500 * 0.25 * step, 129 * step, 134, 121]
    assert market.bars("AAPL")["close"].tolist() == pytest.approx(expected, rel=1e-14)


def test_a_factor_file_loaded_after_the_list_is_extended_by_it_too(market, tmp_path):
    market.load_actions(
        listed(("2020-08-31", "split", 4), ("2020-09-01", "dividend", 12.9)), "AAPL"
    )
    load_factors(market, tmp_path, FILE)
    step = 1 - 12.9 / 129
    assert market.bars("AAPL")["close"].iloc[0] == pytest.approx(500 * 0.9 * 0.25 * step)
    assert load_factors(market, tmp_path, FILE).duplicates == 3
    assert market.bars("AAPL")["close"].iloc[0] == pytest.approx(500 * 0.9 * 0.25 * step)


def test_actions_are_for_stocks_that_have_bars(lab):
    rows = listed(("2020-08-31", "split", 4))
    with pytest.raises(UnknownName, match="No symbol 'AAPL'"):
        lab.market.load_actions(rows, "AAPL")
    lab.market.load_frame(make_bars(5), "A-USD", asset_type="CRYPTO")
    with pytest.raises(DataError, match=r"A-USD is CRYPTO; splits and dividends are for EQUITY"):
        lab.market.load_actions(rows, "A-USD")
    lab.market.load_frame(make_bars(5), "B", asset_type="EQUITY")
    with pytest.raises(DataError, match="provider='derived from csv' names nobody"):
        lab.market.load_actions(rows, "B", provider="derived from csv")
    lab.market.correct("B", make_bars(5)[[]], remove=True, reason="nonsense")
    with pytest.raises(NoBars, match=r"B has no 1d bars"):
        lab.market.load_actions(rows, "B")


# real data


APPLE_SPLITS = listed(
    ("2000-06-21", "split", "2:1"),
    ("2005-02-28", "split", "2:1"),
    ("2014-06-09", "split", "7:1"),
    ("2020-08-31", "split", "4:1"),
)


def actions_in(path, days):
    """Return the splits and dividends that a factor file of LEAN contains."""
    rows = pd.read_csv(path, parse_dates=["date"])
    rows["split"] = rows["split_factor"].shift(-1) / rows["split_factor"]
    step = rows["price_factor"] / rows["price_factor"].shift(-1)
    rows["dividend"] = rows["reference_price"] * (1 - step)
    rows = rows[(rows["split"].round(4) != 1) | (step < 1)][:-1]
    rows["date"] = days[days.searchsorted(rows["date"], side="right")]
    return rows.assign(split=rows["split"].round(4))[["date", "split", "dividend"]]


@pytest.mark.reference
@pytest.mark.parametrize("symbol", ["AAPL", "SPY", "IBM"])
def test_leans_factors_follow_from_its_splits_and_dividends(lab, reference, symbol):
    lab.market.load_csv(reference / "bars" / f"{symbol}_1d.csv", symbol, exchange="XNYS")
    file = reference / "bars" / f"{symbol}_factors.csv"
    rows = actions_in(file, lab.market.bars(symbol).index.tz_convert(None))
    assert lab.market.load_actions(rows, symbol).inserted > 30
    ours = {how: lab.market.bars(symbol, adjusted=how) for how in ("all", "split")}
    lab.market.load_factors(file, symbol)
    for how, bars in ours.items():
        theirs = lab.market.bars(symbol, adjusted=how)
        assert (bars / theirs - 1).abs().max().max() < 1e-5, how


@pytest.mark.reference
def test_apples_four_falls_become_rises_with_a_list_of_its_splits(lab, reference):
    lab.market.load_csv(reference / "bars" / "AAPL_1d.csv", "AAPL", exchange="XNAS")
    lab.market.load_actions(APPLE_SPLITS, "AAPL")
    days = APPLE_SPLITS["date"].dt.tz_localize("UTC")
    raw, adjusted = (
        100 * lab.market.bars("AAPL", adjusted=how)["close"].pct_change()[days]
        for how in (False, "all")
    )
    assert raw.round(1).tolist() == [-45.0, -49.6, -85.5, -74.2]
    assert adjusted.round(1).tolist() == [10.0, 0.8, 1.6, 3.4]


def test_bars_loaded_past_a_recorded_split_are_adjusted_at_once(lab):
    days = make_bars(30, start="2020-08-03")
    lab.market.load_frame(days[:20], "AAPL", exchange="XNAS")
    split = pd.DataFrame({"date": [days.index[25].tz_convert(None)], "split": ["2:1"]})
    lab.market.load_actions(split, "AAPL")
    assert lab.market.factors("AAPL").empty
    rest = days[20:].copy()
    rest.iloc[5:] = rest.iloc[5:] * [0.5, 0.5, 0.5, 0.5, 2]
    lab.market.load_frame(rest, "AAPL", exchange="XNAS")
    assert lab.market.factors("AAPL")["split_factor"].tolist() == [0.5]
    adjusted = lab.market.bars("AAPL", "1d")["close"]
    assert adjusted.to_numpy() == pytest.approx(days["close"].to_numpy() * 0.5)


# what is most likely wrong


def test_a_dividend_that_is_a_large_part_of_the_price_is_refused_unless_it_is_said_to_be(market):
    rows = listed(("2020-09-01", "dividend", 20.5))
    with pytest.raises(
        DataError, match=r"20\.5 .* is 16 % of the close .*129 on 2020-08-31.*large=True"
    ):
        market.load_actions(rows, "AAPL")
    assert market.actions("AAPL").empty
    assert market.load_actions(rows, "AAPL", large=True).inserted == 1
    assert market.factors("AAPL")["price_factor"].tolist() == [1 - 20.5 / 129]
    with pytest.raises(DataError, match="is not below the close"):
        market.load_actions(listed(("2020-09-04", "dividend", 200)), "AAPL", large=True)


def test_a_dividend_on_the_day_of_a_split_is_large_against_the_new_shares(market):
    split = ("2020-08-31", "split", 4)
    with pytest.raises(DataError, match=r"dividend of 25 .* is 20 % of the close"):
        market.load_actions(listed(split, ("2020-08-31", "dividend", 25)), "AAPL")
    told = market.load_actions(listed(split, ("2020-08-31", "dividend", 18)), "AAPL")
    assert told.inserted == 2  # 18 × 4 of 500 are 14 %


def test_what_is_dated_on_a_day_without_a_bar_is_said(market):
    told = market.load_actions(listed(("2020-08-30", "dividend", 1)), "AAPL")
    (said,) = told.notes
    assert said.startswith("DIVIDEND of 2020-08-30 (Sunday): no bar is stored of that day")
    assert "it counts from 2020-08-31 on" in said


def test_factors_of_another_symbol_are_refused(market, tmp_path):
    strange = "2020-08-27,0.9,0.25,101.2\n2020-08-30,1,0.25,102\n2050-12-31,1,1,0\n"
    with pytest.raises(
        DataError, match=r"another symbol than AAPL.* 101\.2 on 2020-08-27, close here 500; 2 of 2"
    ):
        load_factors(market, tmp_path, strange)
    assert market.factors("AAPL").empty


def test_factors_whose_reference_prices_mostly_agree_or_have_no_close_are_taken(market, tmp_path):
    half = "2020-08-27,0.9,0.25,101.2\n2020-08-30,1,0.25,410\n2050-12-31,1,1,99\n"
    assert load_factors(market, tmp_path, half).inserted == 3
    early = "2010-08-27,0.9,0.25,1\n2020-08-28,1,0.25,0\n"
    assert load_factors(market, tmp_path, early).inserted == 2


def test_bars_that_do_not_show_a_split_that_waited_for_them_are_refused_whole(lab):
    days = make_bars(30, start="2020-08-03")
    lab.market.load_frame(days[:20], "AAPL", exchange="XNAS")
    split = pd.DataFrame({"date": [days.index[25].tz_convert(None)], "split": ["2:1"]})
    lab.market.load_actions(split, "AAPL")
    with pytest.raises(DataError, match="do not jump on 2020-08-28 as a split of 2:1 does"):
        lab.market.load_frame(days[20:], "AAPL", exchange="XNAS")
    assert len(lab.market.bars("AAPL", "1d")) == 20
    assert lab.market.factors("AAPL").empty


def recorded(lab, rows):
    """Store actions as a provider's page brings them."""
    frame = pd.DataFrame(rows, columns=["date", "kind", "value"])
    with lab.database.write() as con:
        symbol = store.find_symbol(con, "AAPL")
        return actions.record(con, symbol, frame.astype({"date": "datetime64[us]"}), "yfinance")


def test_dividends_of_one_day_are_paid_together_and_the_same_one_twice_is_one(lab):
    days = make_bars(30, start="2020-08-03")
    lab.market.load_frame(days, "AAPL", exchange="XNAS")
    day = "2020-08-20"
    paid = [(day, "DIVIDEND", 0.5), (day, "DIVIDEND", 1.5), (day, "DIVIDEND", 0.5)]
    assert recorded(lab, paid) == 1
    assert lab.market.actions("AAPL")["value"].tolist() == [2.0]
    assert recorded(lab, paid) == 0
    with pytest.raises(DataError, match="several splits on 2020-08-24: 2, 3"):
        recorded(lab, [("2020-08-24", "SPLIT", 2.0), ("2020-08-24", "SPLIT", 3.0)])


def test_a_split_loaded_after_dividends_says_what_becomes_of_them(lab):
    days = make_bars(30, start="2020-08-03")
    days.iloc[20:] *= [0.5, 0.5, 0.5, 0.5, 2]
    lab.market.load_frame(days, "AAPL", exchange="XNAS")
    lab.market.load_actions(pd.DataFrame({"date": ["2020-08-10"], "dividend": [0.5]}), "AAPL")
    when = days.index[20].tz_convert(None)
    report = lab.market.load_actions(pd.DataFrame({"date": [when], "split": ["2:1"]}), "AAPL")
    assert any("stay as they were stored: as paid" in note for note in report.notes)
