"""Findings: what is odd about bars, a row each, and how single bars become rows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = ("kind", "severity", "first", "last", "bars", "value", "message")

MOST = 100
"""Of one kind and severity; more are told a year a row, or nobody would read any."""

WAYS_OUT = {
    "gap": "Load the missing bars.",
    "repeated": "Load the bars of one of them from another source.",
    "spike": "Correct it with lab.market.correct(...).",
    "split": "Load its factors or actions.",
    "stale": "lab.market.update(...) loads them.",
    "swapped": "Load the bars again with their columns and rows in order, or correct them.",
    "volume_unit": "Load the bars again with volumes of one unit.",
    "wick": "Correct it with lab.market.correct(...).",
}
"""What to do about a finding, by its kind."""

ORDER = tuple(str(severity) for severity in Severity)


class Spans(NamedTuple):
    """Runs of bars: positions of the first and of the last, both inclusive."""

    starts: np.ndarray
    ends: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """How many bars each has."""
        length: np.ndarray = self.ends - self.starts + 1
        return length

    def where(self, wanted: np.ndarray) -> Spans:
        """Return the runs that are true in `wanted`."""
        return Spans(self.starts[wanted], self.ends[wanted])


def spans(marked: np.ndarray) -> Spans:
    """Return the runs of true entries.

    Examples
    --------
    >>> spans(np.array([True, True, False, True])).lengths.tolist()
    [2, 1]
    """
    edges = np.flatnonzero(np.diff(np.r_[False, marked, False].astype(np.int8)))
    return Spans(edges[::2], edges[1::2] - 1)


def points(marked: np.ndarray) -> Spans:
    """Return each true entry as a run of one bar."""
    places = np.flatnonzero(marked)
    return Spans(places, places)


@cache
def none() -> pd.DataFrame:
    """Return an empty frame of findings, always the same one: it is not to be written to."""
    moments = pd.DatetimeIndex([], tz="UTC").as_unit("us")
    return pd.DataFrame(
        {
            "kind": pd.Series(dtype="str"),
            "severity": pd.Series(dtype="str"),
            "first": moments,
            "last": moments,
            "bars": pd.Series(dtype="int64"),
            "value": pd.Series(dtype="float64"),
            "message": pd.Series(dtype="str"),
        }
    )


def rows(
    kind: str,
    stamps: pd.Index[Any],
    found: Spans,
    severities: np.ndarray | Severity,
    message: Callable[[int], str],
    *,
    values: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return what was found of one kind, a row a run; each message ends with the way out.

    Parameters
    ----------
    kind : a word
    stamps : what the positions of `found` are positions in
    found : runs
    severities : of each, or of all
    message : gives the sentence of the run of that number
    values : how large each is, in the kind's own unit
    """
    if not len(found.starts):
        return none()
    told = pd.DataFrame(
        {
            "kind": kind,
            "severity": severities if isinstance(severities, np.ndarray) else str(severities),
            "first": stamps[found.starts],
            "last": stamps[found.ends],
            "bars": found.lengths,
            "value": np.nan if values is None else values,
        }
    )
    many = told.groupby("severity")["severity"].transform("size") > MOST
    few = told[~many]
    few = few.assign(message=[message(number) for number in few.index])
    found_of = pd.concat([few, _by_year(told[many])], ignore_index=True) if many.any() else few
    if kind in WAYS_OUT:
        found_of["message"] = found_of["message"] + f" {WAYS_OUT[kind]}"
    return found_of


def graded(sizes: np.ndarray, warning: float, error: float) -> np.ndarray:
    """Return each size's severity: an info, from `warning` on a warning, from `error` an error."""
    steps = [Severity.ERROR, Severity.WARNING]
    words: np.ndarray = np.select(
        [sizes >= error, sizes >= warning], [str(step) for step in steps], str(Severity.INFO)
    )
    return words


def together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return findings in one frame, ascending by their first bar."""
    full = [part for part in parts if len(part)]
    if not full:
        return none().copy()
    whole = pd.concat(full, ignore_index=True)
    return whole.sort_values(["first", "kind"], kind="stable", ignore_index=True)


def counts(findings: pd.DataFrame) -> dict[str, int]:
    """Return how many findings there are of each severity, the worst first."""
    numbers = findings["severity"].value_counts()
    return {name: int(numbers.get(name, 0)) for name in ORDER}


def when(stamp: pd.Timestamp, timeframe: str) -> str:
    """Return a bar's stamp as it is written in a sentence."""
    return formats.when(stamp, timeframe)


def _by_year(told: pd.DataFrame) -> pd.DataFrame:
    """Return very many findings as a row a year and severity."""
    sized = told.assign(value=told["value"].abs(), year=told["first"].dt.year, longest=told["bars"])
    years = sized.groupby(["kind", "severity", "year"], as_index=False).agg(
        first=("first", "min"),
        last=("last", "max"),
        bars=("bars", "sum"),
        value=("value", "max"),
        times=("longest", "size"),
        longest=("longest", "max"),
    )
    years["message"] = [
        f"{year.times:,} times in {year.year}, {year.bars:,} bars in all, at most {year.longest:,} "
        "in a row."
        for year in years.itertuples()
    ]
    return years[list(COLUMNS)]
