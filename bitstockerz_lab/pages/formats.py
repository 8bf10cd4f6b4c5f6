"""Numbers as people read them: never scientific, never nan, a dash where there is none.

Minus is the minus sign (−), the space before a unit does not break.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from datetime import datetime

MISSING = "–"
"""What stands where there is no number."""

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MAX_DECIMALS = 12


def number(value: object, decimals: int = 2, *, signed: bool = False, unit: str = "") -> str:
    """Return a number with thousands separators and a fixed number of decimals.

    Parameters
    ----------
    value : None, NaN and infinite give a dash
    decimals : digits after the point
    signed : write a plus before what is above zero
    unit : written behind, after a space that does not break

    Examples
    --------
    >>> number(-1234.5), number(None), number(12.346, signed=True, unit="%")
    ('−1,234.50', '–', '+12.35 %')
    """
    if not isinstance(value, int | float | np.integer | np.floating) or not math.isfinite(value):
        return MISSING
    digits = f"{abs(float(value)):,.{decimals}f}"
    nothing = not digits.strip("0.,")
    sign = "" if nothing else MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{digits}{SPACE + unit if unit else ''}"


def money(value: object, currency: str = "", *, signed: bool = False) -> str:
    """Return an amount of money, to the cent: ``100,000.00 USD``."""
    return number(value, 2, signed=signed, unit=currency)


def percent(value: object, *, signed: bool = True) -> str:
    """Return a percentage, 12.5 being 12.5 %, with its sign and two decimals: ``+12.50 %``."""
    return number(value, 2, signed=signed, unit="%")


def count(value: object) -> str:
    """Return a whole number with thousands separators: ``87,600``."""
    return number(value, 0)


def price_decimals(prices: pd.Series | np.ndarray | list[float]) -> int:
    """Return how many decimals a column of prices needs to show five digits of the least of them.

    Examples
    --------
    >>> price_decimals([182.5, 190.0]), price_decimals([0.000012345])
    (2, 9)
    """
    values = np.abs(np.asarray(prices, dtype=np.float64))
    values = values[np.isfinite(values) & (values > 0)]
    if not len(values):
        return 2
    digits_before = math.floor(math.log10(float(values.min()))) + 1
    return min(MAX_DECIMALS, 2 if digits_before > 0 else 4 - digits_before + 1)


def price(value: object, decimals: int | None = None) -> str:
    """Return a price: two decimals from 1 on, below it five digits that count."""
    if decimals is None and isinstance(value, int | float):
        decimals = price_decimals([value])
    return number(value, decimals or 2)


def quantity(value: object, decimals: int = 8) -> str:
    """Return a number of units without trailing zeros: ``1,204``, ``0.12345678``."""
    text = number(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(value: object) -> str:
    """Return any value as text: a number without trailing zeros, nothing as a dash."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | np.integer | np.floating):
        return quantity(value)
    return str(value)


def when(stamp: pd.Timestamp | datetime | None, timeframe: str = "1d") -> str:
    """Return a date; with its time where bars are shorter than a day: ``2020-01-02 14:00``."""
    if stamp is None or pd.isna(stamp):
        return MISSING
    return stamp.strftime("%Y-%m-%d %H:%M" if timeframe.endswith("h") else "%Y-%m-%d")
