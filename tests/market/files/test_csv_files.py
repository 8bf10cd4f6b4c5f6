"""CSV files: clean, damaged, and none at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import csv_files
from bitstockerz_lab.market.files.layout import Layout

HEADER = "date,open,high,low,close,volume\n"


@pytest.fixture
def read(tmp_path):
    def reading(content, timeframe="1d", symbol=None, **layout):
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return csv_files.read_csv(path, timeframe, Layout(**layout), symbol)

    return reading


def dates(incoming):
    return [f"{stamp:%Y-%m-%d}" if stamp == stamp else None for stamp in incoming.bars.index]  # noqa: PLR0124 - NaT


def test_a_clean_file_becomes_bars(read):
    incoming = read(HEADER + "2020-01-02,1,2.5,0.5,1.5,100\n2020-01-03,1e1,20,5.,+15,0\n")
    assert dates(incoming) == ["2020-01-02", "2020-01-03"]
    assert incoming.bars.to_numpy().tolist() == [[1, 2.5, 0.5, 1.5, 100], [10, 20, 5, 15, 0]]
    assert str(incoming.bars.index.dtype) == "datetime64[us, UTC]"
    assert incoming.source == "file.csv"


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffVolume,CLOSE, low ,High,Open,Timestamp,Symbol\n5,4,1,6,2,2020-01-02,X\n",
        "\n\n" + HEADER + "\n2020-01-02,2,6,1,4,5",
        HEADER.replace("\n", "\r\n") + "2020-01-02,2,6,1,4,5\r\n\r\n",
        HEADER.replace(",", ";") + "2020-01-02;2;6;1;4;5\n",
        HEADER.replace(",", "\t") + "2020-01-02\t2\t6\t1\t4\t5\n",
        '"date","open","high","low","close","volume"\n"2020-01-02","2","6","1","4","5"\n',
        HEADER + " 2020-01-02 , 2 ,6,1,4,5\n",
    ],
    ids=["bom, order, case", "blank lines", "crlf", "semicolons", "tabs", "quotes", "spaces"],
)
def test_the_shape_of_a_file_does_not_matter(read, content):
    incoming = read(content)
    assert dates(incoming) == ["2020-01-02"]
    assert incoming.bars.to_numpy().tolist() == [[2, 6, 1, 4, 5]]
    assert incoming.malformed.lines == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_one_bad_cell_costs_only_its_row_and_lines_are_found_again(read, newline):
    lines = [
        "Date,Open,High,Low,Close,Volume,note",
        "2020-01-02,1,2,1,1.5,10,a",
        "",
        "2020-01-03,1,2,1",
        "   ",
        "2020-01-04,1,oops,1,1.5,10,a",
        '2020-01-05,"1,000",2,1,1.5,10,é',
        "2020-01-06,,2,1,1.5,10,a,b",
        "never,1,2,1,1.5,10,a",
        "2020-01-07,inf,NaN, 1 ,0x10,1_0,a",
    ]
    incoming = read(newline.join(lines))
    assert dates(incoming) == ["2020-01-02", "2020-01-04", "2020-01-05", None, "2020-01-07"]
    nan = np.nan
    np.testing.assert_array_equal(
        incoming.bars.to_numpy(),
        [
            [1, 2, 1, 1.5, 10],
            [1, nan, 1, 1.5, 10],
            [1000, 2, 1, 1.5, 10],
            [1, 2, 1, 1.5, 10],
            [np.inf, nan, 1, nan, nan],
        ],
    )
    assert "Commas part thousands, like in '1,000'." in incoming.notes
    assert incoming.malformed.lines == [4, 8]
    assert incoming.malformed.reasons[0] == "a row of 4 where the header has 7 columns"
    assert incoming.malformed.originals == [lines[3], lines[7]]
    numbers, originals = incoming.locate(np.arange(5))
    assert numbers == [2, 6, 7, 9, 10]
    assert originals == [lines[number - 1] for number in numbers]


def test_an_hours_stamps_with_a_zone_are_converted(read):
    content = HEADER.replace("date", "timestamp")
    content += "2020-01-02 05:00:00+05:00,1,1,1,1,1\n2020-01-02T01:00:00Z,1,1,1,1,1\n"
    assert read(content, "1h").bars.index.hour.tolist() == [0, 1]
    assert read(content.replace("01:00:00Z", "soon"), "1h").bars.index.isna().tolist() == [
        False,
        True,
    ]


def test_the_fast_way_and_the_careful_way_read_the_same(read):
    rows = [f"2020-01-{day:02d},{day}.1,{day + 1}e0,{day},+{day}.7,{day}00" for day in range(1, 29)]
    fast = read(HEADER + "\n".join(rows))
    careful = read(HEADER + "\n".join([*rows, "soon,1,1,1,1,1"]))
    assert fast.bars.equals(careful.bars[:-1])


def test_date_format_reads_stamps_that_are_not_iso(read):
    content = HEADER + "2019-10-17 09-AM,1,1,1,1,1\n2019-10-17 10-AM,1,1,1,1,1\n"
    assert read(content, "1h", date_format="%Y-%m-%d %I-%p").bars.index.hour.tolist() == [9, 10]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER, "has a header and no rows"),
        ("\n\n  \n", "file.csv is empty"),
        (b"PK\x03\x04\x00\x00\x08", "is an archive where one file is needed"),
        (b"\xff\xfed\x00a\x00t\x00", "no column open, .*reads 'dat'"),
        (b"\x00\x01\x02date", "is no text file. Give a CSV file"),
        (b"date,open\n\xe9\xe8,1", "is no UTF-8 text"),
        (b"\x89\xd0garbage\n", "is no UTF-8 text"),
        ("banner\n" * 10 + HEADER, "no column open, high, low, close, .*reads 'banner'"),
        ("banner\n" + HEADER.replace("low", "lo"), "no column low; its header reads 'date,open"),
        (
            "open,high,low,close,volume\n1,1,1,1,1\n",
            "no column timestamp or date; its header reads",
        ),
        ("date,open,high,low,close\n2020-01-02,1,1,1,1\n", "no column volume"),
        ("date," + HEADER + "x,x,1,1,1,1,1\n", "more than one column.*'date' and 'date'"),
        ("timestamp," + HEADER + "x,x,1,1,1,1,1\n", "no stamp can be read; the first is 'x'"),
        (HEADER.replace("open", "Open,OPEN") + "x,1,1,1,1,1,1\n", "'Open' and 'OPEN'"),
        ("a\rb", "cannot be read as CSV: new-line character seen"),
        ("x" * 500, r"header reads 'x{119}…'"),
    ],
)
def test_what_is_no_file_of_bars_is_one_clear_error(read, content, message):
    with pytest.raises(DataError, match=message):
        read(content)


EXPORT = """Hours in UTC,https://example.org
date,symbol,open,high,low,close,volume_btc,volume
2019-10-17 01-PM,BTCUSD,10,12,9,11,1.5,16
2019-10-17 12-PM,BTCUSD,10,12,9,11,2.5,27
2019-10-17 11-AM,BTCUSD,x,12,9,11,3.5,38
"""


def test_an_exchanges_export_loads_with_one_option(read):
    incoming = read(EXPORT, "1h", volume_column="Volume_BTC")
    assert incoming.bars["volume"].tolist() == [1.5, 2.5, 3.5]
    assert incoming.bars.index.hour.tolist() == [13, 12, 11]
    assert incoming.notes == [
        "Line 1 was skipped above the header; the first is 'Hours in UTC,https://example.org'.",
        "The volume is the column 'volume_btc'.",
        "Columns left out: volume.",
        "Stamps of a 12-hour clock were read: '2019-10-17 01-PM' as 13:00.",
        "The symbol BTC-USD is of the file's own column, written 'BTCUSD' there.",
    ]
    assert incoming.locate(np.array([2]))[0] == [5]
    assert read(EXPORT, "1h", volume_column="volume").bars["volume"].tolist() == [16, 27, 38]


def test_the_header_is_the_first_line_that_names_every_column(read):
    content = "\ufeffa;b\n\n# date, volume\n" + HEADER + "2020-01-02,2,6,1,4,5,9\n" + HEADER
    incoming = read(content + "2020-01-03,2,6,1,4,5\n")
    assert dates(incoming) == [None, "2020-01-03"]
    assert incoming.notes == ["2 lines were skipped above the header; the first is 'a;b'."]
    assert incoming.malformed.lines == [5]
    assert incoming.locate(np.array([0, 1]))[0] == [6, 7]
    below = read("\n\nbanner\n" + HEADER + "2020-01-03,2,6,1,4,5\n")
    assert below.notes == ["Line 3 was skipped above the header; the first is 'banner'."]


def test_which_of_two_columns_is_the_volume_is_not_guessed(read):
    nameless = EXPORT.replace("symbol", "note")
    with pytest.raises(DataError, match=r"file.csv has more than one .*'volume_btc' and 'volume'"):
        read(nameless, "1h")
    with pytest.raises(DataError, match=r"Pass volume_column='volume_btc' or volume_column='vol"):
        read(nameless, "1h", symbol="ETH-USD")
    only = nameless.replace(",volume\n", ",quote\n").replace("volume_btc", "Vol BTC")
    with pytest.raises(
        DataError, match=r"but 'Vol BTC', which may be in .*Pass volume_column='Vol"
    ):
        read(only, "1h")
    assert read(only, "1h", volume_column="vol btc").bars["volume"].tolist() == [1.5, 2.5, 3.5]
    other = HEADER.replace("\n", ",volatility\n") + "2020-01-02,2,6,1,4,5,9\n"
    assert read(other).bars["volume"].tolist() == [5]


@pytest.mark.parametrize("symbol", ["BTC-USD", "btc/usdt", None])
def test_a_column_named_after_the_base_asset_is_the_volume_and_told(read, symbol):
    incoming = read(EXPORT, "1h", symbol=symbol)
    assert incoming.bars["volume"].tolist() == [1.5, 2.5, 3.5]
    assert "The volume is the column 'volume_btc': BTC is traded." in incoming.notes
    assert incoming.owners.symbols == (symbol or "BTC-USD",)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("units", "no column units; its header reads 'date,symbol"),
        ("close", "volume_column='close' is the column of close in file.csv"),
        ("date", "volume_column='date' is the column of timestamp in file.csv"),
    ],
)
def test_the_option_names_a_column_of_its_own(read, column, message):
    with pytest.raises(DataError, match=message):
        read(EXPORT, "1h", volume_column=column)


def test_any_column_may_be_the_volume(read):
    content = HEADER.replace("volume", "amount") + "2020-01-02,2,6,1,4,5\n"
    assert read(content, volume_column="amount").bars["volume"].tolist() == [5]


def test_bytes_that_are_no_text_deep_in_a_file_are_a_clear_error(read):
    rows = "2020-01-02,1,1,1,1,1\n" * 5000
    with pytest.raises(
        DataError, match=r"cannot be read as CSV: .*#5002.*invalid UTF8 data. Give a"
    ):
        read(HEADER.encode() + rows.encode() + b"\xff\x00\xfe,1,1,1,1,1\n")


def test_a_cell_that_spans_lines_is_a_clear_error_once_a_line_is_asked_for(read):
    incoming = read(HEADER + '2020-01-02,"1\n",1,1,1,1\n2020-01-03,x,1,1,1,1\n')
    with pytest.raises(DataError, match=r"cells that span lines"):
        incoming.locate(np.array([0]))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_prices_that_cross_a_thousand_late_in_a_file_of_dots_are_an_error(read, delimiter):
    days = pd.date_range("2020-01-01", periods=46).strftime("%Y-%m-%d")
    prices = [*map(str, range(950, 995)), "1.001"]
    rows = [f"{day},{p},{p},{p},{p},7\n" for day, p in zip(days, prices, strict=True)]
    content = (HEADER + "".join(rows)).replace(",", delimiter)
    with pytest.raises(DataError, match=r"'1.001' may be thousands .*Pass decimal='\.' or"):
        read(content)
    assert read(content, decimal=",").bars["close"].iloc[-1] == 1001
    assert read(content, decimal=".").bars["close"].iloc[-1] == 1.001
    told = content.replace("950", "950.5")
    assert read(told).bars["close"].iloc[[0, -1]].tolist() == [950.5, 1.001]
