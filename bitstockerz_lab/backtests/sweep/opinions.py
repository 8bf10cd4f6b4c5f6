"""What a sweep can show: whether single runs and another engine come to the same numbers."""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab import strategies
from bitstockerz_lab.backtests.second_opinion import TOLERANCE, SecondOpinion, second_opinion
from bitstockerz_lab.backtests.sweep import engine, one_by_one
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.unit import Unit


@dataclass(frozen=True, slots=True, eq=False)
class SweepVerification:
    """What came of checking a sample of a sweep's results.

    Attributes
    ----------
    table : DataFrame, a row a sampled result, in the order of the results
        unit, combination, symbol, the parameters that vary, num_trades; differences (text, empty
        if the single run gives the same numbers), second_engine (text: equal, what differs, or
        what vectorbt cannot express).
    differences : between the results and single runs, as sentences
    disagreements : between single runs and vectorbt, as sentences
    not_comparable : how many sampled results have what vectorbt cannot express, by its name
    compared : what was compared, as a sentence
    agreed : how many sampled results vectorbt was asked about and gave the same
    """

    table: pd.DataFrame
    differences: tuple[str, ...]
    disagreements: tuple[str, ...]
    not_comparable: Mapping[str, int]
    compared: str
    agreed: int

    @property
    def ok(self) -> bool:
        """Whether everything that could be compared is equal."""
        return not self.differences and not self.disagreements

    def __str__(self) -> str:
        own = "; ".join(self.differences) or f"equal within {TOLERANCE:g}: {self.compared}"
        theirs = [*self.disagreements, f"{self.agreed} equal within {TOLERANCE:g} of vectorbt's"]
        if self.not_comparable:
            names = ", ".join(f"{name} ({many})" for name, many in self.not_comparable.items())
            left = len(self.table) - self.agreed - len(self.disagreements)
            theirs.append(f"{left} not comparable: {names}")
        return f"Results recomputed singly: {own}. Second engine: {'; '.join(theirs)}."

    def __repr__(self) -> str:
        return f"SweepVerification({'ok' if self.ok else 'not ok'}: {self})"

    def _repr_html_(self) -> str:
        told = f"<p>{'✓' if self.ok else '✗'} {html.escape(str(self))}</p>"
        return f"{told}{self.table.to_html(border=0, index=False)}"


class Opinions:
    """The part of a Sweep that asks single runs and another engine."""

    combinations: Combinations
    units: Sequence[Unit]
    results: pd.DataFrame

    def verify(self, n: int = 20, seed: int = 0) -> SweepVerification:
        """Recompute a sample of the results by single runs, and ask vectorbt about them.

        What was not measured, as `metrics=` left it out, is not compared; `compared` says how many
        numbers were.

        Parameters
        ----------
        n : how many results, drawn at random; all of them where there are fewer
        seed : of the drawing: the same seed draws the same results

        Raises
        ------
        DataError
            `n` is below 1, or there is no result to verify.

        Examples
        --------
        >>> print(sweep.verify(n=5))  # doctest: +SKIP
        Results recomputed singly: equal within 1e-09: 5 of 10,000 results, 27 numbers each. Second
        engine: 5 equal within 1e-09 of vectorbt's.
        """
        if n < 1 or self.results.empty:
            what = f"n = {n}" if n < 1 else "A sweep without results"
            raise DataError(f"{what} leaves nothing to verify. Verify at least one result.", n=n)
        drawn = np.random.default_rng(seed).choice(
            len(self.results), min(n, len(self.results)), replace=False
        )
        rows = self.results.iloc[np.sort(drawn)]
        checked = [self._checked(row) for row in rows.to_dict("records")]
        opinions = [opinion for _, _, opinion in checked]
        varying = list(self.combinations.names)
        numbers = len(self.results.columns.intersection([*engine.METRICS, *engine.BESIDES]))
        table = rows[["unit", "combination", "symbol", *varying, "num_trades"]].assign(
            differences=["; ".join(found) for _, found, _ in checked],
            second_engine=[str(opinion) for opinion in opinions],
        )
        return SweepVerification(
            table=table.reset_index(drop=True),
            differences=tuple(f"{who}: {one}" for who, found, _ in checked for one in found),
            disagreements=tuple(
                f"{who}: {'; '.join(opinion.differences)}"
                for who, _, opinion in checked
                if opinion.differences
            ),
            not_comparable=Counter(name for one in opinions for name in one.not_comparable),
            compared=f"{len(rows):,} of {len(self.results):,} results, {numbers} numbers each",
            agreed=sum(bool(one.compared and not one.differences) for one in opinions),
        )

    def _checked(self, row: Mapping[Hashable, Any]) -> tuple[str, list[str], SecondOpinion]:
        """Return whose row it is, where a single run differs, and what vectorbt says."""
        unit, k = self.units[int(row["unit"])], int(row["combination"])
        parameters = self.combinations[k]
        recipe = unit.recipe_of(parameters)
        simulation = recipe.simulate(unit.bars, unit.others)
        again = {**parameters, **one_by_one.numbers(recipe, simulation)}
        found = [
            f"{name} {row[name]!r} in the sweep, {value!r} in a single run"
            for name, value in again.items()
            if name in row and not _equal(row[name], value)  # metrics= may leave some out
        ]
        signals = strategies.signals(
            recipe.version.definition, unit.bars, recipe.parameters, unit.others
        )
        opinion = second_opinion(recipe, unit.bars, signals, simulation)
        return f"Combination {k} of unit {unit.number} ({row['symbol']})", found, opinion


def _equal(ours: float, theirs: float) -> bool:
    if np.isnan(ours) or np.isnan(theirs):
        return bool(np.isnan(ours) and np.isnan(theirs))
    return bool(abs(ours - theirs) <= TOLERANCE * max(1.0, abs(theirs)))
