"""What combinations are compared within: one symbol over one period at one set of costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitstockerz_lab.backtests import plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bitstockerz_lab.backtests.plan import Recipe, Wish
    from bitstockerz_lab.backtests.tape import Tape


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One symbol over one period at one set of costs.

    Attributes
    ----------
    number : from 0, in the order of the sweep's results
    recipe : of the parameters that stay as they are, the others at their defaults
    wish : what was asked for; its `parameters` stay, its `terms` are costs, sizing and exits
    bars : as `Recipe.simulate` takes them: warm-up included, nothing after the period
    others : bars of the symbols that the rules read besides
    tape : the bars as arrays, where they are at hand
    """

    number: int
    recipe: Recipe
    wish: Wish
    bars: pd.DataFrame
    others: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    tape: Tape | None = field(default=None, repr=False, compare=False)

    def recipe_of(self, parameters: Mapping[str, float]) -> Recipe:
        """Return the recipe of the run of one combination."""
        return plan.with_parameters(self.recipe, self.wish, parameters)
