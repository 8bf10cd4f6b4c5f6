"""Adjusted prices from price factors."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import factors
from tests.helpers import typed_bars

HEADER = "date,price_factor,split_factor,reference_price\n"


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "factors.csv"
        path.write_text(text)
        return factors.read_factors(path)

    return reading


def factor_set(*rows):
    columns = ["date", "price_factor", "split_factor"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(date=pd.to_datetime(frame["date"]))


# AAPL around its 7:1 split of 2014-06-09: raw closes and factors of LEAN's sample data (Apache-2.0)
AAPL = typed_bars(
    """
    649.90 651.26 644.47 645.57
     92.70  93.88  91.75  93.70
    """,
    start="2014-06-06",
)
SPLIT = factor_set(("2014-06-06", 0.9304792, 0.142857), ("2050-12-31", 0.9304792, 1.0))


def test_a_split_is_taken_out_of_prices_and_into_volume():
    bars = AAPL.set_axis(pd.DatetimeIndex(["2014-06-06", "2014-06-09"], tz="UTC"))
    assert bars["close"].pct_change().iloc[1] == pytest.approx(-0.8549, abs=1e-4)
    adjusted = factors.adjust(bars, SPLIT, "all")
    assert adjusted["close"].pct_change().iloc[1] == pytest.approx(0.0160, abs=1e-4)
    assert adjusted["close"].tolist() == pytest.approx(
        [645.57 * 0.9304792 * 0.142857, 93.70 * 0.9304792], rel=1e-12
    )
    assert adjusted["volume"].tolist() == pytest.approx([1000 / 0.142857, 1000.0], rel=1e-12)


def test_split_leaves_dividends_in_and_raw_changes_nothing():
    bars = AAPL.set_axis(pd.DatetimeIndex(["2014-06-06", "2014-06-09"], tz="UTC"))
    split = factors.adjust(bars, SPLIT, "split")
    assert split["close"].tolist() == pytest.approx([645.57 * 0.142857, 93.70], rel=1e-12)
    assert factors.adjust(bars, SPLIT, "raw") is bars
    assert factors.adjust(bars, SPLIT[:0], "all") is bars
    assert bars["close"].tolist() == [645.57, 93.70]


def test_a_row_holds_up_to_and_with_its_date_and_after_the_last_the_factor_is_one():
    bars = typed_bars("1 1 1 1\n" * 5, start="2020-01-01")
    two = factor_set(("2020-01-02", 0.5, 0.5), ("2020-01-04", 0.5, 1.0))
    adjusted = factors.adjust(bars, two, "all")
    assert adjusted["close"].tolist() == [0.25, 0.25, 0.5, 0.5, 1.0]
    assert adjusted["volume"].tolist() == [2000.0, 2000.0, 1000.0, 1000.0, 1000.0]


def test_adjusting_keeps_the_order_of_open_high_low_and_close():
    bars = typed_bars("10 12 9 11\n3 4 2 3", start="2020-01-01")
    adjusted = factors.adjust(bars, factor_set(("2020-01-01", 1 / 3, 0.1)), "all")
    assert (adjusted["high"] >= adjusted[["open", "close", "low"]].max(axis=1)).all()
    assert (adjusted["low"] <= adjusted[["open", "close", "high"]].min(axis=1)).all()


@pytest.mark.parametrize(
    ("word", "means"),
    [("all", "all"), (True, "all"), ("split", "split"), (False, "raw"), (None, "raw")],
)
def test_the_words_for_adjusting(word, means):
    assert factors.how(word) == means


@pytest.mark.parametrize("word", ["dividends", 2, ["all"], ""])
def test_another_word_is_refused(word):
    with pytest.raises(DataError, match=r"is unknown. It is 'all'"):
        factors.how(word)


def test_a_factor_file_is_read_and_a_reference_price_of_zero_is_none(read):
    read_set = read(HEADER + "1998-01-02,0.86,0.0089,1.0\n2050-12-31,1,1,0\n")
    assert read_set["date"].dt.strftime("%Y-%m-%d").tolist() == ["1998-01-02", "2050-12-31"]
    assert read_set["price_factor"].tolist() == [0.86, 1.0]
    assert read_set["reference_price"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "2020-01-03,1,1,1\n2020-01-02,1,1,1\n",
            "date is before the one above it in 1 row.*line 3",
        ),
        ("2020-01-03,1,1,1\n2020-01-03,1,1,1\n", "date is there twice in 1 row.*line 3"),
        (
            "2020-01-03,0,1,1\n2020-01-04,1,-1,1\n",
            "a factor is not positive in 2 row.*line 2: 2020-01-03,0",
        ),
        ("2020-01-03,x,1,1\n", "a factor is missing or no number in 1 row.*line 2"),
        ("2020-01-03,inf,1,1\n", "a factor is missing or no number"),
        ("2020-01-03,1,1,1\nsoon,1,1,1\n", "the date cannot be read in 1 row.*line 3: soon"),
        ("2020-01-03,1,1\n2020-01-04,1,1,1\n", "line 2: a row of 3 where the header has 4 columns"),
        ("", "has a header and no rows"),
    ],
)
def test_a_factor_file_that_is_wrong_is_one_error_that_shows_the_line(read, rows, message):
    with pytest.raises(DataError, match=message):
        read(HEADER + rows)


def test_a_file_of_bars_is_no_factor_file(read):
    with pytest.raises(DataError, match=r"no column price_factor, split_factor, reference_price"):
        read("date,open,high,low,close,volume\n2020-01-02,1,1,1,1,1\n")


def test_two_sets_are_the_same_when_they_say_the_same(read):
    text = HEADER + "1998-01-02,0.86,0.0089,1.0\n2050-12-31,1,1,0\n"
    assert factors.same(read(text), read(text))
    assert not factors.same(read(text), read(text.replace("0.86", "0.87")))
    assert not factors.same(read(text), read(text)[:1])
