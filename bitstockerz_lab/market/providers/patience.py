"""Asking over a network again and again, at growing distances, until it is time to give up."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

import pandas as pd
import tenacity

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

ATTEMPTS = 6
LONGEST_WAIT_S = 120.0
"""Who asks for more patience than that is asked again by a person, not by us."""

SLOWER = tenacity.wait_exponential_jitter(initial=1, max=30, jitter=1)
"""Waits of about 1, 2, 4, 8 and 16 seconds."""


class Busy(Exception):
    """Somebody could not answer now and may later: 429, 5xx, a timeout, half of an answer.

    Parameters
    ----------
    told : what happened, "status 429"
    retry_after : the header of that name: seconds, or a date
    """

    def __init__(self, told: str, retry_after: str | None = None) -> None:
        super().__init__(told)
        self.told = told
        self.wait_s = _seconds(retry_after)


def patiently(ask: Callable[[], Answer], what: str) -> Answer:
    """Return an answer, asked for up to six times.

    Parameters
    ----------
    ask : asks once; raises Busy where asking again may help
    what : who is asked for what, for the error: "bitstamp for 1h bars of BTC/USD"

    Raises
    ------
    DataError
        There was no answer, or it asks for more patience than two minutes.
    """
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Busy),
        stop=_hopeless,
        wait=_wait,
        sleep=lambda seconds: time.sleep(seconds),  # noqa: PLW0108 - looked up when it waits
        reraise=True,
    )
    try:
        return retrying(ask)
    except Busy as problem:
        attempts = retrying.statistics["attempt_number"]
        asked = f"asked {attempts} times" if attempts > 1 else "asked once"
        waits = f", and asks to wait {problem.wait_s:,.0f} s" if problem.wait_s else ""
        raise DataError(
            f"{what}: {problem.told}{waits} ({asked}). What is stored is kept; ask again later.",
            what=what,
            told=problem.told,
            attempts=attempts,
        ) from problem


def date_of(header: str | None) -> pd.Timestamp | None:
    """Return the time that a header like `Date` tells, UTC; None for none that can be read.

    Examples
    --------
    >>> date_of("Wed, 21 Oct 2026 07:28:00 GMT")
    Timestamp('2026-10-21 07:28:00+0000', tz='UTC')
    """
    if not header:
        return None
    try:
        return pd.Timestamp(parsedate_to_datetime(header)).tz_convert("UTC")
    except (TypeError, ValueError):
        return None


def _seconds(retry_after: str | None) -> float | None:
    text = (retry_after or "").strip()
    if text.isdigit():
        return float(text)
    when = date_of(text)
    return None if when is None else max(0.0, (when - clock.utc(clock.now())).total_seconds())


def _problem(state: tenacity.RetryCallState) -> Busy | None:
    problem = state.outcome.exception() if state.outcome else None
    return problem if isinstance(problem, Busy) else None


def _hopeless(state: tenacity.RetryCallState) -> bool:
    problem = _problem(state)
    too_long = problem is not None and (problem.wait_s or 0.0) > LONGEST_WAIT_S
    return too_long or state.attempt_number >= ATTEMPTS


def _wait(state: tenacity.RetryCallState) -> float:
    problem = _problem(state)
    told = problem.wait_s if problem is not None else None
    return SLOWER(state) if told is None else max(told, 0.0)
