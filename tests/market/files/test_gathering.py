"""All files of one load, each read by what it is, or none."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files.gathering import Reading
from bitstockerz_lab.market.files.layout import Layout
from tests.helpers import make_bars

HEADER = "date,open,high,low,close,volume\n"
ROW = "2020-01-02,1,2,1,1,5\n"


def read(path, kind=None, timeframe=None, symbol=None, **layout):
    return Reading(Layout(**layout), timeframe, symbol, kind).files(path)


def test_files_of_every_kind_are_read_by_their_content(tmp_path):
    good = make_bars(30, timeframe="1h")
    good.to_csv(tmp_path / "A-USD_1h.csv")
    good.reset_index().to_feather(tmp_path / "B-USD_1h.feather")
    good.to_parquet(tmp_path / "C-USD.parquet")
    (tmp_path / "D-USD.txt.gz").write_bytes(gzip.compress(good.to_csv(sep="\t").encode()))
    incoming, notes = read(tmp_path)
    assert notes == []
    assert [part.owners.symbols[0] for part in incoming] == ["A-USD", "B-USD", "C-USD", "D-USD"]
    for part in incoming:
        assert part.timeframe == "1h"
        pd.testing.assert_frame_equal(part.bars, good, check_freq=False, check_index_type=False)


def test_the_timeframe_is_of_the_name_or_of_the_stamps_and_told(tmp_path):
    good = make_bars(30, timeframe="1h")
    good.to_csv(tmp_path / "A_1h.csv")
    good.to_csv(tmp_path / "B.csv")
    good.to_csv(tmp_path / "C_1d.csv")
    notes = [part.notes[-2] for name in "AB" for part in read(tmp_path / f"{name}*.csv")[0]]
    assert notes == [
        "The timeframe 1h is of the file's name.",
        "The timeframe 1h is told by the stamps.",
    ]
    with pytest.raises(DataError, match=r"C_1d.csv is no 1d file.*Pass timeframe='1h'"):
        read(tmp_path / "C_1d.csv")
    assert read(tmp_path / "C_1d.csv", timeframe="1h")[0][0].notes == [
        "The symbol C is of the file's name."
    ]


def test_a_file_that_does_not_say_whose_bars_it_has_is_asked_about(tmp_path):
    path = tmp_path / "my bars.csv"
    path.write_text(HEADER + ROW)
    with pytest.raises(
        DataError, match=r"does not say whose bars .*Pass symbol=, or symbol_column="
    ):
        read(path)
    assert read(path, symbol="A")[0][0].owners.symbols == ("A",)


def test_all_files_that_cannot_be_read_are_named_at_once(tmp_path):
    (tmp_path / "A.csv").write_text(HEADER + ROW)
    (tmp_path / "B.csv").write_text(HEADER)
    (tmp_path / "C.csv").write_text("nonsense\n")
    with pytest.raises(
        DataError,
        match=r"2 of 3 files cannot be read, and a load stores all .*B.csv has a header.*C.csv has",
    ):
        read(tmp_path)
    for number in range(6):
        (tmp_path / f"D{number}.csv").write_text(f"{number}\n")
    with pytest.raises(DataError, match=r"8 of 9 files .*; and 3 more\."):
        read(tmp_path)


def test_what_is_wrong_with_many_files_is_said_once(tmp_path):
    for number in range(6):
        (tmp_path / f"D{number}.csv").write_text(HEADER)
        (tmp_path / f"E{number}.csv").write_text(HEADER + "yesterday,1,2,1,1,5\n")
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    told = str(caught.value)
    assert told.startswith(
        "12 of 12 files cannot be read, and a load stores all of them or none: D0.csv, D1.csv, "
        "D2.csv and 3 more, for each the same: has a header and no rows. Give a file with rows in "
        "it; E0.csv, E1.csv, E2.csv and 3 more, for each the same: no stamp can be read"
    )
    assert len(caught.value.values["problems"]) == 12


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        (
            "A.parquet",
            "csv",
            "A.parquet is a Parquet file, not a text. Load it with load_parquet or",
        ),
        ("A.feather", "csv", "A.feather is an Arrow file, not a text. Load it with load_file."),
        (
            "A.csv",
            "parquet",
            "A.csv is a text, not a Parquet file. Load it with load_csv or load_f",
        ),
    ],
)
def test_a_file_of_another_kind_is_sent_to_the_right_verb(tmp_path, name, kind, message):
    good = make_bars(3)
    good.to_parquet(tmp_path / "A.parquet")
    good.reset_index().to_feather(tmp_path / "A.feather")
    good.to_csv(tmp_path / "A.csv")
    with pytest.raises(DataError, match=message):
        read(tmp_path / name, kind)


SEVERAL = """date,ticker,open,high,low,close,volume
2020-01-02,aapl,1,2,1,1,5
2020-01-02,MSFT,1,2,1,1,5
2020-01-03,AAPL,1,2,1,1,5
2020-01-03,MSFT,1,2,1
"""


def test_a_column_of_symbols_parts_a_file(tmp_path):
    path = tmp_path / "all.csv"
    path.write_text(SEVERAL)
    (incoming,), _ = read(path)
    assert incoming.owners.symbols == ("AAPL", "MSFT")
    assert incoming.owners.rows.tolist() == [0, 1, 0]
    assert incoming.malformed.owners == [1]
    assert incoming.notes == ["2 symbols are of the file's own column."]
    frame = pd.read_csv(path)[:3]
    (other,) = [Reading(Layout()).frame(frame)]
    assert other.owners.symbols == ("AAPL", "MSFT")
    indexed = frame.assign(date=pd.to_datetime(frame["date"])).set_index(["ticker", "date"])
    assert Reading(Layout()).frame(indexed).owners.rows.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("content", "asked", "message"),
    [
        (SEVERAL, "AAPL", r"has bars of 2 symbols: AAPL, MSFT. Leave symbol='AAPL' out"),
        (SEVERAL + "x\n", None, r"all.csv, line 6: 'x' has too few .*whose bar it is"),
        (SEVERAL.replace("aapl", ""), None, r"1 row\(s\) name no symbol, the first is row 1"),
    ],
)
def test_rows_that_nobody_owns_are_one_clear_error(tmp_path, content, asked, message):
    path = tmp_path / "all.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        read(path, symbol=asked)


def test_one_symbol_may_be_loaded_under_another_name_and_is_told(tmp_path):
    path = tmp_path / "all.csv"
    path.write_text("date,code,open,high,low,close,volume\n2020-01-02,XBT,1,2,1,1,5\n")
    (incoming,), _ = read(path, symbol="BTC-USD", symbol_column="code")
    assert incoming.owners.symbols == ("BTC-USD",)
    assert "The file says 'XBT'; its bars are loaded as BTC-USD, as asked." in incoming.notes
    with pytest.raises(DataError, match=r"has no column wkn; .*Pass symbol_column="):
        read(path, symbol_column="wkn")


def test_a_frame_with_named_index_levels_is_read_by_them():
    frame = pd.DataFrame(
        {"open": ["1,5"], "high": [2.0], "low": [1], "close": [True], "volume": [None]},
        index=pd.Index(["2020-01-02"], name="Date"),
    )
    with pytest.raises(DataError, match=r"frame: no row has a volume"):
        Reading(Layout(decimal=",")).frame(frame.assign(close=1.0))
    incoming = Reading(Layout(decimal=",", zero_volume=True), symbol="A").frame(frame)
    assert incoming.bars.iloc[0, [0, 1, 4]].tolist() == [1.5, 2.0, 0.0]
    assert f"{incoming.bars.index[0]:%Y-%m-%d}" == "2020-01-02"
