"""Exports as the sites write them: each is loaded, or refused with the option that decides."""

from __future__ import annotations

import numpy as np
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files.gathering import Reading
from bitstockerz_lab.market.files.layout import Layout

CRYPTO_DATA_DOWNLOAD = """https://www.CryptoDataDownload.com
unix,date,symbol,open,high,low,close,Volume BTC,Volume USD
1646092800000,2022-03-01 00:00:00,BTC/USD,43,44,42,43.5,49.25,2116
1646089200,2022-02-28 23:00:00,BTC/USD,42,43,41,42.5,106.75,4561
"""
BINANCE = """1577836800000,7195,7196,7175,7177,511.5,1577840399999,3675856,7640,226,1624571,0
1577840400000,7176,7230,7175,7216,883.5,1577843999999,6365952,9033,570,4115302,0
"""
INVESTING = """\ufeff"Date","Price","Open","High","Low","Vol.","Change %"
"01/31/2020","1,234.56","1,230.10","1,240.00","1,229.90","1.20M","0.5%"
"01/30/2020","234.56","230.10","240.00","229.90","-","0.5%"
"01/29/2020","234.56","230.10","240.00","229.90","345.6K","0.5%"
"""


@pytest.fixture
def read(tmp_path):
    def reading(name, content, timeframe=None, symbol=None, **layout):
        path = tmp_path / name
        path.write_text(content)
        (incoming,), _ = Reading(Layout(**layout), timeframe, symbol).files(path)
        return incoming

    return reading


def first(incoming):
    return f"{incoming.bars.index[0]:%Y-%m-%d %H}", incoming.bars.iloc[0].tolist()


def test_yahoos_adjusted_close_is_never_the_close(read):
    header, row = "Date,Open,High,Low,Close,Adj Close,Volume\n", "2020-01-02,74,76,73,75,70,135\n"
    incoming = read("AAPL.csv", header + row)
    assert first(incoming) == ("2020-01-02 00", [74, 76, 73, 75, 135])
    assert any("'Adj Close' is not used" in note for note in incoming.notes)
    with pytest.raises(
        DataError, match=r"no column close; .*'Adj Close' is an adjusted close, and"
    ):
        read("AAPL.csv", header.replace(",Close", "") + row.replace(",75", ""))


def test_stooqs_angle_brackets_and_time_column_are_read(read):
    header = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
    incoming = read("data.txt", header + "AAPL.US,D,20200102,000000,74,76,73,75,135,0\n")
    assert first(incoming) == ("2020-01-02 00", [74, 76, 73, 75, 135])
    assert incoming.owners.symbols == ("AAPL.US",)
    hourly = read("data.txt", header + "AAPL.US,60,20200102,150000,74,76,73,75,135,0\n", "1h")
    assert first(hourly)[0] == "2020-01-02 15"


def test_a_date_and_a_time_of_day_in_two_columns_are_joined(read):
    header = "Time,Date,Open,High,Low,Close,Volume\n"
    incoming = read(
        "A.csv", header + "9:00 AM,01/31/2020,1,2,1,1,5\n10:00 AM,01/31/2020,1,2,1,1,5\n"
    )
    assert incoming.timeframe == "1h"
    assert [stamp.hour for stamp in incoming.bars.index] == [9, 10]
    metatrader = header.replace(",", "\t") + "15:00:00\t2020.01.31\t1\t2\t1\t1\t5\n"
    assert first(read("A_1h.csv", metatrader))[0] == "2020-01-31 15"


def test_cryptodatadownload_loads_with_no_option(read):
    incoming = read("Bitstamp_BTCUSD_1h.csv", CRYPTO_DATA_DOWNLOAD)
    assert first(incoming) == ("2022-03-01 00", [43, 44, 42, 43.5, 49.25])
    assert (incoming.owners.symbols, incoming.timeframe) == (("BTC-USD",), "1h")
    assert (
        "Stamps like 1646092800000 were read as unix time, 1 in seconds and 1 in milliseconds."
        in incoming.notes
    )
    assert "Stamps are of the column 'unix'; 'date' agrees." in incoming.notes


def test_two_columns_of_stamps_that_disagree_are_an_error_that_names_both(read):
    wrong = CRYPTO_DATA_DOWNLOAD.replace("02-28 23", "02-28 22")
    with pytest.raises(
        DataError,
        match=r"'unix' and 'date' disagree in 1 row\(s\).*2022-02-28 23:00:00 and 2022-02-28 22:.*"
        r"time_column='unix' or time_column='date'",
    ):
        read("A_1h.csv", wrong)
    assert read("A_1h.csv", wrong, time_column="DATE").bars.index.hour.tolist() == [0, 22]
    unread = CRYPTO_DATA_DOWNLOAD.replace("2022-0", "some day ")
    notes = read("A_1h.csv", unread).notes
    assert any("'date' was not read" in note for note in notes)


def test_klines_without_a_header_need_their_names(read):
    with pytest.raises(DataError, match=r"no header.*Binance's klines: pass columns=\['open_time'"):
        read("BTCUSDT-1h-2020-01.csv", BINANCE)
    names = ["open_time", "open", "high", "low", "close", "volume"]
    for factor in ("", "000"):
        content = BINANCE.replace("00000,7", f"00000{factor},7")
        incoming = read("BTCUSDT-1h-2020-01.csv", content, columns=names)
        assert first(incoming) == ("2020-01-01 00", [7195, 7196, 7175, 7177, 511.5])
    assert (incoming.owners.symbols, incoming.timeframe) == (("BTCUSDT",), "1h")
    with pytest.raises(DataError, match=r"Pass its names, like columns=\['timestamp', 'open'"):
        read("A.csv", "2020-01-02,1,2,1,1,5\n")
    with pytest.raises(DataError, match=r"has 12 columns, and columns= names 13"):
        read("A.csv", BINANCE, columns=list("abcdefghijklm"))


def test_names_that_are_given_take_the_place_of_a_header(read):
    content = "Tag,Auf,Hoch,Tief,Zu,Stück\n2020-01-02,1,2,1,1,5\n"
    names = ["date", "open", "high", "low", "close", "volume"]
    incoming = read("A.csv", content, columns=names)
    assert first(incoming) == ("2020-01-02 00", [1, 2, 1, 1, 5])
    assert "Line 1 was skipped: 'Tag,Auf,Hoch,Tief,Zu,Stück'." in incoming.notes


def test_investings_numbers_and_rounded_volumes_are_read_and_told(read):
    incoming = read("MSFT.csv", INVESTING)
    assert first(incoming) == ("2020-01-31 00", [1230.10, 1240, 1229.90, 1234.56, 1_200_000])
    assert incoming.bars["volume"].isna().tolist() == [False, True, False]
    assert incoming.bars["volume"].iloc[2] == 345_600
    told = " ".join(incoming.notes)
    assert "Commas part thousands, like in '1,230.10'." in told
    assert "Volumes like '1.20M' are rounded" in told
    assert "1 row(s) have no volume; zero_volume=True stores 0 for them." in told
    filled = read("MSFT.csv", INVESTING, zero_volume=True)
    assert filled.bars["volume"].tolist() == [1_200_000, 0, 345_600]


def test_nasdaqs_dollar_signs_are_taken_away(read):
    content = (
        "Date,Close/Last,Volume,Open,High,Low\n01/31/2020,$309.51,49,$320.93,$322.68,$308.29\n"
    )
    assert first(read("NDQ.csv", content))[1] == [320.93, 322.68, 308.29, 309.51, 49]


def test_german_numbers_and_dates_are_read(read):
    content = (
        "Date;Open;High;Low;Close;Volume\n"
        "31.01.2020;1.234,56;1.240,00;1.229,90;1.230,10;1.234.567\n"
        "30.01.2020;234,56;240,00;229,90;230,10;1.234\n"
    )
    incoming = read("SAP.csv", content)
    assert first(incoming) == ("2020-01-31 00", [1234.56, 1240, 1229.90, 1230.10, 1_234_567])
    assert incoming.bars["volume"].iloc[1] == 1234
    assert "Numbers were read with a decimal comma, like in '1.234,56'." in incoming.notes


def test_a_file_without_volumes_loads_only_if_zero_is_asked_for(read):
    rows = "2020-01-02,1,2,1,1\n"
    with pytest.raises(DataError, match=r"no column volume; .*volume_column= .* zero_volume=True"):
        read("A.csv", "date,open,high,low,close\n" + rows)
    incoming = read("A.csv", "date,open,high,low,close\n" + rows, zero_volume=True)
    assert first(incoming)[1] == [1, 2, 1, 1, 0]
    with pytest.raises(DataError, match=r"no row has a volume. Pass zero_volume=True"):
        read("A.csv", "date,open,high,low,close,volume\n" + rows.replace("1\n", "1,-\n"))


def test_one_letter_is_a_name(read):
    assert first(read("A.csv", "t,o,h,l,c,v\n1577923200,1,2,1,1,5\n")) == (
        "2020-01-02 00",
        [1, 2, 1, 1, 5],
    )


def test_the_usual_name_wins_over_the_others_and_two_others_are_asked_about(read):
    header = "date,open,high,low,close,last,volume\n"
    assert first(read("A.csv", header + "2020-01-02,1,3,1,2,9,5\n"))[1] == [1, 3, 1, 2, 5]
    with pytest.raises(
        DataError, match=r"more than one column for the same thing: 'price' and 'la"
    ):
        read("A.csv", header.replace("close", "price") + "2020-01-02,1,3,1,2,9,5\n")


def test_a_factor_file_says_where_it_belongs(read):
    with pytest.raises(DataError, match=r"It is a file of price factors, which load_factors loads"):
        read("A.csv", "date,price_factor,split_factor,reference_price\n2020-01-02,1,1,0\n")


YFINANCE = """Price,Close,High,Low,Open,Volume
Ticker,AAPL,AAPL,AAPL,AAPL,AAPL
Date,,,,,
2020-01-02,11,12,9,10,100
2020-01-03,12,13,10,11,200
"""


def test_a_frame_of_yfinance_as_pandas_writes_it(tmp_path):
    path = tmp_path / "download.csv"
    lines = YFINANCE.splitlines(keepends=True)
    for text in (YFINANCE, "".join([lines[1], lines[0], *lines[2:]])):
        path.write_text(text)
        (incoming,), _ = Reading(Layout()).files(path)
        assert incoming.owners.symbols == ("AAPL",)
        assert incoming.bars.to_numpy().tolist() == [
            [10, 12, 9, 11, 100],
            [11, 13, 10, 12, 200],
        ]
        assert f"{incoming.bars.index[0]:%Y-%m-%d}" == "2020-01-02"
        assert any("adjusted for splits and dividends" in note for note in incoming.notes)
        assert incoming.locate(np.array([1])) == ([5], ["2020-01-03,12,13,10,11,200"])
    (incoming,), _ = Reading(Layout(), symbol="MSFT").files(path)
    assert "The file says 'AAPL'; its bars are loaded as MSFT, as asked." in incoming.notes
    path.write_text(YFINANCE.replace("Ticker,AAPL", "Ticker,MSFT"))
    with pytest.raises(DataError, match=r"columns of 2 symbols side by side: MSFT, AAPL"):
        Reading(Layout()).files(path)
