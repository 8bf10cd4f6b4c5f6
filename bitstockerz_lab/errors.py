"""Every error a user can meet.

LabError
├── DataError (ValueError)        what was handed in cannot be used
│   ├── BadBars                   rows that break a rule of bars
│   └── NoBars                    nothing stored for what was asked
├── DefinitionError (ValueError)  a strategy's rules or parameters do not hold together
├── UnknownName (LookupError)     no symbol, strategy, run or parameter of that name
├── TradingError                  a backtest or a paper account cannot do what was asked
├── Untrusted                     code that nobody agreed to on this machine
├── BatchError                    a notebook of a batch failed
├── NoChromium                    no browser on this machine that could draw or print a page
└── StorageError                  the database file
    └── DatabaseBusy              somebody else holds it

A message says what was asked, with its values, then the way out; the values stay on the error as
attributes: ``error.values["symbol"]``.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class LabError(Exception):
    """Base of every error this package raises on purpose."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


class DataError(LabError, ValueError):
    """What was handed in cannot be used."""


class BadBars(DataError):
    """Bars that break a rule of bars."""


class NoBars(DataError):
    """No bars are stored for what was asked."""


class DefinitionError(LabError, ValueError):
    """A strategy's rules or parameters do not hold together."""


class UnknownName(LabError, LookupError):
    """A name that is not there, with the nearest one that is."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str], way_out: str = "") -> Self:
        """Build the error ``No symbol 'APPL'. Did you mean 'AAPL'?``.

        Parameters
        ----------
        kind : what is looked for, as a word: "symbol", "strategy", "template"
        name : what was asked
        known : the names there are
        way_out : said where no known name is near
        """
        by_folded = {entry.casefold(): entry for entry in known}
        near = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
        hint = f"Did you mean {by_folded[near[0]]!r}?" if near else way_out
        return cls(f"No {kind} {name!r}. {hint}".rstrip(), kind=kind, name=name)


class TradingError(LabError):
    """A backtest or a paper account was asked for something it cannot do."""


class Untrusted(LabError):
    """Code of a strategy that was neither written nor agreed to on this machine."""


class BatchError(LabError):
    """A notebook of a batch failed."""


class NoChromium(LabError):
    """No browser on this machine could draw or print a page."""


class StorageError(LabError):
    """Something about the database file."""


class DatabaseBusy(StorageError):
    """Somebody else holds the database file."""
