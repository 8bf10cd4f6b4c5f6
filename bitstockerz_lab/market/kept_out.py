"""Rows of a load that are kept out: their lines, reasons and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import BadBars
from bitstockerz_lab.market.report import no_examples

if TYPE_CHECKING:
    from bitstockerz_lab.market.files.incoming import Incoming

PROBLEMS = 3


def refused_rows(incoming: Incoming, broken: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are no bars.

    Parameters
    ----------
    incoming : where they are of
    broken : columns row (position in `incoming.bars`), reason

    Returns
    -------
    DataFrame
        line, reason, original, owner (position in the symbols of `incoming`), by line.
    """
    malformed = incoming.malformed
    if broken.empty and not malformed.lines:
        return no_examples().assign(owner=pd.Series(dtype="int64"))
    rows = broken["row"].to_numpy()
    lines, originals = incoming.locate(rows) if len(rows) else ([], [])
    whose = incoming.owners.rows
    owners = [0] * len(rows) if whose is None else whose[rows].tolist()
    return pd.DataFrame(
        {
            "line": malformed.lines + lines,
            "reason": malformed.reasons + broken["reason"].tolist(),
            "original": malformed.originals + originals,
            "owner": (malformed.owners or [0] * len(malformed.lines)) + owners,
        }
    ).sort_values("line", kind="stable", ignore_index=True)


def conflict_rows(
    incoming: Incoming, broken: pd.DataFrame, owner: int, conflicts: pd.DataFrame
) -> pd.DataFrame:
    """Return the rows whose stamps are stored with other values: line, reason, original.

    Parameters
    ----------
    incoming : where they are of
    broken : its rows that are no bars
    owner : whose they are, a position in the symbols of `incoming`
    conflicts : columns timestamp (naive UTC), difference
    """
    if conflicts.empty:
        return no_examples()
    stamps = incoming.bars.index.tz_convert(None).as_unit("us")  # type: ignore[attr-defined]
    good = np.ones(len(stamps), dtype=bool)
    good[broken["row"].to_numpy()] = False
    if incoming.owners.rows is not None:
        good &= incoming.owners.rows == owner
    wanted = pd.DatetimeIndex(conflicts["timestamp"]).as_unit("us")
    rows = np.flatnonzero(good & stamps.isin(wanted))
    differences = conflicts["difference"].set_axis(wanted).reindex(stamps[rows])
    lines, originals = incoming.locate(rows)
    reasons = ("conflict: " + differences).tolist()
    return pd.DataFrame({"line": lines, "reason": reasons, "original": originals})


def bad_bars(kept_out: list[tuple[Incoming, pd.DataFrame]]) -> BadBars:
    """Return the error of a strict load of which rows would be kept out.

    Parameters
    ----------
    kept_out : each source and its rows: line, reason, original
    """
    told = [(incoming, rows) for incoming, rows in kept_out if len(rows)]
    several = len(told) > 1
    first = [
        f"{f'{incoming.source}, ' if several else ''}line {row.line}: {row.reason}"
        for incoming, rows in told
        for row in rows.head(PROBLEMS).itertuples()
    ]
    count = sum(len(rows) for _, rows in told)
    total = sum(len(part.bars) + len(part.malformed.lines) for part, _ in told)
    more = f"; and {count - PROBLEMS:,} more" if count > PROBLEMS else ""
    sources = f"{len(told)} files" if several else told[0][0].source
    return BadBars(
        f"{sources}: {count:,} of {total:,} rows cannot be stored, and strict=True stores all or "
        f"none ({'; '.join(first[:PROBLEMS])}{more}). Correct them, or load with strict=False to "
        "store the others; the table refused_rows has the texts.",
        source=sources,
        rows=count,
    )
