"""Whether a recorded run can be computed again, bit for bit, and what another engine says."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import strategies
from bitstockerz_lab.backtests.engine import ENGINE_VERSION
from bitstockerz_lab.backtests.second_opinion import SecondOpinion, second_opinion
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.strategies.python import imports as code_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.run import Run


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of checking a recorded run.

    Attributes
    ----------
    run_id : the run
    differences : between what is recorded and what was recomputed, as sentences
    compared : how many trades and equity points were compared bit for bit
    second_opinion : what vectorbt says
    """

    run_id: int
    differences: tuple[str, ...]
    compared: str
    second_opinion: SecondOpinion

    @property
    def ok(self) -> bool:
        """Whether everything that could be compared is equal."""
        return not self.differences and not self.second_opinion.differences

    def __str__(self) -> str:
        own = "; ".join(self.differences) or f"equal bit for bit: {self.compared}"
        return f"Run {self.run_id} recomputed: {own}. Second engine: {self.second_opinion}."

    def _repr_html_(self) -> str:
        return f"<p>{'✓' if self.ok else '✗'} {html.escape(str(self))}</p>"


def verify(run: Run) -> Verification:
    """Recompute a completed run from its stored version and bars, and compare.

    Raises
    ------
    TradingError
        The run is not completed, so there is nothing to compare.
    DataError
        The bars are not those the run was made of.
    """
    if run.status != Status.COMPLETED:
        raise TradingError(
            f"Run {run.id} is {run.status}, so there is nothing to verify. Run it again with "
            "lab.backtests.run(..., rerun=True).",
            run_id=run.id,
            status=str(run.status),
        )
    bars, others = run.all_bars, run.other_bars
    simulation = run.recipe.simulate(bars, others)
    definition, parameters = run.recipe.version.definition, run.recipe.parameters
    signals = strategies.signals(definition, bars, parameters, others)
    points, trades = len(run.equity), len(run.trades)
    differences = tuple(_differences(run, simulation))
    changes = code_packages.changes(run.details.versions, run.recipe.packages)
    told = f" ({changes})" if changes else ""
    return Verification(
        run_id=run.id,
        differences=(*differences, changes) if differences and changes else differences,
        compared=f"{trades} trades, {points} equity points, all metrics{told}",
        second_opinion=second_opinion(run.recipe, bars, signals, simulation),
    )


def _differences(run: Run, again: Simulation) -> Iterator[str]:
    """Yield where the record and the recomputation differ in so much as a bit."""
    if run.details.engine_version != ENGINE_VERSION:
        yield f"engine version {run.details.engine_version} then, {ENGINE_VERSION} now"
    details = run.details
    made_of = run.recipe.fingerprint(
        details.bars_digest or "",
        details.engine_version,
        details.versions.get("ta-lib"),
        {name: details.versions.get(name, "") for name in run.recipe.packages},
    )
    if details.fingerprint != made_of:
        yield "the fingerprint is not that of what the run was made of"
    if (details.skipped_entries, details.ruined) != (again.skipped_entries, again.ruined):
        yield "skipped_entries or ruined"
    if len(run.trades) != len(again.trades):
        yield f"{len(run.trades)} trades recorded, {len(again.trades)} recomputed"
    else:
        yield from _column_differences(run.trades, again.trades)
    recorded, now = run.equity, again.equity
    if not np.array_equal(_moments(recorded.index), _moments(now.index)):
        yield "the stamps of the equity curve"
    elif (wrong := recorded.to_numpy() != now.to_numpy()).any():
        at = int(wrong.argmax())
        yield (
            f"equity of {recorded.index[at]}: {recorded.iloc[at]!r} recorded, "
            f"{now.iloc[at]!r} recomputed"
        )
    if run.metrics != again.metrics:
        mine, other = run.metrics, again.metrics.as_dict()
        names = [name for name, value in other.items() if getattr(mine, name) != value]
        yield f"metrics {', '.join(names)}"


def _column_differences(recorded: pd.DataFrame, again: pd.DataFrame) -> Iterator[str]:
    for name in again:
        mine, other = recorded[name], again[name]
        if str(name).endswith("_time"):
            equal = _moments(mine) == _moments(other)
        else:
            equal = mine.to_numpy() == other.to_numpy()
        if not equal.all():
            at = int((~equal).argmax())
            yield f"{name} of trade {at}: {mine.iloc[at]!r} recorded, {other.iloc[at]!r} recomputed"


def _moments(times: pd.Index | pd.Series) -> np.ndarray:
    return times.to_numpy(dtype="datetime64[ns]")
