"""Frames and Parquet files as they come."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import readers
from bitstockerz_lab.market.files.layout import Layout
from bitstockerz_lab.market.files.opening import unpack
from tests.helpers import make_bars


def test_a_frame_is_taken_by_its_index_with_columns_in_any_case_and_order():
    good = make_bars(5)
    strange = good[["volume", "low", "high", "close", "open"]].rename(columns=str.title)
    strange = strange.assign(Sector="X")
    incoming = readers.read_frame(strange)
    pd.testing.assert_frame_equal(incoming.bars, good, check_freq=False, check_index_type=False)
    assert incoming.notes == ["Columns left out: Sector."]


def test_which_column_of_a_frame_or_parquet_file_is_the_volume_is_asked(tmp_path):
    two = make_bars(3).assign(Volume_USD=7.0)
    two.to_parquet(tmp_path / "two.parquet")
    for reading, source in (
        (readers.read_frame, two),
        (readers.read_parquet, tmp_path / "two.parquet"),
    ):
        with pytest.raises(DataError, match=r"'volume' and 'Volume_USD', and picking one"):
            reading(source)
        assert (
            reading(source, layout=Layout(volume_column="volume_usd")).bars["volume"] == 7
        ).all()
        assert (
            reading(source, layout=Layout(volume_column="volume")).bars["volume"] == two["volume"]
        ).all()


def test_days_of_another_zone_are_told():
    good = make_bars(3)
    assert readers.read_frame(good).notes == []
    tokyo = good.set_axis(good.index.tz_localize(None).tz_localize("Asia/Tokyo"))
    incoming = readers.read_frame(tokyo)
    assert incoming.bars.index.equals(good.index)
    assert incoming.notes == [
        "Dates were taken as written in Asia/Tokyo; no day was converted to UTC."
    ]


@pytest.mark.parametrize("column", ["date", "Timestamp"])
def test_a_frame_without_such_an_index_has_a_stamp_column(column):
    good = make_bars(5)
    with_column = good.rename_axis(column).reset_index()
    for stamps in (with_column[column], with_column[column].dt.strftime("%Y-%m-%d")):
        bars = readers.read_frame(with_column.assign(**{column: stamps})).bars
        pd.testing.assert_frame_equal(bars, good, check_freq=False, check_index_type=False)


def test_cells_that_are_no_numbers_become_nan_and_the_frame_stays_as_it_is():
    frame = make_bars(3).astype(object)
    frame.iloc[1, 0] = "ten"
    frame.iloc[2, 1] = None
    before = frame.copy()
    bars = readers.read_frame(frame).bars
    assert bars["open"].isna().tolist() == [False, True, False]
    assert bars["high"].isna().tolist() == [False, False, True]
    pd.testing.assert_frame_equal(frame, before)


def test_a_row_of_a_frame_is_found_again_by_its_number_and_text():
    frame = make_bars(3).rename_axis("date").reset_index()
    frame["open"] = [1.0, 2.0, 3.0]
    lines, originals = readers.read_frame(frame).locate(np.array([2]))
    assert lines == [3]
    assert originals[0].startswith("2020-01-03 00:00:00+00:00,3.0,")


def test_the_digest_of_a_frame_is_of_its_content():
    good = make_bars(5)
    digest = readers.read_frame(good).digest()
    assert readers.read_frame(good.copy()).digest() == digest
    assert readers.read_frame(good * 2).digest() != digest
    assert readers.read_frame(good.assign(x=[[1]] * 5)).digest() != digest


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (make_bars(3).drop(columns=["low", "volume"]), "frame has no column low, volume"),
        (make_bars(3).reset_index(drop=True), "has no column timestamp or date"),
        (make_bars(3).assign(OPEN=1), "more than one column for the same thing: 'open' and 'OPEN'"),
        (make_bars(3)[:0], "frame has no rows"),
    ],
)
def test_a_frame_that_is_none_of_bars_is_one_clear_error(frame, message):
    with pytest.raises(DataError, match=message):
        readers.read_frame(frame)


def test_a_parquet_file_is_read_like_a_frame(tmp_path):
    good = make_bars(5)
    path = tmp_path / "bars.parquet"
    good.to_parquet(path)
    incoming = readers.read_parquet(path)
    pd.testing.assert_frame_equal(incoming.bars, good, check_freq=False, check_index_type=False)
    assert incoming.source == "bars.parquet"
    assert incoming.digest() == unpack(path).digest()


def test_a_file_that_is_no_parquet_says_so(tmp_path):
    path = tmp_path / "bars.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(DataError, match=r"bars.parquet cannot be read: .* Get the file again"):
        readers.read_parquet(path)


def test_a_path_must_lead_to_a_file_with_something_in_it(tmp_path):
    (tmp_path / "empty.csv").touch()
    with pytest.raises(DataError, match=r"There is no file .*none.csv. The folder looked from is"):
        readers.existing_file(tmp_path / "none.csv")
    with pytest.raises(DataError, match=r"is a folder. Give the path of one file"):
        readers.existing_file(tmp_path)
    with pytest.raises(DataError, match=r"empty.csv is empty"):
        readers.existing_file(tmp_path / "empty.csv")
    with pytest.raises(DataError, match=r"cannot be read"):
        readers.existing_file(tmp_path / "empty.csv" / "inside")
