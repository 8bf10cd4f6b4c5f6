"""What an indicator is on given bars, outside any rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.document import PRICES
from bitstockerz_lab.strategies.indicators.entry import PRICE
from bitstockerz_lab.strategies.verbs.room import Room

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.indicators import Indicator


class Values(Room):
    """Compute an indicator."""

    def indicator(
        self, bars: pd.DataFrame, name: str, *numbers: float, source: str | None = None
    ) -> pd.DataFrame:
        """Return an indicator's values on bars, as rules would see them.

        Parameters
        ----------
        bars : DataFrame of shape (n_bars, 5), as `lab.market.bars` gives them
        name : one of `lab.strategies.indicators()`
        numbers : its parameters, in their order there; the rest keep their defaults
        source : the column it is taken of: open, high, low, close or volume; None is its default

        Returns
        -------
        DataFrame of shape (n_bars, n_outputs)
            A column an output, index that of the bars; NaN at missing bars, during the warm-up and
            where a value is undefined. `attrs["range"]`: the least and the largest the first
            output can be, where it is taken of prices; infinite where nothing bounds it.

        Raises
        ------
        UnknownName
            There is no such indicator.
        DataError
            A number is outside its range or one too many, there is no source to choose, or the
            indicator reads the bars of another symbol, which only rules can name.

        Examples
        --------
        >>> bars = lab.market.bars("DEMO-A")  # doctest: +SKIP
        >>> lab.strategies.indicator(bars, "bollinger", 20, 2)["upper"]  # doctest: +SKIP
        """
        entry = indicators.get(name)
        columns = [_column(entry, one, bars, source) for one in _inputs(entry, source)]
        settings = _settings(entry, numbers)
        values = pd.DataFrame(indicators.compute_all(entry, columns, settings), index=bars.index)
        values.attrs["range"] = entry.span(settings, source=PRICE)
        return values


def _inputs(entry: Indicator, source: str | None) -> tuple[str, ...]:
    if source is not None and (entry.source is None or source not in PRICES):
        known = ", ".join(PRICES) if entry.source else "none: what it reads is fixed"
        raise DataError(
            f"{entry.name} cannot be taken of source={source!r}. It takes {known}.",
            indicator=entry.name,
            source=source,
        )
    if "other" in entry.inputs:
        raise DataError(
            f"{entry.name} reads the bars of another symbol too, which only the rules of a "
            "strategy can name.",
            indicator=entry.name,
        )
    return entry.inputs


def _column(entry: Indicator, name: str, bars: pd.DataFrame, source: str | None) -> np.ndarray:
    if name == "time":
        since = clock.stamps(bars) - pd.Timestamp(0, tz="UTC")
        return np.ascontiguousarray(since.total_seconds(), dtype=np.float64)
    column = bars[(source or entry.source) if name == "source" else name]
    return np.array(column, dtype=np.float64)


def _settings(entry: Indicator, numbers: tuple[float, ...]) -> dict[str, int | float]:
    if len(numbers) > len(entry.settings):
        takes = "; ".join(map(str, entry.settings)) or "none"
        raise DataError(
            f"{entry.name} was given {len(numbers)} numbers, {', '.join(map(str, numbers))}. It "
            f"takes {takes}.",
            indicator=entry.name,
        )
    found = entry.defaults
    for setting, number in zip(entry.settings, numbers, strict=False):
        whole = setting.kind == "float" or float(number).is_integer()
        if not whole or not setting.minimum <= number <= setting.maximum:
            raise DataError(
                f"{setting.name}={number} does not suit {entry.name}. It takes {setting}.",
                indicator=entry.name,
            )
        found[setting.name] = number if setting.kind == "float" else int(number)
    return found
