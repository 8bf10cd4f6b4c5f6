"""Runs side by side as a report: one self-contained page, or its sections in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import comparison_tables as tables
from bitstockerz_lab.backtests import report_frames
from bitstockerz_lab.backtests.report import Page
from bitstockerz_lab.backtests.report_sections import Section, caption
from bitstockerz_lab.backtests.run_ids import refuse_preview
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.charts import axes, thinning, times, traces
from bitstockerz_lab.pages import COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.run import Run

STYLES = [
    {"color": COLOURS[colour], "width": 1.6, "dash": dash}
    for dash, colour in product(("solid", "dash", "dot"), ("accent", "loss", "other", "ink"))
]
"""Of the lines, in turn: four colours, told apart further by their dashes."""

START = 100.0
STAR = "★ is the best of its row, among runs that traded."


@dataclass(frozen=True, repr=False)
class Comparison(Page):
    """Completed runs side by side: what they are, their growth, drawdowns and every figure.

    In a notebook it shows itself section by section, as ordinary outputs.

    Parameters
    ----------
    runs : two or more is what it is for; one does

    Raises
    ------
    DataError
        No run, or one that has no results.
    TradingError
        One is a preview: all have the id 0.

    Examples
    --------
    >>> lab.backtests.comparison([3, 5, 8]).write("compared.html")  # doctest: +SKIP
    """

    runs: tuple[Run, ...]

    def __post_init__(self) -> None:
        if not self.runs:
            raise DataError("There are no runs to compare. lab.backtests.list() shows all.")
        for run in self.runs:
            refuse_preview(run, "number to compare it by")
            if run.metrics is None:
                raise DataError(
                    f"Run {run.id} is {run.status}, so it has no figures to compare. Leave it out.",
                    run_id=run.id,
                )

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections: header with the runs, what differs, growth, drawdown, every figure."""
        found = [
            _header(self.runs),
            Section("What differs", "differences", (tables.differing(self.runs),)),
            Section("Growth", "growth", (growth(self.runs), caption(same_start(self.runs)))),
            Section("Drawdown", "drawdown", (drawdowns(self.runs),)),
            Section("Every figure", "figures", (tables.figures(self.runs), star(self.runs))),
        ]
        return tuple(found)

    @property
    def title(self) -> str:
        """What is compared, as plain text."""
        return f"Comparison of runs {', '.join(str(run.id) for run in self.runs)}"

    @property
    def file_name(self) -> str:
        """What its file may be called."""
        return "comparison.html"


def growth(runs: Sequence[Run], *, shared: bool = False) -> go.Figure:
    """Return what 100 became in each run, by the last bar of each day.

    Parameters
    ----------
    runs : with results
    shared : each begins at 100 on the first day that all have, and ends on the last

    Raises
    ------
    DataError
        They share no day.
    """
    curves = {run: START * run.equity / run.initial_equity for run in runs}
    values = _daily(_rebased(curves) if shared else curves)
    drawing = _lines(runs, values, "%{y:,.2f}", 420)
    axes.money_axis(drawing, "yaxis", f"Value of {START:g}", "", values)
    return drawing


def shared_period(runs: Sequence[Run]) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and the last bar of the time that all runs cover; None if there is none."""
    first = max(run.equity.index[0] for run in runs)
    last = min(run.equity.index[-1] for run in runs)
    return (first, last) if first <= last else None


def _rebased(curves: dict[Run, pd.Series]) -> dict[Run, pd.Series]:
    """Return curves over the time they share, as if each had begun there at START."""
    period = shared_period(tuple(curves))
    if period is None:
        told = ", ".join(str(run.id) for run in curves)
        raise DataError(f"Runs {told} share no day. Compare them from their own starts.")
    first, last = period
    found = {}
    for run, curve in curves.items():
        before = curve[curve.index < first]
        # a run is where it stood at the close before
        base = before.iloc[-1] if len(before) else START
        found[run] = START * curve[first:last] / base
    return found


def drawdowns(runs: Sequence[Run]) -> go.Figure:
    """Return how far each run stood below its highest so far, in percent, each day."""
    falls = {run: report_frames.drawdown_pct(run.equity, run.initial_equity) for run in runs}
    drawing = _lines(runs, _daily(falls), "%{y:,.2f} %", 300)
    return drawing.update_yaxes(title_text="Drawdown (%)", rangemode="tozero")


def _daily(curves: dict[Run, pd.Series]) -> pd.DataFrame:
    """Return curves as columns by run id, a row a day on which any of them has a bar."""
    last = {run.id: curve.resample("1D").last().dropna() for run, curve in curves.items()}
    return pd.DataFrame(last)


def _lines(runs: Sequence[Run], values: pd.DataFrame, hover: str, height: int) -> go.Figure:
    shown = thinning.thin(values)
    lines: list[Any] = []
    names = tables.names(runs)
    for number, run in enumerate(runs):
        name = escape(names[run.id])
        style = STYLES[number % len(STYLES)]
        curve = shown[run.id].dropna()
        lines.append(traces.line(curve, "1d", name, style, f"{name} {hover}<extra></extra>"))
    drawing = axes.figure(lines, "", "", height)
    drawing.update_layout(hovermode="x unified")
    times.axis(drawing, values.index, "1d", [])
    return drawing


def same_start(runs: Sequence[Run]) -> str:
    """Return where the lines of `growth` begin, and whether their ends compare."""
    if _of_one_period(runs):
        return f"Every run begins at {START:g}."
    return (
        f"Every run begins at {START:g}, at the first bar of its own period: the periods differ, "
        "so the ends of the lines do not compare."
    )


def star(runs: Sequence[Run]) -> Markup:
    """Return what the star in the table of figures means, and whether that is fair."""
    unlike = "" if _of_one_period(runs) else " The periods differ, so that is not like for like."
    return caption(STAR + unlike)


def _of_one_period(runs: Sequence[Run]) -> bool:
    return len({(run.start_date, run.end_date) for run in runs}) == 1


def _header(runs: tuple[Run, ...]) -> Section:
    title = Markup(
        '<header class="bz-header"><p class="bz-eyebrow">Comparison</p>'
        '<h1>{}</h1><p class="bz-subtitle"></p></header>'
    ).format("1 run" if len(runs) == 1 else f"{len(runs)} runs side by side")
    return Section("", "", (title, *notices(runs), tables.overview(runs)))


def notices(runs: Sequence[Run]) -> Iterator[Markup]:
    """Yield what must be said before the figures: made-up bars, other costs."""
    made_up = [str(run.id) for run in runs if run.details.simulated]
    if made_up:
        words = (
            f"The bars of {', '.join(made_up)} were generated by a seeded random process. "
            "They are not real market prices."
        )
        yield pages.notice("simulated", "Simulated data.", words)
    if len({tuple(sorted(run.details.costs.items())) for run in runs}) > 1:
        yield pages.notice("note", "Costs differ.", "Not all runs pay the same fees and slippage.")
