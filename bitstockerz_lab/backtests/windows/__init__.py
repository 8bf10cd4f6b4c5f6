"""A period split for research: walk-forward windows, purged folds, and what they come to."""

from bitstockerz_lab.backtests.windows.folds import Folds, Split, purged_folds
from bitstockerz_lab.backtests.windows.judge import cross_validate, stretch_sums
from bitstockerz_lab.backtests.windows.lengths import Length, length
from bitstockerz_lab.backtests.windows.stitch import compound_cagr_pct, efficiency, stitched
from bitstockerz_lab.backtests.windows.walk import Window, Windows, walk_windows

__all__ = [
    "Folds", "Length", "Split", "Window", "Windows", "compound_cagr_pct", "cross_validate",
    "efficiency", "length", "purged_folds", "stitched", "stretch_sums", "walk_windows",
]  # fmt: skip
