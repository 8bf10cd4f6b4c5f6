"""What a run must say of other symbols its rules read: old bars, holes, raw or made-up prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import other_bars
from bitstockerz_lab.enums import AssetType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitstockerz_lab.backtests.plan import Recipe

LONGEST_REST = pd.Timedelta(days=7)
"""No bars for longer is no holiday; the longest close of a market in New York was six days."""


def of(
    recipe: Recipe, others: Mapping[str, pd.DataFrame], *, simulated: bool = False
) -> Iterator[str]:
    """Yield the sentences, symbol by symbol.

    Parameters
    ----------
    recipe : of the run, `adjusted` as asked for
    others : the bars it reads, by name
    simulated : whether its own bars are made up; then that those of others are says nothing new
    """
    told = {recipe.symbol.symbol}  # its own bars are spoken of elsewhere
    for name, bars in others.items():
        about = bars.attrs
        if about["symbol"] in told:
            continue
        told.add(about["symbol"])
        if about["simulated"]:
            if not simulated:
                yield (
                    f"The bars of {name} are simulated, so the results say nothing about any "
                    "market. Load real ones under another symbol."
                )
        elif about["asset_type"] == AssetType.EQUITY and about["adjusted"] != recipe.adjusted:
            yield no_factors(name)
        yield from _rests(name, bars, recipe)


def no_factors(symbol: str) -> str:
    """Return the sentence about a share whose prices should be adjusted and are not."""
    return (
        f"{symbol} has no price factors, so its prices are raw: a split looks like a "
        "crash and dividends are missing. Load some with lab.market.load_factors(...)."
    )


def _rests(name: str, bars: pd.DataFrame, recipe: Recipe) -> Iterator[str]:
    """Yield where in the period the rules see old bars, or none."""
    starts = clock.stamps(bars)
    ends = clock.bar_end(starts, str(bars.attrs["timeframe"]))
    period_end = other_bars.ends(recipe)
    if starts[0] - recipe.start > LONGEST_REST:
        yield (
            f"The bars of {name} begin on {starts[0]:%Y-%m-%d}, "
            f"{(starts[0] - recipe.start).days:,} days after the period: until then all that the "
            "rules read of it is missing. Load earlier ones."
        )
    rests = starts[1:] - ends[:-1]
    holes = np.flatnonzero((rests > LONGEST_REST) & (starts[1:] > recipe.start))
    if len(holes):
        longest = int(holes[np.argmax(rests[holes])])
        more = f", the longest of {len(holes):,} holes" if len(holes) > 1 else ""
        yield (
            f"{name} has no bars between {starts[longest]:%Y-%m-%d} and "
            f"{starts[longest + 1]:%Y-%m-%d}{more}: meanwhile the rules go on reading the old one."
        )
    if period_end - ends[-1] > LONGEST_REST:
        yield (
            f"The last bar of {name} is that of {starts[-1]:%Y-%m-%d}, "
            f"{(period_end - ends[-1]).days:,} days before the period ends: the rules go on "
            "reading it as if it were new. Load later ones."
        )
