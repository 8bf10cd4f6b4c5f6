"""What colour a metric's value has: told apart with any colour vision, in light and in dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNED = {
    "total_return_pct", "cagr_pct", "sharpe_ratio", "sortino_ratio", "calmar_ratio", "alpha",
    "beta", "benchmark_return_pct", "avg_win_pct", "avg_loss_pct",
}  # fmt: skip
"""The metrics whose sign is the message."""

NEUTRAL = "#c9ced6"
ABOVE = ("#b9d4ec", "#5b9bd0", "#134f86")
BELOW = ("#a63d0a", "#e08a55", "#f0cdb5")
PLAIN = ("#d8cfe4", "#9a6fb0", "#4f2a68")
"""From low to high; lightness tells them apart where hue does not."""


@dataclass(frozen=True, slots=True)
class Shades:
    """Which values the colours reach over.

    Attributes
    ----------
    colours : from `least` to `most`, evenly
    least, most : values at and beyond which the colour is that of the end
    cut : whether values lie beyond the ends
    """

    colours: tuple[str, ...]
    least: float
    most: float
    cut: bool

    @property
    def scale(self) -> list[list[float | str]]:
        """The colours as plotly takes them."""
        last = len(self.colours) - 1
        return [[k / last, colour] for k, colour in enumerate(self.colours)]


def shades(values: NDArray[np.float64], by: str) -> Shades:
    """Return the colours of a metric's values.

    A signed metric is orange below zero and blue above it, grey at zero where both are there;
    any other goes from light to dark. A few extreme values do not flatten the rest: colours end
    where the middle 96 % of the values end, and as far again beyond.

    Parameters
    ----------
    values : NaN is left out
    by : the metric
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return Shades(PLAIN, 0.0, 1.0, cut=False)
    low, high = np.percentile(known, [2, 98])
    least = max(float(known.min()), float(low - (high - low)))
    most = min(float(known.max()), float(high + (high - low)))
    cut = bool(least > known.min() or most < known.max())
    if by in SIGNED and least < 0 < most:
        end = max(-least, most)
        return Shades((*BELOW[:2], NEUTRAL, *ABOVE[1:]), -end, end, cut=cut)
    colours = PLAIN if by not in SIGNED else ABOVE if least >= 0 else BELOW
    if least == most:
        least, most = least - 1.0, most + 1.0
    return Shades(colours, least, most, cut=cut)
