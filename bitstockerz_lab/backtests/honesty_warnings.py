"""What a run must say of its rules' honesty: they look ahead, are not settled, or cannot win."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Verdict
from bitstockerz_lab.strategies.honesty import inside_costs, needs, quick
from bitstockerz_lab.strategies.honesty import store as checks_store
from bitstockerz_lab.strategies.honesty.result import LOOK_AHEAD, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bitstockerz_lab.backtests.plan import Materials, Recipe
    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.honesty import Honesty


SECONDS = 2.0
"""So long a run's code is looked at before the run says that it was not checked."""


def known(con: Connection, recipe: Recipe) -> Recipe:
    """Return a recipe whose version has its newest check, one with the run's parameters first."""
    found = checks_store.newest(con, recipe.version, recipe.parameters)
    return replace(recipe, version=replace(recipe.version, honesty=found))


def check_code(materials: Materials) -> tuple[Materials, Honesty | None]:
    """Check a run's code on its newest bars, where it was not with its parameters.

    Rules made of words cannot look ahead, whatever their parameters.

    Parameters
    ----------
    materials : of the run; its code may run here

    Returns
    -------
    the materials, with a warning where the code looks ahead or could not be checked
    the check, to be stored; None where none was needed
    """
    recipe, bars = materials.recipe, materials.bars
    version, told = recipe.version, recipe.version.honesty
    if bars is None or version.definition.python is None:
        return materials, None
    if told is not None and (told.looks_ahead or _covers(told, recipe)):
        return materials, None
    made = quick(version.definition, bars, recipe.parameters, materials.others, seconds=SECONDS)
    if _covers(made, recipe):
        return materials, made
    warnings = (made.looks_ahead or _unchecked(made, recipe), *recipe.warnings)
    return replace(materials, recipe=replace(recipe, warnings=warnings)), made


def _covers(told: Honesty, recipe: Recipe) -> bool:
    return told.look_ahead == Verdict.OK and dict(told.parameters) == dict(recipe.parameters)


def _unchecked(made: Honesty, recipe: Recipe) -> str:
    given = f" with {named(made.parameters)}" if made.parameters else ""
    (reason,) = (one.message for one in made.results if one.check == LOOK_AHEAD)
    verb = f"lab.strategies.check({recipe.version.name!r}, {recipe.symbol.symbol!r}"
    asked = f", parameters={dict(recipe.parameters)}" if given else ""
    return (
        f"Nobody knows whether this code looks ahead{given}. {reason.rstrip('.')}. "
        f"{verb}, version={recipe.version.version}{asked}) takes its time."
    )


def of(recipe: Recipe, bars: pd.DataFrame, *, asked: bool) -> Iterator[str]:
    """Yield the sentences, a version's look ahead first.

    Parameters
    ----------
    recipe : of the run, with what is `known`
    bars : that it reads, those before its start included
    asked : whether a person said when it starts. A run of all bars there are has no earlier ones
        to be settled by; nothing is said of that, for it would be said of every such run.
    """
    told = recipe.version.honesty
    if told is not None and told.looks_ahead:
        yield told.looks_ahead
    needed = needs(recipe.version.definition, recipe.parameters, bars)
    if asked and needed.bars is not None and recipe.first_of(bars) < needed.bars:
        yield _unsettled(recipe, bars, needed.bars)
    yield from needed.never
    yield from inside_costs(recipe.exits, recipe.terms.fee_bps, recipe.terms.slippage_bps)


def _unsettled(recipe: Recipe, bars: pd.DataFrame, needed: int) -> str:
    before, stamps = recipe.first_of(bars), clock.stamps(bars)
    lie = f"only {before:,} lie" if before > 1 else "only 1 lies" if before else "none lie"
    way_out = "Load earlier bars."
    if needed < len(bars):
        way_out = f"Load earlier bars, or start on {stamps[needed]:%Y-%m-%d} or later."
    return (
        f"The rules need {needed:,} bar{'' if needed == 1 else 's'} before their values no longer "
        f"depend on where the data starts; {lie} before {stamps[before]:%Y-%m-%d}. {way_out}"
    )
