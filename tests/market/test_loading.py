"""Loads: all good rows or none, and everything that is kept out is told and kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.errors import BadBars, DataError, StorageError, UnknownName
from bitstockerz_lab.market import bars, store
from bitstockerz_lab.market.symbols import Listing, describe
from tests.helpers import make_bars

HEADER = "date,open,high,low,close,volume\n"
GOOD = "2020-01-02,10,12,9,11,100\n2020-01-03,11,13,10,12,200\n"
BAD = "2020-01-04,11,10,10,12,200\n2020-01-05,x,13,10,12,200\n"
OTHER = GOOD.replace("12,200", "12.5,200")


@pytest.fixture
def market(database):
    return bz.open_lab(database.path).market


@pytest.fixture
def load(market, tmp_path):
    def loading(rows, symbol="ACME", **options):
        path = tmp_path / "file.csv"
        path.write_text(HEADER + rows)
        return market.load_csv(path, symbol, **{"asset_type": "EQUITY"} | options)

    return loading


def table(database, name):
    with database.read() as con:
        return con.execute(f"SELECT * EXCLUDE (id, created_at) FROM {name} ORDER BY ALL").fetchall()  # noqa: S608 - names of this file


def counts(report):
    return report.inserted, report.duplicates, report.conflicts, report.refused


def test_good_rows_are_stored_with_their_provider(database, load):
    before = clock.now()
    report = load(GOOD, provider="me")
    assert counts(report) == (2, 0, 0, 0)
    assert (f"{report.first:%Y-%m-%d}", f"{report.last:%Y-%m-%d}") == ("2020-01-02", "2020-01-03")
    with database.read() as con:
        stored = con.execute(
            "SELECT CAST(date AS VARCHAR), open, volume, provider, created_at "
            "FROM equity_daily_bars ORDER BY date"
        ).fetchall()
    assert [row[:4] for row in stored] == [
        ("2020-01-02", 10.0, 100.0, "me"),
        ("2020-01-03", 11.0, 200.0, "me"),
    ]
    assert all(before <= row[4] <= clock.now() for row in stored)


def test_loading_the_same_file_again_inserts_nothing(database, load):
    load(GOOD)
    assert counts(load(GOOD)) == (0, 2, 0, 0)
    assert counts(load(GOOD, provider="somebody else")) == (0, 2, 0, 0)
    assert len(table(database, "equity_daily_bars")) == 2


def test_rows_that_break_a_rule_are_kept_with_reason_line_and_text(database, load):
    report = load(GOOD + BAD)
    assert counts(report) == (2, 0, 0, 2)
    assert report.examples["line"].tolist() == [4, 5]
    kept = table(database, "refused_rows")
    assert [(row[2], row[3], row[4], row[5], row[6]) for row in kept] == [
        (4, "ACME", "1d", "high below open; high below close", "2020-01-04,11,10,10,12,200"),
        (5, "ACME", "1d", "open is missing or no number", "2020-01-05,x,13,10,12,200"),
    ]
    assert kept[0][0] == "file.csv"
    assert len(kept[0][1]) == 64


def test_refused_rows_of_the_same_file_are_kept_once(database, load):
    load(GOOD + BAD)
    assert counts(load(GOOD + BAD)) == (0, 2, 0, 2)
    assert len(table(database, "refused_rows")) == 2
    load(GOOD + BAD, symbol="OTHER")
    assert len(table(database, "refused_rows")) == 4


def test_a_row_stored_with_other_values_is_a_conflict_and_stays_as_it_was(database, load):
    load(GOOD)
    before = table(database, "equity_daily_bars")
    report = load(OTHER + "2020-01-06,11,13,10,12,200\n")
    assert counts(report) == (1, 1, 1, 0)
    assert table(database, "equity_daily_bars")[:2] == before
    (kept,) = table(database, "refused_rows")
    assert kept[5] == "conflict: close stored 12.0, here 12.5"
    assert kept[6] == "2020-01-03,11,13,10,12.5,200"
    assert kept[2] == report.examples["line"].iloc[0] == 3
    assert counts(load(OTHER)) == (0, 1, 1, 0)


def test_a_conflict_row_is_found_among_refused_and_unsorted_rows(load):
    load(GOOD)
    report = load(BAD + "".join(reversed(OTHER.splitlines(keepends=True))) + BAD)
    assert counts(report) == (0, 1, 1, 4)
    conflict = report.examples[report.examples["reason"].str.startswith("conflict")]
    assert conflict["line"].tolist() == [4]


@pytest.mark.parametrize(
    ("rows", "reason"), [(GOOD + BAD, "line 4: high"), (OTHER, "line 3: confl")]
)
def test_strict_stores_no_bar_if_one_would_be_kept_out(database, load, rows, reason):
    load(GOOD)
    with pytest.raises(BadBars, match=rf"cannot be stored, and strict=True .*\({reason}"):
        load(rows + "2020-01-08,11,13,10,12,200\n", strict=True)
    assert len(table(database, "equity_daily_bars")) == 2
    assert len(table(database, "refused_rows")) == (2 if "x" in rows else 1)
    assert counts(load(GOOD, strict=True)) == (0, 2, 0, 0)


def test_a_load_without_one_good_row_stores_no_symbol(database, load):
    assert counts(load(BAD)) == (0, 0, 0, 2)
    assert table(database, "symbols") == []
    assert len(table(database, "refused_rows")) == 2


def test_a_load_that_fails_in_the_end_leaves_nothing(database, load, monkeypatch):
    def fail(*_, **__):
        raise StorageError("the disk is full")

    monkeypatch.setattr(store.bulk, "add_many_refused", fail)
    with pytest.raises(StorageError, match=r"disk is full"):
        load(GOOD + BAD)
    assert table(database, "symbols") == table(database, "equity_daily_bars") == []


def test_a_new_symbol_needs_to_be_told_before_the_file_is_read(market):
    with pytest.raises(DataError, match=r"ACME is new: say what it is"):
        market.load_csv("no such file.csv", "acme")
    with pytest.raises(DataError, match=r"1h bars of EQUITY symbols have no table.*'1d'"):
        market.load_csv("no such file.csv", "acme", "1h", exchange="XNYS")
    with pytest.raises(DataError, match=r"There is no file"):
        market.load_csv("no such file.csv", "acme", exchange="XNYS")


def test_an_existing_symbol_needs_nothing_and_cannot_change_its_kind(load):
    load(GOOD)
    assert counts(load(GOOD, symbol="acme", asset_type=None)) == (0, 2, 0, 0)
    with pytest.raises(DataError, match=r"ACME is stored as EQUITY, but asset_type='CRYPTO'"):
        load(GOOD, asset_type="CRYPTO")
    assert "ACME stays without an exchange" in load(GOOD, exchange="XNYS").notes[0]


def test_an_exchange_that_contradicts_the_stored_one_is_refused(database, load):
    load(GOOD, symbol="BTC-USD", asset_type=None, exchange="bitstamp")
    told = r"is stored with bitstamp, and exchange='coinbase' was given.*'BTC-USD.COINBASE'\.$"
    with pytest.raises(DataError, match=told):
        load(OTHER, symbol="btc-usd", asset_type=None, exchange="coinbase")
    assert table(database, "refused_rows") == []
    report = load(OTHER, symbol="BTC-USD.COINBASE", asset_type=None, exchange="coinbase")
    assert counts(report) == (2, 0, 0, 0)
    assert counts(load(GOOD, symbol="BTC-USD", asset_type=None)) == (0, 2, 0, 0)


def test_one_exchange_in_two_spellings_is_the_same(load):
    load(GOOD, exchange="NASDAQ")
    assert load(GOOD, exchange="XNAS").notes == load(GOOD, exchange="nms").notes == ()


def test_simulated_and_real_bars_never_mix_in_one_symbol(database, market, load):
    load(GOOD)
    told = r"ACME has real bars, of 'csv', and these are simulated, of 'synthetic'.*'ACME-SIM'\.$"
    with pytest.raises(DataError, match=told):
        market.load("synthetic", "acme", start="2024-12-01")
    with pytest.raises(DataError, match=told):
        load("2020-01-06,11,13,10,12,200\n", provider="synthetic")
    assert len(table(database, "equity_daily_bars")) == 2
    assert market.load("synthetic", "ACME-SIM", start="2024-12-01", asset_type="EQUITY").inserted
    with pytest.raises(DataError, match=r"ACME-SIM has simulated bars, .*these are real, of 'csv'"):
        load(GOOD, symbol="ACME-SIM")
    assert market.load("synthetic", "ACME-SIM", start="2024-11-01").inserted


def test_bars_of_a_provider_are_not_added_to_simulated_ones(market, tmp_path):
    market.load("synthetic", "DEMO-A", start="2024-12-01")
    (tmp_path / "DEMO-A_1d.csv").write_text(HEADER + GOOD)
    with pytest.raises(DataError, match=r"DEMO-A has simulated bars, .*these are real, of 'file'"):
        market.load("file", "DEMO-A", folder=tmp_path)


def test_prices_in_another_currency_are_not_mixed_into_a_symbol(database, load):
    load(GOOD, currency="EUR")
    with pytest.raises(DataError, match=r"ACME is stored with prices in EUR, but currency='USD'"):
        load("2020-01-06,11,13,10,12,200\n", currency="USD")
    assert len(table(database, "equity_daily_bars")) == 2
    assert load("2020-01-06,11,13,10,12,200\n").inserted == 1


def test_a_provider_without_a_name_is_refused(load):
    with pytest.raises(DataError, match=r"provider='' names nobody"):
        load(GOOD, provider=" ")


def test_frames_and_parquet_files_load_the_same(database, market, tmp_path):
    good = make_bars(40, timeframe="1h")
    good.to_parquet(tmp_path / "bars.parquet")
    told = {"asset_type": "CRYPTO", "timeframe": "1h"}
    assert counts(market.load_frame(good, "A-USD", **told)) == (40, 0, 0, 0)
    assert counts(market.load_parquet(tmp_path / "bars.parquet", "A-USD", **told)) == (0, 40, 0, 0)
    broken = good.assign(high=0.0)
    assert counts(market.load_frame(broken, "A-USD", **told)) == (0, 0, 0, 40)
    assert counts(market.load_frame(broken, "A-USD", **told)) == (0, 0, 0, 40)
    assert len(table(database, "refused_rows")) == 40
    pd.testing.assert_frame_equal(
        market.bars("A-USD"), good, check_freq=False, check_index_type=False
    )


def test_days_of_coins_and_of_stocks_are_kept_apart(database, market):
    good = make_bars(3)
    market.load_frame(good, "A-USD", asset_type="CRYPTO")
    market.load_frame(good, "A", asset_type="EQUITY")
    assert (
        len(table(database, "crypto_daily_bars")) == len(table(database, "equity_daily_bars")) == 3
    )


def test_a_bar_that_has_not_ended_is_refused_as_future(market):
    today = pd.Timestamp(clock.now()).normalize()
    frame = make_bars(3, start=str((today - pd.Timedelta(days=2)).date()))
    report = market.load_frame(frame, "A", asset_type="EQUITY")
    assert counts(report) == (2, 0, 0, 1)
    assert "in the future" in report.examples["reason"].iloc[0]


@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(0, 60), max_size=4), order=st.randoms(), overlap=st.integers(0, 9))
def test_loads_of_any_split_in_any_order_are_the_same_as_one(
    template, tmp_path_factory, cuts, order, overlap
):
    good = make_bars(60, timeframe="1h")
    dirty = good.copy()
    dirty.iloc[::7, 1] = 0.0
    edges = sorted({0, 60, *cuts})
    parts = [dirty.iloc[max(0, first - overlap) : last] for first, last in pairwise(edges)]
    order.shuffle(parts)
    path = tmp_path_factory.mktemp("split") / "lab.duckdb"
    path.write_bytes(template.read_bytes())
    market = bz.open_lab(path).market
    for part in (*parts, parts[0]):
        report = market.load_frame(part, "A-USD", "1h", asset_type="CRYPTO")
        assert sum(counts(report)) == report.rows == len(part)
        assert report.conflicts == 0
    expected, _ = bars.check(dirty, "1h")
    assert bars.digest(market.bars("A-USD", "1h")) == bars.digest(expected)


def newest(database, symbol):
    with database.read() as con:
        return store.newest(con, store.find_symbol(con, symbol))


def test_what_is_stored_later_is_later_even_if_the_clock_steps_back(
    database, market, load, load_factors, monkeypatch
):
    load(GOOD)
    first = newest(database, "ACME")
    monkeypatch.setattr(clock, "now", lambda: datetime(2021, 1, 1))  # noqa: DTZ001 - UTC
    tick = timedelta(microseconds=1)
    load("2020-01-06,11,13,10,12,200\n")
    assert newest(database, "ACME") == first + tick
    load_factors()
    assert newest(database, "ACME") == first + 2 * tick
    load_factors(FACTORS.replace("0.5,0.5", "0.25,1"))
    assert market.bars("ACME")["close"].tolist() == [11 * 0.25, 12.0, 12.0]
    assert len(market.bars("ACME", as_of=first)) == 2
    load(GOOD, symbol="OTHER")
    assert newest(database, "OTHER") == datetime(2021, 1, 1)  # noqa: DTZ001 - UTC


def test_a_symbol_without_a_bar_has_nothing_newest(database):
    with database.write() as con:
        symbol = store.add_symbol(con, describe(Listing("A", "EQUITY")))
        assert store.newest(con, symbol) is None


FACTORS = (
    "date,price_factor,split_factor,reference_price\n2020-01-02,0.5,0.5,11\n2050-12-31,1,1,0\n"
)


@pytest.fixture
def load_factors(market, tmp_path):
    def loading(text=FACTORS, symbol="acme"):
        path = tmp_path / "factors.csv"
        path.write_text(text)
        return market.load_factors(path, symbol)

    return loading


def test_a_factor_set_is_stored_whole_and_the_same_set_adds_nothing(database, load, load_factors):
    load(GOOD)
    assert counts(load_factors()) == (2, 0, 0, 0)
    assert counts(load_factors()) == (0, 2, 0, 0)
    assert len(table(database, "price_factors")) == 2


def test_a_changed_set_is_in_force_as_a_whole_and_the_old_one_is_kept(
    database, market, load, load_factors
):
    load(GOOD)
    load_factors()
    then = clock.now()
    changed = FACTORS.replace("0.5,0.5", "0.25,1")
    assert load_factors(changed).notes == ("It replaces a set of 2 rows.",)
    assert len(table(database, "price_factors")) == 4
    assert market.bars("ACME")["close"].tolist() == [11 * 0.25, 12.0]
    assert market.bars("ACME", as_of=then)["close"].tolist() == [11 * 0.25, 12.0]
    assert market.bars("ACME", as_of=then, adjusted="split")["close"].tolist() == [5.5, 12.0]
    assert market.bars("ACME", adjusted="split")["close"].tolist() == [11.0, 12.0]
    assert counts(load_factors()) == (2, 0, 0, 0)
    assert market.bars("ACME", adjusted="split")["close"].tolist() == [5.5, 12.0]


def test_factors_are_for_stocks_that_are_stored(load, load_factors):
    with pytest.raises(UnknownName, match=r"No symbol 'ACME'"):
        load_factors()
    load(GOOD, symbol="A-USD", asset_type="CRYPTO")
    with pytest.raises(DataError, match=r"A-USD is CRYPTO; price factors are for EQUITY"):
        load_factors(symbol="A-USD")


def test_the_values_that_are_stored_are_the_ones_that_were_written(market, tmp_path):
    values = np.random.default_rng(1).uniform(1, 2, 200)
    days = pd.date_range("2020-01-01", periods=200).strftime("%Y-%m-%d")
    rows = [
        f"{day},{value!r},3,0.5,{value!r},7"
        for day, value in zip(days, values.tolist(), strict=True)
    ]
    (tmp_path / "exact.csv").write_text(HEADER + "\n".join(rows))
    market.load_csv(tmp_path / "exact.csv", "A", asset_type="EQUITY")
    assert market.bars("A")["close"].tolist() == values.tolist()


@pytest.mark.parametrize(
    ("frequency", "longer"), [("7D", "1w"), ("W-FRI", "1w"), ("MS", "1mo"), ("BME", "1mo")]
)
def test_weeks_and_months_are_not_stored_as_days(database, market, frequency, longer):
    frame = make_bars(40, start="2018-01-01")
    frame.index = pd.date_range("2018-01-01", periods=40, freq=frequency, tz="UTC")
    with pytest.raises(DataError, match=rf"^frame looks like {longer} bars of A, .*as 1d bars"):
        market.load_frame(frame, "A", asset_type="EQUITY")
    both = pd.concat([frame.assign(symbol="A"), make_bars(40).assign(symbol="B")])
    with pytest.raises(DataError, match=rf"looks like {longer} bars of A,"):
        market.load_frame(both, asset_type="EQUITY")
    assert table(database, "symbols") == []
    assert market.load_frame(frame.head(9), "A", asset_type="EQUITY").inserted == 9


def test_days_with_holes_are_days(market):
    frame = make_bars(60)
    kept = frame[(frame.index.day_of_week < 5) & ~frame.index.isin(frame.index[20:50])]
    assert market.load_frame(kept, "A", asset_type="EQUITY").refused == 0
    thin = frame[(np.arange(60) % 7 == 0) | (np.arange(60) < 20)]
    assert market.load_frame(thin, "B", asset_type="EQUITY").refused == 0


def test_four_hours_are_not_stored_as_hours(market):
    with pytest.raises(DataError, match=r"looks like 4h bars of A-USD, .*as 1h bars"):
        market.load_frame(make_bars(200, timeframe="4h"), "A-USD", "1h")


def test_why_rows_are_kept_out_is_counted_first(load):
    load(GOOD)
    lost = "".join(f"2020-13-{day:02},10,12,9,11,100\n" for day in range(1, 13))
    report = load(OTHER + lost + BAD)
    assert dict(report.reasons) == {
        "the stamp cannot be read": 12,
        "conflict: other values are stored": 1,
        "high below open; high below close": 1,
        "open is missing or no number": 1,
    }
    assert sum(dict(report.reasons).values()) == report.conflicts + report.refused
    lines = str(report).splitlines()
    first = next(at for at, line in enumerate(lines) if "×" in line)
    assert lines[first] == "  12 × the stamp cannot be read"
    assert lines[first + 4].startswith("  line 3: conflict")
