"""Columns and settings to try every indicator with."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from bitstockerz_lab.strategies import indicators

NAMES = sorted(indicators.CATALOGUE)
SEVERAL = {  # settings besides the defaults, to try warm-ups and settling with
    "period": (2, 5, 30),
    "fast": (3, 8),
    "slow": (10, 35),
    "signal": (2, 12),
    "smooth_k": (1, 5),
    "smooth_d": (2,),
    "stoch_period": (3, 21),
    "atr_period": (1, 25),
    "multiplier": (0.5, 4.0),
    "conversion": (3, 40),
    "base": (5, 20),
    "span": (10, 60),
    "changes": (1,),
    "session_start": (9, 22),
    "bars_per_year": (8760.0,),
    "step": (0.01, 0.05),
    "maximum": (0.1, 0.5),
}


def columns(name, frame):
    """The columns an indicator reads, of bars."""
    entry = indicators.get(name)
    return [_column(entry.source if one == "source" else one, frame) for one in entry.inputs]


def _column(name, frame):
    if name == "time":
        return frame.index.tz_convert(None).as_unit("s").asi8.astype(float)
    if name == "other":  # moves with the close, and by itself
        return np.sqrt(frame["volume"].to_numpy() * frame["close"].to_numpy())
    return frame[name].to_numpy().copy()


def made(name, frame, **told):
    """Every output of an indicator on bars."""
    entry = indicators.get(name)
    return indicators.compute_all(entry, columns(name, frame), entry.defaults | told)


def told_to(name):
    """Several settings of an indicator: the defaults, then each of them otherwise."""
    entry = indicators.get(name)
    yield entry.defaults
    for setting in entry.settings:
        for value in SEVERAL[setting.name]:
            yield entry.defaults | {setting.name: value}


def random_settings(name):
    """Any settings an indicator may have, small enough for a few bars."""
    return st.fixed_dictionaries(
        {
            setting.name: st.integers(setting.minimum, min(setting.minimum + 12, setting.maximum))
            if setting.kind == "int"
            else st.floats(setting.minimum, min(setting.maximum, 50.0))
            for setting in indicators.get(name).settings
        }
    )
