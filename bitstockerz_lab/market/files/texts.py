"""Texts of headers and messages."""

from __future__ import annotations

LINE = 120


def fold(name: object) -> str:
    """Return a name's letters and digits in lower case.

    Examples
    --------
    >>> fold("<DATE>"), fold("Adj. Close*"), fold("Volume (BTC)")
    ('date', 'adjclose', 'volumebtc')
    """
    return "".join(sign for sign in str(name).casefold() if sign.isalnum())


def shorten(text: str) -> str:
    """Return a text cut to the length of a line."""
    return text if len(text) <= LINE else f"{text[: LINE - 1]}…"


def one_line(problem: Exception) -> str:
    """Return an error's first line without its full stop, for a sentence of our own."""
    return shorten(str(problem).partition("\n")[0].rstrip(". "))
