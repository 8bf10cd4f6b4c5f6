"""What files and frames share: stamps out of several columns, and volumes that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.files import numbers, stamps

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from bitstockerz_lab.market.files.layout import Layout


def stamps_of(
    columns: list[pd.Series], names: list[str], timeframe: str, source: str, layout: Layout
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Return the stamps that columns say; the first is taken, the others must agree.

    Raises
    ------
    DataError
        Two columns disagree, or no stamp can be read.
    """
    index, notes = stamps.read(columns[0], timeframe, source, layout.date_format, layout.timezone)
    for column, name in zip(columns[1:], names[1:], strict=True):
        try:
            other, _ = stamps.read(column, timeframe, source, None, layout.timezone)
        except DataError:
            notes.append(f"The column {name!r} was not read: it has no stamps, or none for sure.")
            continue
        differ = np.asarray(index.notna()) & np.asarray(other.notna()) & np.asarray(index != other)
        if differ.any():
            raise _disagree(
                index[differ][0], other[differ][0], int(differ.sum()), names[0], name, source
            )
        notes.append(f"Stamps are of the column {names[0]!r}; {name!r} agrees.")
    return index, notes


def joined(dates: pd.Series, clock: pd.Series) -> pd.Series:
    """Return texts of dates and the times of day beside them."""
    clock = clock.astype("str").str.strip()
    clock = clock.str.replace(r"^(\d{2})(\d{2})(\d{2})?$", r"\1:\2:\3", regex=True)
    return dates.astype("str").str.strip() + " " + clock.str.removesuffix(":")


def with_volume(
    figures: dict[str, np.ndarray], written: pa.ChunkedArray | None, source: str, layout: Layout
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the columns of bars in their order, and what is to be told of volumes that lack.

    Parameters
    ----------
    figures : the columns as numbers; without a volume it is 0
    written : the column of volumes as it is written
    source : what it is called in messages
    layout : what was said

    Raises
    ------
    DataError
        No row has a volume, and nothing was said of that.
    """
    if written is None:
        figures = figures | {"volume": np.zeros(len(figures["close"]))}
        return {name: figures[name] for name in COLUMNS}, []
    volume, notes = figures["volume"], []
    if np.isnan(volume).any():
        nothing = numbers.is_empty(written)
        count = int(np.count_nonzero(nothing))
        if layout.zero_volume:
            volume[nothing] = 0.0
            notes = [f"{count:,} row(s) without a volume have volume 0."] if count else []
        elif count == len(volume) and not np.isnan(figures["close"]).all():
            raise DataError(
                f"{source}: no row has a volume. Pass zero_volume=True to store 0, or "
                "volume_column= with another column.",
                source=source,
            )
        elif count:
            notes = [f"{count:,} row(s) have no volume; zero_volume=True stores 0 for them."]
    return {name: figures[name] for name in COLUMNS}, notes


def _disagree(
    one: pd.Timestamp, two: pd.Timestamp, count: int, first: str, second: str, source: str
) -> DataError:
    return DataError(
        f"{source}: the columns {first!r} and {second!r} disagree in {count:,} row(s), in the "
        f"first of them {one:%Y-%m-%d %H:%M:%S} and {two:%Y-%m-%d %H:%M:%S} UTC. Pass "
        f"time_column={first!r} or time_column={second!r}, or the timezone= of what names none.",
        source=source,
        columns=[first, second],
    )
