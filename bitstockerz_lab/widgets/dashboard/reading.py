"""What the cards read of a lab: verbs, called in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.widgets.dashboard.pieces import TOP

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.paper import Account

T = TypeVar("T")
MONTH, YEAR = pd.Timedelta(days=30), pd.Timedelta(days=365)
STALE = pd.Timedelta(days=14)
"""Where the newest bar is older, no bar is expected that could fill an order."""


@dataclass(frozen=True, slots=True)
class Worth:
    """The paper account, and what it was worth day by day.

    Attributes
    ----------
    account : as `lab.paper.account` gives it
    curve : as `lab.paper.equity` gives it
    """

    account: Account
    curve: pd.Series


@dataclass(frozen=True, slots=True)
class Held:
    """What the paper account holds.

    Attributes
    ----------
    positions : as `lab.paper.positions` gives them
    waiting : how many orders wait for bars, where nothing is held
    line : what to call next, where nothing is held; else ""
    """

    positions: pd.DataFrame
    waiting: int = 0
    line: str = ""


@dataclass(frozen=True, slots=True)
class Runs:
    """The newest runs.

    Attributes
    ----------
    newest : as `lab.backtests.list` gives them
    outlines : as `lab.backtests.outlines` gives those of them that are completed
    """

    newest: pd.DataFrame
    outlines: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Jobs:
    """What is at work.

    Attributes
    ----------
    batches : as `lab.batch.list` gives them
    running : as `lab.batch.jobs` gives those that run
    """

    batches: pd.DataFrame
    running: pd.DataFrame


def account(lab: Lab) -> Worth | None:
    """Return the paper account; None where none was opened."""
    return _of_account(lab, lambda: Worth(lab.paper.account(), lab.paper.equity()))


def replay_start(lab: Lab) -> pd.Timestamp | None:
    """Return where a replay of the stored bars begins, a year before their end; None of new bars.

    In real time an order waits for bars that come after it: where none come any more, as of
    simulated ones, it would wait for ever.
    """
    newest = lab.market.symbols()["last_bar"].max()
    if pd.isna(newest) or clock.utc(clock.now()) - newest < STALE:
        return None
    start: pd.Timestamp = (newest - YEAR).normalize()
    return start


def positions(lab: Lab) -> Held | None:
    """Return the positions, the largest first; None without an account."""
    found = _of_account(lab, lab.paper.positions)
    if found is None or len(found):
        return None if found is None else Held(found)
    account = lab.paper.account()
    if account.open_orders and account.mode == "replay":
        later = pd.Timestamp(account.now) + MONTH
        return Held(found, account.open_orders, f'lab.paper.advance("{later:%Y-%m-%d}")')
    if account.open_orders:
        return Held(found, account.open_orders, "lab.paper.fill()")
    symbols = lab.market.symbols()
    stored = symbols.loc[symbols["last_bar"].notna(), "symbol"]
    return Held(found, 0, f'lab.paper.buy("{stored.iloc[0] if len(stored) else "DEMO-A"}", 10)')


def executions(lab: Lab) -> pd.DataFrame | None:
    """Return the executions, the newest first; None without an account."""
    return _of_account(lab, lab.paper.executions)


def _of_account(lab: Lab, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except TradingError:
        if lab.paper.is_open():  # asked only here: every lease of the file takes its time
            raise
        return None


def strategies(lab: Lab) -> pd.DataFrame:
    """Return the strategies in use."""
    return lab.strategies.list(retired=False)


def runs(lab: Lab) -> Runs:
    """Return the newest runs, those that are a window of a walk-forward left out."""
    newest = lab.backtests.list(limit=TOP + 1, windows=False)
    return Runs(newest, lab.backtests.outlines(newest["id"]))


def market(lab: Lab) -> pd.DataFrame:
    """Return how good the stored bars are, as far as that is known."""
    return lab.market.health(check=False)


def jobs(lab: Lab) -> Jobs:
    """Return the batches, and the jobs that run; nobody asks for those while no batch runs."""
    batches = lab.batch.list()
    at_work = (batches["status"] == Status.RUNNING).any()
    return Jobs(batches, lab.batch.jobs("running") if at_work else batches.iloc[:0])
