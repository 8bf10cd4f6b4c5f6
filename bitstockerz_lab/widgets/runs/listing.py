"""The table of runs: what `lab.backtests.list` found, in few columns, with a line of equity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab.batch.sparks import spark
from bitstockerz_lab.enums import Status
from bitstockerz_lab.pages import Column, formats
from bitstockerz_lab.widgets.table import Table

if TYPE_CHECKING:
    from bitstockerz_lab.lab import Lab

ROWS = 12
STATUSES = [str(status) for status in Status]
REVISED = "Its bars were revised since."


class Listing(Table):
    """Runs to choose from, newest first.

    Parameters
    ----------
    lab : where the lines of equity are read, for the rows in view only
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._sparks: dict[int, Markup] = {}
        super().__init__(
            rows_of(lab.backtests.list(limit=0)),
            {
                "id": Column("Run", formats.count),
                "curve": Column("Equity", self._spark, number=False, sorts=False),
                "strategy": Column("Strategy", str, number=False),
                "symbol": Column("Symbol", str, number=False),
                "total_return_pct": Column("Return", formats.percent, tone=True),
                "max_drawdown_pct": Column("Drawdown", _unsigned),
                "sharpe_ratio": Column("Sharpe", formats.number),
                "num_trades": Column("Trades", formats.count),
                "period": Column("Period", str, number=False),
                "parameters": Column("Parameters", str, number=False),
                "tags": Column("Tags", _chips, number=False),
                "remark": Column("Remark", _prose, number=False, prose=True),
            },
            select="many",
            label="Runs",
            rows=ROWS,
            searches=False,
        )
        self.add_class("bz-runs")

    def _spark(self, run_id: int) -> Markup:
        """Return a run's line of equity; the first that is asked for reads those of all in view."""
        if run_id not in self._sparks:
            rows = self.shown
            # one that has no results may have some by the next look
            with_results = rows.loc[rows["total_return_pct"].notna(), "id"]
            wanted = [one for one in with_results if one not in self._sparks]
            if run_id not in wanted:
                return Markup()
            found = self._lab.backtests.outlines(wanted)
            for one, curve, initial in found[["id", "curve", "initial_equity"]].itertuples(
                index=False, name=None
            ):
                self._sparks[one] = spark(curve, initial)
        return self._sparks.get(run_id, Markup())


def rows_of(runs: pd.DataFrame) -> pd.DataFrame:
    """Return what `lab.backtests.list` gives as the table shows it.

    Parameters
    ----------
    runs : columns as `Backtests.list`; every row keeps its place
    """
    found = runs[["id", "total_return_pct", "max_drawdown_pct", "sharpe_ratio", "num_trades",
                  "parameters", "tags"]].copy()  # fmt: skip
    found["curve"] = runs["id"]
    found["strategy"] = runs["strategy"] + " v" + runs["version"].astype(str)
    found["symbol"] = runs["symbol"] + " " + runs["timeframe"]
    first, last = (_dates(runs[name]) for name in ("start_date", "end_date"))
    found["period"] = first + " – " + last
    found["remark"] = runs["note"]
    # most runs have nothing more to be said of, and there may be thousands
    told = (runs["status"] != Status.COMPLETED) | runs["bars_revised"]
    names = ["status", "error_message", "bars_revised", "note"]
    rows = runs.loc[told, names].itertuples(index=False, name=None)
    found.loc[told, "remark"] = [_remark(*row) for row in rows]
    return found


def _dates(stamps: pd.Series) -> pd.Series:
    days = stamps.dt.tz_localize(None).to_numpy(dtype="datetime64[D]").astype(str)
    return pd.Series(days, stamps.index, dtype="str")


def _remark(status: str, error: str | None, revised: bool, note: str) -> str:
    """Return what is to be said of a run: it failed, its bars changed, its newest note."""
    failed = "" if status == Status.COMPLETED else f"{status.capitalize().replace('_', ' ')}."
    told = (failed, error if isinstance(error, str) else "", REVISED if revised else "", note)
    return " ".join(part for part in told if part)


def _unsigned(value: Any) -> str:  # noqa: ANN401 - a cell
    return formats.percent(value, signed=False)


def _prose(text: str) -> Markup:
    """Return a remark on one line; all of it is told by the mouse."""
    return Markup('<span class="bz-remark" title="{0}">{0}</span>').format(text)


def _chips(tags: str) -> Markup:
    chip = Markup('<span class="bz-chip">{}</span>')
    return Markup(" ").join(chip.format(tag) for tag in tags.split(", ") if tag)
