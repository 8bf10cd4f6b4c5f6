"""A run's equity as a line as small as a word."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from markupsafe import Markup

from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 132.0, 30.0, 2.0


def spark(curve: Sequence[float], initial: float, *, what: str = "Equity") -> Markup:
    """Return a line of equity as inline SVG, with its start as a dashed line.

    Parameters
    ----------
    curve : equity, in account currency, at equal distances
    initial : equity before the first bar, where the line starts
    what : what it is a line of, said to those who cannot see it

    Notes
    -----
    Heights are logarithmic, as growth is; straight where equity was not above zero throughout.
    """
    values = [initial, *curve]
    if not curve or not all(map(math.isfinite, values)):
        return Markup("{}").format(formats.MISSING)
    heights = [math.log(value) for value in values] if min(values) > 0 else values
    low, high = min(heights), max(heights)
    room = (high - low) or 1.0

    def place(height: float) -> float:
        return MARGIN + (HEIGHT - 2 * MARGIN) * (high - height) / room

    step = (WIDTH - 2 * MARGIN) / (len(heights) - 1)
    points = " ".join(
        f"{MARGIN + step * at:.1f},{place(height):.1f}" for at, height in enumerate(heights)
    )
    told = f"{what} from {formats.money(initial)} to {formats.money(curve[-1])}"
    return Markup(
        '<svg class="bz-spark{}" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">'
        '<path d="M0 {:.1f}H{:.0f}"/><polyline points="{}"/></svg>'
    ).format(
        " bz-loss" if curve[-1] < initial else " bz-gain",
        WIDTH, HEIGHT, told, place(heights[0]), WIDTH, points,
    )  # fmt: skip
