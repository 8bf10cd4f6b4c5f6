"""Which column of a header is what: the usual names in any case, spacing and punctuation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import volumes
from bitstockerz_lab.market.files.texts import fold, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.market.files.layout import Layout

NAMES: dict[str, tuple[str, ...]] = {
    "open": ("open", "openprice", "openingprice", "o"),
    "high": ("high", "highprice", "h"),
    "low": ("low", "lowprice", "l"),
    "close": ("close", "closeprice", "closingprice", "closelast", "last", "price", "c"),
}
"""What a column is called, folded. The first name wins over the others, which are rivals."""

ADJUSTED = ("adjclose", "adjustedclose", "closeadj", "closeadjusted")
FACTORS = {"pricefactor", "splitfactor"}
DATES = ("date", "dateutc", "dtyyyymmdd")
TIMES = ("time", "timeutc")
STAMPS = (
    "timestamp", "datetime", *DATES, *TIMES, "opentime", "unix", "unixtime", "unixtimestamp",
    "epoch", "epochtime", "timestamputc", "datetimeutc", "opentimestamp", "gmttime",
)  # fmt: skip
LAST_RESORT = "t"
SYMBOLS = ("symbol", "ticker")
CLOCK = re.compile(
    r"\d{1,2}(:\d{2}){1,2}(\.\d+)?(\s?[AaPp]\.?[Mm]\.?)?|\d{4}|\d{6}|\d{1,2}\s?[AaPp][Mm]"
)
"""A time of day in a column of its own."""

EPOCH = re.compile(r"\d{9,19}(\.\d*)?")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the columns that are wanted stand.

    Attributes
    ----------
    numbers : column number by what it is: "open" … "volume"
    stamps : columns that say the stamp, the one that is taken first; empty where an index does
    clock : the column of the time of day that belongs to the date, or None
    symbol : the column of symbols, or None
    notes : what was found out, a sentence each
    """

    numbers: dict[str, int]
    stamps: tuple[int, ...]
    clock: int | None = None
    symbol: int | None = None
    notes: list[str] = field(default_factory=list)


def lacking(names: Sequence[str], needed: tuple[str, ...], layout: Layout) -> int:
    """Return how many of the needed columns, and of stamps, are not among the names."""
    folded = {fold(name) for name in names}
    missing = sum(not folded & set(_called(name)) for name in needed if name != "volume")
    missing += not (folded & {*STAMPS, LAST_RESORT, fold(layout.time_column or "")})
    if "volume" in needed and not layout.zero_volume:
        missing += not volumes.may_be(folded, layout.volume_column)
    return missing


def find(
    names: Sequence[str],
    first_row: Sequence[str],
    needed: tuple[str, ...],
    layout: Layout,
    source: str,
    symbol: str | None = None,
    *,
    indexed: bool = False,
) -> Places:
    """Return where the wanted columns stand.

    Parameters
    ----------
    names : the header
    first_row : the cells below it, which tell a time of day from a stamp
    needed : what is wanted besides stamps
    layout : what was said of the columns
    source : what it is called in messages
    symbol : whose bars they are, if somebody or the source's name says
    indexed : the stamps are not among the columns

    Raises
    ------
    DataError
        A column is missing, or which of several is meant would be a guess.
    """
    columns = _Columns(list(names), list(first_row), layout, source)
    bars = "close" in needed
    numbers = {name: columns.number(name) for name in needed if name != "volume"}
    stamps, clock = ((), None) if indexed else columns.stamps()
    columns.refuse_missing(numbers, needed, has_stamps=indexed or bool(stamps))
    found = {name: at for name, at in numbers.items() if at is not None}
    at = columns.symbol() if bars else None
    notes: list[str] = []
    if "volume" in needed:
        told = (symbol, None if at is None else columns.cell(at))
        chosen = volumes.choose(columns.names, columns.folded, layout, source, told)
        if chosen.place is not None:
            found["volume"] = chosen.place
            columns.refuse_volume_in(found, stamps)
        notes += chosen.notes
    used = {*found.values(), *stamps, clock, at}
    left_out = [name for place, name in enumerate(columns.names) if place not in used]
    notes += [f"Columns left out: {', '.join(left_out)}."] if left_out else []
    notes += columns.on_adjusted() if bars else []
    return Places(found, stamps, clock, at, notes)


def _called(name: str) -> tuple[str, ...]:
    return NAMES.get(name, (fold(name),))


class _Columns:
    """A header, and what is said of it."""

    def __init__(self, names: list[str], first_row: list[str], layout: Layout, source: str) -> None:
        self.names, self.first_row, self.layout, self.source = names, first_row, layout, source
        self.folded = [fold(name) for name in names]

    def cell(self, place: int) -> str:
        """Return a cell of the first row."""
        return self.first_row[place].strip() if place < len(self.first_row) else ""

    def number(self, wanted: str) -> int | None:
        """Return the column of a number; the usual name wins over the others."""
        first, *others = _called(wanted)
        return self._only([first]) if first in self.folded else self._only(others)

    def named(self, name: str, option: str) -> int:
        """Return the column that an option names."""
        place = self._only([fold(name)])
        if place is None:
            raise DataError(
                f"{self.source} has no column {name}; its header reads "
                f"{shorten(','.join(self.names))!r}. Pass {option}= with one of these names.",
                source=self.source,
                missing=[name],
            )
        return place

    def symbol(self) -> int | None:
        """Return the column of symbols."""
        if self.layout.symbol_column is not None:
            return self.named(self.layout.symbol_column, "symbol_column")
        return self._only(SYMBOLS)

    def stamps(self) -> tuple[tuple[int, ...], int | None]:
        """Return the columns of stamps, the one that is taken first, and that of a time of day."""
        if self.layout.time_column is not None:
            return (self.named(self.layout.time_column, "time_column"),), None
        found = [place for name in STAMPS if (place := self._only([name])) is not None]
        found = sorted(found) or [at for at in [self._only([LAST_RESORT])] if at is not None]
        clock = self._clock(found)
        if clock is not None:
            found = sorted(
                (at for at in found if at != clock), key=lambda at: self.folded[at] not in DATES
            )
            return (found[0],), clock
        return tuple(sorted(found, key=lambda at: not EPOCH.fullmatch(self.cell(at)))), None

    def _clock(self, found: list[int]) -> int | None:
        """Return the column of times of day, if there is one of dates beside it."""
        dates = [at for at in found if self.folded[at] in DATES]
        times = [at for at in found if self.folded[at] in TIMES]
        if len(dates) == 1 and len(times) == 1 and CLOCK.fullmatch(self.cell(times[0])):
            return times[0]
        return None

    def _only(self, spellings: Sequence[str]) -> int | None:
        """Return the one column that is spelled so."""
        found = [place for place, text in enumerate(self.folded) if text in spellings]
        if len(found) > 1:
            twice = " and ".join(repr(self.names[place]) for place in found)
            raise DataError(
                f"{self.source} has more than one column for the same thing: {twice}. "
                "Rename or remove all but one.",
                source=self.source,
                columns=twice,
            )
        return found[0] if found else None

    def refuse_missing(
        self, numbers: dict[str, int | None], needed: tuple[str, ...], *, has_stamps: bool
    ) -> None:
        """Say which columns are not there, and why."""
        missing = [name for name, place in numbers.items() if place is None]
        if not has_stamps:
            missing.append("timestamp or date")
        no_volume = "volume" in needed and not self.layout.zero_volume
        if no_volume and not volumes.may_be(set(self.folded), self.layout.volume_column):
            missing.append(self.layout.volume_column or "volume")
        if missing:
            raise DataError(
                f"{self.source} has no column {', '.join(missing)}; its header reads "
                f"{shorten(','.join(self.names))!r}. {self._way_out(missing)}",
                source=self.source,
                missing=missing,
            )

    def _way_out(self, missing: list[str]) -> str:
        if set(self.folded) >= FACTORS:
            return "It is a file of price factors, which load_factors loads."
        adjusted = [name for name in self.names if fold(name) in ADJUSTED]
        if "close" in missing and adjusted:
            return (
                f"{adjusted[0]!r} is an adjusted close, and prices are stored as they were traded. "
                "Give a file with the close itself."
            )
        if missing == ["volume"]:
            return "Pass volume_column= with one of these names, or zero_volume=True to store 0."
        return (
            "A file's header is among its first lines and names every column, in any case and "
            "order; columns=[…] names the columns of a file without one. A frame's stamps may be "
            "its DatetimeIndex."
        )

    def refuse_volume_in(self, found: dict[str, int], stamps: tuple[int, ...]) -> None:
        """Refuse a column of the volume that is something else."""
        others = {place: name for name, place in found.items() if name != "volume"}
        others |= dict.fromkeys(stamps, "timestamp")
        shared = others.get(found["volume"])
        if shared is not None:
            raise DataError(
                f"volume_column={self.names[found['volume']]!r} is the column of {shared} in "
                f"{self.source}. Name the column of the volume.",
                source=self.source,
                columns=[shared],
            )

    def on_adjusted(self) -> list[str]:
        """Return what is to be told of a column of adjusted closes."""
        found = [name for name in self.names if fold(name) in ADJUSTED]
        if not found:
            return []
        note = (
            f"{found[0]!r} is not used: prices are stored as they were traded. If the file is "
            "Yahoo's, its other prices are adjusted for splits already."
        )
        return [note]
