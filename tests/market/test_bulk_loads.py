"""Loads of many symbols and files: one transaction, the same as one after the other."""

from __future__ import annotations

import json
import zipfile

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import BadBars, DataError, StorageError
from bitstockerz_lab.market import LoadReport, LoadReports, bars, store
from tests.helpers import make_bars

HEADER = "date,open,high,low,close,volume\n"
GOOD = "2020-01-02,10,12,9,11,100\n2020-01-03,11,13,10,12,200\n"
OTHER = GOOD.replace("12,200", "12.5,200")
BAD = "2020-01-04,11,10,10,12,200\n"


@pytest.fixture
def market(database):
    return bz.open_lab(database.path).market


@pytest.fixture
def folder(tmp_path):
    def filled(**files):
        for name, rows in files.items():
            (tmp_path / "bars").mkdir(exist_ok=True)
            (tmp_path / "bars" / f"{name}.csv").write_text(HEADER + rows)
        return tmp_path / "bars"

    return filled


def count(database, table):
    with database.read() as con:
        return con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608 - names of this file


def sums(report):
    return report.inserted, report.duplicates, report.conflicts, report.refused


def many(symbols=("A", "B", "C"), n=40, timeframe="1d"):
    parts = [
        make_bars(n, seed=at, timeframe=timeframe).assign(symbol=name)
        for at, name in enumerate(symbols)
    ]
    return pd.concat(parts)


def test_a_folder_is_loaded_as_a_whole_and_reported_file_by_file(database, market, folder):
    path = folder(A=GOOD, B_1d=GOOD + BAD, A_factors="x", C=GOOD)
    reports = market.load_csv(path, exchange="XNYS")
    assert isinstance(reports, LoadReports)
    assert sums(reports) == (6, 0, 0, 1)
    assert reports.rows == 7
    assert reports.symbols == ["A", "B", "C"]
    assert [report.source for report in reports] == ["A.csv", "B_1d.csv", "C.csv"]
    assert reports.notes == ("Left out A_factors.csv: price factors, which load_factors loads.",)
    assert count(database, "equity_daily_bars") == 6
    assert sums(market.load_file(path)) == (0, 6, 0, 1)


def test_one_file_gives_one_report(market, folder):
    path = folder(A=GOOD, A_factors="x")
    report = market.load_file(path, asset_type="EQUITY")
    assert isinstance(report, LoadReport)
    assert "Left out A_factors.csv" in report.notes[0]


def test_a_file_that_cannot_be_read_keeps_the_others_out(database, market, folder):
    path = folder(A=GOOD, B="")
    with pytest.raises(DataError, match=r"1 of 2 files cannot be read"):
        market.load_csv(path, exchange="XNYS")
    assert count(database, "symbols") == count(database, "refused_rows") == 0


def test_a_new_symbol_that_nobody_described_keeps_the_others_out(database, market, folder):
    path = folder(A=GOOD)
    market.load_csv(path, exchange="XNYS")
    folder(B=GOOD)
    with pytest.raises(DataError, match=r"B is new: say what it is"):
        market.load_csv(path)
    assert count(database, "symbols") == 1
    with pytest.raises(DataError, match=r"name='X' cannot be the name of 2 symbols"):
        market.load_csv(path, name="X")


def test_a_failure_at_the_end_leaves_nothing_of_any_file(database, market, folder, monkeypatch):
    def fail(*_, **__):
        raise StorageError("the disk is full")

    monkeypatch.setattr(store.bulk, "add_many_refused", fail)
    with pytest.raises(StorageError, match=r"disk is full"):
        market.load_csv(folder(A=GOOD, B=BAD), exchange="XNYS")
    assert count(database, "symbols") == count(database, "equity_daily_bars") == 0


def test_a_frame_with_a_column_of_symbols_is_the_same_as_a_frame_a_symbol(
    market, template, tmp_path
):
    frame = many()
    reports = market.load_frame(frame.sample(frac=1, random_state=1), asset_type="EQUITY")
    assert sums(reports) == (120, 0, 0, 0)
    assert [report.rows for report in reports] == [40, 40, 40]
    other_path = tmp_path / "other.duckdb"
    other_path.write_bytes(template.read_bytes())
    other = bz.open_lab(other_path).market
    for name, part in frame.groupby("symbol"):
        single = other.load_frame(part, name, asset_type="EQUITY")
        report = next(report for report in reports if report.symbol == name)
        assert (report.first, report.last) == (single.first, single.last)
        assert bars.digest(market.bars(name)) == bars.digest(other.bars(name))


def test_what_is_stored_is_told_symbol_by_symbol(market):
    frame = many()
    market.load_frame(frame[frame["symbol"] == "B"][:30], asset_type="EQUITY")
    changed = frame.copy()
    changed.loc[
        (changed["symbol"] == "B").to_numpy() & (changed.index == changed.index[3]), "volume"
    ] = 7.0
    changed.loc[
        (changed["symbol"] == "C").to_numpy() & (changed.index == changed.index[5]), "high"
    ] = 0.0
    reports = {report.symbol: report for report in market.load_frame(changed, asset_type="EQUITY")}
    assert {name: sums(report) for name, report in reports.items()} == {
        "A": (40, 0, 0, 0),
        "B": (10, 29, 1, 0),
        "C": (39, 0, 0, 1),
    }
    assert reports["B"].examples["reason"].iloc[0].startswith("conflict: volume stored")
    assert reports["B"].examples["line"].tolist() == [44]
    assert reports["C"].examples["line"].tolist() == [86]


def test_several_files_of_one_symbol_are_loaded_one_after_the_other(market, folder):
    later = OTHER + "2020-01-06,11,13,10,12,200\n"
    path = folder(**{"2019": GOOD, "ACME-2020": later, "data-3": GOOD})
    reports = market.load_csv(path, "ACME", asset_type="EQUITY")
    assert [sums(report) for report in reports] == [(2, 0, 0, 0), (1, 1, 1, 0), (0, 2, 0, 0)]
    assert reports[1].examples["original"].tolist() == ["2020-01-03,11,13,10,12.5,200"]
    assert market.bars("ACME")["close"].tolist() == [11, 12, 12]


def test_strict_is_for_all_files(database, market, folder):
    path = folder(A=GOOD, B=BAD)
    with pytest.raises(BadBars, match=r"B.csv: 1 of 1 rows cannot be stored"):
        market.load_csv(path, exchange="XNYS", strict=True)
    assert count(database, "equity_daily_bars") == 0
    assert count(database, "refused_rows") == 1
    with pytest.raises(
        BadBars, match=r"2 files: 2 of 4 rows .*A.csv, line 4: high below.*B.csv, l"
    ):
        market.load_csv(folder(A=GOOD + BAD), exchange="XNYS", strict=True)
    market.load_csv(folder(A=GOOD, B=GOOD), exchange="XNYS")
    with pytest.raises(BadBars, match=r"B.csv: 1 of 2 rows .*line 3: conflict: close stored 12"):
        market.load_csv(folder(B=OTHER, C=GOOD), exchange="XNYS", strict=True)
    assert count(database, "equity_daily_bars") == 4
    assert count(database, "symbols") == 2


def test_days_and_hours_of_coins_and_stocks_go_to_their_own_tables(database, market, tmp_path):
    make_bars(30, timeframe="1h").to_csv(tmp_path / "B-USD_1h.csv")
    make_bars(30).to_csv(tmp_path / "B-USD_1d.csv")
    reports = market.load_file(tmp_path / "*.csv", exchange="bitstamp")
    assert [(report.symbol, report.timeframe) for report in reports] == [
        ("B-USD", "1d"),
        ("B-USD", "1h"),
    ]
    make_bars(30).to_csv(tmp_path / "S.csv")
    market.load_file([tmp_path / "S.csv"], exchange="XNYS")
    market.load_file(tmp_path / "*.csv")
    tables = ("equity_daily_bars", "crypto_daily_bars", "crypto_hourly_bars")
    assert [count(database, table) for table in tables] == [30, 30, 30]
    with pytest.raises(DataError, match=r"1h bars of EQUITY symbols have no table"):
        market.load_file(tmp_path / "B-USD_1h.csv", "S")


def test_created_at_grows_for_each_symbol(database, market):
    frame = many()
    moments = []
    for last in (20, 30, 40):
        market.load_frame(frame.groupby("symbol").head(last), asset_type="EQUITY")
        with database.read() as con:
            moments.append([store.newest(con, store.find_symbol(con, name)) for name in "ABC"])
    assert all(one < two < three for one, two, three in zip(*moments, strict=True))
    assert len(market.bars("B", as_of=moments[0][1])) == 20


def test_a_correction_stays_against_a_bulk_load(market):
    frame = many()
    market.load_frame(frame, asset_type="EQUITY")
    day = frame.index[2]
    market.correct("B", f"{day:%Y-%m-%d}", reason="typo", volume=5.0)
    reports = market.load_frame(frame, asset_type="EQUITY")
    assert sums(reports) == (0, 119, 1, 0)
    assert "corrected" in reports[1].examples["reason"].iloc[0]


def test_the_reports_show_their_sum_and_become_json(market):
    reports = market.load_frame(many(tuple("ABCDEFG")), asset_type="EQUITY")
    lines = str(reports).splitlines()
    assert lines[0] == (
        "7 symbol(s) from 1 source(s): 280 inserted, 0 duplicates, 0 conflicts, 0 refused "
        "of 280 rows"
    )
    assert lines[-1] == "  … and 2 more."
    told = json.loads(json.dumps(reports.as_dict()))
    assert (told["inserted"], len(told["reports"])) == (280, 7)
    assert "7 reports" in reports._repr_html_()
    assert reports.frame()["symbol"].tolist() == list("ABCDEFG")
    assert reports[-1].symbol == "G"
    assert len(reports[1:3]) == 2


def test_a_folder_of_stocks_does_not_take_pairs_of_coins_along(database, market, folder):
    path = folder(**{"AAPL": GOOD, "BRK-B": GOOD, "BTC-USD": GOOD, "ETH-USD": GOOD})
    for told in ({"asset_type": "EQUITY"}, {"exchange": "XNYS"}):
        with pytest.raises(DataError, match=r"^BTC-USD, ETH-USD: named like coins, and .*'CRYPTO'"):
            market.load_file(path, **told)
    assert count(database, "symbols") == 0
    reports = market.load_file([path / "AAPL.csv", path / "BRK-B.csv"], asset_type="EQUITY")
    assert sums(reports) == (4, 0, 0, 0)
    report = market.load_file(path / "BTC-USD.csv")
    assert report.notes[0].startswith("BTC-USD was taken for a coin (CRYPTO), BTC in USD;")
    assert market.load_file(path / "ETH-USD.csv", "ETH-USD", asset_type="EQUITY").inserted == 2


def test_files_of_another_symbol_are_not_loaded_under_the_one_that_was_given(
    database, market, folder, tmp_path
):
    path = folder(AAPL=GOOD, MSFT=GOOD, SPY=GOOD)
    told = r"^2 of 3 files say they are of another symbol than AAPL: MSFT.csv \(MSFT\), SPY.csv"
    for paths in (path, path / "*.csv", sorted(path.iterdir())):
        with pytest.raises(DataError, match=told):
            market.load_file(paths, "aapl", asset_type="EQUITY")
    packed = tmp_path / "all.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("AAPL", "MSFT"):
            archive.writestr(f"{name}.csv", HEADER + GOOD)
    with pytest.raises(DataError, match=r"all.zip/MSFT.csv \(MSFT\)"):
        market.load_file(packed, "AAPL", asset_type="EQUITY")
    assert count(database, "symbols") == count(database, "refused_rows") == 0


def test_a_column_of_another_symbol_counts_as_the_files_name_does(market, tmp_path):
    for name, symbol in (("a1", "AAPL"), ("a2", "MSFT")):
        make_bars(3).assign(ticker=symbol).to_csv(tmp_path / f"{name}.csv")
    with pytest.raises(DataError, match=r"1 of 2 files say .* than AAPL: a2.csv \(MSFT\)"):
        market.load_file(tmp_path, "AAPL", asset_type="EQUITY")


def test_one_file_of_another_name_is_loaded_and_told(market, folder):
    path = folder(AAPL=GOOD, data=GOOD)
    report = market.load_file(path / "AAPL.csv", "msft", asset_type="EQUITY")
    assert report.notes == ("The file's name says AAPL; its bars were loaded as MSFT.",)
    assert market.load_file(path / "data.csv", "MSFT").notes == ()


def test_files_named_by_an_alias_or_without_the_venue_are_of_the_symbol(market, folder):
    market.load_frame(make_bars(2), "META", asset_type="EQUITY")
    market.alias("FB", "META")
    assert len(market.load_file(folder(FB=GOOD, META=GOOD), "META")) == 2
    path = folder(**{"BTC-USD-2019": GOOD, "BTCUSD-2020": GOOD})
    files = sorted(path.glob("BTC*"))
    assert len(market.load_file(files, "BTC-USD.COINBASE", exchange="coinbase")) == 2


def test_a_frame_that_does_not_say_whose_bars_it_has_is_asked_about(market):
    with pytest.raises(DataError, match=r"frame does not say whose bars .*Pass symbol=, or symb"):
        market.load_frame(make_bars(3), asset_type="EQUITY")


@pytest.mark.parametrize("timeframe", ["1w", "1mo", "4h", "fortnight"])
def test_bars_of_a_timeframe_without_a_table_are_refused_before_they_are_read(
    market, folder, timeframe
):
    told = rf"^{timeframe} bars have no table. timeframe= may be '1d' or '1h'; longer bars"
    for symbol in (None, "A"):
        with pytest.raises(DataError, match=told):
            market.load_file(folder(A=GOOD), symbol, timeframe, asset_type="EQUITY")
    with pytest.raises(DataError, match=told):
        market.load_frame(many(), timeframe=timeframe, asset_type="EQUITY")


def test_hours_of_a_stock_in_a_folder_are_refused_with_the_files_name(market, folder):
    path = folder(A=GOOD)
    make_bars(30, timeframe="1h").to_csv(path / "B.csv")
    with pytest.raises(DataError, match=r"^B.csv has 1h bars of B: 1h bars of EQUITY symbols have"):
        market.load_file(path, asset_type="EQUITY")


def test_texts_beside_the_bars_are_left_out_and_said(market, folder, tmp_path):
    path = folder(A=GOOD)
    for name in ("readme.txt", "README", "NOTES.md", "terms.pdf"):
        (path / name).write_text("about")
    left_out = {"readme.txt", "README", "NOTES.md", "terms.pdf"}
    packed = tmp_path / "all.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in path.iterdir():
            archive.write(file, file.name)
    for paths in (path, path / "*", packed):
        report = market.load_file(paths, asset_type="EQUITY")
        (note,) = [note for note in report.notes if note.startswith("Left out")]
        assert all(name in note for name in left_out)
        assert report.rows == 2
