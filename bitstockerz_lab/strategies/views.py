"""Other bars beside these: another symbol's, or longer ones, as known when each of these closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from bitstockerz_lab.strategies.columns import Columns

    Numbers = NDArray[np.float64]


class Views:
    """Columns of other bars on the rows of these.

    Parameters
    ----------
    bars : the bars whose rows are wanted
    others : the bars of other symbols, by symbol
    columns : makes the columns of other bars
    """

    def __init__(
        self,
        bars: pd.DataFrame,
        others: Mapping[str, pd.DataFrame],
        columns: Callable[[pd.DataFrame], Columns],
    ) -> None:
        self._bars = bars
        self._others = others
        self._columns = columns
        self._seen: dict[tuple[str | None, str | None], tuple[Columns, NDArray[np.intp]]] = {}

    def column(
        self,
        symbol: str | None,
        timeframe: str | None,
        compute: Callable[[Columns], Any],
    ) -> Numbers:
        """Return what is computed on other bars, at each of these bars the newest that was known.

        Parameters
        ----------
        symbol, timeframe : whose and how long they are; None is as these
        compute : from their columns to one of them

        Raises
        ------
        DataError
            The bars of the symbol are not there, or cannot be made as long as that.
        """
        key = (symbol, timeframe)
        if key not in self._seen:
            frame = self._frame(symbol, timeframe)
            self._seen[key] = (self._columns(frame), _known(frame, self._bars))
        columns, rows = self._seen[key]
        # row -1, no bar known yet, is the NaN put at the end
        return np.append(compute(columns), np.nan)[rows]

    def _frame(self, symbol: str | None, timeframe: str | None) -> pd.DataFrame:
        frame = self._bars
        if symbol is not None:
            if symbol not in self._others:
                raise DataError(
                    f"The rules read the bars of {symbol}, and they were not given. "
                    "lab.backtests.run reads them by itself; or give them: "
                    f'others={{"{symbol}": lab.market.bars("{symbol}")}}.',
                    symbol=symbol,
                )
            frame = self._others[symbol]
            timeframe = timeframe or clock.timeframe_of(self._bars)
        if timeframe is None or not len(self._bars):
            return frame
        from bitstockerz_lab.market.resample import resample  # noqa: PLC0415 - only for views

        # a longer bar is there once it has ended, whether the symbol was traded since or not
        last = clock.stamps(self._bars[-1:])[0]
        until = clock.bar_end(last, clock.timeframe_of(self._bars))
        return resample(frame, timeframe, until)


def _known(frame: pd.DataFrame, bars: pd.DataFrame) -> NDArray[np.intp]:
    """Return, for each of the bars, the position of the newest row that was known then, or -1."""
    from bitstockerz_lab.market.align import align  # noqa: PLC0415 - only for views

    places = pd.DataFrame({"row": np.arange(len(frame), dtype=np.float64)}, index=frame.index)
    places.attrs = dict(frame.attrs)
    found = align(places, bars)["row"].to_numpy()
    return np.where(np.isnan(found), -1, found).astype(np.intp)
