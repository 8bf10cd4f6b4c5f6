"""A table to search, sort, page through and choose from."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import pandas as pd
import traitlets
from markupsafe import Markup

from bitstockerz_lab.pages import Column, formats, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROWS = 15


class Table(anywidget.AnyWidget):
    """A frame as a table; only the rows in view go to the front end, by messages.

    Parameters
    ----------
    frame : a row a row
    columns : what is shown, as `pages.table` takes it; None is every column
    key : the column whose values stand for the rows
    select : "none", "one" or "many" rows may be chosen
    label : what the table is of, read aloud
    rows : how many are in view at once
    searches : whether there is a field that looks for text in what is shown

    Attributes
    ----------
    selected : the keys of the chosen rows
    query : what is looked for, in any case
    sorted_by : (column, whether descending), or None for the frame's own order
    page : the page in view, from 0

    Examples
    --------
    >>> table = Table(lab.backtests.list(), {"id": Column("Run")}, select="many", label="Runs")
    >>> table.selected = [3, 5]
    """

    _esm = files("bitstockerz_lab.widgets") / "assets" / "table.js"
    label = traitlets.Unicode().tag(sync=True)
    select = traitlets.Enum(["none", "one", "many"], "none").tag(sync=True)
    searches = traitlets.Bool(default_value=True).tag(sync=True)
    selected = traitlets.List()
    query = traitlets.Unicode()
    sorted_by = traitlets.Tuple(default_value=None, allow_none=True)
    page = traitlets.Int()

    def __init__(
        self,
        frame: pd.DataFrame,
        columns: Mapping[str, Column] | None = None,
        *,
        key: str = "id",
        select: str = "none",
        label: str = "",
        rows: int = ROWS,
        searches: bool = True,
    ) -> None:
        super().__init__(label=label, select=select, searches=searches)
        self._columns = columns
        self._key = key
        self._rows = rows
        self._opened: list[Callable[[Any], object]] = []
        self._frame = frame
        self.on_msg(self._heard)
        self.observe(self._first_page, ["query", "sorted_by"])
        self.observe(lambda _: self._draw(), ["page", "selected"])

    @property
    def frame(self) -> pd.DataFrame:
        """Every row; set another frame to show that one."""
        return self._frame

    @frame.setter
    def frame(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        if self._key in frame:
            known = set(frame[self._key])
            self.selected = [key for key in self.selected if key in known]
        self._first_page()

    @property
    def columns(self) -> Mapping[str, Column]:
        """What is shown, by the frame's names."""
        if self._columns is not None:
            return self._columns
        return {str(name): Column(str(name).replace("_", " ")) for name in self._frame.columns}

    @columns.setter
    def columns(self, columns: Mapping[str, Column] | None) -> None:
        self._columns = columns

    @property
    def found(self) -> pd.DataFrame:
        """The rows that have what is looked for, in their order."""
        rows = self._frame
        if words := self.query.casefold().split():
            texts = pd.Series("", index=rows.index)
            for name, column in self.columns.items():
                texts += " " + pd.Series(
                    [str(column.text(value)) for value in rows[name].tolist()], index=rows.index
                )
            texts = texts.str.casefold()
            for word in words:
                rows = rows[texts.loc[rows.index].str.contains(word, regex=False)]
        if self.sorted_by is not None:
            name, descending = self.sorted_by
            rows = rows.sort_values(name, ascending=not descending, kind="stable")
        return rows

    @property
    def shown(self) -> pd.DataFrame:
        """The rows in view."""
        return self.found.iloc[self.page * self._rows : (self.page + 1) * self._rows]

    def sort(self, column: str, *, descending: bool = False) -> None:
        """Sort by a column; missing values come last."""
        self.sorted_by = (column, descending)

    def open_row(self, key: object) -> None:
        """Do what a double click on a row does."""
        for hear in self._opened:
            hear(key)

    def on_open(self, hear: Callable[[Any], object]) -> None:
        """Call something with the key of a row that is opened."""
        self._opened.append(hear)

    def choose(self, key: object) -> None:
        """Choose a row, or no longer if it is chosen; where one may be, the other is let go."""
        if self.select == "none":
            return
        if key in self.selected:
            self.selected = [one for one in self.selected if one != key]
        else:
            self.selected = [key] if self.select == "one" else [*self.selected, key]

    def _first_page(self, _change: object = None) -> None:
        if self.page:
            self.page = 0  # draws, being observed
        else:
            self._draw()

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        event = content.get("event")
        if event == "draw":
            self._draw()
        elif event == "search":
            self.query = str(content["text"])
        elif event == "page":
            self.page = max(0, self.page + int(content["step"]))
        elif event == "sort":
            name = self._names()[int(content["column"])]
            again = self.sorted_by is not None and self.sorted_by[0] == name
            # numbers are mostly looked at from the largest on
            first = self.columns[name].number
            self.sort(name, descending=not self.sorted_by[1] if again else first)
        elif event in {"choose", "open"}:
            key = self.shown[self._key].iloc[int(content["row"])]
            (self.choose if event == "choose" else self.open_row)(_plain(key))

    def _names(self) -> list[str]:
        return list(self.columns)

    def _draw(self) -> None:
        if self.comm is None:
            return
        found = len(self.found)
        told = {
            "html": self.markup(),
            "first": self.page * self._rows + 1 if found else 0,
            "last": min(found, (self.page + 1) * self._rows),
            "found": formats.count(found),
            "more": found > (self.page + 1) * self._rows,
        }
        self.send(told)

    def markup(self) -> Markup:
        """Return the rows in view as HTML."""
        shown = self.shown
        keys = shown[self._key].tolist() if self._key in shown else [None] * len(shown)
        columns = self.columns
        chosen = set(self.selected)
        values = zip(*(shown[name].tolist() for name in columns), strict=True)
        rows = Markup("").join(
            Markup('<tr data-key="{}" tabindex="0" aria-selected="{}">{}</tr>').format(
                key,
                str(key in chosen).lower(),
                Markup("").join(map(tables.cell, columns.values(), row)),
            )
            for key, row in zip(keys, values, strict=True)
        )
        headings = Markup("").join(self._heading(name, one) for name, one in columns.items())
        return Markup(
            '<div class="bz-scroll"><table class="bz-table bz-grid-rows" aria-label="{}">'
            "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
        ).format(self.label, headings, rows)

    def _heading(self, name: str, column: Column) -> Markup:
        order = ""
        if self.sorted_by is not None and self.sorted_by[0] == name:
            order = "descending" if self.sorted_by[1] else "ascending"
        unit = Markup(' <span class="bz-unit">{}</span>').format(column.unit) if column.unit else ""
        return Markup('<th scope="col"{}{}>{}</th>').format(
            Markup(' class="bz-number"') if column.number else "",
            Markup(' aria-sort="{}"').format(order) if order else "",
            Markup('<button type="button">{}{}</button>').format(column.label, unit)
            if column.sorts
            else Markup("{}{}").format(column.label, unit),
        )


def _plain(key: Any) -> Any:  # noqa: ANN401 - reason: whatever a frame holds
    return key.item() if hasattr(key, "item") else key
