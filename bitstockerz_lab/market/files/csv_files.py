"""CSV files: fast where every cell is what it should be, careful where one is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.files import columns, dates, numbers, owners, stamps, taking
from bitstockerz_lab.market.files.headers import Header, read_header
from bitstockerz_lab.market.files.incoming import Incoming, Malformed
from bitstockerz_lab.market.files.layout import AS_IT_COMES
from bitstockerz_lab.market.files.lines import Lines
from bitstockerz_lab.market.files.opening import Opened, unpack
from bitstockerz_lab.market.files.texts import one_line

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from bitstockerz_lab.market.files.layout import Layout
    from bitstockerz_lab.market.files.sources import Source

__all__ = ["Content", "Header", "read_columns", "read_csv", "read_header", "read_stamps"]


@dataclass(frozen=True, slots=True)
class Content:
    """The columns that were asked for, and the way back to the lines of the file.

    Attributes
    ----------
    header : the file's
    numbers : float64, NaN where a cell is empty or no number
    times : datetime64, numbers, or texts still to be parsed
    others : further columns that say the stamp
    symbols : the column of symbols, dictionary-encoded, or None
    malformed : rows with too few or too many cells
    lines : where the rows stand in the file
    notes : what was found out about the numbers
    """

    header: Header
    numbers: dict[str, np.ndarray]
    times: pd.Series
    others: list[pd.Series]
    symbols: pa.ChunkedArray | None
    malformed: Malformed
    lines: Lines
    notes: list[str]


def read_csv(
    source: str | Path | Source | Opened,
    timeframe: str = "1d",
    layout: Layout = AS_IT_COMES,
    symbol: str | None = None,
    named: str | None = None,
) -> Incoming:
    """Read a CSV file of bars.

    Parameters
    ----------
    source : the file, packed or not
    timeframe : "1d" or "1h"
    layout : what was said of its columns, stamps and numbers
    symbol : whose bars they are, if somebody said
    named : whose they are by the name of the file

    Raises
    ------
    DataError
        There is no such file, it is no CSV of bars, or something in it cannot be decided.
    """
    file = source if isinstance(source, Opened) else unpack(source)
    header = read_header(file, COLUMNS, layout, symbol or named)
    wanted = tuple(header.places.numbers)
    content = read_columns(file, header, wanted, timeframe, layout)
    index, notes = taking.stamps_of(
        [content.times, *content.others],
        [header.names[place] for place in header.places.stamps],
        timeframe,
        file.name,
        layout,
    )
    _give_back_memory()
    stamps.fit(index, timeframe, file.name)
    bars = pd.DataFrame(content.numbers, index=index, copy=False)
    whose, said = (
        owners.of_column(content.symbols, symbol, file.name, header.names)
        if header.ticker is None
        else owners.of_header(header.ticker, symbol, file.name)
    )
    malformed = owners.of_malformed(content.malformed, whose, header, file.name)
    return Incoming(
        file.name,
        timeframe,
        bars,
        malformed,
        header.notes + content.notes + notes + said,
        content.lines.locate,
        file.digest,
        whose,
    )


def read_stamps(
    times: pd.Series, timeframe: str, source: str, date_format: str | None
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the stamps of a column."""
    return stamps.read(times, timeframe, source, date_format)


def read_columns(
    file: Opened,
    header: Header,
    wanted: tuple[str, ...],
    timeframe: str,
    layout: Layout = AS_IT_COMES,
) -> Content:
    """Read the columns of stamps and some columns of numbers.

    Parameters
    ----------
    file : an unpacked text
    header : what `read_header` found in it
    wanted : names of the columns of numbers
    timeframe : "1d" or "1h"
    layout : what was said of stamps and numbers

    Raises
    ------
    DataError
        The file cannot be read as CSV, or has no rows, or its numbers cannot be decided.
    """
    table, malformed = _read_table(file, header, wanted, timeframe, layout)
    if len(table) == 0 and not malformed:
        raise DataError(
            f"{file.name} has a header and no rows. Give a file with rows in it.", source=file.name
        )
    lines = Lines(file, header.lines, len(table), np.array(list(malformed), dtype="int64"))
    texts = {name: table.column(name) for name in wanted}
    figures, notes = numbers.read(texts, file.name, layout.decimal, wary=header.wary)
    if "close" in wanted:
        figures, more = taking.with_volume(figures, texts.get("volume"), file.name, layout)
        notes += more
    told = zip(lines.of_malformed(), malformed.values(), strict=True)
    refused = [(line, reason, text) for line, (reason, text) in told if text.strip()]
    times = [table.column(_stamp(place)).to_pandas() for place in header.places.stamps]
    if header.places.clock is not None:
        times[0] = taking.joined(times[0], table.column("clock").to_pandas())
    return Content(
        header,
        figures,
        times[0],
        times[1:],
        None if header.places.symbol is None else table.column("symbol"),
        Malformed(*([list(part) for part in zip(*refused, strict=True)] if refused else [])),
        lines,
        notes,
    )


def _stamp(place: int) -> str:
    return f"stamp {place}"


def _give_back_memory() -> None:
    """Let Arrow's pool hand its free pages back: twice the frame, on top of what storing needs."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    pa.default_memory_pool().release_unused()


def _time_type(header: Header, place: int, timeframe: str) -> pa.DataType:
    """Return the type the stamps of a column most likely have, by the first row's."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    first = header.first_row[place].strip() if place < len(header.first_row) else ""
    if columns.EPOCH.fullmatch(first):
        return pa.int64()
    if first and not dates.ISO.fullmatch(first):
        return pa.string()
    zoned = timeframe != "1d" and ":" in first and dates.ZONE.search(first) is not None
    return pa.timestamp("us", tz="UTC" if zoned else None)


def _read_table(
    file: Opened, header: Header, wanted: tuple[str, ...], timeframe: str, layout: Layout
) -> tuple[pa.Table, dict[int, tuple[str, str]]]:
    """Read columns as what they should be, or all as text where one cell is not.

    The second value: reason and text of the rows with another number of cells, by their position
    among the lines with text after the header.
    """
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    malformed: dict[int, tuple[str, str]] = {}

    def note(row: Any) -> str:  # noqa: ANN401 - pyarrow's InvalidRow
        reason = (
            f"a row of {row.actual_columns} where the header has {row.expected_columns} columns"
        )
        malformed[row.number - header.lines - 1] = (reason, row.text)
        return "skip"

    text, places = pa.string(), header.places
    plain = {} if places.symbol is None else {"symbol": pa.dictionary(pa.int32(), text)}
    plain |= {} if places.clock is None else {"clock": text}
    as_text = layout.date_format is not None or places.clock is not None
    times = {
        _stamp(place): text if as_text else _time_type(header, place, timeframe)
        for place in places.stamps
    }
    figures = dict.fromkeys(wanted, text if header.wary else pa.float64())
    try:
        try:
            return _arrow_csv(file, header, times | figures | plain, layout, None), {}
        except pa.ArrowInvalid:
            careful = dict.fromkeys((*times, *wanted), text) | plain
            return _arrow_csv(file, header, careful, layout, note), malformed
    except (pa.ArrowException, OSError) as problem:
        raise DataError(
            f"{file.name} cannot be read as CSV: {one_line(problem)}. Give a UTF-8 CSV file with "
            "a row a line.",
            source=file.name,
        ) from problem


def _arrow_csv(
    file: Opened,
    header: Header,
    types: dict[str, pa.DataType],
    layout: Layout,
    on_malformed: Any,  # noqa: ANN401 - what pyarrow calls an invalid_row_handler
) -> pa.Table:
    from pyarrow import csv as arrow_csv  # noqa: PLC0415 - reason: heavy

    places = header.places
    by_place = {place: name for name, place in places.numbers.items()}
    by_place |= {place: _stamp(place) for place in places.stamps}
    by_place |= {} if places.clock is None else {places.clock: "clock"}
    by_place |= {} if places.symbol is None else {places.symbol: "symbol"}
    names = [by_place.get(place, f"column {place}") for place in range(len(header.names))]
    return arrow_csv.read_csv(
        file.for_arrow(),
        read_options=arrow_csv.ReadOptions(
            skip_rows=header.lines, column_names=names, use_threads=on_malformed is None
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=header.delimiter, invalid_row_handler=on_malformed
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            timestamp_parsers=[arrow_csv.ISO8601],
            decimal_point=layout.decimal or ".",
        ),
    )
