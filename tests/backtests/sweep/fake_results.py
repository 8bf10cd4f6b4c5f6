"""Results of a sweep with scores that are typed out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bitstockerz_lab import measures


def fake_results(parameters, scores, *, by="sharpe_ratio", never=()):
    """Rows of one unit: `scores` of `by`, other metrics made of them, `never` did not trade."""
    scores = np.asarray(scores, float)
    rows = pd.DataFrame({"unit": 0, "combination": range(len(scores)), **parameters})
    for name in measures.DEFINITIONS:
        rows[name] = np.nan_to_num(scores) * 10
    rows["num_trades"] = np.arange(1.0, len(scores) + 1)
    rows.loc[list(never), "num_trades"] = 0.0
    rows[by] = scores
    return rows
