"""Follow a trend until it turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.builder import (
    adx,
    close,
    crosses_above,
    crosses_below,
    ema,
    macd,
    maximum,
    minimum,
    parameter,
    sma,
    strategy,
    supertrend,
)
from bitstockerz_lab.strategies.templates.template import template

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition

BROCK = (
    "W. Brock, J. Lakonishok, B. LeBaron, Simple Technical Trading Rules and the Stochastic "
    "Properties of Stock Returns, Journal of Finance 47 (1992)"
)


@template(
    "golden-cross",
    family="trend",
    idea="Own the market while its faster average is above its slower one.",
    works="It rides long trends and sits out long declines.",
    fails="In a market that goes sideways it buys late, sells late and loses a little each time, "
    "and it trades so rarely that one stock's history proves little.",
    source=BROCK,
    constraint="fast < slow",
)
def golden_cross() -> Definition:
    """Return the long-only crossing of a fast and a slow average."""
    fast = sma(parameter("fast", 50, min=5, max=100, step=5))
    slow = sma(parameter("slow", 200, min=50, max=400, step=10))
    return strategy(
        "Golden cross",
        enter=crosses_above(fast, slow),
        leave=crosses_below(fast, slow),
    )


@template(
    "ema-trend",
    family="trend",
    idea="Follow the trend up and down; a trailing stop keeps part of what a trend has given when "
    "it turns faster than the averages do.",
    works="It suits markets that trend both ways, such as coins.",
    fails="Selling short a market that rises over the years costs more than it brings, and after "
    "the stop it waits for the next cross, however far the trend still goes.",
    source=f"R. Donchian's moving-average method, as tested by {BROCK}",
    constraint="fast < slow",
)
def ema_trend() -> Definition:
    """Return the trend followed both ways, with a trailing stop."""
    fast = ema(parameter("fast", 20, min=5, max=60, step=5))
    slow = ema(parameter("slow", 100, min=40, max=250, step=10))
    return strategy(
        "EMA trend",
        enter=crosses_above(fast, slow),
        leave=crosses_below(fast, slow),
        enter_short=crosses_below(fast, slow),
        leave_short=crosses_above(fast, slow),
        trailing_stop_pct=parameter("trail", 15.0, min=2, max=40, step=1),
    )


@template(
    "ema-ribbon",
    family="trend",
    idea="Buy when a ribbon of six fast averages, the traders, lies wholly above one of six slow "
    "averages, the investors, and sell when the two ribbons touch.",
    works="It asks for more agreement than one cross does, so it sits through pullbacks within a "
    "broad trend.",
    fails="By the time twelve averages agree a good part of a short trend is gone, and in a range "
    "the ribbons twist into each other.",
    left_out="Guppy judges the spacing of the lines by eye; here only their order counts.",
    source="D. Guppy, Trend Trading (2004), for the two groups of averages",
)
def ema_ribbon() -> Definition:
    """Return Guppy's two groups of averages, apart for some bars."""
    slowest = ema(parameter("slowest", 60, min=55, max=120, step=5))
    traders = [ema(period) for period in (3, 5, 8, 10, 12, 15)]
    investors = [*(ema(period) for period in (30, 35, 40, 45, 50)), slowest]
    apart = minimum(*traders) > maximum(*investors)
    return strategy(
        "EMA ribbon",
        enter=apart.for_bars(parameter("confirm", 3, min=1, max=10, step=1)),
        leave=traders[-1] < investors[0],
    )


@template(
    "macd",
    family="trend",
    idea="Buy when the MACD line crosses above its signal line, sell when it crosses below.",
    works="It catches a turn of momentum earlier than a cross of the averages themselves, and does "
    "best in swings of some weeks.",
    fails="It changes its mind often: in a steady trend each pause is a sale, and costs eat what "
    "the many trades bring.",
    source="G. Appel, Technical Analysis: Power Tools for Active Investors (2005)",
)
def macd_cross() -> Definition:
    """Return the crossing of the MACD and its signal line."""
    line = macd(
        parameter("fast", 12, min=5, max=20, step=1),
        parameter("slow", 26, min=21, max=60, step=1),
        parameter("signal", 9, min=3, max=20, step=1),
    )
    return strategy(
        "MACD cross",
        enter=crosses_above(line, line.signal),
        leave=crosses_below(line, line.signal),
    )


@template(
    "supertrend",
    family="trend",
    idea="Be long above the SuperTrend line and out below it: a stop some average true ranges away "
    "that only ever moves up while the trend lasts.",
    works="Its distance follows the market's own noise, so the same setting does for calm and for "
    "wild markets that trend.",
    fails="In a range it is turned at each edge, at the worst price; a wide line gives back much "
    "of a trend before it leaves.",
    left_out="The line is watched at the close, not inside the bar.",
    source="O. Seban, whose indicator it is; the formula is that of Stock.Indicators",
)
def super_trend() -> Definition:
    """Return the side of the SuperTrend line."""
    line = supertrend(
        parameter("period", 10, min=5, max=50, step=5),
        parameter("multiplier", 3.0, min=1, max=6, step=0.5),
    )
    return strategy(
        "SuperTrend",
        enter=crosses_above(close, line),
        leave=crosses_below(close, line),
    )


@template(
    "adx-trend",
    family="trend",
    idea="Buy while upward movement outweighs downward movement and the ADX says that there is a "
    "trend at all; sell when downward movement takes over.",
    works="The threshold keeps it out of most ranges, where plain crosses lose.",
    fails="The ADX is an average of an average: it confirms late, and is highest when a trend is "
    "near its end.",
    left_out="Wilder enters at the extreme price of the day of the cross; here at the next open.",
    source="J. W. Wilder, New Concepts in Technical Trading Systems (1978)",
)
def adx_trend() -> Definition:
    """Return Wilder's directional movement, where the ADX is high."""
    movement = adx(parameter("period", 14, min=7, max=28, step=1))
    return strategy(
        "ADX trend",
        enter=(movement.plus_di > movement.minus_di)
        & (movement > parameter("threshold", 25, min=15, max=40, step=5)),
        leave=movement.plus_di < movement.minus_di,
    )
