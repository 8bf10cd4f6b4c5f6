"""What is known of a symbol beside its prices: its terms, and whether it is still traded."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class SymbolTerms:
    """How a symbol is traded and where it belongs; None where nobody said.

    Attributes
    ----------
    symbol : whose terms
    tick_size : smallest step of its price, in its currency
    lot_size : smallest quantity that is traded, in units
    sector : as a provider or a person calls it, "Technology"
    country : ISO 3166 code of two letters, "US"
    """

    symbol: str
    tick_size: float | None = None
    lot_size: float | None = None
    sector: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class SymbolStatus:
    """A change of whether a symbol is traded.

    Attributes
    ----------
    symbol : whose status
    date : the day on which it changed, UTC
    is_active : traded from then on, or no longer
    reason : why, in somebody's words; None without
    """

    symbol: str
    date: date
    is_active: bool
    reason: str | None = None


def changed_terms(known: SymbolTerms, said: SymbolTerms) -> SymbolTerms:
    """Return terms with what is said now in the place of what was known.

    Raises
    ------
    DataError
        A size is not positive, a country no code of two letters, a sector empty.

    Examples
    --------
    >>> known = SymbolTerms("AAPL", tick_size=0.01)
    >>> changed_terms(known, SymbolTerms("AAPL", country="us"))
    SymbolTerms(symbol='AAPL', tick_size=0.01, lot_size=None, sector=None, country='US')
    """
    checks = {"tick_size": _size, "lot_size": _size, "sector": _text, "country": _country}
    given = {
        field.name: checks[field.name](field.name, getattr(said, field.name))
        for field in fields(said)
        if field.name in checks and getattr(said, field.name) is not None
    }
    return replace(known, **given)  # type: ignore[arg-type]


def next_status(
    before: SymbolStatus | None, change: SymbolStatus, last_bar: pd.Timestamp | None
) -> SymbolStatus:
    """Return a change of status if it fits what is known.

    Parameters
    ----------
    before : the newest change so far; None means active from the first bar on
    change : what is said now
    last_bar : stamp of the symbol's last bar; None without any

    Raises
    ------
    DataError
        It is so already, its day is in the future or before the last change, or bars are stored
        of days after trading is said to have stopped.
    """
    if change.is_active == (before is None or before.is_active):
        raise _so_already(before, change)
    word = "active again" if change.is_active else "retired"
    problem = None
    if change.date > clock.now().date():
        problem = f"on={change.date} is in the future. Say it on that day."
    elif before is not None and change.date < before.date:
        problem = f"its status changed on {before.date}. Give on= that day or a later one."
    elif not change.is_active and last_bar is not None and change.date < last_bar.date():
        problem = f"it has bars until {last_bar.date()}. Give on= that day or a later one."
    if problem:
        raise DataError(
            f"{change.symbol} cannot be {word} from {change.date} on: {problem}",
            symbol=change.symbol,
            date=change.date,
        )
    return change


def _so_already(before: SymbolStatus | None, change: SymbolStatus) -> DataError:
    since = f" since {before.date}" if before is not None else ""
    because = f" ({before.reason})" if before is not None and before.reason else ""
    told, way_out = (
        (
            "is active",
            f"Nothing is to be restored; lab.market.retire({change.symbol!r}) retires it.",
        )
        if change.is_active
        else ("is retired", f"lab.market.restore({change.symbol!r}) brings it back.")
    )
    return DataError(f"{change.symbol} {told}{since}{because}. {way_out}", symbol=change.symbol)


def _size(name: str, value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise DataError(f"{name}={value!r} is no positive number. Write it like 0.01.", name=name)
    return number


def _text(name: str, value: object) -> str:
    text = " ".join(str(value).split())
    if not text:
        raise DataError(f"{name}={value!r} says nothing. Write it like 'Technology'.", name=name)
    return text


def _country(name: str, value: object) -> str:
    code = str(value).strip().upper()
    if not COUNTRY.fullmatch(code):
        raise DataError(
            f"{name}={value!r} is no ISO 3166 code of two letters. Write it like 'US' or 'DE'.",
            country=value,
        )
    return code
