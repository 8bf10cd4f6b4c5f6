"""Exact numbers: ten decimals, as the ledger's columns have them."""

from __future__ import annotations

import numbers
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from fractions import Fraction

UNIT = Decimal("1E-10")
ZERO = Decimal(0)
ONE = Decimal(1)
MILLIONTH = Decimal("1E-6")
LARGEST = Decimal(10) ** 15
"""No quantity, price or amount is larger: products of two would not fit into DECIMAL(28,10)."""

FULL_BPS = Decimal(10_000)
WIDE = Context(prec=80)
"""Keeps every digit of a product of two exact numbers until it is rounded."""

EXACT = (int, str, Decimal, numbers.Integral)


def exact(name: str, value: object) -> Decimal:
    """Return a number as it was written, not as binary has it: 0.1 is a tenth.

    Parameters
    ----------
    name : what it is, for the message
    value : whole number, float, Decimal, or text like "0.1"

    Raises
    ------
    DataError
        It is no number, too large, or has more than ten decimals, which would be lost.

    Examples
    --------
    >>> exact("quantity", 0.1)
    Decimal('0.1')
    """
    try:
        number = Decimal(_text(value))
    except (InvalidOperation, TypeError) as problem:
        raise DataError(f"{name}={value!r} is no number.", **{name: value}) from problem
    if not number.is_finite() or abs(number) > LARGEST:
        raise DataError(f"{name}={value!r} is not below 10^15. Give less.", **{name: value})
    if rounded(number) != number:
        raise DataError(
            f"{name}={value!r} has more than ten decimals, and the ledger keeps ten. Round it.",
            **{name: value},
        )
    return number


def _text(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        raise TypeError
    if isinstance(value, float | np.floating):
        return repr(float(value))
    if isinstance(value, EXACT):
        return str(value).strip()
    raise TypeError


def rounded(number: Decimal) -> Decimal:
    """Return a number with ten decimals, the nearest; half goes to the even one."""
    return WIDE.quantize(number, UNIT)


def price_of(value: float) -> Decimal:
    """Return a bar's price as it is written; the ledger keeps ten decimals of it."""
    return Decimal(repr(float(value)))


def is_kept(price: Decimal) -> bool:
    """Return whether ten decimals are enough for a price: they move it by a millionth at most.

    Examples
    --------
    >>> is_kept(Decimal("0.0012345")), is_kept(Decimal("1.26E-9"))
    (True, False)
    """
    return abs(rounded(price) - price) <= price * MILLIONTH


def of(ratio: Fraction) -> Decimal:
    """Return a fraction with ten decimals, the nearest."""
    return share(ONE, Decimal(ratio.numerator), Decimal(ratio.denominator))


def times(one: Decimal, other: Decimal) -> Decimal:
    """Return a product, rounded once."""
    return rounded(WIDE.multiply(one, other))


def share(whole: Decimal, part: Decimal, of: Decimal) -> Decimal:
    """Return whole × part / of, rounded once; all of it where the part is the whole."""
    if part == of:
        return whole
    return rounded(WIDE.divide(WIDE.multiply(whole, part), of))


def bps(amount: Decimal, points: Decimal) -> Decimal:
    """Return so many basis points of an amount, rounded once."""
    return rounded(WIDE.divide(WIDE.multiply(amount, points), FULL_BPS))


def told(amount: Decimal, currency: str = "") -> str:
    """Return money for a sentence: ``1,234.50 USD``."""
    return f"{amount:,.2f} {currency}".rstrip()


def plain(number: Decimal) -> str:
    """Return a number without trailing zeros: ``10``, ``0.5``."""
    return f"{number.normalize():,f}"
