"""Own what has risen for months; all of it is decided on complete months."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.builder import close, parameter, roc, sma, strategy
from bitstockerz_lab.strategies.templates.template import template

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition

MARKET = "SPY"


@template(
    "momentum-12-1",
    family="momentum",
    idea="Own it while it has risen over the twelve months up to the last one, which is left out "
    "since the newest month tends to reverse.",
    works="What has risen for a year has tended to go on for some months, in shares, indices, "
    "currencies and commodities; it leaves a long bear market after some months.",
    fails="It is slow: it holds through the first months of a crash, and is still out when a new "
    "bull market begins.",
    left_out="The classic ranks hundreds of shares and buys the best tenth. A strategy here has "
    "one symbol, so this is its time-series form: the symbol against its own past.",
    source="N. Jegadeesh, S. Titman, Returns to Buying Winners and Selling Losers, Journal of "
    "Finance 48 (1993); T. Moskowitz, Y. H. Ooi, L. H. Pedersen, Time Series Momentum, Journal of "
    "Financial Economics 104 (2012)",
)
def momentum_12_1() -> Definition:
    """Return the rise over twelve months without the last one."""
    newest = close.on("1mo").bars_ago(parameter("skip", 1, min=0, max=2, step=1))
    oldest = close.on("1mo").bars_ago(parameter("months", 12, min=3, max=18, step=1))
    return strategy("Momentum 12-1", enter=newest > oldest, leave=newest <= oldest)


@template(
    "dual-momentum",
    family="momentum",
    idea=f"Own it while it has risen over the past twelve months (absolute momentum) and by no "
    f"less than {MARKET} (relative momentum).",
    works="The first half leaves long bear markets, the second leaves what the market has "
    "overtaken.",
    fails="Like every twelve-month rule it is late at turns, and something that does about as well "
    "as the market is bought and sold month by month.",
    left_out=f"Antonacci moves into the better of two markets, or into bonds; a strategy here has "
    f"one symbol, so it is in or out. Bars of {MARKET} must be in the lab. On {MARKET} itself the "
    "second half is always true and only absolute momentum is left.",
    source="G. Antonacci, Dual Momentum Investing (2014)",
)
def dual_momentum() -> Definition:
    """Return absolute momentum and that relative to the market, both over months."""
    risen = roc(parameter("months", 12, min=3, max=18, step=1))
    own, markets = risen.on("1mo"), risen.of(MARKET).on("1mo")
    return strategy(
        "Dual momentum",
        enter=(own > 0) & (own >= markets),
        leave=(own <= 0) | (own < markets),
    )


@template(
    "ten-month-average",
    family="momentum",
    idea="Own it while the last complete month closed above its average of ten months.",
    works="It has kept out of most of the long bear markets of shares, at a return near that of "
    "holding: the gain is in the drawdown.",
    fails="A crash within a month, and the quick recovery after it, cost it twice; in sideways "
    "years it trades for nothing.",
    left_out="Faber spreads over five kinds of assets and keeps what is out in treasury bills; "
    "here it is one symbol, and cash earns nothing.",
    source="M. Faber, A Quantitative Approach to Tactical Asset Allocation, Journal of Wealth "
    "Management 9 (2007)",
)
def ten_month_average() -> Definition:
    """Return Faber's close above its average of ten months."""
    average = sma(parameter("months", 10, min=3, max=18, step=1)).on("1mo")
    return strategy(
        "Ten-month average",
        enter=close.on("1mo") > average,
        leave=close.on("1mo") <= average,
    )
