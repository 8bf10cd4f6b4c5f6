"""Corrected bars: what a correction changes, and bars with what was corrected laid over them.

A bar is never updated or deleted. A correction is a row of its own: the fact as it was known before
and the fact as it is known since; of one bar the newest holds. Five missing values say that the bar
never was.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import BadBars, DataError, NoBars
from bitstockerz_lab.market import bars as rules
from bitstockerz_lab.market.bars import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.market.symbols import Symbol

OLD = tuple(f"old_{name}" for name in COLUMNS)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction changed, and who said so.

    Attributes
    ----------
    symbol, timeframe : whose bars
    reason, user : why, and the e-mail of who corrected
    created_at : since when it is known, UTC
    bars : DataFrame of shape (n_corrected, 10), index `timestamp`, tz-aware UTC: old_open …
        old_volume, open … volume; NaN where the bar was, or is, taken out
    unchanged : rows of a frame that were in force already
    checked : the bars were checked before, and are not as they were checked
    """

    symbol: str
    timeframe: str
    reason: str
    user: str
    created_at: pd.Timestamp
    bars: pd.DataFrame
    unchanged: int = 0
    checked: bool = False

    def __str__(self) -> str:
        title = (
            f"{self.symbol} {self.timeframe}: {_counted(len(self.bars))} corrected by {self.user} "
            f"on {self.created_at:%Y-%m-%d %H:%M} UTC: {self.reason}"
        )
        lines = [title, *(f"  {line}" for line in self._changes(SHOWN))]
        hidden = len(self.bars) - SHOWN
        lines += [f"  … and {hidden:,} more in .bars"] * (hidden > 0)
        if self.unchanged:
            lines.append(f"  {_counted(self.unchanged)} had these values already")
        if self.checked:
            again = f"lab.market.check({self.symbol!r}, {self.timeframe!r})"
            lines.append(f"  Checked before; {again} looks again.")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return "<p>" + "<br>".join(escape(line) for line in str(self).splitlines()) + "</p>"

    def _changes(self, number: int) -> list[str]:
        """Return what became of the first bars, a line each."""
        form = "%Y-%m-%d" if self.timeframe == "1d" else "%Y-%m-%d %H:%M"
        told = []
        for stamp, row in self.bars.head(number).iterrows():
            pairs = [(name, row[f"old_{name}"], row[name]) for name in COLUMNS]
            if np.isnan(row["open"]):
                words = ["taken out: it never was"]
            elif np.isnan(row["old_open"]):
                words = ["back, " + ", ".join(f"{name} {new:.15g}" for name, _, new in pairs)]
            else:
                words = [
                    f"{name} {old:.15g} → {new:.15g}" for name, old, new in pairs if old != new
                ]
            told.append(f"{stamp:{form}}: {', '.join(words)}")
        return told


def overlay(bars: pd.DataFrame, revisions: pd.DataFrame) -> pd.DataFrame:
    """Return bars with what was corrected laid over them.

    Parameters
    ----------
    bars : any of the five columns, an index without duplicates
    revisions : those in force, at least the same columns, an index without duplicates; a row of NaN
        takes the bar out

    Returns
    -------
    DataFrame
        The bars given are left as they are.
    """
    places = bars.index.get_indexer(revisions.index)
    values = bars.to_numpy(dtype="float64", copy=True)
    values[places[places >= 0]] = revisions[list(bars.columns)].to_numpy()[places >= 0]
    kept = ~np.isnan(values).all(axis=1)
    return pd.DataFrame(values[kept], index=bars.index[kept], columns=bars.columns)


def wanted(
    when: object, values: Mapping[str, float | None], *, reason: str, remove: bool
) -> pd.DataFrame:
    """Return what a correction asks for: an index of stamps, and the columns it names.

    Parameters
    ----------
    when : a stamp, or a frame with stamps as its index and any of the five columns
    values : the columns that were named beside a stamp; None is unnamed
    reason, remove : as `lab.market.correct` takes them

    Raises
    ------
    DataError
        Nobody says why, or what is asked for contradicts itself.
    BadBars
        A frame's index holds no times.
    """
    if not isinstance(reason, str) or not reason.strip():
        raise DataError(
            f"reason={reason!r} says nothing. Say why the stored bar is wrong, like "
            "reason='the exchange withdrew the trade'."
        )
    named = {name: value for name, value in values.items() if value is not None}
    if remove and (named or (isinstance(when, pd.DataFrame) and len(when.columns))):
        raise DataError(
            "remove=True says that the bar never was, and values were given too. Leave one out; of "
            "a frame, frame[[]] are the stamps alone."
        )
    if not isinstance(when, pd.DataFrame):
        index = pd.DatetimeIndex([clock.utc(when)], name="timestamp")  # type: ignore[arg-type]
        return _numbers(pd.DataFrame({name: [value] for name, value in named.items()}, index=index))
    if named:
        raise DataError(
            f"{', '.join(named)} was given beside a frame. Put the values into the frame's columns."
        )
    return _checked(when)


def revise(
    symbol: Symbol,
    timeframe: str,
    stored: tuple[pd.DataFrame, pd.DataFrame],
    changes: pd.DataFrame,
    *,
    remove: bool,
) -> pd.DataFrame:
    """Return the revisions that make stored bars what is wanted.

    Parameters
    ----------
    symbol, timeframe : whose bars
    stored : the bars in force; and those that were taken out, as they were before
    changes : what `wanted` returns. A column it does not name keeps its value; of a bar that was
        taken out, the value it had
    remove : the bars never were

    Returns
    -------
    DataFrame of shape (n_changed, 10)
        old_open … old_volume, open … volume, index `timestamp`; bars that have the wanted values
        already are left out.

    Raises
    ------
    NoBars
        No bar is stored for a stamp.
    BadBars
        A corrected bar would break a rule of bars.
    DataError
        Nothing would change.
    """
    in_force, removed = stored
    known = pd.concat([in_force, removed]) if len(removed) else in_force
    _refuse_missing(symbol, timeframe, changes.index.difference(known.index))
    old = in_force.reindex(changes.index)
    new = known.reindex(changes.index)
    new[changes.columns] = changes
    if remove:
        new[:] = np.nan
    else:
        _refuse_broken(symbol, timeframe, new)
    same = (old == new) | (old.isna() & new.isna())
    revisions = pd.concat([old.set_axis(OLD, axis=1), new], axis=1)[~same.all(axis=1)]
    if revisions.empty:
        raise DataError(
            f"{_bar(symbol, timeframe, changes.index)} as it is asked for already, so nothing was "
            f"corrected. lab.market.bars({symbol.symbol!r}, {timeframe!r}, adjusted=False) shows "
            "the values in force. A reason is kept with the change it was given for and never "
            f"rewritten: lab.market.revisions({symbol.symbol!r}) shows it, and a new one is noted "
            "with the next change of a value.",
            symbol=symbol.symbol,
            timeframe=timeframe,
        )
    return revisions


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of corrections, ascending, its index `timestamp` in UTC."""
    strange = [str(name) for name in frame.columns if name not in COLUMNS]
    if strange or not len(frame):
        what = f"the columns {', '.join(strange)}" if strange else "no rows"
        raise DataError(
            f"The frame of corrections has {what}. Its index are stamps, its columns any of "
            f"{', '.join(COLUMNS)}."
        )
    changes = frame.set_axis(clock.stamps(frame).rename("timestamp"))
    if changes.index.hasnans or changes.index.has_duplicates:
        raise BadBars(
            "The frame of corrections has a stamp that is missing or there twice. Keep one row a "
            "bar."
        )
    return _numbers(changes.sort_index())


def _refuse_missing(symbol: Symbol, timeframe: str, missing: pd.Index) -> None:
    if len(missing):
        more = f" (and {len(missing) - 1:,} more stamps)" if len(missing) > 1 else ""
        raise NoBars(
            f"{symbol.symbol} has no {timeframe} bar of {_stamp(missing[0])}{more}, so there is "
            "nothing to correct. A missing bar is loaded: lab.market.load_frame(...).",
            symbol=symbol.symbol,
            timeframe=timeframe,
        )


def _refuse_broken(symbol: Symbol, timeframe: str, new: pd.DataFrame) -> None:
    _, refused = rules.check(new, timeframe)
    if len(refused):
        stamp = _stamp(new.index[refused["row"].iloc[0]])
        more = f", and {len(refused) - 1:,} more" if len(refused) > 1 else ""
        raise BadBars(
            f"The {timeframe} bar of {symbol.symbol} of {stamp} would break a rule of bars: "
            f"{refused['reason'].iloc[0]}{more}. Name all values that are wrong; nothing was "
            "corrected.",
            symbol=symbol.symbol,
            timeframe=timeframe,
        )


def _numbers(changes: pd.DataFrame) -> pd.DataFrame:
    try:
        return changes.astype("float64")
    except (TypeError, ValueError) as problem:
        raise DataError(
            f"A value of the correction is no number ({problem}). Give numbers."
        ) from problem


def _bar(symbol: Symbol, timeframe: str, stamps: pd.Index) -> str:
    if len(stamps) == 1:
        return f"The {timeframe} bar of {symbol.symbol} of {_stamp(stamps[0])} is"
    return f"All {len(stamps):,} {timeframe} bars of {symbol.symbol} are"


def _stamp(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%d}" if stamp == stamp.normalize() else f"{stamp:%Y-%m-%d %H:%M}"


def _counted(number: int) -> str:
    return f"{number:,} bar{'' if number == 1 else 's'}"
