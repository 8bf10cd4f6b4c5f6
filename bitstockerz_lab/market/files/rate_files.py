"""Rates between currencies as they come: files and frames, read and checked."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import AGAIN, DISPUTED
from bitstockerz_lab.market.files import numbers, sources, stamps
from bitstockerz_lab.market.files.opening import unpack
from bitstockerz_lab.market.files.texts import one_line
from bitstockerz_lab.market.symbols import CURRENCY, currency_of

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "date": ("date", "time_period", "observation_date", "day"),
    "rate": ("rate", "obs_value", "value"),
    "base": ("base", "currency_denom"),
    "quote": ("quote", "currency"),
}
"""What a column is called, in any case; the second names are those of the ECB and of FRED."""

NO_RATE = frozenset([*numbers.EMPTY, "."])
"""Cells that say there was no rate on that day; the point is FRED's."""

PAIR = ["base", "quote", "date"]
WAY_OUT = (
    "A file of rates has the columns date and rate, and base= and quote= say of what; or base, "
    "quote, date, rate; or date and a column a currency, like Date,USD,JPY, and base= says of what."
)


@dataclass(frozen=True, slots=True)
class IncomingRates:
    """Rates on their way in.

    Attributes
    ----------
    source : name of the file, or "a frame"
    digest : SHA-256 of what was read
    good : columns line, base, quote, date (naive midnight), rate, original; a pair and day once
    refused : columns line, pair, reason, original
    notes : what was found out, a sentence each
    """

    source: str
    digest: str
    good: pd.DataFrame
    refused: pd.DataFrame
    notes: tuple[str, ...]


def read(
    source: str | Path | pd.DataFrame,
    base: str | None = None,
    quote: str | None = None,
    date_format: str | None = None,
    decimal: str | None = None,
) -> IncomingRates:
    """Read and check rates.

    Parameters
    ----------
    source : CSV file (also zipped), or a frame: date and rate; base, quote, date, rate; or date and
        a column a currency, as the European Central Bank's history has them
    base, quote : one unit of base is worth `rate` of quote; None where columns say it
    date_format : how to read dates that are not ISO 8601, like "%d %B %Y"
    decimal : the decimal mark, where nothing in the file decides whether 1,095 is a thousand

    Raises
    ------
    DataError
        There is no such file, or it does not say which rates these are.
    """
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    name, digest, table, wary = _table(source)
    cells = _cells(table, name, currency_of(base, "base"), currency_of(quote, "quote"))
    there = ~cells["text"].str.casefold().isin(NO_RATE)
    notes = [] if there.all() else [f"{(~there).sum():,} cell(s) without a rate were left out."]
    cells = cells[there].reset_index(drop=True)
    if cells.empty:
        raise DataError(f"{name} has no rates. {WAY_OUT}", source=name)
    index, found = stamps.parse(cells["date"], "1d", name, date_format)
    cells["original"] = cells["date"] + " " + cells["text"]
    cells["date"] = index.tz_convert(None)
    texts = {"rate": pa.chunked_array([pa.array(cells["text"], pa.string())])}
    figures, more = numbers.read(texts, name, decimal, wary=wary)
    cells["rate"] = figures["rate"]
    reasons = _reasons(cells)
    good = cells[reasons == ""]
    pairs = cells["base"] + "/" + cells["quote"]
    refused = cells[["line", "original"]].assign(pair=pairs, reason=reasons)[reasons != ""]
    return IncomingRates(
        name, digest, good.reset_index(drop=True), refused, (*notes, *found, *more)
    )


def _table(source: str | Path | pd.DataFrame) -> tuple[str, str, pd.DataFrame, bool]:
    """Return the name, the digest and the cells of a source, all text; the index is the line.

    The last says that no comma parts the cells, so that one may be in a number.
    """
    if isinstance(source, pd.DataFrame):
        frame = source
        if isinstance(frame.index, pd.DatetimeIndex):
            frame = frame.rename_axis("date").reset_index()
        lines = pd.RangeIndex(1, len(frame) + 1)
        texts = pd.DataFrame({n: _texts(frame[n]).set_axis(lines) for n in frame}, index=lines)
        return "a frame", hashlib.sha256(texts.to_csv().encode()).hexdigest(), texts, False
    files, _ = sources.find(source, sources.TEXT)
    if len(files) > 1:
        message = f"{source} means {len(files)} files. Give one file of rates at a time."
        raise DataError(message, source=str(source))
    file = unpack(files[0])
    content = file.content if file.content is not None else files[0].path.read_bytes()
    first = content.partition(b"\n")[0]
    sign = max(",;\t", key=lambda sign: first.count(sign.encode()))
    try:
        with warnings.catch_warnings():
            # cells beyond the header may be the digits after a decimal comma
            warnings.simplefilter("error", pd.errors.ParserWarning)
            texts = pd.read_csv(
                io.BytesIO(content),
                sep=sign,
                dtype="str",
                keep_default_na=False,
                skipinitialspace=True,
                skip_blank_lines=False,
                index_col=False,
            )
    except (ValueError, pd.errors.ParserWarning) as problem:  # its decoder's errors are the first
        raise DataError(
            f"{file.name} cannot be read: {one_line(problem)}. {WAY_OUT}", source=file.name
        ) from problem
    texts.index = pd.RangeIndex(2, len(texts) + 2)
    return file.name, file.digest(), texts.fillna(""), sign != ","


def _texts(column: pd.Series) -> pd.Series:
    """Return the cells of a frame's column as a file would have them."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        written: pd.Series = column.dt.strftime("%Y-%m-%d").astype("str").fillna("")
        return written
    if pd.api.types.is_float_dtype(column.dtype):
        return column.map(lambda value: "" if np.isnan(value) else repr(float(value))).astype("str")
    return column.astype("str").where(column.notna(), "")


def _cells(table: pd.DataFrame, source: str, base: str | None, quote: str | None) -> pd.DataFrame:
    """Return a row a rate, all text: line, date, base, quote, text."""
    table = table.rename(columns=lambda name: str(name).strip())
    table = table.loc[:, [not name.startswith("Unnamed") for name in table.columns]]
    table = table.apply(lambda column: column.str.strip())
    found = {
        what: [name for name in table.columns if name.casefold() in known]
        for what, known in NAMES.items()
    }
    if len(found["date"]) != 1 or len(found["rate"]) > 1:
        columns = ", ".join(map(repr, table.columns))
        raise DataError(f"{source} has the columns {columns}. {WAY_OUT}", source=source)
    (date,) = found["date"]
    others = [name for name in table.columns if name != date]
    if not found["rate"] and len(others) == 1 and base and quote:
        found["rate"] = others
    if found["rate"]:
        cells = pd.DataFrame({"date": table[date], "text": table[found["rate"][0]]})
        cells["base"] = _said("base", base, table, found, source)
        cells["quote"] = _said("quote", quote, table, found, source)
        return cells.reset_index(names="line")
    return _wide(table, date, others, source, base, quote)


def _said(
    what: str, given: str | None, table: pd.DataFrame, found: dict[str, list[str]], source: str
) -> pd.Series | str:
    """Return the currency of every row: the one given, or what its column says."""
    if given and found[what] and not table[found[what][0]].str.upper().eq(given).all():
        raise DataError(
            f"{what}={given!r}, but {source} has a column {found[what][0]!r} that says otherwise. "
            f"Leave {what}= out.",
            source=source,
        )
    if not given and not found[what]:
        raise DataError(
            f"{source} does not say of which currencies its rates are. Pass {what}=, like "
            f"{what}={'EUR' if what == 'base' else 'USD'!r}.",
            source=source,
        )
    return given or table[found[what][0]].str.upper()


def _wide(
    table: pd.DataFrame,
    date: str,
    others: list[str],
    source: str,
    base: str | None,
    quote: str | None,
) -> pd.DataFrame:
    """Return the rates of a file with a column a currency."""
    quotes = [name for name in others if name in (quote, name.upper()) and CURRENCY.fullmatch(name)]
    if quote:
        quotes = [name for name in quotes if name == quote]
    if not quotes:
        columns = ", ".join(map(repr, others))
        raise DataError(
            f"{source} has no column {quote or 'of a currency'}; it has {columns}. {WAY_OUT}",
            source=source,
        )
    if not base:
        raise DataError(
            f"{source} has a column a currency, like {quotes[0]!r}. Say one unit of what is worth "
            "so much: pass base=, like base='EUR' for the European Central Bank's rates.",
            source=source,
        )
    return (
        table[[date, *quotes]]
        .rename(columns={date: "date"})
        .reset_index(names="line")
        .melt(["line", "date"], var_name="quote", value_name="text")
        .assign(base=base)
    )


def _reasons(cells: pd.DataFrame) -> pd.Series:
    """Return why a rate cannot be stored; "" where it can."""
    today = pd.Timestamp(clock.now()).normalize()
    strange = ~(cells["base"].str.fullmatch(CURRENCY) & cells["quote"].str.fullmatch(CURRENCY))
    reasons = pd.Series("", index=cells.index, dtype="object")
    rules = [
        (cells["date"].isna(), "the date cannot be read"),
        (cells["date"] > today, "the date is in the future"),
        (strange, "a currency is missing or no code like USD"),
        (cells["base"] == cells["quote"], "base and quote are the same"),
        (cells["rate"].isna(), "the rate is no number"),
        (~np.isfinite(cells["rate"].fillna(0)), "the rate is infinite"),
        (cells["rate"] <= 0, "the rate is not positive"),
    ]
    for broken, reason in rules:
        reasons = reasons.where(~broken | (reasons != ""), reason)
    good = cells[reasons == ""]
    differ = good.groupby(PAIR)["rate"].transform("nunique") > 1
    again = good.duplicated(PAIR) & ~differ
    reasons.loc[differ.index[differ]] = DISPUTED
    reasons.loc[again.index[again]] = AGAIN
    return reasons
