"""Rates between currencies: files as they come, facts that stay, and ways from one to another.

The rates are those of the European Central Bank's euro foreign exchange reference rates.
"""

from __future__ import annotations

import gzip
import zipfile
from datetime import date

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError

HISTORY = """Date,USD,CNY,CYP,
2024-01-05,1.0921,7.8130,N/A,
2024-01-04,1.0953,7.8330,N/A,
2024-01-03,1.0919,7.8057,N/A,
2024-01-02,1.0956,7.8264,N/A,
1999-01-04,1.1789,N/A,0.58231,
"""
PORTAL = """KEY,FREQ,CURRENCY,CURRENCY_DENOM,TIME_PERIOD,OBS_VALUE
EXR.D.USD.EUR.SP00.A,D,USD,EUR,2024-01-02,1.0956
EXR.D.USD.EUR.SP00.A,D,USD,EUR,2024-01-03,1.0919
"""


@pytest.fixture
def market(lab):
    return lab.market


@pytest.fixture
def file(tmp_path):
    def made(text, name="rates.csv"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return made


@pytest.fixture
def loaded(market, file):
    market.load_rates(file(HISTORY), base="EUR", provider="ECB")
    return market


def values(series):
    return {f"{day:%Y-%m-%d}": rate for day, rate in series.items()}


def refused(lab):
    rows = lab.sql("SELECT line, symbol, reason, original FROM refused_rows ORDER BY line, symbol")
    return list(rows.itertuples(index=False, name=None))


def test_the_central_banks_history_loads_as_it_comes(market, file):
    report = market.load_rates(file(HISTORY), base="eur", provider="ECB")
    assert (report.rows, report.inserted, report.refused) == (10, 10, 0)
    assert (report.symbol, report.kind, report.provider) == (
        "EUR/CNY, EUR/CYP, EUR/USD",
        "rates",
        "ECB",
    )
    assert f"{report.first:%Y-%m-%d} {report.last:%Y-%m-%d}" == "1999-01-04 2024-01-05"
    assert report.notes == ("5 cell(s) without a rate were left out.",)
    assert values(market.rates("EUR", "USD")) == {
        "1999-01-04": 1.1789,
        "2024-01-02": 1.0956,
        "2024-01-03": 1.0919,
        "2024-01-04": 1.0953,
        "2024-01-05": 1.0921,
    }
    assert values(market.rates("EUR", "CYP")) == {"1999-01-04": 0.58231}


def test_only_one_column_of_many_is_loaded_if_asked(market, file):
    assert market.load_rates(file(HISTORY), base="EUR", quote="CNY").symbol == "EUR/CNY"
    with pytest.raises(DataError, match=r"no column GBP; it has 'USD', 'CNY', 'CYP'"):
        market.load_rates(file(HISTORY), base="EUR", quote="GBP")


def test_the_central_banks_portal_says_the_pair_itself(market, file):
    assert market.load_rates(file(PORTAL)).inserted == 2
    assert values(market.rates("EUR", "USD")) == {"2024-01-02": 1.0956, "2024-01-03": 1.0919}


@pytest.mark.parametrize(
    "text",
    [
        "date,rate\n2024-01-02,1.0956\n",
        "rate;date\n1,0956;2024-01-02\n",
        "observation_date,DEXUSEU\n2024-01-01,.\n2024-01-02,1.0956\n",
        "Date\tRate\n02 January 2024\t1.0956\n",
    ],
)
def test_two_columns_are_a_date_and_a_rate(market, file, text):
    market.load_rates(file(text), "EUR", "USD")
    assert values(market.rates("EUR", "USD")) == {"2024-01-02": 1.0956}


def test_packed_files_load(market, tmp_path):
    with gzip.open(tmp_path / "rates.csv.gz", "wt") as stream:
        stream.write(HISTORY)
    with zipfile.ZipFile(tmp_path / "hist.zip", "w") as archive:
        archive.writestr("eurofxref-hist.csv", HISTORY)
    assert market.load_rates(tmp_path / "rates.csv.gz", base="EUR").inserted == 10
    assert market.load_rates(tmp_path / "hist.zip", base="EUR").duplicates == 10


def test_a_frame_loads_by_its_index_or_its_columns(market):
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03"])
    wide = pd.DataFrame({"USD": [1.0956, 1.0919], "CNY": [7.8264, float("nan")]}, index=days)
    assert market.load_rates(wide, base="EUR").inserted == 3
    long = pd.DataFrame(
        {"base": ["USD"], "quote": ["jpy"], "date": [date(2024, 1, 2)], "rate": [142]}
    )
    assert market.load_rates(long).symbol == "USD/JPY"
    assert market.rate("USD", "JPY") == 142


def test_the_same_again_is_a_duplicate_and_another_value_a_conflict_that_stays_out(
    loaded, lab, file
):
    again = loaded.load_rates(file(HISTORY), base="EUR")
    assert (again.inserted, again.duplicates, again.conflicts) == (0, 10, 0)
    other = file("Date,USD,CNY\n2024-01-02,1.0956,7.9\n2024-01-08,1.0946,7.8331\n", "other.csv")
    report = loaded.load_rates(other, base="EUR")
    assert (report.inserted, report.duplicates, report.conflicts) == (2, 1, 1)
    assert loaded.rate("EUR", "CNY", "2024-01-02") == 7.8264
    assert refused(lab) == [
        (2, "EUR/CNY", "conflict: rate stored 7.8264, here 7.9", "2024-01-02 7.9")
    ]
    assert report.examples["reason"].tolist() == ["conflict: rate stored 7.8264, here 7.9"]


def test_rates_that_cannot_be_are_refused_with_their_line_and_the_rest_is_stored(market, lab, file):
    text = """date,base,quote,rate
2024-01-02,EUR,USD,1.0956
2024-01-03,EUR,USD,-1
2024-01-04,EUR,USD,0
2024-01-05,EUR,USD,inf
2024-01-06,EUR,USD,soon
2999-01-01,EUR,USD,1.1
someday,EUR,USD,1.1
2024-01-09,EUR,EUR,1.1
2024-01-10,EUR,,1.1
"""
    report = market.load_rates(file(text))
    assert (report.rows, report.inserted, report.refused) == (9, 1, 8)
    assert [row[:3] for row in refused(lab)] == [
        (3, "EUR/USD", "the rate is not positive"),
        (4, "EUR/USD", "the rate is not positive"),
        (5, "EUR/USD", "the rate is infinite"),
        (6, "EUR/USD", "the rate is no number"),
        (7, "EUR/USD", "the date is in the future"),
        (8, "EUR/USD", "the date cannot be read"),
        (9, "EUR/EUR", "base and quote are the same"),
        (10, "EUR/", "a currency is missing or no code like USD"),
    ]


def test_one_day_twice_in_a_file_counts_once_if_equal_and_not_at_all_if_not(market, file):
    text = "date,rate\n2024-01-02,1.1\n2024-01-02,1.1\n2024-01-03,1.2\n2024-01-03,1.3\n"
    report = market.load_rates(file(text), "EUR", "USD")
    assert (report.inserted, report.refused) == (1, 3)
    assert values(market.rates("EUR", "USD")) == {"2024-01-02": 1.1}


@pytest.mark.parametrize(
    ("text", "said", "message"),
    [
        (HISTORY, {}, r"has a column a currency, like 'USD'.*base='EUR'"),
        ("date,rate\n2024-01-02,1\n", {"base": "EUR"}, r"does not say.*Pass quote="),
        ("date,rate\n2024-01-02,1\n", {"quote": "EUR"}, r"does not say.*Pass base="),
        ("day,high,low\n2024-01-02,1,2\n", {}, r"no column of a currency; it has 'high', 'low'"),
        ("rate\n1\n", {"base": "EUR", "quote": "USD"}, r"has the columns 'rate'"),
        (PORTAL, {"base": "GBP"}, r"base='GBP', but rates.csv has a column 'CURRENCY_DENOM'"),
        ("date,rate\n2024-01-02,\n", {"base": "EUR", "quote": "USD"}, r"has no rates"),
        ("date,rate\n2024-01-02,1,0956\n", {"base": "EUR", "quote": "USD"}, r"cannot be read"),
        ("date;rate\n2024-01-02;1,095\n", {"base": "EUR", "quote": "USD"}, r"Pass decimal='\.' or"),
        (HISTORY, {"base": "?"}, r"base='\?' is no currency"),
        (HISTORY, {"base": "EUR", "provider": " "}, r"provider='' names nobody"),
    ],
)
def test_a_file_that_does_not_say_its_rates_is_an_error_and_nothing_is_stored(
    market, lab, file, text, said, message
):
    with pytest.raises(DataError, match=message):
        market.load_rates(file(text), **said)
    assert lab.sql("SELECT count(*) AS n FROM fx_rates")["n"].tolist() == [0]


def test_the_decimal_mark_can_be_said(market, file):
    path = file("date;rate\n2024-01-02;1,095\n")
    market.load_rates(path, "EUR", "USD", decimal=",")
    assert market.rate("EUR", "USD") == 1.095


def test_a_missing_file_is_said(market, tmp_path):
    with pytest.raises(DataError, match=r"There is no file .*none\.csv"):
        market.load_rates(tmp_path / "none.csv", base="EUR")


def test_rates_go_the_other_way_round_and_through_one_common_currency(loaded):
    assert values(loaded.rates("usd", "eur", "2024-01-02", "2024-01-02")) == {
        "2024-01-02": 1 / 1.0956
    }
    through = loaded.rates("USD", "CNY", start=date(2024, 1, 4))
    assert values(through) == {
        "2024-01-04": pytest.approx(7.8330 / 1.0953, rel=1e-15),
        "2024-01-05": pytest.approx(7.8130 / 1.0921, rel=1e-15),
    }
    assert (through.name, str(through.index.tz), through.index.name) == (
        "USD/CNY",
        "UTC",
        "timestamp",
    )


def test_legs_of_different_days_are_no_way(loaded):
    with pytest.raises(DataError, match=r"no rate from CYP to CNY, neither direct nor inverse"):
        loaded.rates("CYP", "CNY")


def test_a_rate_of_its_own_goes_before_one_through_another_currency(loaded, file):
    loaded.load_rates(file("date,rate\n2024-01-04,7.2\n", "own.csv"), "USD", "CNY")
    rates = values(loaded.rates("USD", "CNY", "2024-01-04"))
    assert rates == {"2024-01-04": 7.2, "2024-01-05": pytest.approx(7.8130 / 1.0921)}
    assert loaded.rate("CNY", "USD", "2024-01-04") == 1 / 7.2


def test_the_newest_rate_of_a_day_or_before_it(loaded):
    assert loaded.rate("EUR", "USD", "2024-01-04") == 1.0953
    assert loaded.rate("EUR", "USD", date(2010, 5, 1)) == 1.1789
    assert loaded.rate("EUR", "USD") == 1.0921
    with pytest.raises(DataError, match=r"no rate from EUR to USD to 1998-12-31"):
        loaded.rate("EUR", "USD", "1998-12-31")
    with pytest.raises(DataError, match=r"base and quote are both 'USD'"):
        loaded.rate("USD", "usd")


def test_a_dollar_of_another_kind_needs_a_rate(loaded):
    with pytest.raises(DataError, match=r"USDT is not USD: what it is worth needs a rate"):
        loaded.rates("USDT", "USD")
