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


def test_malformed_lines_are_said(market, tmp_path):
    write(tmp_path, 5)
    path = tmp_path / "ACME_1d.csv"
    path.write_text(path.read_text() + "2020-02-01,1,2\n")
    report = market.load("file", "ACME", asset_type="EQUITY", folder=tmp_path)
    assert report.inserted == 5
    assert any("1 malformed line(s) of ACME_1d.csv" in note for note in report.notes)
