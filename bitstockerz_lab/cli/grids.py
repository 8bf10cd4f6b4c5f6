"""The option that names the values to try of each parameter."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from bitstockerz_lab.cli.settings import assignments

MOST = 1_000_000

OPTION = typer.Option(
    "--grid",
    "-g",
    metavar="NAME=VALUES",
    help="10,20,50 or 10:50:5 (both ends in); once for each parameter.",
)
Grid = Annotated[list[str], OPTION]
GridOrAll = Annotated[list[str] | None, OPTION]
"""None is each parameter's declared min, max and step."""


def grid(texts: list[str], option: str = "--grid") -> dict[str, list[float]]:
    """Return the values by parameter that ``name=values`` texts say.

    Parameters
    ----------
    texts : values are numbers and ranges between commas; a range is first:last:step, or first:last
        in steps of 1, and the last is in where the steps meet it
    option : what they were given to, for messages

    Raises
    ------
    typer.BadParameter
        A text cannot be read.

    Examples
    --------
    >>> grid(["fast=5:20:5", "pct=0.5,1:2:0.5"])
    {'fast': [5, 10, 15, 20], 'pct': [0.5, 1.0, 1.5, 2.0]}
    """
    return {name: _values(text, option) for name, text in assignments(texts, option).items()}


def _values(text: str, option: str) -> list[float]:
    found = [value for part in text.split(",") for value in _of_part(part.strip(), option)]
    whole = all(value == value.to_integral_value() and _plain(value) for value in found)
    return [int(value) if whole else float(value) for value in found]


def _plain(value: Decimal) -> bool:
    """Tell whether a number is written without a point: 20, not 20.0."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= 0


def _of_part(part: str, option: str) -> list[Decimal]:
    numbers = [_number(piece, part, option) for piece in part.split(":")]
    if len(numbers) == 1:
        return numbers
    if len(numbers) > 3:  # noqa: PLR2004 - first, last, step
        raise typer.BadParameter(f"{option}: {part!r} should read first:last or first:last:step")
    first, last, step = numbers if len(numbers) == 3 else (*numbers, Decimal(1))  # noqa: PLR2004 - as above
    if step == 0 or (last - first) / step < 0:
        raise typer.BadParameter(f"{option}: {part!r} never gets from {first} to {last}")
    count = int((last - first) / step) + 1
    if count > MOST:
        raise typer.BadParameter(f"{option}: {part!r} has {count:,} values, {MOST:,} are the most")
    return [first + step * place for place in range(count)]


def _number(text: str, part: str, option: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        way = f". Put commas between values: {option} fast=10,20" if " " in part else ""
        raise typer.BadParameter(f"{option}: {text!r} in {part!r} is no number{way}") from None
    if not value.is_finite():
        raise typer.BadParameter(f"{option}: {text!r} in {part!r} is no number")
    return value
