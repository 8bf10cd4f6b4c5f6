"""Do nothing: what everything else is measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.builder import close, strategy
from bitstockerz_lab.strategies.templates.template import template

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition


@template(
    "buy-and-hold",
    family="passive",
    idea="Buy once and hold: what any other strategy has to beat.",
    works="Broad share indices have risen over most periods of many years, and nothing is cheaper.",
    fails="It sits through every fall to the bottom, and a single share or coin may never recover; "
    "a symbol that still exists today has survived, which flatters it.",
    source="B. Malkiel, A Random Walk Down Wall Street (1973)",
)
def buy_and_hold() -> Definition:
    """Return a purchase that is never sold."""
    return strategy("Buy and hold", enter=close > 0)
