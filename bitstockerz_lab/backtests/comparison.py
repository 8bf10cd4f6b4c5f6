"""Runs side by side as a report: one self-contained page, or its sections in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import measures, pages
from bitstockerz_lab.backtests import charts, report_frames, report_words
from bitstockerz_lab.backtests.report import Page
from bitstockerz_lab.backtests.report_sections import Section, caption
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.charts import axes, thinning, times, traces
from bitstockerz_lab.pages import COLOURS, Column, formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.run import Run

STYLES = [
    {"color": COLOURS[colour], "width": 1.6, "dash": dash}
    for dash, colour in product(("solid", "dash", "dot"), ("accent", "loss", "other", "ink"))
]
"""Of the lines, in turn: four colours, told apart further by their dashes."""

HEADLINE = (
    "total_return_pct", "cagr_pct", "max_drawdown_pct", "sharpe_ratio", "num_trades",
    "win_rate_pct", "benchmark_return_pct",
)  # fmt: skip
START = 100.0


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

    Examples
    --------
    >>> lab.backtests.comparison([3, 5, 8]).write("compared.html")  # doctest: +SKIP
    """

    runs: tuple[Run, ...]

    def __post_init__(self) -> None:
        if not self.runs:
            raise DataError("There are no runs to compare. lab.backtests.list() shows all.")
        for run in self.runs:
            if run.metrics is None:
                raise DataError(
                    f"Run {run.id} is {run.status}, so it has no figures to compare. Leave it out.",
                    run_id=run.id,
                )

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in their order: header with the runs, growth, drawdown, every figure."""
        found = [
            _header(self.runs),
            Section("Growth", "growth", (growth(self.runs), caption(_same_start(self.runs)))),
            Section("Drawdown", "drawdown", (drawdowns(self.runs),)),
            Section("Every figure", "figures", (_figures(self.runs),)),
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


def growth(runs: tuple[Run, ...]) -> go.Figure:
    """Return what 100 became in each run, by the last bar of each day."""
    values = _daily({run: START * run.equity / run.initial_equity for run in runs})
    drawing = _lines(runs, values, "%{y:,.2f}", 420)
    axes.money_axis(drawing, "yaxis", f"Value of {START:g}", "", values)
    return drawing


def drawdowns(runs: tuple[Run, ...]) -> go.Figure:
    """Return how far each run stood below its highest so far, in percent, each day."""
    falls = {run: report_frames.drawdown_pct(run.equity, run.initial_equity) for run in runs}
    drawing = _lines(runs, _daily(falls), "%{y:,.2f} %", 300)
    return drawing.update_yaxes(title_text="Drawdown (%)", rangemode="tozero")


def _daily(curves: dict[Run, pd.Series]) -> pd.DataFrame:
    """Return curves as columns by run id, a row a day on which any of them has a bar."""
    last = {run.id: curve.resample("1D").last().dropna() for run, curve in curves.items()}
    return pd.DataFrame(last)


def _lines(runs: tuple[Run, ...], values: pd.DataFrame, hover: str, height: int) -> go.Figure:
    shown = thinning.thin(values)
    lines: list[Any] = []
    for number, run in enumerate(runs):
        name = escape(_name(run))
        style = STYLES[number % len(STYLES)]
        curve = shown[run.id].dropna()
        lines.append(traces.line(curve, "1d", name, style, f"{name} {hover}<extra></extra>"))
    drawing = axes.figure(lines, "", "", height)
    drawing.update_layout(hovermode="x unified")
    times.axis(drawing, values.index, "1d", [])
    return drawing


def _name(run: Run) -> str:
    return f"{run.id} · {run.strategy} · {run.symbol}"


def _same_start(runs: tuple[Run, ...]) -> str:
    if len({(run.start_date, run.end_date) for run in runs}) == 1:
        return f"Every run begins at {START:g}."
    return (
        f"Every run begins at {START:g}, at the first bar of its own period: the periods differ, "
        "so the ends of the lines do not compare."
    )


def _header(runs: tuple[Run, ...]) -> Section:
    title = Markup(
        '<header class="bz-header"><p class="bz-eyebrow">Comparison</p>'
        '<h1>{}</h1><p class="bz-subtitle"></p></header>'
    ).format("1 run" if len(runs) == 1 else f"{len(runs)} runs side by side")
    return Section("", "", (title, *_notices(runs), _table(runs)))


def _notices(runs: tuple[Run, ...]) -> Iterator[Markup]:
    made_up = [str(run.id) for run in runs if run.details.simulated]
    if made_up:
        words = (
            f"The bars of {', '.join(made_up)} were generated by a seeded random process. "
            "They are not real market prices."
        )
        yield pages.notice("simulated", "Simulated data.", words)
    if len({tuple(sorted(run.details.costs.items())) for run in runs}) > 1:
        yield pages.notice("note", "Costs differ.", "Not all runs pay the same fees and slippage.")


def _table(runs: tuple[Run, ...]) -> Markup:
    """Return a row a run: what it is, and what came of it in brief."""
    rows = [
        {
            "run": run.id,
            "strategy": f"{run.strategy} v{run.version}",
            "symbol": f"{run.symbol} {run.timeframe}",
            "parameters": ", ".join(
                f"{name} {formats.plain(value)}" for name, value in run.details.parameters.items()
            ),
            "period": report_words.period(run),
            **{name: getattr(run.metrics, name) for name in HEADLINE},
        }
        for run in runs
    ]
    columns = {
        "run": Column("Run", formats.count),
        **{
            name: Column(name.capitalize(), str, number=False)
            for name in ("strategy", "symbol", "parameters", "period")
        },
        **{name: _column(name) for name in HEADLINE},
    }
    return pages.table(pd.DataFrame(rows), columns)


def _column(name: str) -> Column:
    tone = name in report_words.TONED
    label = measures.DEFINITIONS[name].label
    return Column(label, lambda value: report_words.value_text(name, value), tone=tone)


def _figures(runs: tuple[Run, ...]) -> Markup:
    """Return every metric, a column a run."""
    rows = [
        {"figure": known.label}
        | {
            str(run.id): report_words.value_text(
                name, getattr(run.metrics, name), charts.currency_of(run)
            )
            for run in runs
        }
        for name, known in measures.DEFINITIONS.items()
    ]
    columns = {"figure": Column("Figure", str, number=False)}
    columns |= {str(run.id): Column(_name(run), str) for run in runs}
    return pages.table(pd.DataFrame(rows), columns)
