"""What a batch would run, settled before it does."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from bitstockerz_lab.batch.parameters import declared
from bitstockerz_lab.batch.plan import free_paths, item_name, notebook_parameters, parameter_sets
from bitstockerz_lab.errors import DataError, UnknownName

KNOWN = declared('symbol: str = "A"\nfee_bps: float = 0.0\nparameters: dict = {}')


def sets(over=None, how="product", parameters=None, known=KNOWN):
    return parameter_sets(over, how, parameters, known, "tiny.ipynb")


def test_nothing_to_vary_is_one_item():
    assert sets() == [{}]
    assert sets(parameters={"fee_bps": 5}) == [{"fee_bps": 5.0}]


def test_product_runs_every_combination_the_last_name_fastest():
    found = sets({"symbol": ["A", "B"], "fee_bps": [0, 5]}, parameters={"parameters": {"fast": 5}})
    assert [(item["symbol"], item["fee_bps"]) for item in found] == [
        ("A", 0.0), ("A", 5.0), ("B", 0.0), ("B", 5.0)
    ]  # fmt: skip
    assert all(item["parameters"] == {"fast": 5} for item in found)


def test_zip_pairs_values_off():
    found = sets({"symbol": ["A", "B"], "fee_bps": [0, 5]}, how="zip")
    assert found == [{"symbol": "A", "fee_bps": 0.0}, {"symbol": "B", "fee_bps": 5.0}]


def test_zip_with_unequal_lengths_says_which():
    with pytest.raises(DataError, match="symbol has 2, fee_bps has 1"):
        sets({"symbol": ["A", "B"], "fee_bps": [0]}, how="zip")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"over": {}}, "varies nothing"),
        ({"over": {"symbol": []}}, r"over\['symbol'\] is empty"),
        ({"over": {"symbol": "AAPL"}}, "must be a list of values"),
        ({"over": {"symbol": ["A"]}, "parameters": {"symbol": "A"}}, "both varies"),
        ({"over": {"fee_bps": [1, "two"]}}, "'fee_bps' is a float; 'two' is a str"),
        ({"how": "cross"}, "'product' or 'zip'"),
        ({"parameters": {"symbol": "A"}, "known": {}}, "no cell tagged 'parameters'"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, told):
    with pytest.raises(DataError, match=told):
        sets(**arguments)


@pytest.mark.parametrize("where", ["over", "parameters"])
def test_an_unknown_parameter_is_an_error_that_names_the_nearest(where):
    with pytest.raises(UnknownName, match=r"No parameter 'symbl'\. Did you mean 'symbol'\?"):
        sets(**{where: {"symbl": ["A"]}})


@pytest.mark.parametrize(
    "over",
    [{"symbol": ["A", "B", "A"]}, [{"fee_bps": 5}, {"symbol": "B"}, {"fee_bps": 5.0}]],
)
def test_a_set_that_comes_twice_is_refused(over):
    with pytest.raises(DataError, match=r"Sets 1 and 3 are the same: \{.*\}\. Take one out\."):
        sets(over)


def test_a_value_that_does_not_fit_is_told_with_its_set():
    with pytest.raises(DataError, match="Set 2: Parameter 'fee_bps' is a float"):
        sets([{"fee_bps": 1}, {"fee_bps": "two"}])


def test_a_parameter_far_from_any_gets_the_list_of_them():
    with pytest.raises(UnknownName, match=r"tiny\.ipynb has symbol, fee_bps, parameters"):
        sets(parameters={"leverage": 2})


def test_a_missing_notebook_is_an_error_that_names_the_nearest(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "backtest.ipynb")
    with pytest.raises(UnknownName, match=r"Did you mean '.*backtest\.ipynb'"):
        notebook_parameters(tmp_path / "backtset.ipynb")


@pytest.mark.parametrize("text", ["", "not json", "[]", json.dumps({"worksheets": []})])
def test_a_file_that_is_no_notebook_is_an_error(tmp_path, text):
    (tmp_path / "odd.ipynb").write_text(text)
    with pytest.raises(DataError, match="no Jupyter notebook"):
        notebook_parameters(tmp_path / "odd.ipynb")


def test_a_parameters_cell_that_is_no_plain_python_is_an_error(tmp_path):
    cell = nbformat.v4.new_code_cell("!ls", metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "odd.ipynb")
    with pytest.raises(DataError, match="no plain Python"):
        notebook_parameters(tmp_path / "odd.ipynb")


@pytest.mark.parametrize(
    ("values", "varying", "name"),
    [
        ({"symbol": "AAPL"}, ["symbol"], "backtest-AAPL"),
        ({"symbol": "BTC/USD", "fee_bps": 0.5}, ["symbol", "fee_bps"], "backtest-BTC-USD-0.5"),
        ({"symbol": "../../etc/passwd"}, ["symbol"], "backtest-etc-passwd"),
        ({"fee_bps": -1.0}, ["fee_bps"], "backtest-minus1"),
        ({"symbol": "AAPL", "start": "2020"}, [], "backtest-AAPL"),
        ({"parameters": {"fast": 5}}, ["parameters"], "backtest-fast-5"),
        ({"symbol": "AAPL", "parameters": {"fast": 5}}, ["parameters"], "backtest-AAPL-fast-5"),
        ({"symbols": ["AAPL", "QQQ"]}, ["symbols"], "backtest-AAPL-QQQ"),
        ({"parameters": {}}, ["parameters"], "backtest"),
        ({"symbol": "Größe 中"}, ["symbol"], "backtest-Gr-e"),
        ({"symbol": "x" * 500}, ["symbol"], "backtest-" + "x" * 71),
    ],
)
def test_an_items_files_have_readable_names_safe_anywhere(values, varying, name):
    assert item_name(Path("backtest.ipynb"), values, varying) == name


def test_a_name_that_is_taken_is_never_written_over(tmp_path):
    first = free_paths("backtest-AAPL", 12, tmp_path, tmp_path)
    assert [path.name for path in first] == [
        "backtest-AAPL-000012.ipynb", "backtest-AAPL-000012.html"
    ]  # fmt: skip
    first[1].touch()
    second = free_paths("backtest-AAPL", 12, tmp_path, tmp_path)
    assert second[0].name == "backtest-AAPL-2-000012.ipynb"
