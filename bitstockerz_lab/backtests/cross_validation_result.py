"""A cross-validation, as a person meets it."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import measures
from bitstockerz_lab.backtests import cross_validation
from bitstockerz_lab.measures import metrics
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.cross_validation import Validated
    from bitstockerz_lab.backtests.windows import Folds


@dataclass(frozen=True, eq=False, kw_only=True)
class CrossValidation:
    """One strategy's combinations chosen on some days and judged by others, many times over.

    Attributes
    ----------
    strategy, version, symbol, timeframe
    start, end : first and last bar, UTC
    combinations : how many were tried
    folds : the days and how they are divided; its `purge` and `embargo` are days
    longest_held_days : the longest that any combination held a position, the default purge
    splits : DataFrame, a row a split, index `split` from 1
        test_folds (numbers from 1); the chosen parameters (NaN where nothing had a score);
        in_sample_sharpe_ratio and out_of_sample_sharpe_ratio of the choice, a year;
        train_days, test_days.
    returns : DataFrame of shape (n_days, n_paths)
        Daily returns out of sample: along a path every day is traded with what was chosen
        without its fold. One path where a single fold is tested at a time.
    benchmark_returns : Series of shape (n_days,), of buy and hold without costs
    initial_equity, periods : account currency; days a year
    notes : what the reader should know besides, a sentence each

    Examples
    --------
    >>> found = lab.backtests.cross_validate("My cross", "AAPL", grid={"fast": [10, 20, 50]},
    ...                                      folds=6, test_folds=2)
    >>> found.splits, found.paths["sharpe_ratio"].describe()
    """

    strategy: str
    version: int
    symbol: str
    timeframe: str
    start: pd.Timestamp
    end: pd.Timestamp
    combinations: int
    folds: Folds = field(repr=False)
    longest_held_days: int
    splits: pd.DataFrame = field(repr=False)
    returns: pd.DataFrame = field(repr=False)
    benchmark_returns: pd.Series = field(repr=False)
    initial_equity: float
    periods: int
    currency: str = ""
    simulated: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: Validated) -> CrossValidation:
        """Return what was found, with its paths."""
        from bitstockerz_lab.backtests.sweep import engine  # noqa: PLC0415 - heavy: numba

        unit, recipe = found.unit, found.unit.recipe
        bars = unit.bars.iloc[recipe.first_of(unit.bars) :]
        days = found.folds.days.rename("day")
        return cls(
            strategy=recipe.version.name,
            version=recipe.version.version,
            symbol=recipe.symbol.symbol,
            timeframe=recipe.timeframe,
            start=bars.index[0],
            end=bars.index[-1],
            combinations=len(found.combinations),
            folds=found.folds,
            longest_held_days=found.longest_held_days,
            splits=_splits(found),
            returns=cross_validation.path_returns(found),
            benchmark_returns=pd.Series(engine.benchmark_returns(unit), days, name="benchmark"),
            initial_equity=recipe.terms.initial_equity,
            periods=metrics.periods_a_year(str(recipe.symbol.asset_type), recipe.timeframe),
            currency=recipe.symbol.currency or "",
            simulated=bool(bars.attrs.get("simulated")),
            notes=(*recipe.warnings, *_notes(found)),
        )

    @cached_property
    def equity(self) -> pd.DataFrame:
        """The curve of each path, of shape (n_days, n_paths), in account currency."""
        return self.initial_equity * (1.0 + self.returns).cumprod()

    @property
    def benchmark(self) -> pd.Series:
        """Buy and hold of the same days, from the first open, without costs."""
        return self.initial_equity * (1.0 + self.benchmark_returns).cumprod()

    @cached_property
    def paths(self) -> pd.DataFrame:
        """What each path came to: sharpe_ratio, total_return_pct, max_drawdown_pct, by path."""
        rows = {}
        for path, curve in self.equity.items():
            points, returns = curve.to_numpy(), self.returns[path].to_numpy()
            rows[path] = {
                "sharpe_ratio": metrics.sharpe_ratio(returns, self.periods),
                "total_return_pct": 100.0 * (points[-1] / self.initial_equity - 1.0),
                "max_drawdown_pct": -measures.drawdown_pct(points, self.initial_equity).min(),
            }
        found = pd.DataFrame.from_dict(rows, orient="index").astype(float)
        return found.rename_axis("path")

    @property
    def in_sample_sharpe_ratio(self) -> float:
        """Mean over the splits of the choice's Sharpe ratio on the days it was chosen on."""
        return float(self.splits["in_sample_sharpe_ratio"].mean())

    @property
    def out_of_sample_sharpe_ratio(self) -> float:
        """Mean over the paths of the Sharpe ratio on days that the choices had not seen."""
        return float(self.paths["sharpe_ratio"].mean())

    def chart(self) -> go.Figure:
        """Return the curves of the paths against buy and hold, above the picture of the folds."""
        from bitstockerz_lab.backtests.windows import fold_pictures  # noqa: PLC0415 - heavy: plotly

        return fold_pictures.cross_validation(self)

    def distribution(self) -> go.Figure:
        """Return how the choices' Sharpe ratios are spread, in sample and out of it."""
        from bitstockerz_lab.backtests.windows import fold_pictures  # noqa: PLC0415 - heavy: plotly

        return fold_pictures.distribution(self)

    def __repr__(self) -> str:
        many, paths = f"{self.combinations:,} combinations", self.paths["sharpe_ratio"]
        spread = ""
        if len(paths) > 1:
            low, high = formats.number(paths.min()), formats.number(paths.max())
            spread = f" ({len(paths):,} paths from {low} to {high})"
        return (
            f"Cross-validation of {self.strategy} version {self.version} on {self.symbol} "
            f"{self.timeframe}, {many}: {self.folds!r}. Sharpe ratio in sample "
            f"{formats.number(self.in_sample_sharpe_ratio)}, out of sample "
            f"{formats.number(self.out_of_sample_sharpe_ratio)}{spread}"
        )

    def __str__(self) -> str:
        return "\n".join([repr(self), *(f"Note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        told = "<br>".join(html.escape(line) for line in str(self).splitlines())
        table = self.splits.to_html(border=0, max_rows=60, float_format=formats.number)
        return f"<p>{told}</p>{table}"


def _splits(found: Validated) -> pd.DataFrame:
    """Return the table of splits with the parameters in place of positions."""
    table = found.table
    chosen = table["chosen"].to_numpy()
    idle = chosen < 0
    parts: dict[str, Any] = {"test_folds": table["test_folds"]}
    for name, column in found.combinations.columns.items():
        values = column[np.where(idle, 0, chosen)]
        parts[name] = np.where(idle, np.nan, values) if idle.any() else values
    for name in ("in_sample", "out_of_sample"):
        parts[f"{name}_sharpe_ratio"] = table[name]
    parts |= {name: table[name] for name in ("train_days", "test_days")}
    return pd.DataFrame(parts, index=table.index)


def _notes(found: Validated) -> list[str]:
    notes = []
    idle = int((found.table["chosen"] < 0).sum())
    if idle:
        notes.append(
            f"In {idle:,} of {len(found.table):,} splits no combination had a Sharpe ratio in "
            "sample; nothing was traded in their tests."
        )
    if found.folds.purge < found.longest_held_days:
        notes.append(
            f"A position was held for {found.longest_held_days:,} days, and only "
            f"{found.folds.purge:,} are left out beside each test: days in sample know something "
            "of those out of it."
        )
    return notes
