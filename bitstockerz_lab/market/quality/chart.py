"""The picture of a check: a calendar of the bars, coloured by what is odd about them.

A cell is a week of daily bars (a row a year) or a day of hourly ones (a row a month; over many
years a week again) and shows the worst of what lies in it, by colour and by sign.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bitstockerz_lab import pages

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bitstockerz_lab.market.calendars import Calendar

STATES = ("fine", "info", "warning", "missing", "error")
"""From harmless to harmful: a cell shows the last that applies."""

SIGNS = {"fine": "", "info": "i", "warning": "!", "missing": "–", "error": "×"}
WORDS = {
    "fine": "Nothing odd",
    "info": "i Info",
    "warning": "! Warning",
    "missing": "– Bars missing",
    "error": "× Error",
}
COLOURS = {
    "fine": "rgba(47, 126, 191, 0.22)",
    "info": "rgb(47, 126, 191)",
    "warning": pages.COLOURS["other"],
    "missing": pages.COLOURS["ink"],
    "error": pages.COLOURS["loss"],
}

MONTHS_BY_DAY = 66
"""Months up to which hourly bars have a row a month; longer histories have a row a year."""

FRAME = 110
"""Pixels around the rows."""

TITLE = 26
"""Pixels of the title above them."""

ROWS = ((26, 21), (400, 17))
"""Up to so many rows, so many pixels each."""

HOVERED = 3
LETTERS = 90
WEEK = 7


class Grid(NamedTuple):
    """How time is laid out: a cell has a row and a column, and a first day.

    Attributes
    ----------
    rows : names of the rows, from the top
    columns : how many there are
    by_month : whether a row is a month and a cell a day; else a year and a week
    """

    rows: list[str]
    columns: int
    by_month: bool

    def place(self, days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
        """Return row and column of each day."""
        names = days.strftime("%Y-%m" if self.by_month else "%Y")
        row = pd.Index(self.rows).get_indexer(names)
        within = days.day - 1 if self.by_month else (days.day_of_year - 1) // WEEK
        return row, np.asarray(within)


def calendar_map(
    stamps: pd.DatetimeIndex,
    found: pd.DataFrame,
    calendar: Calendar,
    timeframe: str,
    symbol: str = "",
) -> go.Figure:
    """Return a calendar of the bars.

    Parameters
    ----------
    stamps : of the bars that were checked, ascending
    found : the findings
    calendar, timeframe, symbol : of the bars, for the title too

    Returns
    -------
    Figure
        Reads in light and in dark; twenty years fit on a screen.
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    expected = calendar.expected(timeframe, stamps[0], stamps[-1])
    grid = _grid(stamps, timeframe)
    states, there, awaited = _cells(grid, stamps, expected, found)
    drawing = go.Figure()
    drawing.add_trace(
        go.Heatmap(
            z=np.where(awaited + there > 0, states, np.nan),
            x=list(range(grid.columns)),
            y=grid.rows,
            zmin=-0.5,
            zmax=len(STATES) - 0.5,
            colorscale=_scale(),
            showscale=False,
            xgap=1,
            ygap=1,
            text=[[SIGNS[STATES[state]] for state in row] for row in states.tolist()],
            texttemplate="%{text}",
            textfont={"size": 11, "color": "white"},
            customdata=_hover(grid, found, there, awaited),
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    drawing.add_traces(_legend(grid))
    _dress(drawing, grid)
    period = f"{stamps[0]:%Y-%m-%d} to {stamps[-1]:%Y-%m-%d}"
    _entitle(drawing, " · ".join([*([symbol] if symbol else []), timeframe, period]))
    return drawing


def _legend(grid: Grid) -> list[go.Scatter]:
    """Return a trace a state, without points: a heat map has no legend of its own."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    return [
        go.Scatter(
            x=[None],
            y=[grid.rows[0]],
            mode="markers",
            marker={"symbol": "square", "size": 11, "color": COLOURS[state]},
            name=WORDS[state],
            hoverinfo="skip",
        )
        for state in STATES
    ]


def _entitle(drawing: go.Figure, title: str) -> None:
    drawing.update_layout(
        title={"text": escape(title), "x": 0, "xref": "paper", "y": 1, "yref": "container",
               "yanchor": "top", "pad": {"t": 12}, "font": {"size": 15}},
        height=drawing.layout.height + TITLE,
        margin_t=40 + TITLE,
    )  # fmt: skip


def _grid(stamps: pd.DatetimeIndex, timeframe: str) -> Grid:
    months = pd.period_range(_naive(stamps[0]), _naive(stamps[-1]), freq="M")
    if timeframe != "1d" and len(months) <= MONTHS_BY_DAY:
        return Grid([str(month) for month in months], 31, by_month=True)
    years = range(stamps[0].year, stamps[-1].year + 1)
    return Grid([str(year) for year in years], 53, by_month=False)


def _cells(
    grid: Grid, stamps: pd.DatetimeIndex, expected: pd.DatetimeIndex, found: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each cell's state, and how many bars are there and how many are expected."""
    there, awaited = _count(grid, stamps), _count(grid, expected)
    states = np.zeros(there.shape, dtype=np.int64)
    for row in found.itertuples():
        if row.kind in ("gap", "stale"):
            continue  # what is missing is counted by the cell
        inside = stamps[slice(*stamps.slice_indexer(row.first, row.last).indices(len(stamps)))]
        places = grid.place(inside)
        states[places] = np.maximum(states[places], STATES.index(str(row.severity)))
    absent = _count(grid, expected.difference(stamps)) > 0
    states[absent] = np.maximum(states[absent], STATES.index("missing"))
    return states, there, awaited


def _count(grid: Grid, days: pd.DatetimeIndex) -> np.ndarray:
    numbers = np.zeros((len(grid.rows), grid.columns), dtype=np.int64)
    np.add.at(numbers, grid.place(days), 1)
    return numbers


def _hover(
    grid: Grid,
    found: pd.DataFrame,
    there: np.ndarray,
    awaited: np.ndarray,
) -> list[list[str]]:
    """Return what each cell says when pointed at: its days, its bars, its findings."""
    lines: dict[tuple[int, int], list[str]] = {}
    shown = found[found["kind"] != "stale"]
    columns = (shown[name].tolist() for name in ("first", "last", "severity", "message"))
    for first, last, severity, message in zip(*columns, strict=True):
        days = pd.date_range(first.normalize(), last.normalize(), freq="D")
        for place in dict.fromkeys(zip(*(part.tolist() for part in grid.place(days)), strict=True)):
            lines.setdefault(place, []).append(f"{severity}: {_broken(message)}")
    return [
        [
            _said(grid, (row, column), there, awaited, lines.get((row, column), []))
            for column in range(grid.columns)
        ]
        for row in range(len(grid.rows))
    ]


def _said(
    grid: Grid,
    place: tuple[int, int],
    there: np.ndarray,
    awaited: np.ndarray,
    lines: list[str],
) -> str:
    row, column = place
    if grid.by_month:
        when = f"{grid.rows[row]}-{column + 1:02d}"
    else:
        first = pd.Timestamp(f"{grid.rows[row]}-01-01") + pd.Timedelta(days=WEEK * column)
        when = f"{first:%Y-%m-%d} and the six days after"
    bars = f"{there[place]:,} bars, {awaited[place]:,} expected"
    more = [f"… and {len(lines) - HOVERED} more"] if len(lines) > HOVERED else []
    return "<br>".join([f"<b>{when}</b>", bars, *lines[:HOVERED], *more])


def _broken(message: str) -> str:
    """Return a sentence in lines that fit beside a pointer."""
    lines, line = [], ""
    for word in message.split(" "):
        if len(line) + len(word) > LETTERS:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "<br>".join([*lines, line])


def _scale() -> list[tuple[float, str]]:
    """Return a colour scale of steps, one a state."""
    number = len(STATES)
    return [
        (edge / number, COLOURS[state]) for at, state in enumerate(STATES) for edge in (at, at + 1)
    ]


def _dress(drawing: go.Figure, grid: Grid) -> None:
    """Give the figure its axes, its height and the look of all figures."""
    if grid.by_month:
        ticks = [0, *range(4, 31, 5)]
        names = [str(tick + 1) for tick in ticks]
    else:
        firsts = pd.date_range("2001-01-01", periods=12, freq="MS")
        ticks = [(day - 1) / WEEK - 0.5 for day in firsts.day_of_year]
        names = [f"{first:%b}" for first in firsts]
    drawing.update_layout(
        template=pages.template(),
        height=FRAME + len(grid.rows) * next(high for most, high in ROWS if len(grid.rows) <= most),
        legend={"itemclick": False, "itemdoubleclick": False, "traceorder": "normal"},
        xaxis={
            "tickvals": ticks,
            "ticktext": names,
            "range": [-0.5, grid.columns - 0.5],
            "showline": False,
            "zeroline": False,
            "ticks": "",
            "tickangle": 0,
            "fixedrange": True,
        },
        yaxis={
            "type": "category",
            "range": [len(grid.rows) - 0.5, -0.5],
            "showgrid": False,
            "ticks": "outside",
            "tickcolor": "rgba(0, 0, 0, 0)",
            "fixedrange": True,
        },
    )


def _naive(stamp: pd.Timestamp) -> pd.Timestamp:
    return stamp.tz_localize(None)
