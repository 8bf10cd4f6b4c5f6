"""Buy what has fallen fast, sell into the recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.builder import (
    atr,
    bollinger,
    close,
    crosses_above,
    high,
    highest,
    lowest,
    natr,
    open_,
    parameter,
    rsi,
    sma,
    strategy,
)
from bitstockerz_lab.strategies.templates.template import template

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition

CONNORS = "L. Connors, C. Alvarez, Short Term Trading Strategies That Work (2009)"


@template(
    "rsi-reversal",
    family="reversion",
    idea="Buy a fall within a rising market and sell into the recovery.",
    works="It wins often and little, in markets that rise with pullbacks.",
    fails="The rare fall that goes on is what it loses by, hence the stop and the limit on the "
    "time held.",
    source="J. W. Wilder, New Concepts in Technical Trading Systems (1978), for the RSI; the "
    f"filter by the 200-bar average as in {CONNORS}",
)
def rsi_reversal() -> Definition:
    """Return the purchase of what has fallen fast, above its long average only."""
    strength = rsi(parameter("period", 14, min=2, max=30, step=1))
    return strategy(
        "RSI reversal",
        enter=(strength < parameter("oversold", 30, min=5, max=45, step=5)) & (close > sma(200)),
        leave=strength > parameter("recovered", 55, min=50, max=80, step=5),
        stop_loss_pct=parameter("stop", 8.0, min=1, max=25, step=1),
        max_bars=30,
    )


@template(
    "rsi-2",
    family="reversion",
    idea="Above the long average, buy a sharp fall of a few days, and sell as soon as the close is "
    "back above its 5-bar average.",
    works="Broad share indices have long snapped back after two or three bad days in a rising "
    "market; most trades win and last less than a week.",
    fails="There is no stop, as in the book: in a crash that begins above the average it buys and "
    "holds all the way. The effect is well known and has become smaller since the book.",
    left_out="The book's short side, the mirror image below the average, is left out.",
    source=CONNORS,
)
def rsi_2() -> Definition:
    """Return Connors' RSI of two bars."""
    return strategy(
        "RSI-2",
        enter=(close > sma(parameter("trend", 200, min=100, max=300, step=50)))
        & (rsi(2) < parameter("oversold", 5, min=1, max=20, step=1)),
        leave=close > sma(parameter("exit_average", 5, min=3, max=15, step=1)),
    )


@template(
    "double-seven",
    family="reversion",
    idea="Above the long average, buy the lowest close of seven bars and sell the highest close of "
    "seven bars.",
    works="It needs no indicator but the average, and does what buyers of dips do in a rising "
    "index.",
    fails="It has no stop: when the index falls for good, it holds until the first highest close "
    "of seven bars, far below.",
    source=CONNORS,
)
def double_seven() -> Definition:
    """Return Connors' lowest and highest close of seven bars."""
    bars = parameter("bars", 7, min=3, max=20, step=1)
    return strategy(
        "Double seven",
        enter=(close > sma(parameter("trend", 200, min=100, max=300, step=50)))
        & (close <= lowest(bars, close)),
        leave=close >= highest(bars, close),
    )


@template(
    "bollinger-reversion",
    family="reversion",
    idea="Buy when the close comes back inside the Bollinger bands from below, sell at the middle.",
    works="In a range the middle of the bands is where prices return to, and the way back has "
    "begun when it buys.",
    fails="In a decline the middle comes down to the price, so the sale at the middle is a loss; "
    "Bollinger himself warns that a touch of a band alone is no signal.",
    source="J. Bollinger, Bollinger on Bollinger Bands (2001), for the bands and the warning",
)
def bollinger_reversion() -> Definition:
    """Return the return into the bands, sold at their middle."""
    bands = bollinger(
        parameter("period", 20, min=10, max=50, step=5),
        parameter("width", 2.0, min=1, max=3, step=0.25),
    )
    return strategy(
        "Bollinger reversion",
        enter=crosses_above(close, bands.lower),
        leave=close > bands.middle,
        stop_loss_pct=parameter("stop", 8.0, min=2, max=25, step=1),
        max_bars=20,
    )


@template(
    "gap-fade",
    family="reversion",
    idea="After a gap down that the day did not close, bet on its closing within days: the target "
    "is the close before the gap.",
    works="In a rising market many gaps down on no lasting news are closed soon.",
    fails="A gap on real news, such as earnings, is the start of a move and not closed for long; "
    "the stop is what it costs. On SPY from 1998 to 2021 two of three of these trades won, and all "
    "of them together lost 12 % at costs of 7 basis points a side. A coin that trades round the "
    "clock hardly ever has a gap.",
    left_out="The classic buys at the gap's own open and is out by that day's close. A rule "
    "decided at a close cannot know the next open, so no rule on daily bars can trade that without "
    "peeking; this one knows the gap at its day's close, buys at the following open, and only "
    "where the gap is still open. The target's distance is taken from the close, so the fill may "
    "lie a little off the old close.",
    source="L. Williams, Long-Term Secrets to Short-Term Trading (1999), whose Oops! buys a gap "
    "down on the way back, for the idea; these rules are the lab's own",
)
def gap_fade() -> Definition:
    """Return the bet on the closing of a gap down, a day later than the classic."""
    before = close.bars_ago(1)
    size = parameter("gap", 0.5, min=0.25, max=3, step=0.25)
    return strategy(
        "Gap fade",
        enter=(open_ < before - size * atr(14)) & (high < before) & (close > sma(200)),
        take_profit_pct=100 * (before - close) / close,
        stop_loss_pct=parameter("stop", 2.0, min=0.5, max=5, step=0.5) * natr(14),
        max_bars=parameter("bars", 5, min=1, max=20, step=1),
    )
