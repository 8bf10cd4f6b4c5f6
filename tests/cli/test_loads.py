"""The command load takes files as they come, in the command line's own words."""

from __future__ import annotations

import gzip

import pytest

from tests.helpers import make_bars

HEADER = "date,open,high,low,close,volume\n"


def test_a_folder_loads_without_a_word_on_its_symbols(call, tmp_path):
    folder = tmp_path / "bars"
    folder.mkdir()
    for name in ("A", "B_1d"):
        make_bars(30).to_csv(folder / f"{name}.csv")
    (folder / "A_factors.csv").write_text("x")
    answer = call("load", folder, "--exchange", "XNYS", "--json")
    assert answer.status == 0
    assert (answer.json["symbols"], answer.json["inserted"]) == (["A", "B"], 60)
    assert "A_factors.csv" in answer.json["notes"][0]
    assert "60 duplicates" in call("load", folder / "A.csv", folder / "B_1d.csv").out
    (folder / "A.csv.gz").write_bytes(gzip.compress((folder / "A.csv").read_bytes()))
    assert "90 duplicates" in call("load", folder / "*.csv*").out


def test_every_option_of_the_layout_arrives(call, tmp_path):
    path = tmp_path / "bars.txt"
    path.write_text("02.01.2020 15:00;x;1,5;2,5;1,5;1,5;3;A-USD\n")
    answer = call(
        "load", path, "--exchange", "bitstamp", "--timeframe", "1h", "--decimal", ",",
        "--columns", "at,other,open,high,low,close,units,code", "--time-column", "at",
        "--symbol-column", "code", "--volume-column", "units", "--timezone", "Asia/Tokyo",
        "--date-format", "%d.%m.%Y %H:%M", "--json",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    assert (answer.json["symbol"], answer.json["first"]) == ("A-USD", "2020-01-02T06:00:00+00:00")
    path.write_text("date,open,high,low,close\n2020-01-02,1,2,1,1\n")
    assert call("load", path, "--symbol", "B", "--asset-type", "EQUITY").status == 1
    words = ["load", path, "--symbol", "B", "--asset-type", "EQUITY", "--zero-volume"]
    assert call(*words).status == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            HEADER.replace("\n", ",vol x\n") + "2020-01-02,1,2,1,1,5,6\n",
            "Pass --volume-column 'vol",
        ),
        (HEADER + '2020-01-02,1,2,1,1,"1,234"\n', "Pass --decimal '.' or --decimal ','."),
        (HEADER + "1/2/2020,1,2,1,1,5\n", "Pass --date-format '%m/%d/%Y' or --date-format"),
        (HEADER.replace(",volume", "") + "2020-01-02,1,2,1,1\n", "or --zero-volume to store 0"),
        ("2020-01-02,1,2,1,1,5\n", "Pass its names, like --columns timestamp,open,high,low,close"),
        (HEADER + "2020-01-02,1,2,1,1,5\n", "Pass --asset-type 'EQUITY' or --asset-type 'CRYPTO'"),
        ("date,price_factor,split_factor\n", "which bitstockerz load --factors loads"),
    ],
)
def test_an_error_names_the_options_of_the_command_line(call, tmp_path, content, told):
    path = tmp_path / "A.csv"
    path.write_text(content)
    answer = call("load", path)
    assert answer.status == 1
    assert told in answer.err


def test_what_can_only_be_one_thing_is_asked_for_as_one(call):
    for words in (
        ["--factors", "f.csv", "--actions", "a.csv", "--symbol", "A"],
        ["x", "--actions", "a"],
    ):
        assert call("load", *words).status == 2
    assert "need a --symbol" in call("load", "--actions", "a.csv").err


def test_splits_and_dividends_load(ready, tmp_path):
    path = tmp_path / "actions.csv"
    path.write_text("date,dividend\n2020-06-01,0.25\n2020-07-01,0.5\n")
    answer = ready("load", "--actions", path, "--symbol", "ACME", "--json")
    assert answer.status == 0, answer.err
    assert answer.json["inserted"] == 2


def test_weeks_are_refused_in_a_sentence(call, tmp_path):
    path = tmp_path / "WK.csv"
    path.write_text(HEADER + "2020-01-02,1,2,1,1,5\n")
    answer = call("load", path, "--timeframe", "1w", "--asset-type", "EQUITY")
    assert answer.status == 1
    assert "1w bars have no table." in answer.err
