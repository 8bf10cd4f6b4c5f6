"""Frames, Parquet and Arrow files as they come, read into bars; CSV files are in `csv_files`."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.files import columns, numbers, owners, stamps, taking
from bitstockerz_lab.market.files.incoming import Incoming, Malformed
from bitstockerz_lab.market.files.layout import AS_IT_COMES
from bitstockerz_lab.market.files.opening import Opened, unpack
from bitstockerz_lab.market.files.texts import one_line

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from bitstockerz_lab.market.files.columns import Places
    from bitstockerz_lab.market.files.layout import Layout
    from bitstockerz_lab.market.files.sources import Source


def read_frame(
    frame: pd.DataFrame,
    timeframe: str = "1d",
    source: str = "frame",
    layout: Layout = AS_IT_COMES,
    symbol: str | None = None,
    named: str | None = None,
) -> Incoming:
    """Take a frame of bars as it comes.

    Parameters
    ----------
    frame : columns open, high, low, close, volume by any of their usual names; its index are the
        stamps (DatetimeIndex; without a zone they are UTC), else a column is
    timeframe : "1d" or "1h"
    source : what it is called in messages
    layout : what was said of its columns, stamps and numbers
    symbol : whose bars they are, if somebody said
    named : whose they are by the name of the file

    Raises
    ------
    DataError
        A column is missing, there are no rows, or something in it cannot be decided.
    """
    original = frame
    indexed = isinstance(frame.index, pd.DatetimeIndex)
    if not indexed and any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    if original.empty:
        raise DataError(f"{source} has no rows. Give one with bars in it.", source=source)
    names = [str(name) for name in frame.columns]
    first_row = ["" if cell is None else str(cell) for cell in frame.iloc[0].tolist()]
    places = columns.find(
        names, first_row, COLUMNS, layout, source, symbol or named, indexed=indexed
    )
    times = [frame.iloc[:, place] for place in places.stamps] or [frame.index.to_series()]
    if places.clock is not None:
        times[0] = taking.joined(times[0], frame.iloc[:, places.clock])
    index, notes = taking.stamps_of(
        times, [names[place] for place in places.stamps] or ["index"], timeframe, source, layout
    )
    figures, more = _figures(frame, places, source, layout)
    stamps.fit(index, timeframe, source)
    column = None if places.symbol is None else _texts(frame.iloc[:, places.symbol])
    whose, said = owners.of_column(column, symbol, source, names)

    def locate(rows: np.ndarray) -> tuple[list[int], list[str]]:
        chosen = original.iloc[rows].itertuples(index=original is not frame or indexed)
        return (rows + 1).tolist(), [",".join(map(str, row)) for row in chosen]

    return Incoming(
        source,
        timeframe,
        pd.DataFrame(figures, index=index, copy=False),
        Malformed(),
        places.notes + more + notes + said,
        locate,
        lambda: _frame_digest(original),
        whose,
    )


def read_parquet(
    source: str | Path | Source | Opened,
    timeframe: str = "1d",
    layout: Layout = AS_IT_COMES,
    symbol: str | None = None,
    named: str | None = None,
) -> Incoming:
    """Read a Parquet, Feather or Arrow file of bars; its columns are those of `read_frame`.

    Raises
    ------
    DataError
        There is no such file, or it is none of bars.
    """
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy
    from pyarrow import feather, parquet  # noqa: PLC0415 - reason: heavy

    file = source if isinstance(source, Opened) else unpack(source)
    read = parquet.read_table if file.kind == "parquet" else feather.read_table
    try:
        frame = read(file.for_arrow()).to_pandas(split_blocks=True, self_destruct=True)
    except (pa.ArrowException, OSError) as problem:
        raise DataError(
            f"{file.name} cannot be read: {one_line(problem)}. Get the file again.",
            source=file.name,
        ) from problem
    incoming = read_frame(frame, timeframe, file.name, layout, symbol, named)
    return replace(incoming, digest=file.digest)


def existing_file(path: str | Path) -> Opened:
    """Return a file that is there and not empty, unpacked.

    Raises
    ------
    DataError
        It is not there, is a folder, may not be read, or is empty.
    """
    return unpack(path)


def _figures(
    frame: pd.DataFrame, places: Places, source: str, layout: Layout
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the columns of numbers, and what is to be told of them."""
    texts = {name: _numbers(frame.iloc[:, place]) for name, place in places.numbers.items()}
    figures, notes = numbers.read(texts, source, layout.decimal)
    figures, more = taking.with_volume(figures, texts.get("volume"), source, layout)
    return figures, notes + more


def _numbers(column: pd.Series) -> pa.ChunkedArray:
    """Return a column of numbers as float64, any other as texts."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        values = column.to_numpy(dtype="float64", na_value=np.nan)
        return pa.chunked_array([pa.array(values)])
    texts = [None if lost else str(cell) for cell, lost in zip(column, column.isna(), strict=True)]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _texts(column: pd.Series) -> pa.ChunkedArray:
    """Return a column of texts, dictionary-encoded."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    array = pa.array(column.astype("str"), pa.string(), from_pandas=True)
    chunked = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    return chunked.dictionary_encode()


def _frame_digest(frame: pd.DataFrame) -> str:
    hashed = hashlib.sha256(",".join(map(str, frame.columns)).encode())
    try:
        hashed.update(pd.util.hash_pandas_object(frame).to_numpy().tobytes())
    except TypeError:  # a cell that has no hash, like a list
        hashed.update(frame.to_csv().encode())
    return hashed.hexdigest()
