"""Lists of splits and dividends as they come: of a file or a frame, in one of three shapes.

A column `date` and beside it `split` or `dividend` or both; or `kind` and `value`; or the columns
`Dividends` and `Stock Splits` as Yahoo names them.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files.opening import unpack

if TYPE_CHECKING:
    from pathlib import Path

SPLIT = "SPLIT"
DIVIDEND = "DIVIDEND"

NAMES = {
    "date": "date exdate exdividenddate effectivedate day",
    "split": "split splits stocksplit stocksplits splitratio ratio",
    "dividend": "dividend dividends cashdividend cashamount dividendamount",
    "kind": "kind type action event",
    "value": "value amount",
}
ROLES = {name: role for role, names in NAMES.items() for name in names.split()}
YAHOO = {"dividends", "stocksplits"}
"""Yahoo's headers; it divides dividends by the ratios of all later splits."""

KINDS = {
    "split": SPLIT, "stocksplit": SPLIT, "forwardsplit": SPLIT, "reversesplit": SPLIT,
    "dividend": DIVIDEND, "dividends": DIVIDEND, "cashdividend": DIVIDEND,
    "specialdividend": DIVIDEND,
}  # fmt: skip

RATIO = re.compile(r"(?P<after>[\d.]+)\s*(?:(?::|/|-?\s*for\s*-?)\s*(?P<before>[\d.]+))?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[ T])")
WORDS = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}")
WAY_OUT = "Correct the list and load it again; nothing was stored."


@dataclass(frozen=True, slots=True)
class ActionList:
    """What a list says.

    Attributes
    ----------
    rows : columns date (naive, midnight: the first day without it), kind ("SPLIT" or "DIVIDEND"),
        value (shares after for one before; money a share); ascending, each date and kind once
    source : the file's name, or "a frame"
    told : rows of the list that are a split or a dividend
    yahoo : its headers are Yahoo's, whose dividends are adjusted for later splits
    """

    rows: pd.DataFrame
    source: str
    told: int
    yahoo: bool


def read(path_or_frame: str | Path | pd.DataFrame | pd.Series) -> ActionList:
    """Read a list of splits and dividends.

    Raises
    ------
    DataError
        It is none, a cell cannot be read, or it says two things of one date.

    Examples
    --------
    >>> frame = pd.DataFrame({"date": ["2020-08-31"], "split": ["4:1"]})
    >>> read(frame).rows["value"].tolist()
    [4.0]
    """
    table, source = _table(path_or_frame)
    plain = [re.sub(r"[^a-z]", "", str(name).casefold()) for name in table.columns]
    columns = _columns(plain, table, source)
    long_form = "kind" in columns
    found = _long(columns, source) if long_form else _wide(columns, source)
    rows = pd.DataFrame(found, columns=["line", "date", "kind", "value"])
    told = len(rows)
    rows = rows.drop_duplicates(["date", "kind", "value"])
    twice = rows[rows.duplicated(["date", "kind"], keep=False)]
    if len(twice):
        first = twice.iloc[0]
        values = ", ".join(f"{value:g}" for value in twice["value"][twice["date"] == first["date"]])
        raise DataError(
            f"{source}: several values of {first['kind']} on {first['date']:%Y-%m-%d} ({values}). "
            "Where both are right, give what they come to together as one row; nothing was stored.",
            source=source,
        )
    rows = rows.drop(columns="line").sort_values(["date", "kind"], ignore_index=True)
    return ActionList(rows, source, told, bool(YAHOO & set(plain)) and not long_form)


def _table(given: str | Path | pd.DataFrame | pd.Series) -> tuple[pd.DataFrame, str]:
    """Return the cells and where they are from; a file's index is its lines, a frame's its rows."""
    if isinstance(given, pd.Series):
        given = given.to_frame()
    if isinstance(given, pd.DataFrame):
        dated = isinstance(given.index, pd.DatetimeIndex)
        table = given.rename_axis("date").reset_index() if dated else given
        return table.set_axis(range(1, len(table) + 1)), "a frame"
    file = unpack(given)
    content = file.path.read_bytes() if file.path is not None else file.content or b""
    text = content.decode("utf-8-sig", errors="replace")
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        table = pd.read_csv(
            io.StringIO(text),
            dtype=str,
            sep=separator,
            skip_blank_lines=False,
            skipinitialspace=True,
        )
    except ValueError as problem:
        raise DataError(
            f"{file.name} cannot be read as a list of splits and dividends: {problem}. {WAY_OUT}"
        ) from problem
    return table.set_axis(range(2, len(table) + 2)).dropna(how="all"), file.name


def _columns(plain: list[str], table: pd.DataFrame, source: str) -> dict[str, pd.Series]:
    """Return the columns of the list by what they are."""
    columns: dict[str, pd.Series] = {}
    for place, name in enumerate(plain):
        role = ROLES.get(name)
        if role in columns:
            raise DataError(
                f"{source} has two columns for {role}: {columns[role].name!r} and "
                f"{table.columns[place]!r}. Leave one out.",
                source=source,
            )
        if role is not None:
            columns[role] = table.iloc[:, place]
    long_form, wide = {"kind", "value"} <= set(columns), {"split", "dividend"} & set(columns)
    if "date" not in columns or bool(long_form) == bool(wide):
        raise DataError(
            f"{source} is no list of splits and dividends: its columns are "
            f"{', '.join(map(str, table.columns))}. It needs date with split or dividend or both, "
            "or date, kind and value.",
            source=source,
        )
    return columns


def _long(columns: dict[str, pd.Series], source: str) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    cells = (columns[role] for role in ("kind", "value", "date"))
    for line, text, given, date in zip(columns["kind"].index, *cells, strict=True):
        kind = KINDS.get(re.sub(r"[^a-z]", "", str(text).casefold()))
        if kind is None:
            raise _wrong(source, line, text, "is neither split nor dividend")
        value = _value(given, kind, line, source)
        if np.isnan(value):
            raise _wrong(source, line, "", "has no value")
        found.append((line, _date(date, line, source), kind, value))
    return found


def _wide(columns: dict[str, pd.Series], source: str) -> list[tuple[object, ...]]:
    """Return what the cells say; empty, a dividend of 0 and a split of 0 or 1 are nothing."""
    found: list[tuple[object, ...]] = []
    for role, kind, nothing in (("split", SPLIT, (0.0, 1.0)), ("dividend", DIVIDEND, (0.0,))):
        if role not in columns:
            continue
        for line, text, date in zip(
            columns[role].index, columns[role], columns["date"], strict=True
        ):
            value = _value(text, kind, line, source, nothing)
            if not np.isnan(value):
                found.append((line, _date(date, line, source), kind, value))
    return found


def _value(
    text: object, kind: str, line: object, source: str, nothing: tuple[float, ...] = ()
) -> float:
    """Return what a cell says; NaN for nothing."""
    cell = "" if text is None or text is pd.NA or text != text else str(text).strip()  # noqa: PLR0124 - NaN
    if not cell:
        return np.nan
    match = RATIO.fullmatch(cell) if kind == SPLIT else None
    try:
        if match:
            value = float(match["after"]) / float(match["before"] or 1)
        else:
            value = float(cell.lstrip("$€£"))
    except (ValueError, ZeroDivisionError) as problem:
        what = "is no ratio like 4:1, 4/1, 4 or 0.25" if kind == SPLIT else "is no number"
        raise _wrong(source, line, cell, what) from problem
    if value in nothing:
        return np.nan
    if not np.isfinite(value) or value < 0 or (kind == SPLIT and value == 0):
        raise _wrong(source, line, cell, f"is no {kind.lower()}: it is not positive")
    return value


def _date(text: object, line: object, source: str) -> pd.Timestamp:
    """Return the date as written, whatever the time and the zone behind it."""
    cell = text.isoformat() if hasattr(text, "isoformat") else str(text).strip()
    try:
        if DATE.match(cell):
            return pd.Timestamp(cell[:10])
        if WORDS.fullmatch(cell):
            return pd.Timestamp(pd.to_datetime(cell, format="%b %d, %Y"))
    except ValueError as problem:
        raise _wrong(source, line, cell, "is no date") from problem
    raise _wrong(source, line, cell, "is no date. Write it like 2020-08-31")


def _wrong(source: str, line: object, text: object, what: str) -> DataError:
    unit = "row" if source == "a frame" else "line"
    return DataError(f"{source}, {unit} {line}: {text!r} {what}. {WAY_OUT}", source=source)
