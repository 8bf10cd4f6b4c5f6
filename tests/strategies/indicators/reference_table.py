"""How far the catalogue is from an independent library's columns: `table(folder)`.

`python -m tests.strategies.indicators.reference_table` prints it.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from bitstockerz_lab.strategies import indicators

SIDES = {"upper": -1, "lower": 1}
COLUMNS = [  # file, column, indicator, settings, output
    ("adx", "adx", "adx", {"period": 14}, "adx"),
    ("adx", "pdi", "adx", {"period": 14}, "plus_di"),
    ("adx", "mdi", "adx", {"period": 14}, "minus_di"),
    ("adx", "dx", "adx", {"period": 14}, "dx"),
    ("adx", "adxr", "adx", {"period": 14}, "adxr"),
    ("atr", "tr", "true_range", {}, None),
    ("atr", "atr", "atr", {"period": 14}, None),
    ("atr", "atrp", "natr", {"period": 14}, None),
    ("bb", "sma", "bollinger", {"period": 20, "multiplier": 2}, "middle"),
    ("bb", "upperBand", "bollinger", {"period": 20, "multiplier": 2}, "upper"),
    ("bb", "lowerBand", "bollinger", {"period": 20, "multiplier": 2}, "lower"),
    ("bb", "percentB", "bollinger", {"period": 20, "multiplier": 2}, "percent_b"),
    ("bb", "width", "bollinger", {"period": 20, "multiplier": 2}, "bandwidth"),
    ("bb", "zScore", "zscore", {"period": 20}, None),
    ("cci", "cci", "cci", {"period": 20}, None),
    ("donchian", "upperBand", "donchian", {"period": 20}, "upper"),
    ("donchian", "centerline", "donchian", {"period": 20}, "middle"),
    ("donchian", "lowerBand", "donchian", {"period": 20}, "lower"),
    ("donchian", "width", "donchian", {"period": 20}, "bandwidth"),
    ("ema", "ema", "ema", {"period": 20}, None),
    ("keltner", "upperBand", "keltner", {"period": 20, "atr_period": 10}, "upper"),
    ("keltner", "centerline", "keltner", {"period": 20, "atr_period": 10}, "middle"),
    ("keltner", "lowerBand", "keltner", {"period": 20, "atr_period": 10}, "lower"),
    ("keltner", "width", "keltner", {"period": 20, "atr_period": 10}, "bandwidth"),
    ("macd", "macd", "macd", {}, "macd"),
    ("macd", "signal", "macd", {}, "signal"),
    ("macd", "histogram", "macd", {}, "histogram"),
    ("macd", "fastEma", "ema", {"period": 12}, None),
    ("macd", "slowEma", "ema", {"period": 26}, None),
    ("mfi", "mfi", "mfi", {"period": 14}, None),
    ("obv", "obv", "obv", {}, None),
    ("roc", "roc", "roc", {"period": 14}, None),
    ("roc", "momentum", "momentum", {"period": 14}, None),
    ("rsi", "rsi", "rsi", {"period": 14}, None),
    ("sma", "sma", "sma", {"period": 20}, None),
    ("stoch", "oscillator", "stochastic", {"period": 14}, "k"),
    ("stoch", "k", "stochastic", {"period": 14}, "k"),
    ("stoch", "signal", "stochastic", {"period": 14}, "d"),
    ("stoch", "d", "stochastic", {"period": 14}, "d"),
    ("stoch", "percentJ", "stochastic", {"period": 14}, "j"),
    ("stoch", "j", "stochastic", {"period": 14}, "j"),
    ("supertrend", "superTrend", "supertrend", {"period": 10, "multiplier": 3}, "value"),
    ("supertrend", "upperBand", "supertrend", {"period": 10, "multiplier": 3}, "upper"),
    ("supertrend", "lowerBand", "supertrend", {"period": 10, "multiplier": 3}, "lower"),
    ("vwma", "vwma", "vwma", {"period": 14}, None),
    ("willr", "williamsR", "williams_r", {"period": 14}, None),
    ("wma", "wma", "wma", {"period": 14}, None),
]


def table(folder):
    """The largest relative difference of each column from the folder's expected ones.

    A difference is relative to the expected value. Bars where one side has no value and the other
    has are counted as unmatched.
    """
    quotes = pd.read_csv(folder / "quotes_default.csv")
    rows = []
    for file, column, name, told, output in COLUMNS:
        expected = pd.read_csv(folder / f"expected_{file}.csv")[column].to_numpy(dtype=float)
        found = _found(quotes, name, told, output)
        known = ~np.isnan(expected) & ~np.isnan(found)
        gap = np.abs(found[known] - expected[known])
        relative = gap / np.where(expected[known] == 0, 1, np.abs(expected[known]))
        rows.append(
            {
                "indicator": name,
                "output": output or "value",
                "settings": ", ".join(f"{key} {value}" for key, value in told.items()),
                "column": f"{file}.{column}",
                "values": int(known.sum()),
                "unmatched": int((np.isnan(expected) != np.isnan(found)).sum()),
                "largest_relative_difference": float(relative.max()),
            }
        )
    return pd.DataFrame(rows)


def _found(quotes, name, told, output):
    entry = indicators.get(name)
    inputs = [entry.source if one == "source" else one for one in entry.inputs]
    columns = [quotes[one].to_numpy(dtype=float) for one in inputs]
    made = indicators.compute_all(entry, columns, entry.defaults | told)
    if output in SIDES and output not in made:  # the side on which the SuperTrend is
        return np.where(made["direction"] == SIDES[output], made["value"], np.nan)
    return made[output or entry.outputs[0]]


if __name__ == "__main__":
    home = os.environ.get("BITSTOCKERZ_REFERENCE")
    reference = Path(home) if home else Path(__file__).parents[4] / "shared" / "reference"
    print(table(reference / "indicators").to_string(index=False))  # noqa: T201 - what it is for
