"""The provider `file`: a folder that another program refreshes."""

from __future__ import annotations

import pytest

from bitstockerz_lab.errors import DataError
from tests.helpers import make_bars


def write(folder, count, name="ACME_1d.csv", timeframe="1d"):
    bars = make_bars(60, timeframe=timeframe).round(4).iloc[:count]
    if name.endswith(".parquet"):
        bars.to_parquet(folder / name)
    else:
        bars.to_csv(folder / name, index_label="timestamp", date_format="%Y-%m-%d %H:%M:%S")
    return bars


def test_an_update_takes_what_was_added_to_the_file(market, tmp_path, monkeypatch):
    write(tmp_path, 30)
    market.load("file", "ACME", asset_type="EQUITY", folder=tmp_path)
    write(tmp_path, 45)
    (row,) = market.update("ACME")
    assert "knows no folder. Set BITSTOCKERZ_FILES, or pass folder=" in row.error
    (row,) = market.update("ACME", provider="file", folder=tmp_path)
    assert (row.inserted, row.conflicts, row.error) == (15, 0, "")
    monkeypatch.setenv("BITSTOCKERZ_FILES", str(tmp_path))
    bars = write(tmp_path, 50)
    assert market.update().rows[0].inserted == 5
    assert market.bars("ACME")["close"].tolist() == bars["close"].tolist()


def test_an_update_from_a_file_with_the_newest_bar_first_tells_first_and_last(market, tmp_path):
    write(tmp_path, 30)
    market.load("file", "ACME", asset_type="EQUITY", folder=tmp_path)
    bars = write(tmp_path, 45)
    newest_first = bars.iloc[::-1]
    newest_first.to_csv(tmp_path / "ACME_1d.csv", index_label="timestamp", date_format="%Y-%m-%d")
    (row,) = market.update("ACME", provider="file", folder=tmp_path)
    assert (row.inserted, row.first, row.last) == (15, bars.index[30], bars.index[44])


def test_parquet_files_and_hours_are_found_by_their_names(market, tmp_path):
    write(tmp_path, 48, "BTC-USD_1h.parquet", "1h")
    report = market.load(
        "file", "BTC-USD", "1h", "2020-01-01 12:00", "2020-01-02", exchange="bitstamp",
        folder=tmp_path,
    )  # fmt: skip
    assert (report.inserted, report.source) == (36, "file")


def test_a_file_that_is_not_there_is_named(market, tmp_path):
    with pytest.raises(DataError, match=r"no ACME_1d.csv and no ACME_1d.parquet in"):
        market.load("file", "ACME", asset_type="EQUITY", folder=tmp_path)


def test_rows_that_cannot_be_read_are_named_with_their_lines(market, tmp_path):
    write(tmp_path, 5)
    path = tmp_path / "ACME_1d.csv"
    path.write_text(path.read_text() + "2020-02-01,1,2\nsomeday,1,1,1,1,1\n")
    report = market.load("file", "ACME", asset_type="EQUITY", folder=tmp_path)
    assert report.inserted == 5
    (note,) = [note for note in report.notes if "cannot be read" in note]
    assert note == (
        "2 row(s) of ACME_1d.csv cannot be read and are left out: line 7 ('2020-02-01,1,2'), "
        "line 8 ('someday,1,1,1,1,1'). load_csv keeps them."
    )


def with_symbols(folder, *symbols, name="ACME_1d.csv"):
    """Write a file whose column of symbols names these in turn; return its bars."""
    bars = write(folder, 10, name)
    path = folder / name
    header, *rows = path.read_text().splitlines()
    told = [f"{row},{symbols[at % len(symbols)]}" for at, row in enumerate(rows)]
    path.write_text("\n".join([f"{header},symbol", *told]) + "\n")
    return bars


def test_only_the_rows_of_the_asked_symbol_are_taken(market, tmp_path):
    bars = with_symbols(tmp_path, "OTHER", "ACME")
    with (tmp_path / "ACME_1d.csv").open("a") as file:
        file.write("x,1,1,1,1,1,OTHER\nx,1,1,1,1,1,ACME\n1,1,1,1,1,1,OTHER,1\n2020-02-01,1\n")
    with pytest.raises(DataError, match="nobody can say whose bar it is"):
        market.load("file", "ACME", asset_type="EQUITY", folder=tmp_path)
    path = tmp_path / "ACME_1d.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    report = market.load("file", "ACME", asset_type="EQUITY", folder=tmp_path)
    assert report.inserted == 5
    assert market.bars("ACME")["close"].tolist() == bars["close"].tolist()[1::2]
    assert "Only the bars of ACME are taken." in report.notes
    (note,) = [note for note in report.notes if "cannot be read" in note]
    assert "1 row(s) of ACME_1d.csv cannot be read and are left out: line 13 (" in note


@pytest.mark.parametrize("symbols", [("OTHER",), ("OTHER", "THIRD")])
def test_a_file_of_other_symbols_is_refused(market, tmp_path, symbols):
    with_symbols(tmp_path, *symbols)
    with pytest.raises(DataError, match=rf"asked for ACME, and .* are of {', '.join(symbols)}\."):
        market.load("file", "ACME", asset_type="EQUITY", folder=tmp_path)
    assert market.symbols().empty


def test_a_pair_is_known_in_another_spelling(market, tmp_path):
    with_symbols(tmp_path, "BTC/USD", "ETH/USD", name="BTC-USD_1d.csv")
    report = market.load(
        "file", "BTC-USD", asset_type="CRYPTO", exchange="bitstamp", folder=tmp_path
    )
    assert report.inserted == 5
