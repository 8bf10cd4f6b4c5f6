"""What a run would record, looked at without being recorded."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import plan, trials
from bitstockerz_lab.backtests.run import Run
from bitstockerz_lab.backtests.run_ids import UNSAVED, refuse_preview
from bitstockerz_lab.backtests.sweep import one_by_one
from bitstockerz_lab.enums import Status
from bitstockerz_lab.strategies.versions import ANY, StrategyVersion

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.report import Report
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.strategies import Definition


class Preview(Run):
    """What `lab.backtests.run` would record of the same question, number for number.

    It has everything that a run has, but is not recorded: its id is 0, it has no report and no
    files, and is neither compared nor promoted.

    Attributes
    ----------
    simulation : Simulation
    signals : DataFrame of shape (n_bars, 4), bool
        long_entry, long_exit, short_entry, short_exit at each close of the period.

    Examples
    --------
    >>> preview = lab.backtests.preview("Golden cross", "AAPL", parameters={"fast": 20})
    >>> preview.metrics.sharpe_ratio, preview.signals["long_entry"].sum()
    """

    def __init__(self, database: Database, user_id: int, materials: plan.Materials) -> None:
        recipe, bars = materials.recipe, materials.bars_or_raise()
        signals, levels = recipe.decisions(bars, materials.others)
        self.simulation: Simulation = recipe.carry_out(bars, signals, levels)
        super().__init__(database, _row(user_id, materials, self.simulation), recipe)
        self.metrics = self.simulation.metrics
        self.remember(bars, materials.others, self.simulation)
        self.signals: pd.DataFrame = signals.iloc[recipe.first_of(bars) :]

    @cached_property
    def trial(self) -> pd.DataFrame:
        """The trial that it is, a row for `trials_store.add`."""
        numbers = one_by_one.numbers(self.recipe, self.simulation)
        return trials.of_recipe(self.recipe, numbers)

    @property
    def called(self) -> str:
        """What people call it."""
        return "Preview"

    @property
    def bars_revised(self) -> str:
        """Nothing: its bars are those of now."""
        return ""

    def report(self, path: str | Path | None = None, *, interactive: bool = True) -> Report:
        """Refuse: a report is of a recorded run.

        Raises
        ------
        TradingError
            Always.
        """
        refuse_preview(self, "report")
        return super().report(path, interactive=interactive)

    def __repr__(self) -> str:
        told = super().__repr__().replace(f"{self.called} {self.status}", "Preview, not recorded")
        return told.replace(f"{self.strategy} version {UNSAVED} ", f"{self.strategy} ")


def unsaved(definition: Definition) -> StrategyVersion:
    """Return rules that are not saved as a version that only a preview takes."""
    return StrategyVersion(
        id=UNSAVED,
        strategy_id=UNSAVED,
        name=definition.name or "Unsaved rules",
        version=UNSAVED,
        definition=definition,
        asset_type=ANY,
        symbol_scope=ANY,
        timeframe=ANY,
        created_at=clock.now(),
    )


def _row(user_id: int, materials: plan.Materials, simulation: Simulation) -> dict[str, Any]:
    """Return the row that the run would have."""
    recipe, now = materials.recipe, clock.now()
    return {
        **materials.details(),
        "id": UNSAVED,
        "user_id": user_id,
        "status": Status.COMPLETED,
        "strategy": recipe.version.name,
        "version": recipe.version.version,
        "strategy_version_id": recipe.version.id,
        "symbol": recipe.symbol.symbol,
        "asset_type": str(recipe.symbol.asset_type),
        "timeframe": recipe.timeframe,
        "initial_equity": recipe.terms.initial_equity,
        "job_id": None,
        "error_message": None,
        "created_at": now,
        "started_at": now,
        "finished_at": now,
        "skipped_entries": simulation.skipped_entries,
        "ruined": simulation.ruined,
        "reads_simulated": any(bars.attrs["simulated"] for bars in materials.others.values()),
    }
