"""Rows on their way in, not yet checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Malformed:
    """Rows of a file with too few or too many cells, which never became rows of a frame."""

    lines: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)  # whose they are: positions in `symbols`


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose bars the rows are.

    Attributes
    ----------
    symbols : texts as the source says them; empty if it says none
    rows : for each row of the bars its symbol's position in `symbols`; None if it is one
    said : what the source says itself, in a column or by its name, where its bars are to be loaded
        under a symbol that was given; None if it says none
    """

    symbols: tuple[str, ...] = ()
    rows: np.ndarray | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows of one source on their way in, not yet checked.

    Attributes
    ----------
    source : name of the file, or "frame"
    timeframe : of the bars
    bars : DataFrame of shape (n_rows, 5), float64, index `timestamp` (tz-aware UTC, NaT where a
        stamp could not be read), in the order of the source
    malformed : rows that are not in `bars`
    notes : what the reader found out, a sentence each
    locate : line numbers (from 1) and original texts of rows, by position in `bars`
    digest : SHA-256 of the source
    owners : whose bars they are
    """

    source: str
    timeframe: str
    bars: pd.DataFrame
    malformed: Malformed
    notes: list[str]
    locate: Callable[[np.ndarray], tuple[list[int], list[str]]]
    digest: Callable[[], str]
    owners: Owners = field(default_factory=Owners)
