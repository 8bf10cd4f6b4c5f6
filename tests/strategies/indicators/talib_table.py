"""What the installed TA-Lib has: `python -m tests.strategies.indicators.talib_table` writes it.

A function's bounds are found by asking: TA-Lib refuses what lies outside them. Whether its values
depend on where the data starts is found by starting later.
"""

from __future__ import annotations

import json

import numpy as np
import talib
from talib import abstract

from bitstockerz_lab.strategies.indicators.talib_functions import TABLE

LEFT_OUT = {"MAVP"}  # it needs a column of periods
WHOLE = (0, 1, 2, 3, 4, 5)
LONGEST = 100_000
LOWEST = (-1e6, 0.0, 0.01, 1.0)
HIGHEST = (1e6, 100.0, 1.0, 0.99)


def table():
    """A row a function, by name."""
    talib.set_unstable_period("ALL", 0)
    talib.set_compatibility(0)
    return {name: _row(name) for name in talib.get_functions() if name not in LEFT_OUT}


def _row(name):
    info = abstract.Function(name).info
    settings = [
        (key, default, *_bounds(name, key, default)) for key, default in info["parameters"].items()
    ]
    inputs = []
    for key, columns in info["input_names"].items():
        inputs += ["source"] if key == "price" else columns if key == "prices" else [columns]
    return {
        "title": info["display_name"],
        "inputs": inputs,
        "outputs": list(info["output_names"]),
        "from_start": _depends_on_the_start(name, inputs),
        "settings": settings,
    }


def _bounds(name, key, default):
    def allowed(value):
        told = dict(abstract.Function(name).info["parameters"]) | {key: value}
        columns = bars(5)
        inputs = abstract.Function(name).info["input_names"].values()
        count = sum(len(one) if isinstance(one, list) else 1 for one in inputs)
        try:
            getattr(talib, name)(*columns[:count], **told)
        except Exception as problem:  # noqa: BLE001 - TA-Lib raises the plain one
            return "BAD_PARAM" not in str(problem)
        return True

    if isinstance(default, float):
        return next(filter(allowed, LOWEST)), next(filter(allowed, HIGHEST))
    lowest, outside = next(filter(allowed, WHOLE)), LONGEST + 1
    highest = lowest
    while outside - highest > 1:
        middle = (highest + outside) // 2
        highest, outside = (middle, outside) if allowed(middle) else (highest, middle)
    return lowest, highest


def bars(n=600, seed=3):
    """Open, high, low, close, volume."""
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.02, n)))
    open_ = close * np.exp(random.normal(0, 0.01, n))
    high = np.maximum(open_, close) * 1.01
    low = np.minimum(open_, close) * 0.99
    return [open_, high, low, close, random.uniform(1e5, 1e6, n)]


def _depends_on_the_start(name, inputs):
    places = {"open": 0, "high": 1, "low": 2, "close": 3, "volume": 4, "source": 3}
    columns = [bars()[places[one]] for one in inputs]
    first = abstract.Function(name).lookback
    if any(key.endswith("matype") for key in abstract.Function(name).info["parameters"]):
        return True  # some of the averages do

    def made(start):
        found = getattr(talib, name)(*(one[start:] for one in columns))
        return found if isinstance(found, list | tuple) else (found,)

    for whole, later in zip(made(0), made(37), strict=True):
        pair = whole[37 + first :], later[first:]
        if not np.allclose(*pair, rtol=1e-9, atol=1e-9, equal_nan=True):
            return True
    return False


if __name__ == "__main__":
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table().items()]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
