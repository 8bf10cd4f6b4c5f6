"""A heat map of a few kilobytes, for where nothing draws: no axes, no numbers, only its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from bitstockerz_lab.backtests.sweep import cells, hover
from bitstockerz_lab.backtests.sweep.shades import shades

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

STEPS = 16
"""Colours that are told apart."""
MOST = 3_000
"""Cells that are drawn; of more there is none."""
SIDE = 12
"""Pixels of a cell."""


def thumbnail(results: pd.DataFrame, names: Sequence[str], by: str) -> Markup:
    """Return a metric over two parameters as an SVG; nothing where a heat map would be none.

    Parameters
    ----------
    results, names, by : as `charts.heatmap` takes them
    """
    of = cells.view(results, names, by)
    pair = cells.pair(of)
    found = cells.cells(of, *pair) if pair is not None else None
    if found is None or found.scores.size > MOST:
        return Markup()
    colours = shades(found.scores, by)
    place = (found.scores - colours.least) / (colours.most - colours.least)
    step = np.where(np.isnan(place), -1, np.clip(np.nan_to_num(place) * STEPS, 0, STEPS - 1))
    high, wide = found.scores.shape
    drawn = Markup("").join(
        Markup('<path fill="{}" d="{}"/>').format(
            _colour(colours.colours, (k + 0.5) / STEPS),
            "".join(f"M{x} {high - 1 - y}h1v1h-1z" for y, x in np.argwhere(step.astype(int) == k)),
        )
        for k in range(STEPS)
    )
    words = f"{hover.drawn(of, found.over)}: {found.x} across, {found.y} up"
    return Markup(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges" '
        'style="width: 100%; max-width: {}px">{}</svg><p class="bz-quiet">{}</p>'
    ).format(words, wide, high, min(480, SIDE * wide), drawn, words)


def _colour(colours: Sequence[str], place: float) -> str:
    """Return the colour at a place from 0 to 1 among some."""
    at = place * (len(colours) - 1)
    first = min(int(at), len(colours) - 2)
    one, other = (
        np.array([int(colours[k][1 + i : 3 + i], 16) for i in (0, 2, 4)])
        for k in (first, first + 1)
    )
    mixed = np.rint(one + (other - one) * (at - first)).astype(int)
    return "#" + "".join(f"{part:02x}" for part in mixed)
