"""The catalogue equals an independent library, in every column of every file there is."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.strategies.indicators.reference_table import COLUMNS, table

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def differences(reference):
    return table(reference / "indicators")


def test_every_column_is_equal_to_1e_9_from_the_first_valid_row(differences):
    print(differences.to_string(index=False))  # noqa: T201 - shown by pytest -rP
    assert (differences["largest_relative_difference"] <= 1e-9).all()
    assert (differences["unmatched"] == 0).all()
    assert (differences["values"] > 150).all()


def test_no_column_of_no_file_is_left_out(reference):
    there = {
        (path.stem.removeprefix("expected_"), column)
        for path in (reference / "indicators").glob("expected_*.csv")
        for column in pd.read_csv(path, nrows=1).columns.drop("timestamp")
    }
    assert there == {(file, column) for file, column, *_ in COLUMNS}
