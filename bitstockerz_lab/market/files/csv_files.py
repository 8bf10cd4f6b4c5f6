"""CSV files: fast where every cell is what it should be, careful where one is not."""

from __future__ import annotations

import csv
import mmap
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.files import stamps
from bitstockerz_lab.market.files.readers import (
    STAMP_COLUMNS,
    Incoming,
    Malformed,
    existing_file,
    file_digest,
    find_columns,
    not_found,
    one_line,
    shorten,
    wanted_columns,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

NUMBER = r"(?i)^[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?)$"
DELIMITERS = (",", ";", "\t")
START = 1 << 16
HEADER_WITHIN = 10
"""Among so many first lines with text the header is looked for."""


@dataclass(frozen=True, slots=True)
class Header:
    """A file's line of names, understood."""

    lines: int  # of the file up to and with the header
    width: int
    delimiter: str
    places: dict[str, int]  # "timestamp", "open" … → column number
    notes: list[str]
    first_row: list[str]


@dataclass(frozen=True, slots=True)
class Content:
    """The columns that were asked for, and the way back to the lines of the file."""

    header: Header
    numbers: dict[str, np.ndarray]  # float64, NaN where a cell is empty or no number
    times: pd.Series  # datetime64, or str where they are still to be parsed
    malformed: Malformed
    lines: Lines


def read_csv(
    path: str | Path,
    timeframe: str = "1d",
    date_format: str | None = None,
    volume_column: str | None = None,
) -> Incoming:
    """Read a CSV file of bars: a date or timestamp column, open, high, low, close and volume.

    Parameters
    ----------
    path : the file; header in any case and order, columns of other names are left out
    timeframe : "1d" or "1h"
    date_format : how to read stamps that are not ISO 8601, like "%m/%d/%Y"
    volume_column : the column that is the volume, in any case; None is `volume`

    Raises
    ------
    DataError
        There is no such file, it is no CSV of bars, or its stamps cannot be decided.
    """
    file = existing_file(path)
    header = read_header(file, COLUMNS, volume_column)
    content = read_columns(file, header, COLUMNS, timeframe, as_text=date_format is not None)
    index, notes = read_stamps(content.times, timeframe, file.name, date_format)
    bars = pd.DataFrame(content.numbers, index=index, copy=False)
    _give_back_memory()
    stamps.fit(index, timeframe, file.name)
    return Incoming(
        file.name,
        bars,
        content.malformed,
        content.header.notes + notes,
        content.lines.locate,
        lambda: file_digest(file),
    )


def read_stamps(
    times: pd.Series, timeframe: str, source: str, date_format: str | None
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the stamps of a column that is times already, or text."""
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        return stamps.of_times(pd.DatetimeIndex(times), timeframe), []
    return stamps.parse(times, timeframe, source, date_format)


def read_columns(
    path: Path, header: Header, numbers: tuple[str, ...], timeframe: str, *, as_text: bool = False
) -> Content:
    """Read a stamp column and some columns of numbers.

    Parameters
    ----------
    path : an existing file
    header : what `read_header` found in it
    numbers : names of the columns of numbers
    timeframe : "1d" or "1h"
    as_text : leave the stamps as they are written

    Raises
    ------
    DataError
        The file cannot be read as CSV, or has no rows.
    """
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    times = pa.string() if as_text else _time_type(header, timeframe)
    table, malformed = _read_table(path, header, times, numbers)
    if len(table) == 0 and not malformed:
        raise DataError(
            f"{path.name} has a header and no rows. Give a file with rows in it.", source=path.name
        )
    lines = Lines(path, header.lines, len(table), np.array(list(malformed), dtype="int64"))
    columns = {name: _floats(table.column(name)) for name in numbers}
    told = zip(lines.of_malformed(), malformed.values(), strict=True)
    refused = [(line, reason, text) for line, (reason, text) in told if text.strip()]
    return Content(
        header,
        columns,
        table.column("timestamp").to_pandas(),
        Malformed(*([list(part) for part in zip(*refused, strict=True)] if refused else [])),
        lines,
    )


def read_header(path: Path, needed: tuple[str, ...], volume_column: str | None = None) -> Header:
    """Find the header among the first lines with text: the first that names every needed column.

    Raises
    ------
    DataError
        The file is no text, or a column is missing or there twice.
    """
    filled = _first_lines(path)
    wanted = wanted_columns(needed, STAMP_COLUMNS, volume_column)
    delimiters = [max(DELIMITERS, key=line.count) for _, line in filled]
    try:
        cells = [
            next(csv.reader([line], delimiter=delimiter), [])
            for (_, line), delimiter in zip(filled, delimiters, strict=True)
        ]
    except csv.Error as problem:
        raise DataError(
            f"{path.name} cannot be read as CSV: {one_line(problem)}. Save it with a row a line.",
            source=path.name,
        ) from problem
    lacking = [len(not_found(names, wanted)) for names in cells[:HEADER_WITHIN]]
    row = lacking.index(min(lacking))
    places, notes = find_columns(cells[row], wanted, path.name, volume_column)
    if row:
        lines = f"Line {filled[0][0] + 1} was" if row == 1 else f"{row} lines were"
        banner = shorten(filled[0][1].strip())
        notes.insert(0, f"{lines} skipped above the header; the first is {banner!r}.")
    names, first_row = cells[row], cells[row + 1] if row + 1 < len(cells) else []
    return Header(filled[row][0] + 1, len(names), delimiters[row], places, notes, first_row)


def _first_lines(path: Path) -> list[tuple[int, str]]:
    """Return the first lines with text in them, and how many lines are above each."""
    with path.open("rb") as stream:
        start = stream.read(START)
    if b"\0" in start:
        raise DataError(f"{path.name} is no text file. Give a CSV file.", source=path.name)
    try:
        text = start.decode("utf-8-sig", errors="strict" if len(start) < START else "ignore")
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{path.name} is no UTF-8 text ({problem.reason} at byte {problem.start}). Save it as "
            "UTF-8 CSV.",
            source=path.name,
        ) from problem
    filled = [(at, line.strip("\r")) for at, line in enumerate(text.split("\n")) if line.strip()]
    if not filled:
        raise DataError(f"{path.name} is empty. Give a file with rows in it.", source=path.name)
    return filled[: HEADER_WITHIN + 1]


class Lines:
    """Where the rows of a file stand in it; the file is looked at only when somebody asks."""

    def __init__(self, path: Path, skipped: int, rows: int, malformed: np.ndarray) -> None:
        self.path, self.skipped, self.rows = path, skipped, rows
        self.malformed = malformed  # positions among the lines with text after the header

    def locate(self, rows: np.ndarray) -> tuple[list[int], list[str]]:
        """Return line numbers (from 1) and texts of rows by position among the read rows."""
        numbers, starts, ends = self._places
        read = np.delete(np.arange(len(numbers)), self.malformed)[rows]
        with (
            self.path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as file,
        ):
            texts = [
                file[start:end].decode("utf-8", errors="replace").rstrip("\r\n")
                for start, end in zip(starts[read].tolist(), ends[read].tolist(), strict=True)
            ]
        return numbers[read].tolist(), texts

    def of_malformed(self) -> list[int]:
        """Return the line numbers of the rows that were not read."""
        return self._places[0][self.malformed].tolist() if len(self.malformed) else []

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        data = np.fromfile(self.path, dtype="uint8")
        ends = np.append(np.flatnonzero(data == ord("\n")), len(data))
        starts = np.append(0, ends[:-1] + 1)
        length = ends - starts
        blank = (length == 0) | (
            (length == 1) & (data[np.minimum(starts, len(data) - 1)] == ord("\r"))
        )
        kept = ~blank
        kept[: self.skipped] = False
        numbers = np.flatnonzero(kept) + 1
        if len(numbers) != self.rows + len(self.malformed):
            raise DataError(
                f"{self.path.name} has cells that span lines, or lines that end in a lone carriage "
                "return. Save it with a row a line.",
                source=self.path.name,
            )
        return numbers, starts[kept], ends[kept]


def _give_back_memory() -> None:
    """Let Arrow's pool hand its free pages back: twice the frame, on top of what storing needs."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    pa.default_memory_pool().release_unused()


def _time_type(header: Header, timeframe: str) -> pa.DataType:
    """Return the type the stamps most likely have, by the first row's."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    place = header.places["timestamp"]
    first = header.first_row[place].strip() if place < len(header.first_row) else ""
    zoned = timeframe != "1d" and ":" in first and stamps.ZONE.search(first) is not None
    return pa.timestamp("us", tz="UTC" if zoned else None)


def _read_table(
    path: Path, header: Header, times: pa.DataType, numbers: tuple[str, ...]
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

    try:
        try:
            types = {"timestamp": times} | dict.fromkeys(numbers, pa.float64())
            return _arrow_csv(path, header, types, None), {}
        except pa.ArrowInvalid:
            types = dict.fromkeys(("timestamp", *numbers), pa.string())
            return _arrow_csv(path, header, types, note), malformed
    except (pa.ArrowException, OSError) as problem:
        raise DataError(
            f"{path.name} cannot be read as CSV: {one_line(problem)}. Give a UTF-8 CSV file with "
            "a row a line.",
            source=path.name,
        ) from problem


def _arrow_csv(
    path: Path,
    header: Header,
    types: dict[str, pa.DataType],
    on_malformed: Any,  # noqa: ANN401 - what pyarrow calls an invalid_row_handler
) -> pa.Table:
    from pyarrow import csv as arrow_csv  # noqa: PLC0415 - reason: heavy

    by_place = {place: name for name, place in header.places.items()}
    names = [by_place.get(place, f"column {place}") for place in range(header.width)]
    return arrow_csv.read_csv(
        path,
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
        ),
    )


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    """Return numbers as float64, NaN where a cell is empty or no number."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy
    from pyarrow import compute  # noqa: PLC0415 - reason: heavy

    if pa.types.is_string(column.type):
        texts = compute.utf8_trim_whitespace(column)
        good = compute.match_substring_regex(texts, NUMBER)
        column = compute.if_else(good, texts, None).cast(pa.float64())
    return np.asarray(column.to_numpy(), dtype="float64")
