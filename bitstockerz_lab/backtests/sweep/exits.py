"""The stops, targets and terms of every combination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests import run_terms
from bitstockerz_lab.backtests.engine import terms_row
from bitstockerz_lab.backtests.sweep.program import Leaf, references
from bitstockerz_lab.backtests.terms import ALL, STOPS
from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.document import COUNTS, LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.groups import Groups
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.strategies.definition import Definition


@dataclass(frozen=True, slots=True, eq=False)
class Exits:
    """Where every combination's stops and targets lie, and its terms.

    Attributes
    ----------
    levels : float64 of shape (n_combinations, 3 + n_targets), percent, NaN for none or a moving one
    moving : by place among the levels, the column of a level that differs from bar to bar
    shares : of shape (n_targets,), the fraction of the position each closes
    terms : array of fills.TERMS, a row a combination, or one that holds for all
    """

    levels: NDArray[np.float64]
    moving: Mapping[int, Leaf]
    shares: NDArray[np.float64]
    terms: NDArray[np.void]

    @classmethod
    def of(cls, unit: Unit, combinations: Combinations, groups: Groups) -> Exits:
        """Resolve the exits once for each set of the values they depend on.

        Raises
        ------
        DefinitionError
            They make no sense under some values.
        """
        definition = unit.recipe.version.definition
        names = sorted(_fixed_by(definition) & set(combinations.names))
        first, group = groups.of(names)
        recipes = [unit.recipe_of(combinations[int(at)]) for at in first]
        numbers = np.array([_levels(recipe) for recipe in recipes])
        terms = np.concatenate([terms_row(recipe.terms) for recipe in recipes])
        return cls(
            levels=np.ascontiguousarray(numbers[group]),
            moving=dict(_moving(definition, combinations.names)),
            shares=np.array([share / ALL for _, share in _targets(recipes[0])], dtype=np.float64),
            terms=terms[group] if len(terms) > 1 else terms,
        )


def expressible(definition: Definition) -> bool:
    """Whether the machine can simulate a definition.

    It can but for Python, for targets that move, which may cross, and for shares that vary.
    """
    targets = definition.targets or ()
    moving = "targets" in definition.moving_exits and len(targets) > 1
    varying = any(set(references(target.close_pct, definition)) for target in targets)
    return definition.python is None and not moving and not varying


def _fixed_by(definition: Definition) -> set[str]:
    """Return the parameters that exits without bars depend on."""
    parts: list[Any] = [getattr(definition, name) for name in (*LEVELS, *COUNTS)]
    parts += [target.profit_pct for target in definition.targets or ()]
    parts += [definition.sizing.value] if definition.sizing is not None else []
    constant = [part for part in parts if part is not None and canonical.is_constant(part)]
    return {name for part in constant for name in references(part, definition)}


def _levels(recipe: Recipe) -> list[float]:
    exits = run_terms.fixed_levels(recipe.exits)
    targets = [profit for profit, _ in _targets(recipe)]
    return [*(exits.get(name, np.nan) for name in STOPS), *targets]


def _targets(recipe: Recipe) -> list[tuple[float, float]]:
    """Return the targets as pairs; NaN where the bars decide."""
    definition, exits = recipe.version.definition, run_terms.fixed_levels(recipe.exits)
    if "targets" in exits:
        return [(profit, share) for profit, share in exits["targets"]]
    if "targets" in definition.moving_exits:
        resolved = recipe.parameters
        targets = definition.targets or ()
        return [(np.nan, canonical.number(one.close_pct, resolved)) for one in targets]
    if "take_profit_pct" in (*exits, *definition.moving_exits):
        return [(exits.get("take_profit_pct", np.nan), ALL)]
    return []


def _moving(definition: Definition, varying: tuple[str, ...]) -> Iterator[tuple[int, Leaf]]:
    """Yield the place and column of each level that differs from bar to bar."""
    wanted: dict[int, Any] = {place: getattr(definition, name) for place, name in enumerate(STOPS)}
    wanted[len(STOPS)] = definition.take_profit_pct
    if "targets" in definition.moving_exits:
        wanted[len(STOPS)] = (definition.targets or ())[0].profit_pct
    for place, node in wanted.items():
        if node is not None and not canonical.is_constant(node):
            names = sorted(set(references(node, definition)) & set(varying))
            yield place, Leaf(node, tuple(names))
