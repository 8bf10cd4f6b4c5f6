"""Numbers as people write them, decided by the whole file or not at all."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import numbers


def read(*cells, name="open", decimal=None, wary=False):
    column = pa.chunked_array([pa.array(list(cells), pa.string())])
    read_, notes = numbers.read({name: column}, "file.csv", decimal, wary=wary)
    return [None if math.isnan(value) else value for value in read_[name].tolist()], notes


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,234.5", "1,234", "12"], [1234.5, 1234, 12]),
        (["1,234,567", "1,234"], [1_234_567, 1234]),
        (["12,34,567.8"], [1_234_567.8]),
        (["1.234,5", "1.234", "12"], [1234.5, 1234, 12]),
        (["1.234.567", "12,5"], [1_234_567, 12.5]),
        (["0,123", "1,234"], [0.123, 1.234]),
        (["1234,567", "1,234"], [1234.567, 1.234]),
        (["1 234,56", "1\u00a0234\u202f567"], [1234.56, 1_234_567]),
        (["1'234.5", "1’234"], [1234.5, 1234]),
        (["$1,234.50", "-$5", "5 €", "£.5"], [1234.5, -5, 5, 0.5]),
        (["1.5e3", "+2", "-.5", "inf"], [1500, 2, -0.5, math.inf]),
        (["12.5", "1,23", "1,2345", "x", "1_0", "0x1", "", None], [12.5] + [None] * 7),
    ],
)
def test_a_mark_means_what_the_whole_column_allows(cells, values):
    decimal = "." if "1,23" in cells else None
    assert read(*cells, decimal=decimal)[0] == values


@pytest.mark.parametrize(
    ("cells", "wary"),
    [(["1,234", "12"], False), (["1,234", "1.234"], False), (["1.234", "12"], True)],
)
def test_three_digits_after_a_lone_mark_are_an_error_that_names_the_option(cells, wary):
    with pytest.raises(DataError, match=r"may be thousands .*Pass decimal='\.' or decimal=','"):
        read(*cells, wary=wary)


def test_the_option_decides():
    assert read("1,234", "12", decimal=".")[0] == [1234, 12]
    assert read("1,234", "12", decimal=",")[0] == [1.234, 12]
    assert read("1.234", wary=True, decimal=".")[0] == [1.234]
    assert read("1.234", "1.23", decimal=",")[0] == [1234, None]


def test_two_decimal_marks_in_one_file_are_an_error():
    with pytest.raises(DataError, match=r"'12.5' and '1,5' use different decimal marks"):
        read("12.5", "1,5")


def test_a_dot_is_the_decimal_mark_unless_something_speaks_against_it():
    assert read("1.234", "1234") == ([1.234, 1234], [])


def test_one_column_decides_for_the_others():
    columns = {
        name: pa.chunked_array([pa.array(cells)])
        for name, cells in {"open": ["12.5"], "volume": ["1,234"]}.items()
    }
    assert numbers.read(columns, "file.csv")[0]["volume"].tolist() == [1234]


def test_letters_round_volumes_only():
    values, notes = read("1.2M", "3.45k", "2 B", "7", "1,234.5K", name="volume")
    assert values == [1_200_000, 3450, 2_000_000_000, 7, 1_234_500]
    assert notes[0].startswith("Volumes like '1.2M' are rounded by the source")
    assert read("1.2M", "3.4")[0] == [None, 3.4]


def test_numbers_that_are_numbers_pass_through():
    column = pa.chunked_array([pa.array([1.5, None])])
    values, notes = numbers.read({"open": column}, "frame")
    assert values["open"][0] == 1.5
    assert math.isnan(values["open"][1])
    assert notes == []


def test_what_says_that_there_is_nothing():
    column = pa.chunked_array([pa.array(["", " - ", "N/A", "null", None, "0", "x"])])
    assert numbers.is_empty(column).tolist() == [True] * 5 + [False] * 2
    assert numbers.is_empty(pa.chunked_array([pa.array([1.0, None, math.nan])])).tolist() == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("cells", "proof"),
    [(["1.234", "5"], False), (["1.234", "1.23"], True), (["5"], False), (["0.123"], True)],
)
def test_a_sample_proves_a_point_only_by_a_number_that_is_no_thousand(cells, proof):
    assert numbers.prove_a_point(cells) is proof
