"""A frame as an HTML table that scrolls inside its own box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of a table is shown.

    Parameters
    ----------
    label : the heading
    text : makes a cell's text from its value; None shows numbers and dates plainly
    number : set flush right, in figures of one width
    tone : colours a cell by its value's sign
    unit : written small beside the heading
    prose : sentences, which may take several lines
    sorts : whether a click on the heading sorts by it
    """

    label: str
    text: Callable[..., str] = formats.plain
    number: bool = True
    tone: bool = False
    unit: str = ""
    prose: bool = False
    sorts: bool = True


def table(
    frame: pd.DataFrame,
    columns: Mapping[str, Column] | None = None,
    *,
    caption: str = "",
    gap: tuple[int, str] | None = None,
) -> Markup:
    """Return a frame as an HTML table.

    Parameters
    ----------
    frame : its index is not shown
    columns : the columns shown, in this order, by their name in the frame; None shows all
    caption : said above the table
    gap : after how many rows a line says what is left out there

    Notes
    -----
    Every text is escaped. A missing value is a dash.
    """
    if columns is None:
        columns = {str(name): Column(str(name).replace("_", " ")) for name in frame.columns}
    rows = [
        Markup("<tr>{}</tr>").format(Markup("").join(map(cell, columns.values(), values)))
        for values in zip(*(frame[name].tolist() for name in columns), strict=True)
    ]
    if gap is not None:
        line = Markup('<tr class="bz-break"><td colspan="{}">{}</td></tr>')
        rows.insert(gap[0], line.format(len(columns), gap[1]))
    return Markup(
        '<div class="bz-scroll" tabindex="0"><table class="bz-table">{}<thead><tr>{}</tr></thead>'
        "<tbody>\n{}\n</tbody></table></div>"
    ).format(
        Markup("<caption>{}</caption>").format(caption) if caption else "",
        Markup("").join(map(_heading, columns.values())),
        Markup("\n").join(rows),
    )


def _heading(column: Column) -> Markup:
    unit = Markup(' <span class="bz-unit">{}</span>').format(column.unit) if column.unit else ""
    kind = Markup(' class="bz-number"') if column.number else ""
    fixed = "" if column.sorts else Markup(' data-sort="no"')
    return Markup('<th scope="col"{}{}>{}{}</th>').format(kind, fixed, column.label, unit)


def cell(column: Column, value: object) -> Markup:
    """Return one cell of a table: its text escaped, its kind as classes."""
    kinds = ["bz-number"] if column.number else ["bz-prose"] if column.prose else []
    if column.tone and isinstance(value, int | float) and value == value and value != 0:  # noqa: PLR0124 - reason: NaN
        kinds.append("bz-gain" if value > 0 else "bz-loss")
    attribute = Markup(' class="{}"').format(" ".join(kinds)) if kinds else ""
    return Markup("<td{}>{}</td>").format(attribute, escape(column.text(value)))
