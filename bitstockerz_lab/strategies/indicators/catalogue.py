"""The indicators a definition may name, and how one is computed.

TA-Lib either poisons everything after a NaN (SMA, EMA) or turns it into a plausible wrong number
(RSI gives 0). So an indicator is computed on the bars that are not missing, as if the others did
not exist, and is NaN at those that are. Every value depends on its own bar and earlier ones only,
and is NaN where it is mathematically undefined (0/0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies.indicators import (
    bands,
    calendar,
    moving_averages,
    oscillators,
    statistics,
    trend,
    volatility,
    volume,
)
from bitstockerz_lab.strategies.indicators.entry import over_present
from bitstockerz_lab.strategies.indicators.talib_functions import PREFIX, functions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bitstockerz_lab.strategies.indicators.entry import Indicator, Numbers, Settings

FAMILIES = (moving_averages, oscillators, trend, volatility, bands, volume, statistics, calendar)
CATALOGUE: dict[str, Indicator] = {
    entry.name: entry for family in FAMILIES for entry in family.ENTRIES
}
"""Every indicator by name, TA-Lib's functions aside."""


def names() -> tuple[str, ...]:
    """Return every name `find` knows: the catalogue's, then ``talib.…`` of each function."""
    return (*CATALOGUE, *functions())


def find(name: object) -> Indicator | None:
    """Return the entry of a name; None if there is none."""
    if not isinstance(name, str):
        return None
    return functions().get(name) if name.startswith(PREFIX) else CATALOGUE.get(name)


def get(name: str) -> Indicator:
    """Return the entry of a name.

    Raises
    ------
    UnknownName
        There is none; the nearest is suggested.
    """
    entry = find(name)
    if entry is None:
        raise UnknownName.of("indicator", name, names(), f"Known are {', '.join(CATALOGUE)}.")
    return entry


def compute_all(
    entry: Indicator,
    columns: Sequence[Numbers],
    settings: Settings,
    *,
    outputs: Collection[str] | None = None,
    gapless: bool = False,
) -> dict[str, Numbers]:
    """Return the outputs of an indicator, by name.

    Parameters
    ----------
    entry : from the catalogue
    columns : contiguous float64 arrays of shape (n_bars,), one an input, NaN where missing
    settings : a number for each setting
    outputs : those that are wanted; all of them if left out
    gapless : no column has a NaN, so nobody needs to look

    Returns
    -------
    dict of float64 arrays of shape (n_bars,)
        NaN where an input is NaN, during the warm-up, and where a value is undefined; elsewhere
        computed on the bars that are not missing.
    """
    wanted = [outputs is None or name in outputs for name in entry.outputs]
    made = over_present(entry.compute, columns, settings, wanted, gapless=gapless)
    return {name: one for name, one in zip(entry.outputs, made, strict=True) if one is not None}


def compute(
    entry: Indicator, columns: Sequence[Numbers], settings: Settings, output: str | None = None
) -> Numbers:
    """Return one output of an indicator, the first if none is named; see `compute_all`."""
    name = output or entry.outputs[0]
    return compute_all(entry, columns, settings, outputs=(name,))[name]


def catalogue() -> pd.DataFrame:
    """Return the catalogue as a frame, TA-Lib's functions last.

    Returns
    -------
    DataFrame, a row an indicator, index its name
        Columns inputs ("high, low, close"; "source" may be any of open, high, low, close, volume),
        parameters ("period: int from 1 to 100000, default 20"), outputs ("k, d, j": the first
        unless a definition says ``"output": "d"``), warm_up (bars before the first value, with the
        defaults; "28, 14" where outputs differ), settles (bars before values no longer depend on
        where the data starts; "never" if they always do), definition, reference.
    """
    return pd.DataFrame([_row(name) for name in names()]).set_index("indicator")


def _row(name: str) -> dict[str, Any]:
    entry = get(name)
    told = entry.defaults
    chosen = f"source (default {entry.source})"
    inputs = ", ".join(chosen if one == "source" else one for one in entry.inputs)
    return {
        "indicator": name,
        "inputs": inputs,
        "parameters": "; ".join(str(setting) for setting in entry.settings),
        "outputs": ", ".join(entry.outputs),
        "warm_up": _each(entry.warm_up(told, output) for output in entry.outputs),
        "settles": _each(entry.settles(told, output) for output in entry.outputs),
        "definition": entry.definition,
        "reference": entry.reference,
    }


def _each(lengths: Any) -> str:  # noqa: ANN401 - an iterator of numbers or None
    found = ["never" if one is None else str(one) for one in lengths]
    return found[0] if len(set(found)) == 1 else ", ".join(found)
