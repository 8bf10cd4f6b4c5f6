"""Bars to check rules on: the lab's where some fit, else simulated ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.market import history, resample
from bitstockerz_lab.strategies import others
from bitstockerz_lab.strategies.document import parts
from bitstockerz_lab.strategies.honesty import store
from bitstockerz_lab.strategies.versions import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.versions import StrategyVersion

    Bars = tuple[pd.DataFrame, Mapping[str, pd.DataFrame]]
    """Those of the strategy's symbol, and those of the symbols its rules read."""

PAUSES = 2.0
"""So much longer than its bars together is a stretch of time that holds them; shares rest."""
START = pd.Timestamp("2015-01-01", tz="UTC")
SIMULATED = 2_000
MOST_SIMULATED = 20_000


def fitting(con: Connection, version: StrategyVersion, most: int) -> Bars | None:
    """Return the newest bars a version fits; None where the lab has none its rules can be run on.

    Parameters
    ----------
    con : a lease's connection
    version : what it is saved for decides
    most : how many bars at most
    """
    known = store.most_fitting(con, version)
    if known is None:
        return None
    symbol, stored, last = known
    timeframe = stored if version.timeframe == ANY else version.timeframe
    start = clock.utc(last) - most * PAUSES * clock.TIMEFRAMES[timeframe]
    try:
        return read(con, version.definition, symbol, timeframe, most, start)
    except LabError:
        return None


def read(
    con: Connection,
    definition: Definition,
    symbol: str,
    timeframe: str | None,
    most: int,
    start: pd.Timestamp | None = None,
) -> Bars:
    """Return the newest bars of a symbol, and all up to there of the symbols that rules read.

    Raises
    ------
    UnknownName, NoBars, DataError
        There is no such symbol, or no such bars.
    """
    bars = history.read(con, symbol, timeframe, start).iloc[-most:]
    name = str(bars.attrs["timeframe"])
    end = clock.bar_end(clock.stamps(bars)[-1], name)
    return bars, others.read(con, others.resolve(con, definition, name), end, start)


def simulated(definition: Definition, timeframe: str = ANY) -> Bars:
    """Return simulated bars, of each symbol its own, the same every time.

    Parameters
    ----------
    definition : whose rules read them
    timeframe : how long they are; where it is "ANY" a day, or an hour for rules that look at hours
    """
    seen = {str(one.value["timeframe"]) for one in parts(definition.document)
            if isinstance(one.value, dict) and "timeframe" in one.value}  # fmt: skip
    day = clock.TIMEFRAMES["1d"]
    hourly = any(
        clock.TIMEFRAMES[name] < day for name in (seen if timeframe == ANY else [timeframe])
    )
    source = "1h" if hourly else "1d"
    name = source if timeframe == ANY else timeframe
    made = [_walk(source, name, seed) for seed in range(1, len(definition.symbols) + 2)]
    return made[0], dict(zip(definition.symbols, made[1:], strict=True))


def _walk(source: str, timeframe: str, seed: int) -> pd.DataFrame:
    from bitstockerz_lab.market.providers.synthetic import generate  # noqa: PLC0415 - rarely needed

    length = clock.TIMEFRAMES[source]
    wanted = min(SIMULATED * int(clock.TIMEFRAMES[timeframe] / length), MOST_SIMULATED)
    last = (START + wanted * length).normalize()
    bars = generate(source, AssetType.CRYPTO, START, last, seed=seed)
    bars.attrs |= {"symbol": "", "timeframe": source, "simulated": True}
    return resample.resample(bars, timeframe)
