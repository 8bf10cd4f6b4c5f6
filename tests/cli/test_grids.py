from __future__ import annotations

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from bitstockerz_lab.cli.grids import grid


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("10,20,50", [10, 20, 50]),
        ("10:50:10", [10, 20, 30, 40, 50]),
        ("10:55:10", [10, 20, 30, 40, 50]),
        ("3:6", [3, 4, 5, 6]),
        ("7", [7]),
        ("5:5:3", [5]),
        ("50:10:-20", [50, 30, 10]),
        ("2, 10:20:5 ,90", [2, 10, 15, 20, 90]),
        ("0.1:0.3:0.1", [0.1, 0.2, 0.3]),
        ("1.0,2", [1.0, 2.0]),
        ("-1:1", [-1, 0, 1]),
        ("1e2", [100]),
    ],
)
def test_values_are_read(text, wanted):
    found = grid([f"fast={text}"])["fast"]
    assert found == wanted
    assert [type(one) for one in found] == [type(one) for one in wanted]


def test_each_parameter_is_named_once():
    assert grid(["fast=1:2", "slow=5"]) == {"fast": [1, 2], "slow": [5]}
    with pytest.raises(typer.BadParameter, match="names 'fast' twice"):
        grid(["fast=1", "fast=2"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fast", "should read name=value"),
        ("fast=", "'' in '' is no number"),
        ("fast=a", "'a' in 'a' is no number"),
        ("fast=1,,2", "is no number"),
        ("fast=nan", "'nan' in 'nan' is no number"),
        ("fast=1:2:3:4", "should read first:last or first:last:step"),
        ("fast=1:9:0", "never gets from 1 to 9"),
        ("fast=9:1", "never gets from 9 to 1"),
        ("fast=0:1:1e-9", "1,000,000 are the most"),
    ],
)
def test_what_cannot_be_read_is_refused(text, told):
    with pytest.raises(typer.BadParameter, match=told):
        grid([text])


@given(first=st.integers(-50, 50), count=st.integers(1, 40), tenths=st.integers(1, 30))
def test_a_range_of_decimals_has_both_ends_and_even_steps(first, count, tenths):
    step = f"{tenths / 10}"
    last = f"{(10 * first + tenths * (count - 1)) / 10}"
    (found,) = grid([f"x={first}:{last}:{step}"]).values()
    assert len(found) == count
    assert (found[0], found[-1]) == (first, float(last))
    assert found == [(10 * first + tenths * place) / 10 for place in range(count)]
