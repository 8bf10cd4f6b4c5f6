"""The header of a CSV file: the first of its lines that names every column."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import columns, numbers
from bitstockerz_lab.market.files.layout import AS_IT_COMES
from bitstockerz_lab.market.files.texts import fold, one_line, shorten

if TYPE_CHECKING:
    from bitstockerz_lab.market.files.columns import Places
    from bitstockerz_lab.market.files.layout import Layout
    from bitstockerz_lab.market.files.opening import Opened

DELIMITERS = (",", ";", "\t", "|")
START = 1 << 16
WITHIN = 10
"""Among so many first lines with text the header is looked for."""

KLINE = (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "trades",
    "taker_base", "taker_quote", "ignore",
)  # fmt: skip
"""Binance's columns, whose files have no header."""

YFINANCE = ("price", "ticker", "date")
"""How the lines of the header begin that pandas writes for a frame of yfinance."""

FIGURE = re.compile(r"[+-]?[\d.,]*\d")


@dataclass(frozen=True, slots=True)
class Header:
    """A file's line of names, understood.

    Attributes
    ----------
    lines : of the file up to and with the header
    names : of the columns
    delimiter : what stands between two cells
    places : which column is what
    notes : what was found out, a sentence each
    first_row : the cells below
    wary : 1.234 may be a thousand here
    ticker : whose bars they are by a line of the header, or None
    """

    lines: int
    names: list[str]
    delimiter: str
    places: Places
    notes: list[str]
    first_row: list[str]
    wary: bool = False
    ticker: str | None = None


def read_header(
    file: Opened,
    needed: tuple[str, ...],
    layout: Layout = AS_IT_COMES,
    symbol: str | None = None,
) -> Header:
    """Find the header among the first lines with text: the first that names every needed column.

    Parameters
    ----------
    file : an unpacked text
    needed : the columns besides stamps
    layout : what was said of the file
    symbol : whose bars they are, if that is known

    Raises
    ------
    DataError
        The file is no text, or a column is missing, or there twice.
    """
    filled = _first_lines(file)
    delimiters = [max(DELIMITERS, key=line.count) for _, line in filled]
    cells = _cells(file, filled, delimiters)
    if layout.columns is not None:
        return _given(file, filled, delimiters, cells, needed, layout, symbol)
    if _is_of_yfinance(cells):
        return _of_yfinance(file, filled, cells, needed, layout, symbol)
    missing = [columns.lacking(names, needed, layout) for names in cells[:WITHIN]]
    row = missing.index(min(missing))
    if missing[row]:
        _refuse_headless(file.name, cells[0])
    names, below = cells[row], cells[row + 1 :]
    first_row = below[0] if below else []
    places = columns.find(names, first_row, needed, layout, file.name, symbol)
    notes = list(places.notes)
    if row:
        lines = f"Line {filled[0][0] + 1} was" if row == 1 else f"{row} lines were"
        banner = shorten(filled[0][1].strip())
        notes.insert(0, f"{lines} skipped above the header; the first is {banner!r}.")
    wary = _is_wary(delimiters[row], below, places)
    return Header(filled[row][0] + 1, names, delimiters[row], places, notes, first_row, wary)


def _given(
    file: Opened,
    filled: list[tuple[int, str]],
    delimiters: list[str],
    cells: list[list[str]],
    needed: tuple[str, ...],
    layout: Layout,
    symbol: str | None,
) -> Header:
    """Take the names that were given; a line of names in the file is skipped."""
    given = list(layout.columns or ())
    width = len(cells[0])
    if len(given) > width:
        raise DataError(
            f"{file.name} has {width} columns, and columns= names {len(given)}. Its first line is "
            f"{shorten(filled[0][1])!r}.",
            source=file.name,
        )
    names = given + [f"column {place + 1}" for place in range(len(given), width)]
    skipped = 0 if _is_data(cells[0]) else 1
    below = cells[skipped:]
    first_row = below[0] if below else []
    places = columns.find(names, first_row, needed, layout, file.name, symbol)
    notes = [f"The columns are named as columns= says: {', '.join(given)}."]
    if skipped:
        notes.append(f"Line {filled[0][0] + 1} was skipped: {shorten(filled[0][1].strip())!r}.")
    lines = filled[0][0] + skipped
    wary = _is_wary(delimiters[0], below, places)
    return Header(lines, names, delimiters[0], places, notes + places.notes, first_row, wary)


def _is_of_yfinance(cells: list[list[str]]) -> bool:
    """Return whether three lines are a header as pandas writes yfinance's: Price, Ticker, Date."""
    if len(cells) < len(YFINANCE):
        return False
    begin = [fold(line[0]) if line else "" for line in cells[: len(YFINANCE)]]
    names = sorted(begin[:2]) == sorted(YFINANCE[:2]) and begin[2] in columns.STAMPS
    return names and not any(cell.strip() for cell in cells[2][1:])


def _of_yfinance(
    file: Opened,
    filled: list[tuple[int, str]],
    cells: list[list[str]],
    needed: tuple[str, ...],
    layout: Layout,
    symbol: str | None,
) -> Header:
    """Take a header of three lines: the columns, whose they are, and the name of the stamps."""
    prices, tickers = cells[:2] if fold(cells[0][0]) == YFINANCE[0] else cells[1::-1]
    told = list(dict.fromkeys(cell.strip().upper() for cell in tickers[1:] if cell.strip()))
    if len(told) != 1:
        raise DataError(
            f"{file.name} has the columns of {len(told)} symbols side by side: "
            f"{shorten(', '.join(told))}. Load a file or frame a symbol, or "
            "load_frame(frame.stack(level='Ticker')).",
            source=file.name,
            symbols=told,
        )
    names = [cells[2][0], *prices[1:]]
    below = cells[3:]
    first_row = below[0] if below else []
    places = columns.find(names, first_row, needed, layout, file.name, symbol or told[0])
    notes = list(places.notes)
    if not {fold(name) for name in names} & set(columns.ADJUSTED):
        notes.append(
            "yfinance wrote this file, without a column 'Adj Close': its prices are adjusted for "
            "splits and dividends then, and prices are to be stored as they were traded."
        )
    lines = filled[len(YFINANCE) - 1][0] + 1
    return Header(lines, names, ",", places, notes, first_row, ticker=told[0])


def _cells(file: Opened, filled: list[tuple[int, str]], delimiters: list[str]) -> list[list[str]]:
    try:
        return [
            next(csv.reader([line], delimiter=delimiter), [])
            for (_, line), delimiter in zip(filled, delimiters, strict=True)
        ]
    except csv.Error as problem:
        raise DataError(
            f"{file.name} cannot be read as CSV: {one_line(problem)}. Save it with a row a line.",
            source=file.name,
        ) from problem


def _is_data(cells: list[str]) -> bool:
    """Return whether a line is a row: more of its cells are numbers than are not."""
    return 2 * sum(bool(FIGURE.fullmatch(cell.strip())) for cell in cells) > len(cells)


def _refuse_headless(source: str, first: list[str]) -> None:
    """Say how to load a file whose first line is a row already."""
    if not _is_data(first):
        return
    is_kline = len(first) == len(KLINE) and columns.EPOCH.fullmatch(first[0].strip())
    names = KLINE if is_kline else ("timestamp", "open", "high", "low", "close", "volume")
    way_out = "It looks like Binance's klines: pass" if is_kline else "Pass its names, like"
    raise DataError(
        f"{source} has no header: its first line is {shorten(','.join(first))!r}. {way_out} "
        f"columns={list(names)}.",
        source=source,
        columns=names,
    )


def _is_wary(delimiter: str, rows: list[list[str]], places: Places) -> bool:
    """Return whether 1.234 may be a thousand: no commas part the cells, and none says 1.23.

    Where prices cross a thousand later, the first rows have no dot at all; so only a proof counts.
    """
    if delimiter == ",":
        return False
    used = places.numbers.values()
    return not numbers.prove_a_point(
        [row[place] for row in rows for place in used if place < len(row)]
    )


def _first_lines(file: Opened) -> list[tuple[int, str]]:
    """Return the first lines with text in them, and how many lines are above each."""
    start = file.start(START)
    if b"\0" in start:
        raise DataError(f"{file.name} is no text file. Give a CSV file.", source=file.name)
    try:
        text = start.decode("utf-8-sig", errors="strict" if len(start) < START else "ignore")
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{file.name} is no UTF-8 text ({problem.reason} at byte {problem.start}). Save it as "
            "UTF-8 CSV.",
            source=file.name,
        ) from problem
    filled = [(at, line.strip("\r")) for at, line in enumerate(text.split("\n")) if line.strip()]
    if not filled:
        raise DataError(f"{file.name} is empty. Give a file with rows in it.", source=file.name)
    return filled[: WITHIN + 1]
