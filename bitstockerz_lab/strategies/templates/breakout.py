"""Buy what leaves its range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.builder import (
    atr,
    bollinger,
    close,
    crosses_above,
    donchian,
    happened,
    high,
    keltner,
    low,
    lowest,
    natr,
    open_,
    parameter,
    sma,
    strategy,
)
from bitstockerz_lab.strategies.templates.template import template

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition

FAITH = "C. M. Faith, Way of the Turtle (2007)"
BOLLINGER = "J. Bollinger, Bollinger on Bollinger Bands (2001)"


@template(
    "turtle",
    family="breakout",
    idea="Buy a close above the highest high of 20 bars and sell one below the lowest low of 10; "
    "the mirror image on the short side. The stop is two average true ranges away, and one percent "
    "of the equity is at risk.",
    works="A few long trends pay for many small losses: it is made for many unrelated markets, "
    "such as futures.",
    fails="In a range nearly every breakout is false. On a single share the short side has mostly "
    "cost money.",
    left_out="The Turtles entered inside the day at the price of the breakout, here it is the next "
    "open; they added up to four units as a trend went on (pyramiding), skipped the breakout after "
    "one that would have won, and limited what was at risk over all markets. A strategy here "
    "has one entry a position and one symbol, and does not know its last trade.",
    source=f"{FAITH}; the channel is R. Donchian's",
    constraint="exit <= entry",
)
def turtle() -> Definition:
    """Return the Turtles' first system, one unit of it."""
    entry = donchian(parameter("entry", 20, min=10, max=60, step=5))
    leave = donchian(parameter("exit", 10, min=5, max=30, step=5))
    return strategy(
        "Turtle 20-10",
        enter=close > entry.upper,
        leave=close < leave.lower,
        enter_short=close < entry.lower,
        leave_short=close > leave.upper,
        stop_loss_pct=parameter("stop", 2.0, min=1, max=5, step=0.5) * natr(20),
        sizing=("risk_percent", parameter("risk", 1.0, min=0.25, max=3, step=0.25)),
    )


@template(
    "bollinger-breakout",
    family="breakout",
    idea="Wait until the Bollinger bands are as narrow as they have been in half a year, then buy "
    "the first close above the upper one; sell below the middle.",
    works="Calm and movement alternate: a market that has been very quiet often moves far once it "
    "moves.",
    fails="The first move out of a squeeze is often a head fake that turns at once, and which way "
    "it will go the squeeze does not say.",
    source=f"{BOLLINGER}, Method I: volatility breakout",
)
def bollinger_breakout() -> Definition:
    """Return the close above the upper band soon after a squeeze."""
    bands = bollinger(20, parameter("width", 2.0, min=1, max=3, step=0.25))
    quiet = parameter("quiet", 125, min=60, max=250, step=5)
    squeeze = bands.bandwidth <= lowest(quiet, bands.bandwidth)
    return strategy(
        "Bollinger breakout",
        enter=(close > bands.upper)
        & happened(squeeze, parameter("within", 10, min=1, max=30, step=1)),
        leave=close < bands.middle,
    )


@template(
    "keltner",
    family="breakout",
    idea="Buy when the close crosses above the upper line of the Keltner channel, sell below the "
    "middle.",
    works="A close two average true ranges above its average is strength; in a trend it goes on.",
    fails="In a range it is the top. The exit at the average gives back half the channel.",
    left_out="Keltner's own lines were a 10-day average of typical prices and of ranges, traded "
    "as a stop and on both sides; this is the exponential channel of today's charts, long only.",
    source="C. W. Keltner, How To Make Money in Commodities (1960), for the idea",
)
def keltner_breakout() -> Definition:
    """Return the close above the channel, held until the middle."""
    channel = keltner(
        parameter("period", 20, min=10, max=100, step=5),
        parameter("width", 2.0, min=0.5, max=4, step=0.25),
    )
    return strategy(
        "Keltner breakout",
        enter=crosses_above(close, channel.upper),
        leave=close < channel.middle,
    )


@template(
    "atr-channel",
    family="breakout",
    idea="Buy a close many average true ranges above a very long average, sell short one some way "
    "below it, and leave where the close comes back through the average.",
    works="It trades about once a year and stays with a trend for months: it is made for markets "
    "that move far in both directions.",
    fails="Everything between the average and the channel is given back at the end; on an index "
    "that falls fast and recovers, the short side sells the bottom.",
    left_out="Faith sizes by volatility over many markets; here it is all of the equity unless "
    "the run says otherwise.",
    source=f"{FAITH}, the ATR channel breakout",
)
def atr_channel() -> Definition:
    """Return Faith's channel of average true ranges around a long average."""
    middle = sma(parameter("period", 350, min=50, max=400, step=25))
    above = parameter("above", 7.0, min=1, max=10, step=0.5)
    below = parameter("below", 3.0, min=1, max=10, step=0.5)
    return strategy(
        "ATR channel",
        enter=close > middle + above * atr(20),
        leave=close < middle,
        enter_short=close < middle - below * atr(20),
        leave_short=close > middle,
    )


@template(
    "volatility-breakout",
    family="breakout",
    idea="Buy after a bar that has run up from its open by more than part of the previous bar's "
    "range; leave after a few bars, or after as strong a bar down.",
    works="A day that explodes out of its open tends to have followers, above all after narrow "
    "days.",
    fails="Much of the move is over by the close; in a nervous market such days follow each other "
    "in both directions.",
    left_out="Williams buys inside the day, at the price where the range is exceeded, and leaves "
    "at the first profitable open. The lab fills at the next open, after the day's run is over, "
    "and no rule sees its own profit, so both are another trade than his.",
    source="L. Williams, Long-Term Secrets to Short-Term Trading (1999)",
)
def volatility_breakout() -> Definition:
    """Return the run from the open that exceeds part of the range before."""
    reach = parameter("part", 0.6, min=0.2, max=2, step=0.1) * (high.bars_ago(1) - low.bars_ago(1))
    return strategy(
        "Volatility breakout",
        enter=close > open_ + reach,
        leave=close < open_ - reach,
        max_bars=parameter("bars", 3, min=1, max=20, step=1),
    )
