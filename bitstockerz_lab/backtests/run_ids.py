"""Runs as people name them: by id, by the Run itself, or several of either."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bitstockerz_lab.backtests.run import Run
from bitstockerz_lab.errors import DataError, TradingError, UnknownName

Runs = int | Run | Iterable[int | Run]

UNSAVED = 0
"""The id of what is not recorded: of a preview, of rules that are not saved."""


def refuse_no_id(run_id: object) -> None:
    """Refuse what cannot be the id of a run.

    Raises
    ------
    UnknownName
        It is no whole number.
    """
    if not isinstance(run_id, (int, np.integer)):
        raise UnknownName(
            f"{run_id!r} is no run id. lab.backtests.list() shows the runs there are.",
            run_id=run_id,
        )


def refuse_preview(run: Run, without: str) -> None:
    """Refuse a preview where a recorded run is needed.

    Parameters
    ----------
    run : any
    without : what a preview has not, as "report"

    Raises
    ------
    TradingError
        It is a preview.
    """
    if run.id == UNSAVED:
        raise TradingError(
            f"This preview of {run.strategy} on {run.symbol} is not recorded, so it has no "
            f"{without}. Record it with lab.backtests.run(...) of the same question."
        )


def ids(runs: Runs) -> list[int]:
    """Return the ids of runs, each once, in the order they were named.

    Raises
    ------
    UnknownName
        One is no id.
    DataError
        None is named.

    Examples
    --------
    >>> ids([3, 5, 3])
    [3, 5]
    """
    several = isinstance(runs, Iterable) and not isinstance(runs, str)
    named: list[Any] = list(runs) if several else [runs]  # type: ignore[arg-type]
    found = [one.id if isinstance(one, Run) else one for one in named]
    for run_id in found:
        refuse_no_id(run_id)
    if not found:
        raise DataError("No run was named. Give an id, a Run, or a list of them.")
    return list(dict.fromkeys(int(run_id) for run_id in found))
