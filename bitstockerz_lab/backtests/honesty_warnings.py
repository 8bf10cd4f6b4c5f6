"""What a run must say of its rules' honesty: they look ahead, are not settled, or cannot win."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.strategies.honesty import inside_costs, needs
from bitstockerz_lab.strategies.honesty import store as checks_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.storage import Connection


def of(con: Connection, recipe: Recipe, bars: pd.DataFrame, *, asked: bool) -> Iterator[str]:
    """Yield the sentences, a version's look ahead first.

    Parameters
    ----------
    con : a lease's connection
    recipe : of the run
    bars : that it reads, those before its start included
    asked : whether a person said when it starts. A run of all bars there are has no earlier ones
        to be settled by; nothing is said of that, for it would be said of every such run.
    """
    told = checks_store.looks_ahead(con, recipe.version.id)
    if told:
        yield told
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
