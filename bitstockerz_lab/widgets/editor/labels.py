"""How the editor's form calls what a definition's JSON has."""

from __future__ import annotations

import re

SIDES = {
    "enter_long": "Buy when",
    "exit_long": "Sell when",
    "enter_short": "Sell short when",
    "exit_short": "Buy back when",
}
STOPS = {
    "stop_loss_pct": ("Stop loss", "% below the entry (above it for a short)"),
    "take_profit_pct": ("Take profit", "% beyond the entry"),
    "trailing_stop_pct": ("Trailing stop", "% from the best price since the entry"),
    "break_even_pct": ("Break even", "% gained, after which the entry price is a stop"),
}
COUNTS = {
    "max_bars": ("Leave after", "bars held"),
    "cooldown_bars": ("Rest after a loss", "bars"),
    "max_trades_per_day": ("At most", "entries a day"),
}
SIZINGS = {
    "": "as the run says",
    "percent_of_equity": "percent of equity",
    "risk_percent": "percent of equity at risk",
    "fixed_cash": "fixed amount of money",
    "fixed_quantity": "fixed number of units",
}
_LABELS = SIDES | {name: label for name, (label, _) in (STOPS | COUNTS).items()}
_NAMES = re.compile(rf"(?<![\w.'\"])(?:{'|'.join(_LABELS)})(?![\w'\"])")


def labelled(text: str) -> str:
    """Return a message in the form's words.

    Examples
    --------
    >>> labelled("Give enter_long or enter_short a condition.")
    'Give “Buy when” or “Sell short when” a condition.'
    """
    return _NAMES.sub(lambda found: f"“{_LABELS[found.group()]}”", text)
