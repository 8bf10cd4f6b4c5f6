"""What a parameters cell declares, and which values fit it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.batch.parameters import Parameter, declared
from bitstockerz_lab.errors import DataError


def parameter(kind, default="0"):
    return Parameter("x", kind, default, "")


def test_a_cell_declares_names_kinds_defaults_and_remarks_in_its_order():
    cell = declared(
        'symbol: str = "AAPL"   # symbols.symbol\n'
        "# a line of its own\n"
        "fee_bps: float = 5.0  # per side, 5 = 0.05 %\n"
        "version: int | None = None\n"
        "grid: dict = {\n"
        '    "fast": [5, 10],  # inside\n'
        "}  # what varies\n"
        "free = 3\n"
    )
    assert list(cell) == ["symbol", "fee_bps", "version", "grid", "free"]
    assert cell["symbol"] == Parameter("symbol", "str", "'AAPL'", "symbols.symbol")
    assert cell["fee_bps"] == Parameter("fee_bps", "float", "5.0", "per side, 5 = 0.05 %")
    assert cell["version"].kinds == ["int", "None"]
    assert cell["grid"].help == "what varies"
    assert cell["free"].kinds == []


@pytest.mark.parametrize(
    ("kind", "kinds"),
    [
        ("Optional[int]", ["int", "None"]),
        ("Union[int, float, None]", ["int", "float", "None"]),
        ("dict[str, int | float]", ["dict"]),
        ("'list[str] | None'", ["list", "None"]),
        ("datetime.date", []),
        ("", []),
    ],
)
def test_an_annotation_says_which_types_a_value_may_have(kind, kinds):
    assert parameter(kind).kinds == kinds


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("float", 5, 5.0),
        ("float", np.float32(0.5), 0.5),
        ("int", 50.0, 50),
        ("int", np.int64(7), 7),
        ("str", date(2020, 1, 2), "2020-01-02"),
        ("str", pd.Timestamp("2020-01-02"), "2020-01-02"),
        ("str", Path("a/b"), str(Path("a/b"))),
        ("bool", True, True),
        ("int | None", None, None),
        ("list[int]", range(3), [0, 1, 2]),
        ("dict", {"fast": np.int64(5), "slow": (1, 2)}, {"fast": 5, "slow": [1, 2]}),
        ("", np.array([1.5]), [1.5]),
    ],
)
def test_a_value_that_means_the_declared_type_is_turned_into_it(kind, value, wanted):
    found = parameter(kind).check(value)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("float", "5"),
        ("float", True),
        ("float", None),
        ("int", 5.5),
        ("int", False),
        ("str", 5),
        ("str", ["AAPL"]),
        ("bool", 1),
        ("list", "AAPL"),
        ("dict", [1]),
        ("dict", {1: "a number for a name"}),
        ("dict", {"what": object()}),
        ("", object()),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_way_out(kind, value):
    with pytest.raises(DataError, match=r"Parameter 'x' .* Leave it out to keep its default, 0\."):
        parameter(kind).check(value)


def test_the_article_of_a_type_is_the_right_one():
    with pytest.raises(DataError, match="is an int; 'two' is a str"):
        parameter("int").check("two")
    with pytest.raises(DataError, match="is a str; 5 is an int"):
        parameter("str").check(5)


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("str", "5", "5"),
        ("float", "5", 5.0),
        ("int", "12", 12),
        ("bool", "true", True),
        ("bool", "False", False),
        ("dict", '{"fast": 20}', {"fast": 20}),
        ("dict", "{'fast': 20}", {"fast": 20}),
        ("int | None", "null", None),
        ("int | None", "3", 3),
        ("", "2.5", 2.5),
        ("", "plain words", "plain words"),
    ],
)
def test_a_command_lines_text_is_read_as_the_declared_type(kind, text, wanted):
    found = parameter(kind).parse(text)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(("kind", "text"), [("int", "5.5"), ("float", "much"), ("dict", "[1]")])
def test_a_command_lines_text_of_another_type_is_refused(kind, text):
    with pytest.raises(DataError, match=r"Parameter 'x' is an? "):
        parameter(kind).parse(text)
