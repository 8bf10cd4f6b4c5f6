"""A heat map where nothing draws."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests.sweep import thumbnail


def results(fast, slow, scores):
    grid = pd.MultiIndex.from_product([fast, slow], names=["fast", "slow"]).to_frame(index=False)
    return grid.assign(sharpe_ratio=scores, num_trades=1)


def drawn(rows, names=("fast", "slow")):
    svg = thumbnail.thumbnail(rows, names, "sharpe_ratio").partition("<p ")[0]
    return [(path.get("fill"), path.get("d")) for path in ET.fromstring(svg) if path.get("d")]  # noqa: S314 - ours


def test_each_cell_has_its_place_and_the_colour_of_its_score():
    found = dict(drawn(results([1, 2], [10, 20], [-1.0, 1.0, 1.0, np.nan])))
    assert sorted(found.values()) == ["M0 1h1v1h-1z", "M1 1h1v1h-1zM0 0h1v1h-1z"]
    orange = next(fill for fill, path in found.items() if path == "M0 1h1v1h-1z")
    blue = next(fill for fill in found if fill != orange)
    assert int(orange[1:3], 16) > int(orange[5:7], 16)
    assert int(blue[5:7], 16) > int(blue[1:3], 16)


def test_scores_that_are_all_the_same_are_drawn():
    assert len(drawn(results([1, 2], [10, 20], [0.5] * 4))) == 1


def test_of_one_parameter_or_of_very_many_cells_there_is_none():
    line = results([1, 2], [10], [0.1, 0.2])
    assert thumbnail.thumbnail(line, ("fast", "slow"), "sharpe_ratio") == ""
    many = results(range(60), range(60), np.arange(3600.0))
    assert thumbnail.thumbnail(many, ("fast", "slow"), "sharpe_ratio") == ""


def test_it_stays_small():
    many = results(range(50), range(60), np.random.default_rng(0).normal(size=3000))
    assert len(thumbnail.thumbnail(many, ("fast", "slow"), "sharpe_ratio")) < 60_000
