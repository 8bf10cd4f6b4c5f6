"""What the cards read of a lab: verbs, called in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.widgets.dashboard.pieces import TOP

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.paper import Account

T = TypeVar("T")


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
    example : a symbol that can be bought here, where nothing is held; else ""
    """

    positions: pd.DataFrame
    example: str = ""


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


def positions(lab: Lab) -> Held | None:
    """Return the positions, the largest first; None without an account."""
    found = _of_account(lab, lab.paper.positions)
    if found is None or len(found):
        return None if found is None else Held(found)
    symbols = lab.market.symbols()
    stored = symbols.loc[symbols["last_bar"].notna(), "symbol"]
    return Held(found, stored.iloc[0] if len(stored) else "DEMO-A")


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
