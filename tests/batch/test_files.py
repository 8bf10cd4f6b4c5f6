"""Sets of parameters read from a file."""

from __future__ import annotations

import pytest

from bitstockerz_lab.batch.files import read_sets
from bitstockerz_lab.batch.parameters import declared
from bitstockerz_lab.errors import DataError, UnknownName

KNOWN = declared('symbol: str = "A"\nfee_bps: float = 0.0\nparameters: dict = {}')


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_a_row_of_a_csv_is_a_set_and_an_empty_cell_leaves_the_default(tmp_path):
    path = write(
        tmp_path,
        "sets.csv",
        'symbol, fee_bps,parameters\nAAPL,5,\n007,,"{""fast"": 20}"\n',
    )
    assert read_sets(path, KNOWN) == {
        "over": [
            {"symbol": "AAPL", "fee_bps": 5.0},
            {"symbol": "007", "parameters": {"fast": 20}},
        ]
    }


def test_yaml_is_a_list_of_sets_or_what_the_verb_takes(tmp_path):
    sets = write(tmp_path, "a.yaml", "- {symbol: AAPL, fee_bps: 5}\n- {symbol: MSFT}\n")
    assert read_sets(sets, KNOWN)["over"] == [{"symbol": "AAPL", "fee_bps": 5}, {"symbol": "MSFT"}]
    asked = write(
        tmp_path, "b.yml", "over:\n  symbol: [AAPL, MSFT]\nhow: zip\nparameters:\n  fee_bps: 5\n"
    )
    assert read_sets(asked, KNOWN) == {
        "over": {"symbol": ["AAPL", "MSFT"]}, "how": "zip", "parameters": {"fee_bps": 5},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "symbol,fee_bps\nAAPL\n", "line 2: a row has 2 cells"),
        ("a.csv", "symbol,fee_bps\nAAPL,1,2\n", "line 2: a row has 2 cells"),
        ("a.csv", "symbol,fee_bps\nAAPL,much\n", r"line 2: Parameter 'fee_bps' is a float"),
        ("a.csv", "symbol\n", "holds no set of parameters"),
        ("a.yaml", "", "no list of parameter sets"),
        ("a.yaml", "symbols: [A]", "no list of parameter sets"),
        ("a.yaml", "- [", "is no YAML"),
        ("a.toml", "x = 1", r"'\.toml' is no kind of file known here"),
    ],
)
def test_a_file_that_says_no_sets_is_refused(tmp_path, name, text, told):
    with pytest.raises(DataError, match=told):
        read_sets(write(tmp_path, name, text), KNOWN)


def test_an_unknown_column_or_file_names_the_nearest(tmp_path):
    path = write(tmp_path, "sets.csv", "symbl\nAAPL\n")
    with pytest.raises(UnknownName, match="Did you mean 'symbol'"):
        read_sets(path, KNOWN)
    with pytest.raises(UnknownName, match=r"Did you mean '.*sets\.csv'"):
        read_sets(tmp_path / "set.csv", KNOWN)
