"""Strategies to start from, each with when it works, when it fails, and a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies.builder import (
    close,
    crosses_above,
    crosses_below,
    ema,
    parameter,
    rsi,
    sma,
    strategy,
)

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.definition import Definition


def golden_cross() -> Definition:
    """Return the long-only crossing of a fast and a slow average."""
    fast = sma(parameter("fast", 50, min=5, max=100, step=5))
    slow = sma(parameter("slow", 200, min=50, max=400, step=10))
    return strategy(
        "Golden cross",
        enter=crosses_above(fast, slow),
        leave=crosses_below(fast, slow),
        description=(
            "Own the market while its faster average is above its slower one. It rides long trends "
            "and sits out long declines; in a market that goes sideways it buys late, sells late "
            "and loses a little each time, and it trades so rarely that one stock's history "
            "proves little. Source: W. Brock, J. Lakonishok, B. LeBaron, Simple Technical Trading "
            "Rules and the Stochastic Properties of Stock Returns, Journal of Finance 47 (1992)."
        ),
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
        description=(
            "Buy a fall within a rising market and sell into the recovery. It wins often and "
            "little; the rare fall that goes on is what it loses by, hence the stop and the limit "
            "on the time held. Source: J. W. Wilder, New Concepts in Technical Trading Systems "
            "(1978), for the RSI; the filter by the 200-bar average as in L. Connors, C. Alvarez, "
            "Short Term Trading Strategies That Work (2009)."
        ),
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
        description=(
            "Follow the trend up and down; a trailing stop keeps part of what a trend has given "
            "when it turns faster than the averages do. It suits markets that trend both ways, "
            "such as coins; selling short a market that rises over the years costs more than it "
            "brings. Source: R. Donchian's moving-average method, as tested by W. Brock, "
            "J. Lakonishok, B. LeBaron, Journal of Finance 47 (1992)."
        ),
    )


TEMPLATES = {
    "ema-trend": ema_trend,
    "golden-cross": golden_cross,
    "rsi-reversal": rsi_reversal,
}


def names() -> list[str]:
    """Return the templates' names."""
    return list(TEMPLATES)


def get(name: str) -> Definition:
    """Return a template's definition; its description says when it works and when it fails.

    Raises
    ------
    UnknownName
        There is no such template; the nearest is suggested.

    Examples
    --------
    >>> get("golden-cross").name
    'Golden cross'
    """
    if name not in TEMPLATES:
        raise UnknownName.of("template", name, TEMPLATES, f"Known are {', '.join(TEMPLATES)}.")
    return TEMPLATES[name]()
